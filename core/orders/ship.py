"""Shipping: stock leaves, exposure becomes debt, credits that are free settle it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Integer, Row, bindparam, insert, select, update

from core.credit.ledger import post
from core.db.rows import json_rows
from core.db.scope import scoped
from core.db.session import Session
from core.kit.errors import SourceUsedError
from core.orders.errors import NotShippableError, ShipQuantityError
from core.orders.locks import lines_of, locked_order, locked_stock
from core.orders.models import order_lines, orders, shipments
from core.orders.rules import delivery_of, split_by_line, value_of
from core.orders.settle import settle_shipment
from core.people.actor import Actor
from core.people.policy import require
from core.people.trail import trail
from core.stock.movements import Move, Stock, move_stock, write_stock_ledger

_parts = json_rows("shipped_parts", line_no=Integer(), qty=Integer())
_ship_lines = scoped(
    update(order_lines)
    .where(
        order_lines.c.order_id == bindparam("order"),
        order_lines.c.line_no == _parts.c.line_no,
        order_lines.c.reserved >= _parts.c.qty,
    )
    .values(reserved=order_lines.c.reserved - _parts.c.qty, shipped=order_lines.c.shipped + _parts.c.qty)
    .returning(order_lines.c.id)
)
_ship_order = scoped(
    update(orders)
    .where(orders.c.id == bindparam("order"))
    .values(
        shipped_value=orders.c.shipped_value + bindparam("value", type_=BigInteger()),
        last_shipped_at=bindparam("now"),
    )
)
_write = scoped(insert(shipments).returning(shipments.c.id))
_recorded = scoped(select(shipments).where(shipments.c.source == bindparam("source")))


@dataclass(frozen=True, slots=True)
class OrderShipped:
    """A shipment. lines: base units by sku; rest: base units of the order still to ship."""

    number: str
    dealer_id: int
    carrier: str
    tracking: str
    value: int
    lines: dict[str, int]
    rest: int
    delivery: str
    repeated: bool


def ship_order(
    session: Session,
    actor: Actor,
    *,
    number: str,
    source: str,
    lines: Mapping[str, int] | None = None,
    carrier: str = "",
    tracking: str = "",
) -> OrderShipped:
    """Ship what is reserved (None), or these base units by sku. The same `source` again changes nothing.

    Raises OrderNotFoundError, NotShippableError, ShipQuantityError, SourceUsedError.
    """
    require(actor, "orders.ship")
    bound, order, _ = locked_order(session, number)
    before = bound.execute(_recorded, {"source": source}).one_or_none()
    if before is not None:
        return _again(bound, order, before)
    stock = locked_stock(bound, order.id)
    rows = lines_of(bound, order.id)
    parts = _parts_of(order, rows, lines)
    shipped = [_part(row, parts[row.line_no]) for row in rows if row.line_no in parts]
    value = sum(part["value"] for part in shipped)
    made = {
        "order_id": order.id,
        "carrier": carrier.strip()[:80],
        "tracking": tracking.strip()[:80],
        "value": value,
        "lines": shipped,
        "source": source,
        "by": actor.subject,
        "shipped_at": bound.now,
    }
    shipment_id = bound.execute(_write, made).scalar_one()
    caused_by = f"shipment:{shipment_id}"
    _move(bound, actor, order, rows=rows, parts=parts, stock=stock, source=caused_by)
    bound.execute(_ship_order, {"order": order.id, "value": value, "now": bound.now})
    _, account = post(
        bound, kind="shipment", amount=-value, exposed=-value, source=caused_by, by=actor.subject,
        order_number=number,
    )  # fmt: skip
    unpaid = order.shipped_value + value - order.paid
    settle_shipment(bound, order_id=order.id, due=unpaid, balance=account.balance)
    result = _result(bound, order, made, rows, parts)
    _tell(bound, actor, result)
    return result


def _parts_of(order: Row[Any], rows: list[Row[Any]], lines: Mapping[str, int] | None) -> dict[int, int]:
    """Base units to ship by line number. Raises NotShippableError, ShipQuantityError."""
    reserved: dict[str, int] = {}
    for row in rows:
        reserved[row.sku] = reserved.get(row.sku, 0) + row.reserved
    if order.state != "confirmed" or not any(reserved.values()):
        raise NotShippableError(number=order.number, state=order.state, delivery=_delivery(order, rows, {}))
    wanted = {sku: qty for sku, qty in reserved.items() if qty} if lines is None else lines
    for sku, qty in wanted.items():
        if not 0 < qty <= reserved.get(sku, 0):
            raise ShipQuantityError(number=order.number, sku=sku, asked=qty, reserved=reserved.get(sku, 0))
    if not wanted:
        raise ShipQuantityError(number=order.number, sku="", asked=0, reserved=sum(reserved.values()))
    return split_by_line(wanted, ((row.line_no, row.sku, row.reserved) for row in rows))


def _part(row: Row[Any], qty: int) -> dict[str, Any]:
    value = value_of(row.total, row.base_qty, before=row.shipped, more=qty)
    return {"line_no": row.line_no, "sku": row.sku, "base_qty": qty, "value": value}


def _move(
    session: Session,
    actor: Actor,
    order: Row[Any],
    *,
    rows: list[Row[Any]],
    parts: Mapping[int, int],
    stock: Stock,
    source: str,
) -> None:
    sent = session.execute(
        _ship_lines,
        {
            "order": order.id,
            "shipped_parts": [{"line_no": line_no, "qty": qty} for line_no, qty in parts.items()],
        },
    ).all()
    if len(sent) != len(parts):
        raise RuntimeError("an order line changed under its stock's lock")
    gone: dict[int, int] = {}
    for row in rows:
        if row.line_no in parts:
            gone[row.product_id] = gone.get(row.product_id, 0) + parts[row.line_no]
    move_stock(session, stock, [Move(each, on_hand=-qty, reserved=-qty) for each, qty in gone.items()])
    write_stock_ledger(
        session,
        {each: -qty for each, qty in gone.items()},
        kind="shipment",
        source=source,
        by=actor.subject,
        reason=order.number,
    )


def _result(
    session: Session,
    order: Row[Any],
    made: Mapping[str, Any],
    rows: list[Row[Any]],
    parts: Mapping[int, int],
    *,
    repeated: bool = False,
) -> OrderShipped:
    lines: dict[str, int] = {}
    for part in made["lines"]:
        lines[part["sku"]] = lines.get(part["sku"], 0) + part["base_qty"]
    return OrderShipped(
        number=order.number,
        dealer_id=session.dealer_id,
        carrier=made["carrier"],
        tracking=made["tracking"],
        value=made["value"],
        lines=lines,
        rest=sum(row.base_qty - row.shipped for row in rows) - sum(parts.values()),
        delivery=_delivery(order, rows, parts),
        repeated=repeated,
    )


def _delivery(order: Row[Any], rows: list[Row[Any]], parts: Mapping[int, int]) -> str:
    return delivery_of(
        base_qty=sum(row.base_qty for row in rows),
        shipped=sum(row.shipped for row in rows) + sum(parts.values()),
        delivered=order.delivered_at is not None,
    )


def _again(session: Session, order: Row[Any], before: Row[Any]) -> OrderShipped:
    if before.order_id != order.id:
        raise SourceUsedError(source=before.source)
    made = {
        "carrier": before.carrier,
        "tracking": before.tracking,
        "value": before.value,
        "lines": before.lines,
    }
    return _result(session, order, made, lines_of(session, order.id), {}, repeated=True)


def _tell(session: Session, actor: Actor, shipped: OrderShipped) -> None:
    facts: dict[str, Any] = {
        "carrier": shipped.carrier,
        "tracking": shipped.tracking,
        "value": shipped.value,
        "lines": shipped.lines,
        "rest": shipped.rest,
    }
    trail(session, actor, "orders.ship", shipped.number, **facts)
    session.report("orders.shipped", number=shipped.number, by=actor.subject, **facts)
