"""What was said in a chat, numbered in the order everyone sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from bot.channels.web.models import web_chats, web_messages

PAGE = 50
CATCH_UP = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message as kept. `key`: made by the sender's page, so that it is stored once; `mine`: the person's own."""

    seq: int
    key: str
    mine: bool
    body: Mapping[str, Any]
    at: datetime


class UnknownChatError(LookupError):
    """There is no such chat."""


_take_number = (
    update(web_chats)
    .where(web_chats.c.id == bindparam("of"))
    .values(last_seq=web_chats.c.last_seq + 1)
    .returning(web_chats.c.last_seq)
)
_by_key = select(web_messages).where(
    web_messages.c.chat == bindparam("of"), web_messages.c.key == bindparam("its_key")
)
_by_seq = select(web_messages).where(
    web_messages.c.chat == bindparam("of"), web_messages.c.seq == bindparam("its_seq")
)
_after = (
    select(web_messages)
    .where(web_messages.c.chat == bindparam("of"), web_messages.c.seq > bindparam("after"))
    .order_by(web_messages.c.seq)
    .limit(CATCH_UP)
)
_before = (
    select(web_messages)
    .where(web_messages.c.chat == bindparam("of"), web_messages.c.seq < bindparam("before"))
    .order_by(web_messages.c.seq.desc())
    .limit(PAGE + 1)
)
_keep = insert(web_messages)


def append(
    connection: Connection, chat: str, *, key: str, mine: bool, body: Mapping[str, Any], at: datetime
) -> Message:
    """Keep a message once: a key seen before gives the message kept then. Raises UnknownChatError."""
    seq = connection.execute(_take_number, {"of": chat}).scalar()
    if seq is None:
        raise UnknownChatError(chat)
    kept = connection.execute(_by_key, {"of": chat, "its_key": key}).one_or_none()
    if kept is not None:
        return _message(kept)
    connection.execute(_keep, {"chat": chat, "seq": seq, "key": key, "mine": mine, "body": body, "at": at})
    return Message(seq=seq, key=key, mine=mine, body=body, at=at)


def kept_as(connection: Connection, chat: str, key: str) -> Message | None:
    """The message kept under a key."""
    row = connection.execute(_by_key, {"of": chat, "its_key": key}).one_or_none()
    return _message(row) if row is not None else None


def numbered(connection: Connection, chat: str, seq: int) -> Message | None:
    """One message of a chat by its number."""
    row = connection.execute(_by_seq, {"of": chat, "its_seq": seq}).one_or_none()
    return _message(row) if row is not None else None


def after(connection: Connection, chat: str, seq: int) -> Sequence[Message]:
    """The next messages after a number, oldest first; ask again while it gives any."""
    return [_message(row) for row in connection.execute(_after, {"of": chat, "after": seq})]


def before(connection: Connection, chat: str, seq: int) -> tuple[Sequence[Message], bool]:
    """The last messages before a number, oldest first, and whether there are earlier ones still."""
    rows = connection.execute(_before, {"of": chat, "before": seq}).all()
    return [_message(row) for row in reversed(rows[:PAGE])], len(rows) > PAGE


def _message(row: Row[Any]) -> Message:
    return Message(seq=row.seq, key=row.key, mine=row.mine, body=row.body, at=row.at)
