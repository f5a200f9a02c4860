"""Reading accounts: what a dealer may still order, and why the balance is what it is."""

from dataclasses import dataclass
from datetime import datetime

from core.db.session import Session


@dataclass(frozen=True, slots=True)
class Standing:
    """A dealer's account in minor units. available = credit_limit + balance - exposure."""

    credit_limit: int
    balance: int
    exposure: int
    payment_days: int

    @property
    def available(self) -> int:
        """What may still be ordered; negative when over the limit."""
        return self.credit_limit + self.balance - self.exposure


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One movement: amount signed (a credit to the dealer is positive), balance after it."""

    at: datetime
    kind: str  # opening | shipment | payment | return | adjustment
    amount: int
    balance: int
    order_number: str
    reason: str


def standing(session: Session) -> Standing:
    """The account of the session's dealer; zeros when it has none yet."""
    raise NotImplementedError


def account_lines(session: Session, *, limit: int = 20) -> tuple[AccountLine, ...]:
    """The newest movements, newest first; the first line's balance is the account's."""
    raise NotImplementedError
