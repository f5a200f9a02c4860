"""Goods that come back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Integer, Row, bindparam, insert, select, update

from core.credit.ledger import post
from core.db.rows import json_rows
from core.db.scope import scoped
from core.db.session import Session
from core.kit.errors import SourceUsedError
from core.orders.backorders import fill_backorders, tell_waiting
from core.orders.debts import Debt
from core.orders.errors import ReturnQuantityError
from core.orders.locks import lines_of, locked_order, locked_stock
from core.orders.models import order_lines, orders, returns
from core.orders.rules import split_by_line, value_of
from core.orders.settle import settle_with
from core.people.actor import Actor
from core.people.policy import require
from core.people.trail import trail
from core.stock.movements import Move, Stock, move_stock, report_crossings, write_stock_ledger

_parts = json_rows("returned_parts", line_no=Integer(), qty=Integer())
_return_lines = scoped(
    update(order_lines)
    .where(
        order_lines.c.order_id == bindparam("order"),
        order_lines.c.line_no == _parts.c.line_no,
        order_lines.c.returned + _parts.c.qty <= order_lines.c.shipped,
    )
    .values(returned=order_lines.c.returned + _parts.c.qty)
    .returning(order_lines.c.id)
)
_return_order = scoped(
    update(orders)
    .where(orders.c.id == bindparam("order"))
    .values(returned_value=orders.c.returned_value + bindparam("value", type_=BigInteger()))
)
_write = scoped(insert(returns).returning(returns.c.id))
_recorded = scoped(select(returns).where(returns.c.source == bindparam("source")))


@dataclass(frozen=True, slots=True)
class ReturnRecorded:
    """value: minor units credited to the account."""

    number: str
    dealer_id: int
    value: int
    lines: dict[str, int]
    repeated: bool


def record_return(
    session: Session,
    actor: Actor,
    *,
    number: str,
    lines: Mapping[str, int],
    reason: str,
    source: str,
    restock: bool = True,
) -> ReturnRecorded:
    """Take back base units by sku that were shipped: stock (if `restock`) and account get them at their exact value.

    Raises OrderNotFoundError, ReturnQuantityError, SourceUsedError.
    """
    require(actor, "orders.record_return")
    bound, order, _ = locked_order(session, number)
    before = bound.execute(_recorded, {"source": source}).one_or_none()
    if before is not None:
        if before.order_id != order.id:
            raise SourceUsedError(source=source)
        return _result(bound, number, before.value, before.lines, repeated=True)
    stock = locked_stock(bound, order.id)
    rows = lines_of(bound, order.id)
    parts = _parts_of(number, rows, lines)
    back = [_part(row, parts[row.line_no], restock=restock) for row in rows if row.line_no in parts]
    value = sum(part["value"] for part in back)
    made = {"order_id": order.id, "value": value, "lines": back, "reason": reason[:300], "source": source,
            "by": actor.subject, "at": bound.now}  # fmt: skip
    return_id = bound.execute(_write, made).scalar_one()
    taken = [{"line_no": line_no, "qty": qty} for line_no, qty in parts.items()]
    bound.execute(_return_lines, {"order": order.id, "returned_parts": taken})
    bound.execute(_return_order, {"order": order.id, "value": value})
    _credit(bound, actor, order, value=value, source=f"return:{return_id}", reason=reason)
    if restock:
        _restock(bound, actor, stock, rows=rows, parts=parts, source=f"return:{return_id}")
    result = _result(bound, number, value, back)
    trail(bound, actor, "orders.record_return", number, reason=reason, value=value, lines=result.lines)
    bound.report(
        "orders.returned", number=number, value=value, lines=result.lines, reason=reason, by=actor.subject
    )
    return result


def _parts_of(number: str, rows: list[Row[Any]], lines: Mapping[str, int]) -> dict[int, int]:
    """Base units to take back by line number. Raises ReturnQuantityError."""
    returnable: dict[str, int] = {}
    for row in rows:
        returnable[row.sku] = returnable.get(row.sku, 0) + row.shipped - row.returned
    for sku, qty in lines.items():
        if not 0 < qty <= returnable.get(sku, 0):
            raise ReturnQuantityError(number=number, sku=sku, asked=qty, returnable=returnable.get(sku, 0))
    if not lines:
        raise ReturnQuantityError(number=number, sku="", asked=0, returnable=sum(returnable.values()))
    return split_by_line(lines, ((row.line_no, row.sku, row.shipped - row.returned) for row in rows))


def _part(row: Row[Any], qty: int, *, restock: bool) -> dict[str, Any]:
    value = value_of(row.total, row.base_qty, before=row.returned, more=qty)
    return {
        "line_no": row.line_no,
        "sku": row.sku,
        "base_qty": qty,
        "value": value,
        "restock": restock,
    }


def _credit(session: Session, actor: Actor, order: Row[Any], *, value: int, source: str, reason: str) -> None:
    """The value back on the account; it settles what of the order is unpaid first."""
    ledger_id, _ = post(
        session,
        kind="return",
        amount=value,
        source=source,
        by=actor.subject,
        order_number=order.number,
        reason=reason[:200],
    )
    unpaid = Debt(order.id, order.number, max(0, order.shipped_value - order.paid), 0, order.placed_at)
    settle_with(session, ledger_id=ledger_id, amount=value, first=unpaid)


def _restock(
    session: Session,
    actor: Actor,
    stock: Stock,
    *,
    rows: list[Row[Any]],
    parts: Mapping[int, int],
    source: str,
) -> None:
    back: dict[int, int] = {}
    for row in rows:
        if row.line_no in parts:
            back[row.product_id] = back.get(row.product_id, 0) + parts[row.line_no]
    after = move_stock(session, stock, [Move(each, on_hand=qty) for each, qty in back.items()])
    write_stock_ledger(session, back, kind="return", source=source, by=actor.subject)
    filled, _ = fill_backorders(session, {each: after[each] for each in back})
    tell_waiting(session, filled)
    report_crossings(session, stock, {**after, **filled})


def _result(
    session: Session,
    number: str,
    value: int,
    parts: list[dict[str, Any]],
    *,
    repeated: bool = False,
) -> ReturnRecorded:
    lines: dict[str, int] = {}
    for part in parts:
        lines[part["sku"]] = lines.get(part["sku"], 0) + part["base_qty"]
    return ReturnRecorded(number, session.dealer_id, value, lines, repeated)
