"""Which orders a credit pays: the order it names, then the oldest shipped. Every part is a settlement row, never changed.

A credit names an order or nothing; what it does not settle stays free and settles later shipments. Debts that belong
to no order (an opening debt, a negative adjustment) are paid from free credit before new shipments are.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import BigInteger, and_, bindparam, func, insert, or_, select, update

from core.credit.models import account_ledger
from core.db.base import Id, UtcDateTime
from core.db.rows import json_rows
from core.db.scope import DEALER, scoped
from core.db.session import Session
from core.orders.debts import Debt, debts_of
from core.orders.models import orders, settlements

_parts = json_rows("settled_parts", order_id=Id, ledger_id=Id, amount=BigInteger())
_sums = json_rows("settled_sums", order_id=Id, amount=BigInteger())
_write = scoped(
    insert(settlements).from_select(
        ["dealer_id", "order_id", "ledger_id", "amount", "at"],
        select(
            bindparam(DEALER, type_=Id),
            _parts.c.order_id,
            _parts.c.ledger_id,
            _parts.c.amount,
            bindparam("at", type_=UtcDateTime()),
        ),
    )
)
_pay = scoped(
    update(orders)
    .where(
        orders.c.id == _sums.c.order_id,
        orders.c.paid + _sums.c.amount >= 0,
        orders.c.paid + _sums.c.amount <= orders.c.total,
    )
    .values(paid=orders.c.paid + _sums.c.amount)
    .returning(orders.c.id)
)
_open_debt = scoped(
    select(func.coalesce(func.sum(orders.c.shipped_value - orders.c.paid), 0)).where(
        orders.c.shipped_value != orders.c.paid
    )
)
_named = orders.alias("named")
_settled = (
    select(func.coalesce(func.sum(settlements.c.amount), 0))
    .where(
        settlements.c.dealer_id == bindparam(DEALER, type_=Id),
        settlements.c.ledger_id == account_ledger.c.id,
    )
    .correlate(account_ledger)
    .scalar_subquery()
)
_free_credits = scoped(
    select(account_ledger.c.id, (account_ledger.c.amount - _settled).label("left"))
    .select_from(
        account_ledger.outerjoin(
            _named,
            and_(
                _named.c.dealer_id == account_ledger.c.dealer_id,
                _named.c.number == account_ledger.c.order_number,
                _named.c.state.in_(("pending_review", "confirmed")),
                _named.c.paid < _named.c.total,
            ),
        )
    )
    .where(
        account_ledger.c.amount > 0,
        account_ledger.c.amount > _settled,
        or_(_named.c.id.is_(None), _named.c.id == bindparam("order")),
    )
    .order_by(account_ledger.c.id)
)
_settled_of_order = scoped(
    select(settlements.c.ledger_id, func.sum(settlements.c.amount).label("amount"))
    .where(settlements.c.order_id == bindparam("order"))
    .group_by(settlements.c.ledger_id)
    .having(func.sum(settlements.c.amount) != 0)
)
_settled_by = scoped(
    select(orders.c.number, func.sum(settlements.c.amount).label("amount"))
    .select_from(
        settlements.join(
            orders, and_(orders.c.dealer_id == settlements.c.dealer_id, orders.c.id == settlements.c.order_id)
        )
    )
    .where(settlements.c.ledger_id == bindparam("ledger"))
    .group_by(orders.c.number)
)


@dataclass(frozen=True, slots=True)
class Part:
    """So much of one credit for one order."""

    order_id: int
    ledger_id: int
    amount: int


def settle_with(
    session: Session, *, ledger_id: int, amount: int, first: Debt | None = None
) -> dict[str, int]:
    """Settle with a new credit: `first` (an order and at most how much of it), then the oldest shipped; by number."""
    left = amount
    parts: list[Part] = []
    settled: dict[str, int] = {}
    others = (debt for debt in debts_of(session) if first is None or debt.order_id != first.order_id)
    for debt in ([first] if first else []) + list(others):
        take = min(left, debt.amount)
        if take > 0:
            parts.append(Part(debt.order_id, ledger_id, take))
            settled[debt.number] = take
            left -= take
    _keep(session, parts)
    return settled


def settle_order(session: Session, *, order_id: int, ledger_id: int, amount: int) -> None:
    """Settle one order, which owes no less, with part of a credit."""
    _keep(session, [Part(order_id, ledger_id, amount)])


def settle_new_order(session: Session, *, order_id: int, ledger_id: int, amount: int) -> None:
    """The same for an order that was written as paid so far."""
    row = {"order_id": order_id, "ledger_id": ledger_id, "amount": amount}
    session.execute(_write, {"settled_parts": [row], "at": session.now})


def settle_shipment(session: Session, *, order_id: int, due: int, balance: int) -> int:
    """Settle an order's new debt from credits that are free, the oldest first; how much was settled.

    Free is what the balance holds beyond the unsettled orders: balance = credits - shipments - other debts.
    """
    open_debt: int = session.execute(_open_debt).scalar_one()
    left = min(due, balance + int(open_debt))
    if left <= 0:
        return 0
    parts = []
    for row in session.execute(_free_credits, {"order": order_id}):
        take = min(left, row.left)
        if take > 0:
            parts.append(Part(order_id, row.id, take))
            left -= take
    _keep(session, parts)
    return sum(part.amount for part in parts)


def release_settlements(session: Session, order_id: int) -> None:
    """Free what was paid for an order that is cancelled: opposite rows, nothing is deleted."""
    rows = session.execute(_settled_of_order, {"order": order_id})
    _keep(session, [Part(order_id, row.ledger_id, -row.amount) for row in rows])


def settled_by(session: Session, ledger_id: int) -> dict[str, int]:
    """What a credit settled, by order number."""
    rows = session.execute(_settled_by, {"ledger": ledger_id})
    return {row.number: int(row.amount) for row in rows if row.amount}


def _keep(session: Session, parts: Iterable[Part]) -> None:
    """Write settlement rows and add them to what their orders have been paid."""
    kept = list(parts)
    if not kept:
        return
    sums: dict[int, int] = {}
    for part in kept:
        sums[part.order_id] = sums.get(part.order_id, 0) + part.amount
    rows = [{"order_id": part.order_id, "ledger_id": part.ledger_id, "amount": part.amount} for part in kept]
    session.execute(_write, {"settled_parts": rows, "at": session.now})
    paid = session.execute(
        _pay, {"settled_sums": [{"order_id": each, "amount": amount} for each, amount in sums.items()]}
    ).all()
    if len(paid) != len(sums):
        raise RuntimeError("an order would be paid beyond its total")
