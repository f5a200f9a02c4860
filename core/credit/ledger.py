"""How an account changes: its row locked first, then moved by guarded statements, every movement in the ledger.

The account row is the lock of a dealer's orders and money: whoever changes either holds it.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from core.credit.models import account_ledger, accounts
from core.credit.queries import STANDING_COLUMNS, Standing, standing_of
from core.db.base import Minor
from core.db.scope import scoped
from core.db.session import Session

_lock = scoped(select(*STANDING_COLUMNS).with_for_update())
_open = scoped(upsert(accounts).on_conflict_do_nothing(index_elements=["dealer_id"]))
_change = scoped(
    update(accounts)
    .where(accounts.c.exposure + bindparam("exposed", type_=Minor) >= 0)
    .values(
        balance=accounts.c.balance + bindparam("amount", type_=Minor),
        exposure=accounts.c.exposure + bindparam("exposed", type_=Minor),
    )
    .returning(*STANDING_COLUMNS)
)
_write = scoped(insert(account_ledger).returning(account_ledger.c.id))
_recorded = scoped(
    select(account_ledger.c.id, account_ledger.c.amount, account_ledger.c.kind).where(
        account_ledger.c.source == bindparam("source")
    )
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A movement that a source caused before."""

    id: int
    amount: int
    kind: str


def lock_account(session: Session) -> Standing:
    """Lock the account of the session's dealer, opened if it has none."""
    row = session.execute(_lock).one_or_none()
    if row is None:
        open_account(session)
        row = session.execute(_lock).one()
    return standing_of(row)


def open_account(session: Session) -> None:
    """Give the session's dealer an account of zeros if it has none."""
    session.execute(_open)


def recorded(session: Session, source: str) -> Recorded | None:
    """The movement this source caused before, if any."""
    row = session.execute(_recorded, {"source": source}).one_or_none()
    return None if row is None else Recorded(row.id, row.amount, row.kind)


def expose(session: Session, value: int) -> Standing:
    """Add to the exposure (negative: take away)."""
    return _moved(session, amount=0, exposed=value)


def post(
    session: Session,
    *,
    kind: str,
    amount: int,
    source: str,
    by: str,
    order_number: str = "",
    reason: str = "",
    exposed: int = 0,
) -> tuple[int, Standing]:
    """Write one signed movement and move the balance (and the exposure) by it; the ledger row's id, the account after."""
    after = _moved(session, amount=amount, exposed=exposed)
    ledger_id: int = session.execute(
        _write,
        {
            "kind": kind,
            "amount": amount,
            "source": source,
            "order_number": order_number,
            "reason": reason,
            "by": by,
            "at": session.now,
        },
    ).scalar_one()
    return ledger_id, after


def _moved(session: Session, *, amount: int, exposed: int) -> Standing:
    row = session.execute(_change, {"amount": amount, "exposed": exposed}).one_or_none()
    if row is None:
        raise RuntimeError("exposure would fall below zero")
    return standing_of(row)
