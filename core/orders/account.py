"""A dealer's account with what is overdue."""

from dataclasses import dataclass
from datetime import date

from core.db.session import Session


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


def account_of(session: Session) -> Account:
    """The account of the session's dealer, now."""
    raise NotImplementedError
