"""Rows for what is to be sent, written in the transaction of their cause."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from core.db.session import Fact, Session
from core.kit.say import Say, dump
from notifications.outbox.models import facts, outbox
from notifications.outbox.sender import Address

LEASE = timedelta(seconds=40)

_facts = insert(facts)
_notices = {
    "sqlite": sqlite_insert(outbox).on_conflict_do_nothing(index_elements=["key"]),
    "postgresql": postgresql_insert(outbox).on_conflict_do_nothing(index_elements=["key"]),
}
_replies = insert(outbox).returning(outbox.c.id, sort_by_parameter_order=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to tell one person. key: (rule, subject, recipient, period, level), once for ever.

    kind: money (at least once: confirmations, and what somebody must act on) or alert (at most once). subject: as whom the person is told, "m:<id>" or "s:<id>".
    """

    key: str
    person_id: int
    subject: str
    say: Say
    kind: str = "alert"
    chat: tuple[str, str, str] = (
        "",
        "",
        "",
    )  # channel, account, chat of this one; else wherever they are reached


def write_facts(session: Session, happened: Sequence[Fact]) -> None:
    """What happened, for the worker to address."""
    if happened:
        session.execute(
            _facts,
            [
                {"kind": fact.kind, "dealer_id": fact.dealer_id, "data": dict(fact.data), "at": session.now}
                for fact in happened
            ],
        )


def write_notices(session: Session, notices: Sequence[Notice]) -> None:
    """Rows to be sent, each key once whoever writes it."""
    if notices:
        rows = [
            _row(notice.key, notice.kind, notice.subject, notice.say, session.now)
            | {"person_id": notice.person_id}
            | dict(zip(("channel", "account", "chat"), notice.chat, strict=True))
            for notice in notices
        ]
        session.execute(_notices[session.connection.dialect.name], rows)


def write_replies(
    session: Session,
    says: Sequence[Say],
    address: Address,
    *,
    person_id: int | None,
    key: str,
    leased_by: str,
    locale: str = "",
) -> tuple[int, ...]:
    """The answer to a message, leased to the process that will send it at once. Returns the rows' ids.

    locale: for somebody who is nobody yet; a person's own language is looked up at delivery.
    """
    if not says:
        return ()
    rows = [
        _row(f"{key}:{n}", "reply", address.subject, say, session.now)
        | {
            "person_id": person_id,
            "channel": address.channel,
            "account": address.account,
            "chat": address.chat,
            "state": "claimed" if leased_by else "pending",
            "leased_by": leased_by,
            "lease_until": session.now + LEASE if leased_by else None,
            "payload": dump(say) | ({"locale": locale} if locale else {}),
        }
        for n, say in enumerate(says)
    ]
    return tuple(session.execute(_replies, rows).scalars())


def _row(key: str, kind: str, subject: str, say: Say, now: datetime) -> dict[str, Any]:
    return {
        "key": key,
        "kind": kind,
        "person_id": None,
        "subject": subject,
        "channel": "",
        "account": "",
        "chat": "",
        "payload": dump(say),
        "state": "pending",
        "leased_by": "",
        "lease_until": None,
        "not_before": now,
        "created_at": now,
    }
