"""Reading accounts: what a dealer may still order, and why the balance is what it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from core.credit.models import account_ledger, accounts
from core.db.scope import scoped
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


NOTHING = Standing(0, 0, 0, 0)
STANDING_COLUMNS = (
    accounts.c.credit_limit,
    accounts.c.balance,
    accounts.c.exposure,
    accounts.c.payment_days,
)
_standing = scoped(select(*STANDING_COLUMNS))
_lines = scoped(
    select(
        account_ledger.c.at,
        account_ledger.c.kind,
        account_ledger.c.amount,
        account_ledger.c.order_number,
        account_ledger.c.reason,
    )
    .order_by(account_ledger.c.at.desc(), account_ledger.c.id.desc())
    .limit(bindparam("limit"))
)


def standing(session: Session) -> Standing:
    """The account of the session's dealer; zeros when it has none yet."""
    row = session.execute(_standing).one_or_none()
    return NOTHING if row is None else standing_of(row)


def standing_of(row: Any) -> Standing:
    """The account in a row with STANDING_COLUMNS."""
    return Standing(row.credit_limit, row.balance, row.exposure, row.payment_days)


def account_lines(session: Session, *, limit: int = 20) -> tuple[AccountLine, ...]:
    """The newest movements, newest first; the first line's balance is the account's."""
    balance = standing(session).balance
    lines = []
    for row in session.execute(_lines, {"limit": limit}):
        lines.append(AccountLine(row.at, row.kind, row.amount, balance, row.order_number, row.reason))
        balance -= row.amount
    return tuple(lines)
