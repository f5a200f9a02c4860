"""Verbs of stock that touch no order."""

from dataclasses import replace
from datetime import date

from sqlalchemy import bindparam, select, update

from core.db.session import Session
from core.kit.errors import NotFoundError
from core.people.actor import Actor
from core.people.policy import require
from core.people.trail import trail
from core.products.models import products
from core.stock.errors import BadQuantityError
from core.stock.models import stock_items
from core.stock.movements import MAX_BASE_QTY, lock_stock, open_stock, report_crossings
from core.stock.queries import StockItem

_product = select(products.c.id).where(products.c.sku == bindparam("sku"))
_plan = (
    update(stock_items)
    .where(stock_items.c.product_id == bindparam("item"))
    .values(
        reorder_point=bindparam("point"),
        inbound_on=bindparam("expected_on"),
        inbound_qty=bindparam("expected_qty"),
    )
)


def plan_stock(
    session: Session,
    actor: Actor,
    *,
    sku: str,
    reorder_point: int | None = None,
    inbound_on: date | None = None,
    inbound_qty: int | None = None,
) -> StockItem:
    """Set the reorder point, or what is on its way (inbound_qty 0: nothing); None keeps what is.

    Raises NotFoundError, BadQuantityError.
    """
    require(actor, "stock.plan")
    for qty in (reorder_point, inbound_qty):
        if qty is not None and not 0 <= qty <= MAX_BASE_QTY:
            raise BadQuantityError(sku=sku, base_qty=qty, most=MAX_BASE_QTY)
    stock = lock_stocked(session, sku)
    (before,) = stock.values()
    after = replace(
        before,
        reorder_point=before.reorder_point if reorder_point is None else reorder_point,
        inbound_on=None if inbound_qty == 0 else inbound_on or before.inbound_on,
        inbound_qty=before.inbound_qty if inbound_qty is None else inbound_qty,
    )
    session.execute(
        _plan,
        {
            "item": after.product_id,
            "point": after.reorder_point,
            "expected_on": after.inbound_on,
            "expected_qty": after.inbound_qty,
        },
    )
    trail(session, actor, "stock.plan", sku, before=_planned(before), after=_planned(after))
    report_crossings(session, stock, {after.product_id: after})
    return after


def note_arrival(session: Session, item: StockItem, base_qty: int) -> None:
    """Of what was on its way so much has come, of a locked product: the rest still is."""
    rest = max(0, item.inbound_qty - base_qty)
    values = {"item": item.product_id, "point": item.reorder_point, "expected_qty": rest}
    session.execute(_plan, {**values, "expected_on": item.inbound_on if rest else None})


def lock_stocked(session: Session, sku: str) -> dict[int, StockItem]:
    """Lock the one product's stock, opened if it never had any. Raises NotFoundError."""
    product_id = session.execute(_product, {"sku": sku}).scalar()
    if product_id is None:
        raise NotFoundError(kind="product", reference=sku)
    open_stock(session, product_id)
    return lock_stock(session, [product_id])


def _planned(item: StockItem) -> dict[str, object]:
    return {
        "reorder_point": item.reorder_point,
        "inbound_on": item.inbound_on.isoformat() if item.inbound_on else None,
        "inbound_qty": item.inbound_qty,
    }
