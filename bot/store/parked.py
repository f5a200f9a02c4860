"""Messages whose turn failed: kept with their payload, tried again with growing pauses, given up loudly."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.dialog.messages import Inbound
from bot.store.models import parked
from core.db.session import Session
from core.kit.shape import reader

PAUSES = (1, 2, 4, 8, 15, 30, 45)
"""Seconds before each new attempt: all of them within two minutes."""

_insert: dict[str, SqliteInsert | PostgresqlInsert] = {
    "sqlite": sqlite_insert(parked),
    "postgresql": postgresql_insert(parked),
}
_read = reader(Inbound)
_first_waiting = (
    select(func.min(parked.c.id).label("id"))
    .where(parked.c.state == "waiting")
    .group_by(parked.c.channel, parked.c.account, parked.c.sender)
    .subquery()
)
_due = (
    select(parked)
    .where(
        parked.c.id.in_(select(_first_waiting.c.id)),
        parked.c.state == "waiting",
        parked.c.next_at <= bindparam("now"),
    )
    .order_by(parked.c.id)
    .limit(50)
)
_settle = (
    update(parked)
    .where(parked.c.id == bindparam("row"), parked.c.state.in_(("waiting", "dead")))
    .values(state=bindparam("new_state"), next_at=bindparam("again"))
    .returning(parked.c.id)
)
_by_key = select(parked).where(
    parked.c.channel == bindparam("channel"),
    parked.c.account == bindparam("account"),
    parked.c.dedupe_key == bindparam("key"),
)
_queued = (
    select(parked.c.id)
    .where(
        parked.c.channel == bindparam("channel"),
        parked.c.account == bindparam("account"),
        parked.c.sender == bindparam("sender"),
        parked.c.state == "waiting",
        parked.c.attempts == 0,
    )
    .limit(1)
)
_visible = (
    select(parked)
    .where(parked.c.state.in_(("waiting", "dead")))
    .order_by(parked.c.id.desc())
    .limit(bindparam("n"))
)
_by_reference = select(parked).where(
    parked.c.reference == bindparam("ref"), parked.c.state.in_(("waiting", "dead"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """One parked message. inbound is None when its payload could not be read."""

    id: int
    channel: str
    account: str
    sender: str
    inbound: Inbound | None
    attempts: int
    state: str
    cause: str
    reference: str
    first_at: datetime


def park(session: Session, inbound: Inbound, *, cause: str, reference: str, queued: bool = False) -> Parked:
    """Keep a message for another try; the second failure of the same message counts on. Queued: behind an earlier one."""
    pause = 0 if queued else PAUSES[0]
    statement = _insert[session.connection.dialect.name]
    attempts = parked.c.attempts + (0 if queued else 1)
    row = session.execute(
        statement.on_conflict_do_update(
            index_elements=["channel", "account", "dedupe_key"],
            set_={"attempts": attempts, "cause": statement.excluded.cause},
        ).returning(parked),
        {
            "channel": inbound.channel,
            "account": inbound.account,
            "dedupe_key": inbound.message_id,
            "sender": inbound.sender,
            "place": inbound.place,
            "inbound": msgspec.to_builtins(inbound),
            "raw": None,
            "attempts": 0 if queued else 1,
            "state": "waiting",
            "cause": cause[:300],
            "reference": reference,
            "first_at": session.now,
            "next_at": session.now + timedelta(seconds=pause),
        },
    ).mappings()
    return _view(row.one())


def park_unreadable(
    session: Session, *, channel: str, account: str, key: str, raw: bytes, cause: str, reference: str
) -> bool:
    """Keep a payload nobody could read, for staff to see; False for one that is kept already."""
    statement = (
        _insert[session.connection.dialect.name]
        .on_conflict_do_nothing(index_elements=["channel", "account", "dedupe_key"])
        .returning(parked.c.id)
    )
    kept = session.execute(
        statement,
        {
            "channel": channel,
            "account": account,
            "dedupe_key": key,
            "sender": "",
            "place": "",
            "inbound": None,
            "raw": raw,
            "attempts": 1,
            "state": "dead",
            "cause": cause[:300],
            "reference": reference,
            "first_at": session.now,
            "next_at": session.now,
        },
    )
    return kept.first() is not None


def due(session: Session) -> list[Parked]:
    """Each sender's oldest waiting message, if it is time to try it again."""
    return [_view(row) for row in session.execute(_due, {"now": session.now}).mappings()]


def after_failure(session: Session, message: Parked) -> str:
    """Wait longer, or give up: "waiting" or "dead"."""
    gone = message.attempts >= len(PAUSES)
    pause = PAUSES[min(message.attempts, len(PAUSES) - 1)]
    state = "dead" if gone else "waiting"
    settle_parked(session, message.id, state, again=session.now + timedelta(seconds=pause))
    return state


def settle_parked(session: Session, row: int, state: str, *, again: datetime | None = None) -> bool:
    """Move a parked message to waiting, dead, done or dropped; False when it was settled already."""
    params = {"row": row, "new_state": state, "again": again or session.now}
    return session.execute(_settle, params).first() is not None


def find_parked(session: Session, reference: str) -> Parked | None:
    """A message staff may act on, by the reference its sender was given."""
    row = session.execute(_by_reference, {"ref": reference}).mappings().first()
    return _view(row) if row else None


def parked_messages(session: Session, limit: int = 50) -> list[Parked]:
    """Waiting and dead messages, newest first."""
    return [_view(row) for row in session.execute(_visible, {"n": limit}).mappings()]


def some_queued(session: Session, inbound: Inbound) -> bool:
    """Whether a message of this sender waits behind an earlier one."""
    keys = {"channel": inbound.channel, "account": inbound.account, "sender": inbound.sender}
    return session.execute(_queued, keys).first() is not None


def parked_of(session: Session, inbound: Inbound) -> Parked | None:
    """The parked row of a message."""
    keys = {"channel": inbound.channel, "account": inbound.account, "key": inbound.message_id}
    row = session.execute(_by_key, keys).mappings().first()
    return _view(row) if row else None


def _view(row: Mapping[Any, Any]) -> Parked:
    return Parked(
        id=row["id"],
        channel=row["channel"],
        account=row["account"],
        sender=row["sender"],
        inbound=None if row["inbound"] is None else _read(row["inbound"]),
        attempts=row["attempts"],
        state=row["state"],
        cause=row["cause"],
        reference=row["reference"],
        first_at=row["first_at"],
    )
