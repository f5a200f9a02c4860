"""Stock: the warehouse and the administrators hear once when a product falls below its reorder point."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import bindparam, select

from core.db.session import Session
from core.kit.say import Name, Quantity, Say
from core.products.models import products
from notifications.alerts.happened import Happened, Rule, tell
from notifications.outbox.write import Notice
from notifications.recipients import staff_of

_product = select(products.c.name_zh, products.c.name_en, products.c.size, products.c.base_unit).where(
    products.c.sku == bindparam("sku")
)


def low(session: Session, fact: Happened) -> Iterable[Notice]:
    """Below the reorder point, with what is on its way."""
    product = session.execute(_product, {"sku": fact.data["sku"]}).one()

    def quantity(count: int) -> Quantity:
        return Quantity(value=count, unit=product.base_unit)  # type: ignore[arg-type]

    lines: tuple[Say, ...] = ()
    if fact.data["inbound_qty"]:
        on = fact.data["inbound_on"]
        coming = {"qty": quantity(fact.data["inbound_qty"]), "on": date.fromisoformat(on) if on else None}
        lines = (Say(key="alerts.stock_inbound" if on else "alerts.stock_inbound_undated", params=coming),)
    params = {
        "product": Name(zh=product.name_zh, en=product.name_en),
        "size": product.size,
        "sku": fact.data["sku"],
        "available": quantity(fact.data["available"]),
        "floor": quantity(fact.data["reorder_point"]),
    }
    yield from tell(
        fact, staff_of(session, "warehouse", "admin"), Say(key="alerts.stock_low", params=params, lines=lines)
    )


RULES: dict[str, Rule] = {"stock.low": low}
