"""How a rebate balance changes: its row moved by guarded statements, every movement in the ledger, never below zero.

The dealer's account is locked before it, as for everything that moves a dealer's money.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, String, bindparam, func, insert, select, true, update
from sqlalchemy.dialects.postgresql import insert as upsert

from core.credit.errors import RebateShortError
from core.credit.ledger import post
from core.credit.rebate_models import rebate_accounts, rebate_ledger
from core.db.base import Id, Minor, UtcDateTime
from core.db.rows import json_rows
from core.db.scope import DEALER, scoped, system
from core.db.session import Session

_rows = json_rows(
    "rebate_rows", kind=String(), amount=BigInteger(), source=String(), programme_id=Id, order_id=Id,
    account_entry=Id,
)  # fmt: skip
_NAMES = ("kind", "amount", "source", "programme_id", "order_id", "account_entry")
_balance = scoped(select(rebate_accounts.c.balance))
_open = scoped(upsert(rebate_accounts).on_conflict_do_nothing(index_elements=["dealer_id"]))
_move = scoped(
    update(rebate_accounts)
    .where(rebate_accounts.c.balance + bindparam("moved", type_=Minor) >= 0)
    .values(balance=rebate_accounts.c.balance + bindparam("moved", type_=Minor))
    .returning(rebate_accounts.c.balance)
)
_write = scoped(
    insert(rebate_ledger)
    .from_select(
        ["dealer_id", *_NAMES, "by", "at"],
        select(
            bindparam(DEALER, type_=Id),
            *(_rows.c[name] for name in _NAMES),
            bindparam("by", type_=String()),
            bindparam("at", type_=UtcDateTime()),
        ),
    )
    .returning(rebate_ledger.c.id)
)
_openings = json_rows("rebate_openings", dealer_id=Id, balance=BigInteger())
_open_many = system(
    upsert(rebate_accounts)
    .from_select(["dealer_id"], select(_openings.c.dealer_id).where(true()))
    .on_conflict_do_nothing(index_elements=["dealer_id"])
)
_move_many = system(
    update(rebate_accounts)
    .where(rebate_accounts.c.dealer_id == _openings.c.dealer_id)
    .values(balance=rebate_accounts.c.balance + _openings.c.balance)
)
_write_many = system(insert(rebate_ledger))
_used = scoped(
    select(func.coalesce(-func.sum(rebate_ledger.c.amount), 0)).where(
        rebate_ledger.c.order_id == bindparam("order"), rebate_ledger.c.kind.in_(("used", "released"))
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A movement to be written: amount signed, what the dealer gains is positive."""

    kind: str
    amount: int
    source: str
    programme_id: int | None = None
    order_id: int | None = None
    account_entry: int | None = None


def rebate_balance(session: Session) -> int:
    """The rebate the session's dealer may still use."""
    return session.execute(_balance).scalar() or 0


def post_rebate(session: Session, entries: Sequence[Entry], *, by: str) -> int:
    """Write movements that do not take more than there is, and move the balance by their sum; the balance after."""
    after = _moved(session, sum(entry.amount for entry in entries))
    if after is None:
        raise RuntimeError("a rebate balance would fall below zero")
    _keep(session, entries, by=by)
    return after


def post_openings(session: Session, amounts: Mapping[int, int], *, source: str, by: str) -> None:
    """First entries of many dealers' balances, by dealer, in a system session; their accounts are locked."""
    rows = {
        "rebate_openings": [{"dealer_id": dealer, "balance": amount} for dealer, amount in amounts.items()]
    }
    session.execute(_open_many, rows)
    session.execute(_move_many, rows)
    entry = {"kind": "opening", "source": source, "by": by, "at": session.now}
    session.execute(
        _write_many, [{"dealer_id": dealer, "amount": amount, **entry} for dealer, amount in amounts.items()]
    )


def move_to_account(
    session: Session, *, order_id: int, number: str, amount: int, source: str, by: str, exposed: int = 0
) -> tuple[int, int]:
    """Turn rebate into a credit on the account that names an order (negative: back again).

    exposed: what the exposure changes by in the same act. The account's movement and the rebate left. Raises
    RebateShortError.
    """
    left = _moved(session, -amount)
    if left is None:
        raise RebateShortError(amount=amount, balance=rebate_balance(session))
    movement, _ = post(
        session, kind="rebate", amount=amount, source=source, by=by, order_number=number, exposed=exposed
    )
    entry = Entry(
        kind="used" if amount > 0 else "released", amount=-amount, source=source, order_id=order_id,
        account_entry=movement,
    )  # fmt: skip
    _keep(session, [entry], by=by)
    return movement, left


def pay_into_rebate(session: Session, *, amount: int, source: str, by: str) -> tuple[int, int]:
    """Pay a claim to the rebate balance: the movement, and the balance after."""
    after = _moved(session, amount)
    assert after is not None
    (movement,) = _keep(session, [Entry(kind="claim", amount=amount, source=source)], by=by)
    return movement, after


def _moved(session: Session, amount: int) -> int | None:
    after: int | None = session.execute(_move, {"moved": amount}).scalar()
    if after is None and amount >= 0:  # the first movement opens the account
        session.execute(_open)
        after = session.execute(_move, {"moved": amount}).scalar()
    return after


def _keep(session: Session, entries: Sequence[Entry], *, by: str) -> list[int]:
    rows = [{name: getattr(entry, name) for name in _NAMES} for entry in entries]
    return list(session.execute(_write, {"rebate_rows": rows, "by": by, "at": session.now}).scalars())


def release_rebate(session: Session, *, order_id: int, number: str) -> int:
    """Give back the rebate used on an order that ends without being shipped; how much."""
    used: int = session.execute(_used, {"order": order_id}).scalar_one()
    if used:
        move_to_account(
            session, order_id=order_id, number=number, amount=-int(used), source=f"rebate-back:{number}",
            by="system",
        )  # fmt: skip
    return int(used)
