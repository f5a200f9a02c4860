"""What a dealer's account began with, as files state it: an opening entry, and corrections of it by the difference."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select

from core.credit.models import account_ledger
from core.db.scope import scoped
from core.db.session import Session

SOURCE = "opening"

_stated = scoped(
    select(
        func.coalesce(func.sum(account_ledger.c.amount), 0).label("amount"), func.count().label("entries")
    ).where(or_(account_ledger.c.source == SOURCE, account_ledger.c.source.like(f"{SOURCE}:%")))
)


@dataclass(frozen=True, slots=True)
class Opening:
    """The opening balance in minor units, and in how many entries it was stated."""

    amount: int
    entries: int

    @property
    def next_source(self) -> str:
        """The source of the next entry."""
        return f"{SOURCE}:{self.entries}" if self.entries else SOURCE


def opening_of(session: Session) -> Opening:
    """The opening balance of the session's dealer; zero in no entries before it was stated."""
    row = session.execute(_stated).one()
    return Opening(int(row.amount), row.entries)
