"""Money in: payments and adjustments, and which orders they settle."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from core.credit.errors import BadAmountError
from core.credit.ledger import Recorded, lock_account, post, recorded
from core.credit.queries import standing
from core.db.scope import scoped
from core.db.session import Session
from core.dealers.queries import at_dealer
from core.kit.errors import SourceUsedError
from core.kit.money import MAX_MINOR
from core.orders.debts import Debt
from core.orders.errors import OrderNotFoundError
from core.orders.locks import whose_order
from core.orders.models import orders
from core.orders.settle import settle_with, settled_by
from core.people.actor import Actor
from core.people.policy import require
from core.people.trail import trail

_named = scoped(
    select(
        orders.c.id, orders.c.number, orders.c.total, orders.c.paid, orders.c.placed_at, orders.c.state
    ).where(orders.c.number == bindparam("number"))
)


@dataclass(frozen=True, slots=True)
class Credited:
    """A movement of the account. settled: minor units by order number; balance is the one afterwards."""

    dealer_id: int
    amount: int
    balance: int
    settled: dict[str, int]
    repeated: bool


def record_payment(
    session: Session,
    actor: Actor,
    *,
    amount: int,
    source: str,
    dealer: str | None = None,
    order_number: str | None = None,
    reason: str = "",
) -> Credited:
    """Money received from a dealer (its code; None: the order's, else the session's).

    Settles the order named, shipped or not, else and then the oldest shipped; what is left settles later shipments.
    The same `source` again changes nothing. Raises NotFoundError, OrderNotFoundError, BadAmountError, SourceUsedError.
    """
    require(actor, "payments.record")
    if not 0 < amount <= MAX_MINOR:
        raise BadAmountError(amount=amount, most=MAX_MINOR)
    if dealer is None and order_number is not None:
        bound = whose_order(session, order_number)
    else:
        bound = at_dealer(session, dealer)
    lock_account(bound)
    before = recorded(bound, source)
    if before is not None:
        return _again(bound, before, amount, source)
    named = _named_debt(bound, order_number)
    ledger_id, account = post(
        bound,
        kind="payment",
        amount=amount,
        source=source,
        by=actor.subject,
        order_number=order_number or "",
        reason=reason[:200],
    )
    settled = settle_with(bound, ledger_id=ledger_id, amount=amount, first=named)
    trail(
        bound, actor, "payments.record", source, reason=reason,
        amount=amount, order_number=order_number, settled=settled,
    )  # fmt: skip
    bound.report(
        "payments.recorded", amount=amount, balance=account.balance,
        order_number=order_number, settled=settled, by=actor.subject,
    )  # fmt: skip
    return Credited(bound.dealer_id, amount, account.balance, settled, repeated=False)


def adjust_balance(
    session: Session,
    actor: Actor,
    *,
    amount: int,
    source: str,
    reason: str,
    dealer: str | None = None,
    opening: bool = False,
) -> Credited:
    """A correction of the account by a signed amount; positive amounts settle like payments. Raises as record_payment."""
    require(actor, "account.adjust")
    if amount == 0 or abs(amount) > MAX_MINOR:
        raise BadAmountError(amount=amount, most=MAX_MINOR)
    bound = at_dealer(session, dealer)
    lock_account(bound)
    before = recorded(bound, source)
    if before is not None:
        return _again(bound, before, amount, source)
    ledger_id, account = post(
        bound,
        kind="opening" if opening else "adjustment",
        amount=amount,
        source=source,
        by=actor.subject,
        reason=reason[:200],
    )
    settled = settle_with(bound, ledger_id=ledger_id, amount=amount) if amount > 0 else {}
    trail(bound, actor, "account.adjust", source, reason=reason, amount=amount, settled=settled)
    bound.report("account.adjusted", amount=amount, balance=account.balance, reason=reason, by=actor.subject)
    return Credited(bound.dealer_id, amount, account.balance, settled, repeated=False)


def _named_debt(session: Session, number: str | None) -> Debt | None:
    """The order a payment names with all that is unpaid of it. Raises OrderNotFoundError, for a cancelled one too."""
    if number is None:
        return None
    row = session.execute(_named, {"number": number}).one_or_none()
    if row is None or row.state == "cancelled":
        raise OrderNotFoundError(reference=number)
    return Debt(row.id, row.number, row.total - row.paid, 0, row.placed_at)


def _again(session: Session, before: Recorded, amount: int, source: str) -> Credited:
    if before.amount != amount:
        raise SourceUsedError(source=source)
    return Credited(
        session.dealer_id,
        amount,
        standing(session).balance,
        settled_by(session, before.id),
        repeated=True,
    )
