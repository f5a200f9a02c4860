"""Accounts of many dealers at once, for files: opened, locked in the order of their dealers, moved by one statement.

All of it in a system session.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, bindparam, func, insert, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert as upsert

from core.credit.errors import BadAmountError
from core.credit.models import account_ledger, accounts
from core.credit.opening import SOURCE, Opening
from core.credit.queries import STANDING_COLUMNS, standing_of
from core.credit.service import MAX_PAYMENT_DAYS, set_credit_limit
from core.db.base import Id
from core.db.rows import json_rows
from core.db.scope import system
from core.db.session import Session
from core.kit.money import MAX_MINOR
from core.people.actor import Actor
from core.people.policy import require

_ids = json_rows("account_ids", dealer_id=Id)
_moves = json_rows("account_moves", dealer_id=Id, balance=BigInteger(), exposure=BigInteger())
_open = system(
    upsert(accounts)
    .from_select(["dealer_id"], select(_ids.c.dealer_id).where(true()))
    .on_conflict_do_nothing(index_elements=["dealer_id"])
)
_lock = system(
    select(accounts.c.dealer_id, *STANDING_COLUMNS)
    .select_from(_ids.join(accounts, accounts.c.dealer_id == _ids.c.dealer_id))
    .order_by(accounts.c.dealer_id)
    .with_for_update(of=accounts)
)
_add = system(insert(accounts))
_move = system(
    update(accounts)
    .where(accounts.c.dealer_id == _moves.c.dealer_id)
    .values(balance=accounts.c.balance + _moves.c.balance, exposure=accounts.c.exposure + _moves.c.exposure)
)
_write = system(insert(account_ledger))
_stated = system(
    select(
        account_ledger.c.dealer_id,
        func.sum(account_ledger.c.amount).label("amount"),
        func.count().label("entries"),
    )
    .select_from(_ids.join(account_ledger, account_ledger.c.dealer_id == _ids.c.dealer_id))
    .where(or_(account_ledger.c.source == SOURCE, account_ledger.c.source.like(bindparam("corrections"))))
    .group_by(account_ledger.c.dealer_id)
)


def lock_accounts(session: Session, dealer_ids: Collection[int]) -> None:
    """Lock these dealers' accounts, opened where they have none."""
    wanted = _wanted(dealer_ids)
    session.execute(_open, wanted)
    session.execute(_lock, wanted)


def expose_accounts(session: Session, values: Mapping[int, int]) -> None:
    """Add to the exposure of locked accounts by dealer."""
    rows = [{"dealer_id": dealer, "balance": 0, "exposure": value} for dealer, value in values.items()]
    session.execute(_move, {"account_moves": rows})


def openings_of(session: Session, dealer_ids: Collection[int]) -> dict[int, Opening]:
    """Opening balances by dealer; one that was never stated is absent."""
    rows = session.execute(_stated, {**_wanted(dealer_ids), "corrections": f"{SOURCE}:%"})
    return {row.dealer_id: Opening(int(row.amount), row.entries) for row in rows}


def post_openings(session: Session, amounts: Mapping[int, int], *, by: str, reason: str) -> None:
    """First opening entries of locked accounts by dealer, none of which is zero. They settle nothing, nobody is told."""
    for amount in amounts.values():
        if abs(amount) > MAX_MINOR:
            raise BadAmountError(amount=amount, most=MAX_MINOR)
    moves = [{"dealer_id": dealer, "balance": amount, "exposure": 0} for dealer, amount in amounts.items()]
    session.execute(_move, {"account_moves": moves})
    entry = {"kind": "opening", "source": SOURCE, "reason": reason, "by": by, "at": session.now}
    session.execute(
        _write, [{"dealer_id": dealer, "amount": amount, **entry} for dealer, amount in amounts.items()]
    )


def put_terms(session: Session, actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[bool]:
    """Limits and days to pay by dealer (dealer_id, credit_limit, payment_days); None keeps what is. Whether each changed.

    Raises BadAmountError.
    """
    require(actor, "account.set_limit")
    known = session.execute(_lock, _wanted([row["dealer_id"] for row in rows]))
    before = {row.dealer_id: standing_of(row) for row in known}
    fresh: list[dict[str, int]] = []
    changed: list[bool] = []
    for row in rows:
        dealer, limit, days = row["dealer_id"], row["credit_limit"], row["payment_days"]
        was = before.get(dealer)
        if was is None:
            new = bool(limit or days)
            if new:
                fresh.append({"dealer_id": dealer, "credit_limit": limit or 0, "payment_days": days or 0})
        else:
            new = limit not in (None, was.credit_limit) or days not in (None, was.payment_days)
            if new:
                bound = session.for_dealer(dealer)
                set_credit_limit(bound, actor, credit_limit=limit, payment_days=days, reason="import")
        changed.append(new)
    if fresh:
        for each in fresh:
            if each["credit_limit"] > MAX_MINOR or each["payment_days"] > MAX_PAYMENT_DAYS:
                raise BadAmountError(amount=each["credit_limit"], most=MAX_MINOR)
        session.execute(_add, fresh)
    return changed


def _wanted(dealer_ids: Collection[int]) -> dict[str, Any]:
    return {"account_ids": [{"dealer_id": dealer} for dealer in sorted(set(dealer_ids))]}
