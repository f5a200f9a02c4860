"""Files of prices and of stock."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from bot.files.cells import code, day, money, text, whole
from bot.files.errors import Fault
from bot.files.kinds import Column, Kind, Outcome, Row, through, unknown
from core.db.session import Session
from core.dealers.queries import dealer_ids
from core.kit.clock import business_day
from core.orders.counting import Count, Counted, count_stock
from core.people.actor import Actor
from core.pricing.lists import put_prices
from core.products.queries import Goods, goods_by_sku, product_ids


def save_prices(session: Session, actor: Actor, rows: Sequence[Row]) -> list[Outcome]:
    """Prices of one dealer, of a level, or (neither) of everybody; without a day they hold from today."""
    dealers = dealer_ids(session, [row["dealer"] for row in rows if row.get("dealer")])
    products = goods_by_sku(session, [row["sku"] for row in rows])
    today = business_day(session.now, actor.zone)

    def put(good: Sequence[Row]) -> list[Outcome]:
        prices = [{"valid_from": today, **_price(row, dealers, products)} for row in good]
        return list(put_prices(session, actor, prices))

    def fault_of(row: Row) -> Fault | None:
        if row.get("dealer") and row.get("level"):
            return Fault("dealer_and_level", "level")
        fault = unknown("dealer", row, dealers) or unknown("sku", row, products)
        return fault or _unit_fault(row, products[row["sku"]])

    return through(rows, fault_of, put)


def save_stock(session: Session, actor: Actor, rows: Sequence[Row]) -> list[Outcome]:
    """Stock as counted, with reorder points and what is on its way."""
    products = product_ids(session, [row["sku"] for row in rows])
    source = f"import:{session.now:%Y%m%d}:{secrets.token_hex(6)}"

    def put(good: Sequence[Row]) -> list[Outcome]:
        names = ("on_hand", "reorder_point", "inbound_on", "inbound_qty")
        counts = [Count(products[row["sku"]], *(row.get(name) for name in names)) for row in good]
        return [_counted(done) for done in count_stock(session, actor, counts, source=source)]

    return through(rows, lambda row: unknown("sku", row, products), put)


def _price(row: Row, dealers: Mapping[str, int], products: Mapping[str, Goods]) -> dict[str, Any]:
    product = products[row["sku"]]
    unit = row.get("unit") or product.default_unit
    values = {
        "dealer_id": dealers[row["dealer"]] if row.get("dealer") else None,
        "level": row.get("level") or "",
        "product_id": product.id,
        "unit": unit,
        "factor": product.units[unit]["factor"],
        "price": row["price"],
    }
    return values if row.get("from") is None else {**values, "valid_from": row["from"]}


def _price_key(row: Row) -> str:
    who = row.get("dealer") or f"[{row.get('level') or '*'}]"
    return f"{who} / {row['sku']} / {row['from']}" if "from" in row else f"{who} / {row['sku']}"


def _unit_fault(row: Row, product: Goods) -> Fault | None:
    if not row.get("unit") or row["unit"] in product.units:
        return None
    return Fault("no_such_unit", "unit", {"value": row["unit"], "units": " / ".join(product.units)})


def _counted(done: Counted) -> Outcome:
    if done.done == "below_reserved":
        return Fault("below_reserved", "on_hand", {"reserved": done.item.reserved})
    return done.done


PRICES = Kind(
    name="prices",
    columns=(
        Column("dealer", code(40)),
        Column("level", code(20)),
        Column("sku", code(60), required=True),
        Column("unit", text(20)),
        Column("price", money(positive=True), required=True),
        Column("from", day),
    ),
    key=_price_key,
    save=save_prices,
    rows_under=("prices", "rows"),
)
STOCK = Kind(
    name="stock",
    columns=(
        Column("sku", code(60), required=True),
        Column("on_hand", whole()),
        Column("reorder_point", whole()),
        Column("inbound_on", day),
        Column("inbound_qty", whole()),
    ),
    key=lambda row: str(row["sku"]),
    save=save_stock,
    rows_under=("stock", "rows"),
)
