"""Messages nobody understood, waiting for a model's second look; what came of it comes back as a message of its own."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select, update

from bot.dialog.messages import Inbound, Kind
from bot.store.models import second_looks
from core.db.session import Session
from core.kit.ids import token
from core.kit.shape import reader

_read = reader(Inbound)
LEASE = timedelta(minutes=1)
"""How long a worker may have one message in hand before another one takes it."""
KEPT = timedelta(days=1)
MOST = 20
"""Messages of one person in an hour that get a second look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A message and what the model said of it: None while nobody has asked, or when it said nothing of use."""

    id: str
    inbound: Inbound
    asked: bool
    answer: Any = None


_count = select(func.count()).where(
    second_looks.c.subject == bindparam("whose"), second_looks.c.created_at > bindparam("since")
)
_ask = insert(second_looks)
_due = (
    select(second_looks.c.id, second_looks.c.inbound, second_looks.c.asked, second_looks.c.answer)
    .where(~second_looks.c.told, second_looks.c.next_at <= bindparam("now"))
    .order_by(second_looks.c.next_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_lease = (
    update(second_looks).where(second_looks.c.id == bindparam("its_id")).values(next_at=bindparam("until"))
)
_release = (
    update(second_looks)
    .where(~second_looks.c.told, second_looks.c.next_at > bindparam("now"))
    .values(next_at=bindparam("now"))
)
_settle = (
    update(second_looks)
    .where(second_looks.c.id == bindparam("its_id"))
    .values(asked=True, answer=bindparam("said"))
)
_told = update(second_looks).where(second_looks.c.id == bindparam("its_id")).values(told=True)
_of = select(second_looks.c.id, second_looks.c.inbound, second_looks.c.asked, second_looks.c.answer).where(
    second_looks.c.subject == bindparam("whose"), second_looks.c.id == bindparam("its_id")
)
_old = delete(second_looks).where(second_looks.c.created_at < bindparam("before"), second_looks.c.told)


def ask_for(session: Session, subject: str, inbound: Inbound) -> bool:
    """Note a message for a second look; False when this person has had enough of them for now."""
    since = session.now - timedelta(hours=1)
    if session.execute(_count, {"whose": subject, "since": since}).scalar_one() >= MOST:
        return False
    session.execute(_old, {"before": session.now - KEPT})
    row = {
        "id": token(),
        "subject": subject,
        "inbound": msgspec.to_builtins(inbound),
        "asked": False,
        "told": False,
        "next_at": session.now,
        "created_at": session.now,
    }
    session.execute(_ask, row)
    return True


def next_look(session: Session) -> Look | None:
    """The message that has waited longest, leased to the caller."""
    row = session.execute(_due, {"now": session.now}).one_or_none()
    if row is None:
        return None
    session.execute(_lease, {"its_id": row.id, "until": session.now + LEASE})
    return Look(id=row.id, inbound=_read(row.inbound), asked=row.asked, answer=row.answer)


def release(session: Session) -> None:
    """End every lease, where no other process can hold one."""
    session.execute(_release, {"now": session.now})


def settle(session: Session, look_id: str, answer: Any) -> None:
    """Keep what the model said; None for nothing of use."""
    session.execute(_settle, {"its_id": look_id, "said": answer})


def told(session: Session, look_id: str) -> None:
    """The result has been through a turn."""
    session.execute(_told, {"its_id": look_id})


def look_of(session: Session, subject: str, look_id: str) -> Look | None:
    """One of a person's own; others' are as if they did not exist."""
    row = session.execute(_of, {"whose": subject, "its_id": look_id}).one_or_none()
    return row and Look(id=row.id, inbound=_read(row.inbound), asked=row.asked, answer=row.answer)


def result_of(look: Look, now: datetime) -> Inbound:
    """The result as a message: it goes through the turn like any other, once."""
    return look.inbound.result(Kind.LOOKED, message_id=f"second:{look.id}", text=look.id, at=now)
