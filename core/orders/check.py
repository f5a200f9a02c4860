"""The ledger half of `dealer check`: every balance is the sum of its movements, every order of its parts.

Reads the whole of the ledgers and orders; meant for a command and for tests, not for a turn.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, literal, or_, select

from core.credit.models import account_ledger, accounts
from core.db.scope import system
from core.kit.money import share
from core.kit.violation import Violation
from core.orders.models import (
    order_lines,
    orders,
    overrides,
    returns,
    settlements,
    shipments,
)
from core.pricing.rules import line_total
from core.products.models import products
from core.stock.models import stock_items, stock_ledger


def check(connection: Connection) -> list[Violation]:
    """Everything that does not add up; empty when all is well."""
    found = [
        Violation(rule, str(row.subject), row.kept, row.right)
        for rule, statement in RULES
        for row in connection.execute(statement)
    ]
    exposures: dict[int, int] = {}
    lines = connection.execute(_orders_with_lines)
    for _, rows in groupby(lines, key=lambda row: row.order_id):
        found += _order(list(rows), exposures)
    for row in connection.execute(_exposures):
        right = exposures.pop(row.dealer_id, 0)
        if row.exposure != right:
            found.append(Violation("accounts.exposure", str(row.dealer_id), row.exposure, right))
    found += [
        Violation("accounts.exposure", str(each), None, right) for each, right in exposures.items() if right
    ]
    return found


def _sum(column: ColumnElement[Any]) -> ColumnElement[int]:
    return func.coalesce(func.sum(column), 0)


def _unequal(
    subject: ColumnElement[Any],
    kept: ColumnElement[Any],
    right: ColumnElement[Any],
    join: Any,
    condition: ColumnElement[bool] | None = None,
) -> Select[Any]:
    """Groups of `join` by subject in which a kept number is not the sum it should be."""
    statement = select(subject.label("subject"), kept.label("kept"), right.label("right")).select_from(join)
    if condition is not None:
        statement = statement.where(condition)
    return system(statement.where(kept != right))


def _total_of(by: ColumnElement[Any], amount: ColumnElement[Any], *where: Any) -> Any:
    return select(by.label("by"), _sum(amount).label("total")).where(*where).group_by(by).subquery()


def _against(
    subject: ColumnElement[Any],
    kept: ColumnElement[Any],
    table: Any,
    sums: Any,
    *,
    key: ColumnElement[Any],
) -> Select[Any]:
    """Rows of a table whose kept number is not the total of their part of `sums`."""
    right = func.coalesce(sums.c.total, 0)
    return _unequal(subject, kept, right, table.outerjoin(sums, sums.c.by == key))


def _wrong(subject: ColumnElement[Any], kept: ColumnElement[Any], join: Any, *wrong: Any) -> Select[Any]:
    """Rows for which one of these conditions holds."""
    return system(
        select(subject.label("subject"), kept.label("kept"), literal("").label("right"))
        .select_from(join)
        .where(or_(*wrong))
    )


_stocked = products.outerjoin(stock_items, stock_items.c.product_id == products.c.id)
_reserved = _total_of(order_lines.c.product_id, order_lines.c.reserved)
_moved = _total_of(stock_ledger.c.product_id, stock_ledger.c.qty)
_left = _total_of(stock_ledger.c.product_id, -stock_ledger.c.qty, stock_ledger.c.kind == "shipment")
_sent = _total_of(order_lines.c.product_id, order_lines.c.shipped)
_credited = _total_of(account_ledger.c.dealer_id, account_ledger.c.amount)
_debited = _total_of(
    account_ledger.c.dealer_id, -account_ledger.c.amount, account_ledger.c.kind == "shipment"
)
_returned_credit = _total_of(
    account_ledger.c.dealer_id, account_ledger.c.amount, account_ledger.c.kind == "return"
)
_shipped = _total_of(shipments.c.order_id, shipments.c.value)
_shipped_by_dealer = _total_of(shipments.c.dealer_id, shipments.c.value)
_returned = _total_of(returns.c.order_id, returns.c.value)
_returned_by_dealer = _total_of(returns.c.dealer_id, returns.c.value)
_settled = _total_of(settlements.c.order_id, settlements.c.amount)
_used = _total_of(settlements.c.ledger_id, settlements.c.amount)

RULES: tuple[tuple[str, Select[Any]], ...] = (
    (
        "stock.reserved",
        _against(
            products.c.sku, func.coalesce(stock_items.c.reserved, 0), _stocked, _reserved, key=products.c.id
        ),
    ),
    (
        "stock.on_hand",
        _against(
            products.c.sku, func.coalesce(stock_items.c.on_hand, 0), _stocked, _moved, key=products.c.id
        ),
    ),
    (
        "stock.shipped",
        _unequal(
            products.c.sku,
            func.coalesce(_left.c.total, 0),
            func.coalesce(_sent.c.total, 0),
            products.outerjoin(_left, _left.c.by == products.c.id).outerjoin(
                _sent, _sent.c.by == products.c.id
            ),
        ),
    ),
    (
        "accounts.balance",
        _against(accounts.c.dealer_id, accounts.c.balance, accounts, _credited, key=accounts.c.dealer_id),
    ),
    (
        "accounts.shipments",
        _unequal(
            accounts.c.dealer_id,
            func.coalesce(_debited.c.total, 0),
            func.coalesce(_shipped_by_dealer.c.total, 0),
            accounts.outerjoin(_debited, _debited.c.by == accounts.c.dealer_id).outerjoin(
                _shipped_by_dealer, _shipped_by_dealer.c.by == accounts.c.dealer_id
            ),
        ),
    ),
    (
        "accounts.returns",
        _unequal(
            accounts.c.dealer_id,
            func.coalesce(_returned_credit.c.total, 0),
            func.coalesce(_returned_by_dealer.c.total, 0),
            accounts.outerjoin(_returned_credit, _returned_credit.c.by == accounts.c.dealer_id).outerjoin(
                _returned_by_dealer, _returned_by_dealer.c.by == accounts.c.dealer_id
            ),
        ),
    ),
    (
        "orders.shipped_value",
        _against(orders.c.number, orders.c.shipped_value, orders, _shipped, key=orders.c.id),
    ),
    (
        "orders.returned_value",
        _against(orders.c.number, orders.c.returned_value, orders, _returned, key=orders.c.id),
    ),
    ("orders.paid", _against(orders.c.number, orders.c.paid, orders, _settled, key=orders.c.id)),
    (
        "orders.state",
        _wrong(
            orders.c.number,
            orders.c.state,
            orders,
            and_(
                orders.c.state == "pending_review",
                or_(orders.c.review_until.is_(None), orders.c.shipped_value != 0, orders.c.excess == 0),
            ),
            and_(orders.c.state != "pending_review", orders.c.review_until.is_not(None)),
            (orders.c.state == "closed") != orders.c.delivered_at.is_not(None),
            (orders.c.state == "cancelled") != orders.c.cancelled_at.is_not(None),
            and_(orders.c.state == "cancelled", or_(orders.c.shipped_value != 0, orders.c.paid != 0)),
        ),
    ),
    (
        "orders.override",
        _wrong(
            orders.c.number,
            orders.c.excess,
            orders.outerjoin(overrides, overrides.c.order_id == orders.c.id),
            and_(
                orders.c.state.in_(("confirmed", "closed")),
                orders.c.excess > func.coalesce(overrides.c.excess, 0),
            ),
        ),
    ),
    (
        "settlements.credit",
        _wrong(
            account_ledger.c.source,
            _used.c.total,
            account_ledger.join(_used, _used.c.by == account_ledger.c.id),
            _used.c.total < 0,
            _used.c.total > case((account_ledger.c.amount > 0, account_ledger.c.amount), else_=0),
        ),
    ),
)
"""Each rule and the statement that finds what breaks it."""

_exposures = system(select(accounts.c.dealer_id, accounts.c.exposure))
_orders_with_lines = system(
    select(
        orders.c.id.label("order_id"),
        orders.c.number,
        orders.c.dealer_id,
        orders.c.state,
        orders.c.total.label("order_total"),
        orders.c.shipped_value,
        orders.c.returned_value,
        *(column for column in order_lines.c if column.name not in ("order_id", "dealer_id", "id")),
    )
    .select_from(orders.outerjoin(order_lines, order_lines.c.order_id == orders.c.id))
    .order_by(orders.c.id, order_lines.c.line_no)
)


def _order(rows: list[Any], exposures: dict[int, int]) -> Iterator[Violation]:
    """The rules of one order and its lines, in the arithmetic the verbs use."""
    first = rows[0]
    if first.line_no is None:
        yield Violation("orders.lines", first.number, 0, 1)
        return
    for row in rows:
        right = line_total(row.price, row.price_factor, row.base_qty)
        if row.total != right:
            yield Violation("order_lines.total", f"{row.number}/{row.line_no}", row.total, right)
        if not _whole(row):
            open_qty = row.reserved + row.backordered
            yield Violation("order_lines.quantities", f"{row.number}/{row.line_no}", open_qty, row.base_qty)
    parts: Iterable[tuple[str, int, Callable[[Any], int]]] = (
        ("orders.total", first.order_total, lambda row: row.total),
        (
            "orders.shipped_lines",
            first.shipped_value,
            lambda row: share(row.total, row.shipped, row.base_qty),
        ),
        (
            "orders.returned_lines",
            first.returned_value,
            lambda row: share(row.total, row.returned, row.base_qty),
        ),
    )
    for rule, kept, value in parts:
        right = sum(value(row) for row in rows)
        if kept != right:
            yield Violation(rule, first.number, kept, right)
    if first.state == "confirmed":
        left = sum(row.total - share(row.total, row.shipped, row.base_qty) for row in rows)
        exposures[first.dealer_id] = exposures.get(first.dealer_id, 0) + left


def _whole(row: Any) -> bool:
    """Whether a line's quantities are all accounted for in its order's state."""
    if row.state == "cancelled":
        return bool(row.reserved == row.backordered == row.shipped == 0)
    if row.state == "closed":
        return bool(row.shipped == row.base_qty)
    return bool(row.reserved + row.backordered + row.shipped == row.base_qty)
