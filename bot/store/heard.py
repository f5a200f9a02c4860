"""What was heard and how: counts by week, and the texts of single messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, bindparam, func, select

from bot.store.models import inbox
from core.db.rows import json_rows
from core.db.session import Session
from core.kit.say import Say, load

_counted = (
    select(inbox.c.heard, func.count().label("messages"))
    .where(inbox.c.heard != "", inbox.c.at >= bindparam("since"), inbox.c.at < bindparam("until"))
    .group_by(inbox.c.heard)
)
_rows = json_rows("messages", channel=String(), account=String(), dedupe_key=String())
_texts = select(inbox.c.channel, inbox.c.account, inbox.c.dedupe_key, inbox.c.text, inbox.c.at).join(
    _rows,
    (_rows.c.channel == inbox.c.channel)
    & (_rows.c.account == inbox.c.account)
    & (_rows.c.dedupe_key == inbox.c.dedupe_key),
)

_talk = (
    select(inbox.c.kind, inbox.c.text, inbox.c.reply, inbox.c.at)
    .where(
        inbox.c.subject == bindparam("subject"),
        inbox.c.place == "private",
        inbox.c.at >= bindparam("since"),
        inbox.c.at < bindparam("until"),
    )
    .order_by(inbox.c.at, inbox.c.id)
)


@dataclass(frozen=True, slots=True)
class Written:
    """A message as it came."""

    text: str
    at: datetime


def heard_between(session: Session, since: datetime, until: datetime) -> dict[str, int]:
    """How many messages were heard how."""
    rows = session.execute(_counted, {"since": since, "until": until})
    return {row.heard: row.messages for row in rows}


def written(session: Session, references: Sequence[str]) -> dict[str, Written]:
    """Messages by their references, "<channel>:<account>:<message id>"; those no longer kept are absent."""
    wanted = []
    for reference in dict.fromkeys(filter(None, references)):
        channel, account, key = reference.split(":", 2)
        wanted.append({"channel": channel, "account": account, "dedupe_key": key})
    found = session.execute(_texts, {"messages": wanted})
    return {f"{row.channel}:{row.account}:{row.dedupe_key}": Written(row.text, row.at) for row in found}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A message of one person with what was answered; of a button `text` is its action and argument."""

    kind: str
    text: str
    says: tuple[Say, ...]
    at: datetime


def exchanges(session: Session, subject: str, since: datetime, until: datetime) -> list[Exchange]:
    """What one person and the assistant said to each other in private, oldest first."""
    rows = session.execute(_talk, {"subject": subject, "since": since, "until": until})
    return [Exchange(row.kind, row.text, tuple(load(say) for say in row.reply), row.at) for row in rows]
