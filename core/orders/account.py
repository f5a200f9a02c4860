"""A dealer's account with what is overdue."""

from dataclasses import dataclass
from datetime import date, tzinfo

from sqlalchemy import select

from core.credit.queries import standing
from core.db.scope import scoped
from core.db.session import Session
from core.orders.debts import overdue_of
from core.orders.models import orders


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Minor units. available = credit_limit + balance - exposure; overdue is shipped, unpaid and past its due day."""

    credit_limit: int
    balance: int
    exposure: int
    available: int
    payment_days: int
    overdue: int
    oldest_overdue: str  # order number, "" when nothing is overdue
    oldest_overdue_on: date | None  # the day it was due
    oldest_overdue_days: int
    unpaid: int  # shipped and not settled, overdue or not


_on_order = scoped(
    select(orders.c.number, (orders.c.total - orders.c.shipped_value).label("value"))
    .where(orders.c.state == "confirmed", orders.c.total != orders.c.shipped_value)
    .order_by(orders.c.placed_at.desc(), orders.c.id.desc())
)


def exposed_by_order(session: Session) -> dict[str, int]:
    """What each order of the session's dealer adds to the exposure, the newest first."""
    return {row.number: row.value for row in session.execute(_on_order)}


def account_of(session: Session, *, zone: tzinfo) -> Account:
    """The account of the session's dealer, now; due days are those of `zone` (the actor's)."""
    account = standing(session)
    overdue = overdue_of(session, payment_days=account.payment_days, zone=zone)
    today = session.now.astimezone(zone).date()
    return Account(
        credit_limit=account.credit_limit,
        balance=account.balance,
        exposure=account.exposure,
        available=account.available,
        payment_days=account.payment_days,
        overdue=overdue.amount,
        oldest_overdue=overdue.oldest,
        oldest_overdue_on=overdue.oldest_on,
        oldest_overdue_days=(today - overdue.oldest_on).days if overdue.oldest_on else 0,
        unpaid=overdue.unpaid,
    )
