"""Files people send: what is to be fetched, what came of it, and the bytes, kept once by their hash.

A turn only writes the reference; a worker fetches and looks; the result comes back as a message of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.dialog.messages import Inbound, Kind
from bot.store.models import files, media
from core.db.session import Session
from core.kit.ids import token
from core.kit.shape import reader

_read = reader(Inbound)
LEASE = timedelta(minutes=2)
"""How long a worker may have one file in hand before another one takes it."""
LATELY = timedelta(minutes=15)
"""How long a file sent without words waits to be meant by the words after it."""
PAUSES = (5, 15, 60, 180)
"""Seconds before the next attempts; after the last one the file is given up."""
LISTS = (".xlsx", ".xlsm", ".xls", ".et", ".csv", ".tsv", ".txt")
"""What the names of files end with that hold a list of goods."""
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "image/png": (".png",),
    "image/webp": (".webp",),
    "application/pdf": (".pdf",),
    "text/plain": (".txt", ".csv"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
}
"""How a file may be called, by what it is; everything else is a photo."""
MOST = 20
"""Files of one person waiting at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A file somebody sent. found: what was read in it; sha256 once it is kept."""

    id: str
    subject: str
    group: str
    name: str
    state: str  # waiting | ready | refused
    cause: str
    sha256: str | None
    found: Mapping[str, Any]
    used: bool

    def called(self, otherwise: str) -> str:
        """A name that says what the bytes are, whatever the sender's said."""
        endings = ENDINGS.get(str(self.found.get("mime")), (".jpg", ".jpeg"))
        right = self.name.lower().endswith(endings)
        return self.name if right else f"{self.name[:100] or otherwise}{endings[0]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A file in a worker's hands: to fetch while its state is waiting, else to be told of."""

    id: str
    state: str
    inbound: Inbound
    attempts: int


_view = (
    media.c.id,
    media.c.subject,
    media.c.group,
    media.c.name,
    media.c.state,
    media.c.cause,
    media.c.sha256,
    media.c.found,
    media.c.used,
)
_ask = insert(media)
_of = (
    select(*_view)
    .where(media.c.subject == bindparam("whose"), media.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(media.c.created_at, media.c.id)
)
_lately = (
    select(*_view)
    .where(
        media.c.subject == bindparam("whose"),
        media.c.created_at > bindparam("since"),
        media.c.used.is_(False),
        media.c.state != "refused",
    )
    .order_by(media.c.created_at, media.c.id)
    .limit(MOST)
)
_use = (
    update(media)
    .where(media.c.subject == bindparam("whose"), media.c.id.in_(bindparam("ids", expanding=True)))
    .values(used=True)
)
_due = (
    select(media.c.id, media.c.state, media.c.inbound, media.c.attempts)
    .where(~media.c.told, media.c.next_at <= bindparam("now"))
    .order_by(media.c.next_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_lease = update(media).where(media.c.id == bindparam("its_id")).values(next_at=bindparam("until"))
_later = (
    update(media)
    .where(media.c.id == bindparam("its_id"), media.c.state == "waiting")
    .values(next_at=bindparam("at"), attempts=media.c.attempts + 1)
)
_settle = (
    update(media)
    .where(media.c.id == bindparam("its_id"), media.c.state == "waiting")
    .values(
        state=bindparam("new_state"),
        cause=bindparam("why"),
        sha256=bindparam("hash"),
        found=bindparam("read"),
        next_at=bindparam("at"),
    )
)
_state = select(media.c.state).where(media.c.id == bindparam("its_id"))
_told = update(media).where(media.c.id == bindparam("its_id")).values(told=True)
_release = (
    update(media).where(~media.c.told, media.c.next_at > bindparam("now")).values(next_at=bindparam("now"))
)
_put = upsert(files)
_keep = _put.on_conflict_do_update(index_elements=["sha256"], set_={"at": _put.excluded.at})
_content = select(files.c.content).where(files.c.sha256 == bindparam("hash"))


def is_list(name: str) -> bool:
    """Whether a file is a list of goods by its name, and so no receipt."""
    return name.lower().endswith(LISTS)


def ask_for(session: Session, subject: str, inbound: Inbound) -> str:
    """Note a file that came with a message, to be fetched; its id."""
    assert inbound.media is not None
    key = token()
    row = {
        "id": key,
        "subject": subject,
        "inbound": msgspec.to_builtins(replace(inbound, text="")),
        "group": inbound.media_group[:80] or key,
        "name": inbound.media.name[:120],
        "state": "waiting",
        "found": {},
        "used": False,
        "told": False,
        "attempts": 0,
        "next_at": session.now,
        "created_at": session.now,
    }
    session.execute(_ask, row)
    return key


def received(session: Session, subject: str, ids: Sequence[str]) -> tuple[Received, ...]:
    """These files of a person, in the order they came; others' are as if they did not exist."""
    rows = session.execute(_of, {"whose": subject, "ids": list(ids)}) if ids else ()
    return tuple(Received(**row._mapping) for row in rows)  # noqa: SLF001 - its public name


def lately(session: Session, subject: str) -> tuple[Received, ...]:
    """What a person sent in the last minutes that nothing has in hand."""
    rows = session.execute(_lately, {"whose": subject, "since": session.now - LATELY})
    return tuple(Received(**row._mapping) for row in rows)  # noqa: SLF001


def take_in_hand(session: Session, subject: str, ids: Sequence[str]) -> None:
    """They belong to something now."""
    if ids:
        session.execute(_use, {"whose": subject, "ids": list(ids)})


def next_task(session: Session) -> Task | None:
    """The file that has waited longest, leased to the caller."""
    row = session.execute(_due, {"now": session.now}).one_or_none()
    if row is None:
        return None
    session.execute(_lease, {"its_id": row.id, "until": session.now + LEASE})
    inbound = _read(row.inbound)
    return Task(id=row.id, state=row.state, inbound=inbound, attempts=row.attempts)


def release(session: Session) -> None:
    """End every lease and pause, where no other process can hold one."""
    session.execute(_release, {"now": session.now})


def try_later(session: Session, task: Task) -> None:
    """It could not be fetched now; given up after the last pause."""
    if task.attempts >= len(PAUSES):
        refuse(session, task.id, "lost")
        return
    again = session.now + timedelta(seconds=PAUSES[task.attempts])
    session.execute(_later, {"its_id": task.id, "at": again})


def keep(
    session: Session, media_id: str, *, sha256: str, mime: str, content: bytes, found: Mapping[str, Any]
) -> None:
    """It is fetched and looked at: ready."""
    store(session, sha256=sha256, mime=mime, content=content)
    values = {"its_id": media_id, "new_state": "ready", "why": "", "hash": sha256, "read": dict(found)}
    session.execute(_settle, {**values, "at": session.now})


def store(session: Session, *, sha256: str, mime: str, content: bytes) -> None:
    """Keep a file's bytes, once by their hash; kept again they are young again, so that nobody deletes them just now."""
    row = {"sha256": sha256, "mime": mime, "size": len(content), "content": content, "at": session.now}
    session.execute(_keep, row)


def refuse(session: Session, media_id: str, cause: str) -> None:
    """It will not be kept, and why: type | size | broken | locked | scripted | pages | xls | macros | rows | lost."""
    values: dict[str, Any] = {
        "its_id": media_id,
        "new_state": "refused",
        "why": cause,
        "hash": None,
        "read": {},
    }
    session.execute(_settle, {**values, "at": session.now})


def is_settled(session: Session, media_id: str) -> bool:
    """Whether it is ready or refused."""
    return session.execute(_state, {"its_id": media_id}).scalar() in ("ready", "refused")


def told(session: Session, media_id: str) -> None:
    """The result has been through a turn."""
    session.execute(_told, {"its_id": media_id})


def result_of(task: Task, now: datetime) -> Inbound:
    """The result as a message: it goes through the turn like any other, once."""
    return task.inbound.result(Kind.FETCHED, message_id=f"media:{task.id}", text=task.id, at=now)


def content_of(connection: Connection, ref: str) -> bytes | None:
    """The bytes behind a `Picture.ref` of "file:<sha256>"."""
    found: bytes | None = connection.execute(_content, {"hash": ref.removeprefix("file:")}).scalar()
    return found
