"""Files of orders that are open in another system: one row a line, all rows of an order or none."""

from collections.abc import Sequence

from bot.files.cells import code, day, money, text, whole
from bot.files.errors import Fault
from bot.files.kinds import Column, Kind, Outcome, Row, unknown
from core.db.session import Session
from core.dealers.queries import dealer_ids
from core.orders.opening import OpenLine, OpenOrder, put_open_orders
from core.people.actor import Actor
from core.products.queries import Goods, goods_by_sku


def save_open_orders(session: Session, actor: Actor, rows: Sequence[Row]) -> list[Outcome]:
    """Whole orders by number, what is still to be shipped of them; every row of an order comes to the same."""
    dealers = dealer_ids(session, [row["dealer"] for row in rows])
    products = goods_by_sku(session, [row["sku"] for row in rows])
    by_number: dict[str, list[Row]] = {}
    for row in rows:
        by_number.setdefault(row["number"], []).append(row)
    outcomes: dict[str, Outcome] = {}
    asked: list[tuple[int, OpenOrder]] = []
    for number, lines in by_number.items():
        faults = (
            unknown("dealer", row, dealers) or unknown("sku", row, products) or _unit_fault(row, products)
            for row in lines
        )
        fault = next((fault for fault in faults if fault), None) or _differing(lines)
        if fault is None:
            asked.append((dealers[lines[0]["dealer"]], _order(number, lines, products)))
        else:
            outcomes[number] = fault
    for (_, order), done in zip(asked, put_open_orders(session, actor, asked), strict=True):
        fine = done in ("created", "unchanged")
        outcomes[order.number] = done if fine else Fault(f"order_{done}", "number")
    return [outcomes[row["number"]] for row in rows]


def _order(number: str, rows: Sequence[Row], products: dict[str, Goods]) -> OpenOrder:
    lines = [
        OpenLine(
            product=products[row["sku"]],
            unit=row.get("unit") or products[row["sku"]].default_unit,
            qty=row["qty"],
            price=row.get("price"),
        )
        for row in rows
    ]
    first = rows[0]
    return OpenOrder(
        number=number,
        lines=lines,
        placed_on=first.get("placed_on"),
        deliver_on=first.get("deliver_on"),
        note=first.get("note") or "",
    )


def _unit_fault(row: Row, products: dict[str, Goods]) -> Fault | None:
    units = products[row["sku"]].units
    if not row.get("unit") or row["unit"] in units:
        return None
    return Fault("no_such_unit", "unit", {"value": row["unit"], "units": " / ".join(units)})


def _differing(rows: Sequence[Row]) -> Fault | None:
    """A fault when rows of one order say different things of the whole order."""
    for column in ("dealer", "placed_on", "deliver_on", "note"):
        if len({row.get(column) for row in rows}) > 1:
            return Fault("order_differs", column)
    return None


OPEN_ORDERS = Kind(
    name="open-orders",
    columns=(
        Column("number", code(20), required=True),
        Column("dealer", code(40), required=True),
        Column("sku", code(60), required=True),
        Column("qty", whole(1), required=True),
        Column("unit", text(20)),
        Column("price", money(positive=True)),
        Column("placed_on", day),
        Column("deliver_on", day),
        Column("note", text(300)),
    ),
    key=lambda row: f"{row['number']} / {row['sku']}",
    together=lambda row: str(row["number"]),
    save=save_open_orders,
    rows_under=("orders", "rows"),
)
