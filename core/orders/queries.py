"""Reading orders: one, several, and why one is late.

A session bound to a dealer reads that dealer's; an unbound staff session its region's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    select,
    true,
)

from core.db.rows import json_rows
from core.db.scope import across, scoped
from core.db.session import Session
from core.dealers.models import dealers
from core.kit.clock import business_day
from core.orders.errors import OrderNotFoundError, ReferenceAmbiguousError
from core.orders.models import order_lines, orders, shipments
from core.orders.rules import Lateness, Progress, lateness, numbers_ending
from core.orders.views import OrderLineView, OrderSummary, OrderView, ShipmentView, summary_of, view_of
from core.people.actor import Actor
from core.products.models import products
from core.stock.models import stock_items

Wrap = Callable[[Select[Any]], Select[Any]]

SHOWN = 8
"""Orders listed for a reference that fits several."""

_SHIPMENT = (
    shipments.c.id.label("shipment"),
    shipments.c.carrier,
    shipments.c.tracking,
    shipments.c.value,
    shipments.c.lines,
    shipments.c.shipped_at,
    shipments.c.received_at,
)
_lines = scoped(
    select(
        order_lines.c.line_no,
        order_lines.c.product_id,
        order_lines.c.sku,
        products.c.name_zh,
        products.c.name_en,
        products.c.base_unit,
        order_lines.c.unit,
        order_lines.c.qty,
        order_lines.c.base_qty,
        order_lines.c.price,
        order_lines.c.price_unit,
        order_lines.c.price_factor,
        order_lines.c.price_source,
        order_lines.c.total,
        order_lines.c.reserved,
        order_lines.c.backordered,
        order_lines.c.shipped,
        order_lines.c.returned,
        stock_items.c.inbound_on,
        *_SHIPMENT,
    )
    .select_from(
        order_lines.join(products, products.c.id == order_lines.c.product_id)
        .outerjoin(stock_items, stock_items.c.product_id == order_lines.c.product_id)
        .outerjoin(
            shipments,
            and_(
                shipments.c.dealer_id == order_lines.c.dealer_id,
                shipments.c.order_id == order_lines.c.order_id,
                order_lines.c.line_no == 1,
            ),
        )
    )
    .where(order_lines.c.order_id == bindparam("order"))
    .order_by(order_lines.c.line_no, shipments.c.id)
)
"""An order's lines, the first one once for each shipment: one statement reads both."""
_OF_LINE = [field.name for field in fields(OrderLineView)]
OPEN = orders.c.state.in_([literal_column("'pending_review'"), literal_column("'confirmed'")])
"""Written with literals, so that SQLite sees it is the condition of the index of open orders."""


def summaries(wrap: Wrap, condition: ColumnElement[bool], *order: Any, rows: Any = None) -> Select[Any]:
    """Orders that fit, with dealer and sums over their lines; `rows`: a table of numbers to join first."""
    order = order or (orders.c.id.desc(),)
    source = orders if rows is None else rows.join(orders, orders.c.number == rows.c.number)
    found = wrap(
        select(orders.c.id).select_from(source).where(condition).order_by(*order).limit(bindparam("limit"))
    ).subquery()
    return wrap(
        select(
            orders,
            dealers.c.code.label("dealer_code"),
            dealers.c.name.label("dealer_name"),
            func.count().label("line_count"),
            func.sum(order_lines.c.base_qty).label("base_qty"),
            func.sum(order_lines.c.shipped).label("shipped_qty"),
            func.max(case((order_lines.c.line_no == 1, order_lines.c.sku))).label("first_sku"),
        )
        .select_from(
            found.join(orders, orders.c.id == found.c.id)
            .join(dealers, dealers.c.id == orders.c.dealer_id)
            .join(
                order_lines,
                and_(order_lines.c.dealer_id == orders.c.dealer_id, order_lines.c.order_id == orders.c.id),
            )
        )
        .group_by(orders.c.id, dealers.c.id)
        .order_by(*order)
    )


def _both(condition: ColumnElement[bool], *order: Any) -> dict[bool, Select[Any]]:
    """The statement of a bound session (True) and of one that looks across a region (False)."""
    return {True: summaries(scoped, condition, *order), False: summaries(across, condition, *order)}


_bare_number = func.replace(orders.c.number, "-", "")
_numbers = json_rows("order_numbers", number=String())
_by_tail = {
    True: summaries(scoped, _bare_number.like(bindparam("tail"))),
    False: summaries(across, true(), rows=_numbers),
}
_newest = _both(orders.c.state != "cancelled", orders.c.placed_on.desc(), orders.c.id.desc())
_open = _both(OPEN, orders.c.placed_at.desc(), orders.c.id.desc())
_between = _both(
    orders.c.placed_on.between(bindparam("first"), bindparam("last")),
    orders.c.placed_on.desc(),
    orders.c.id.desc(),
)


def order_by_reference(session: Session, reference: str) -> OrderView:
    """The order with this number, or whose number ends with these characters (staff: at least the four last).

    Raises OrderNotFoundError (another dealer's answers the same), ReferenceAmbiguousError.
    """
    found = _ending(session, reference, SHOWN)
    exact = [row for row in found if row.number == reference.strip()]
    if exact:
        found = exact
    if not found:
        raise OrderNotFoundError(reference=reference)
    if len(found) > 1:
        raise ReferenceAmbiguousError(reference=reference, numbers=[row.number for row in found])
    return with_lines(session, found[0])


def orders_ending(session: Session, reference: str, *, limit: int = SHOWN) -> tuple[OrderSummary, ...]:
    """Orders whose number ends with these characters, newest first."""
    return tuple(summary_of(row) for row in _ending(session, reference, limit))


def last_order(session: Session) -> OrderView | None:
    """The dealer's newest order that was not cancelled; None when there is none."""
    row = session.execute(_pick(session, _newest), {"limit": 1}).one_or_none()
    return None if row is None else with_lines(session, row)


def open_orders(session: Session, *, limit: int = 20, whole_if_one: bool = False) -> tuple[OrderSummary, ...]:
    """Orders in review or confirmed, newest first; staff not bound to a dealer see their region's.

    whole_if_one: the only one comes as an OrderView.
    """
    rows = session.execute(_pick(session, _open), {"limit": limit}).all()
    return _listed(session, rows, whole=whole_if_one)


def orders_on(
    session: Session, *, first: date, last: date | None = None, limit: int = 20, whole_if_one: bool = False
) -> tuple[OrderSummary, ...]:
    """Orders placed on a day, or from the first to the last day, newest first."""
    binds = {"first": first, "last": last or first, "limit": limit}
    rows = session.execute(_pick(session, _between), binds).all()
    return _listed(session, rows, whole=whole_if_one)


def why_late(session: Session, actor: Actor, reference: str) -> Lateness:
    """Where the order stands against its delivery day. Raises as order_by_reference."""
    return lateness_of(order_by_reference(session, reference), session, actor)


def lateness_of(order: OrderView, session: Session, actor: Actor) -> Lateness:
    """The same for an order already read."""
    last = order.shipments[-1] if order.shipments else None
    ended = order.cancelled_at or order.delivered_at
    progress = Progress(
        number=order.number,
        state=order.state,
        placed_on=order.placed_on,
        deliver_on=order.deliver_on,
        shipped_on=business_day(last.shipped_at, actor.zone) if last else None,
        ended_on=business_day(ended, actor.zone) if ended else None,
        waiting={line.sku: line.inbound_on for line in order.lines if line.backordered},
        complete=all(line.shipped == line.base_qty for line in order.lines),
        carrier=last.carrier if last else "",
        tracking=last.tracking if last else "",
    )
    return lateness(progress, business_day(session.now, actor.zone))


def _listed(session: Session, rows: Sequence[Any], *, whole: bool) -> tuple[OrderSummary, ...]:
    if whole and len(rows) == 1:
        return (with_lines(session, rows[0]),)
    return tuple(summary_of(row) for row in rows)


def with_lines(session: Session, row: Any) -> OrderView:
    """A summary's row with the order's lines and shipments."""
    bound = session if session.scope.dealer_id == row.dealer_id else session.for_dealer(row.dealer_id)
    found = bound.execute(_lines, {"order": row.id}).all()
    first = {each.line_no: each for each in found}
    lines = [{name: getattr(each, name) for name in _OF_LINE} for each in first.values()]
    return view_of(row, lines, [each for each in found if each.shipment is not None])


def _ending(session: Session, reference: str, limit: int) -> list[Any]:
    digits = reference.strip().replace("-", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 20):
        return []
    if session.scope.dealer_id is not None:
        return list(session.execute(_by_tail[True], {"tail": f"%{digits}", "limit": limit}))
    numbers = numbers_ending(reference.strip(), session.now.date())
    rows = [{"number": number} for number in dict.fromkeys([reference.strip(), *numbers])]
    return list(session.execute(_by_tail[False], {"order_numbers": rows, "limit": limit}))


def _pick(session: Session, pair: Mapping[bool, Select[Any]]) -> Select[Any]:
    return pair[session.scope.dealer_id is not None]


__all__ = [
    "OPEN",
    "OrderLineView",
    "OrderSummary",
    "OrderView",
    "ShipmentView",
    "last_order",
    "lateness_of",
    "open_orders",
    "order_by_reference",
    "orders_ending",
    "orders_on",
    "summaries",
    "why_late",
    "with_lines",
]
