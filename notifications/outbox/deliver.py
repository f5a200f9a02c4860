"""Delivery: claim rows under a lease, send, and settle by what the channel answered.

Order is kept per recipient: a row waits while an older one to the same subject is unsent. Replies and money confirmations
are sent at least once; an alert whose answer was lost stays `unknown` and is never repeated by itself. What a channel may
not push now is `waiting`, holds nobody up, and goes along with the next answer.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, or_, select, update

from core.db.session import Session
from core.people.models import identities, persons
from notifications.outbox.models import outbox
from notifications.outbox.sender import Address, Moved, Refused, Result, Retry, Sender, Sent, Unknown, Wait
from notifications.outbox.write import LEASE

ATTEMPTS = 8
TOLD_TO_WAIT = 50
"""Attempts where the channel itself says when to come again: it works, there is only too much at once."""
FIRST_DELAY = 2.0
LONGEST_DELAY = 300.0

_older = outbox.alias("older")
_due = (
    select(outbox.c.id)
    .where(
        or_(
            and_(outbox.c.state == "pending", outbox.c.not_before <= bindparam("now")),
            and_(
                outbox.c.state == "claimed",
                outbox.c.lease_until <= bindparam("now"),
                outbox.c.kind != "alert",
            ),
        ),
        ~select(_older.c.id)
        .where(
            _older.c.subject == outbox.c.subject,
            _older.c.id < outbox.c.id,
            _older.c.state.in_(("pending", "claimed")),
        )
        .exists(),
    )
    .order_by(outbox.c.not_before, outbox.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_row = (
    outbox.c.id,
    outbox.c.kind,
    outbox.c.person_id,
    outbox.c.subject,
    outbox.c.channel,
    outbox.c.account,
    outbox.c.chat,
    outbox.c.payload,
    outbox.c.attempts,
)
_claim = (
    update(outbox)
    .where(outbox.c.id.in_(_due))
    .values(
        state="claimed",
        leased_by=bindparam("process"),
        lease_until=bindparam("until"),
        attempts=outbox.c.attempts + 1,
    )
    .returning(*_row)
)
_lost = (
    update(outbox)
    .where(outbox.c.state == "claimed", outbox.c.lease_until <= bindparam("now"), outbox.c.kind == "alert")
    .values(state="unknown", error="the process that was sending it stopped", settled_at=bindparam("now"))
)
_release = (
    update(outbox)
    .where(outbox.c.state == "claimed")
    .values(lease_until=bindparam("now"))
    .returning(outbox.c.id)
)
_mine = (
    update(outbox)
    .where(
        outbox.c.id.in_(bindparam("ids", expanding=True)),
        outbox.c.state == "claimed",
        outbox.c.leased_by == bindparam("process"),
        outbox.c.attempts == 0,
    )
    .values(lease_until=bindparam("until"), attempts=1)
    .returning(*_row)
)
_collect = (
    update(outbox)
    .where(
        outbox.c.key.in_(bindparam("keys", expanding=True)),
        or_(
            outbox.c.state.in_(("pending", "waiting")),
            and_(
                outbox.c.state == "claimed",
                or_(
                    outbox.c.lease_until <= bindparam("now"),
                    and_(outbox.c.leased_by == bindparam("process"), outbox.c.attempts == 0),
                ),
            ),
        ),
    )
    .values(
        state="claimed",
        leased_by=bindparam("process"),
        lease_until=bindparam("until"),
        attempts=outbox.c.attempts + 1,
    )
    .returning(*_row)
)
_waiting = (
    select(outbox.c.id)
    .where(
        outbox.c.subject == bindparam("subject_is"),
        outbox.c.state == "waiting",
        outbox.c.channel.in_(("", bindparam("channel_is"))),
    )
    .order_by(outbox.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_ride = (
    update(outbox)
    .where(outbox.c.id.in_(_waiting))
    .values(state="claimed", leased_by=bindparam("process"), lease_until=bindparam("until"))
    .returning(*_row)
)
_settle = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("row"),
        outbox.c.state == "claimed",
        outbox.c.leased_by == bindparam("process"),
    )
    .values(
        state=bindparam("new_state"),
        provider_id=bindparam("provider"),
        error=bindparam("new_error"),
        not_before=bindparam("again"),
        settled_at=bindparam("settled"),
        lease_until=None,
        leased_by="",
    )
)
_blocked = (
    select(outbox.c.id)
    .where(outbox.c.subject == bindparam("subject"), outbox.c.id < bindparam("row"),
           outbox.c.state.in_(("pending", "claimed")))
    .limit(1)
)  # fmt: skip
_ways = (
    select(identities.c.channel, identities.c.account, identities.c.chat, persons.c.locale)
    .join(persons, persons.c.id == identities.c.person_id)
    .where(
        identities.c.person_id == bindparam("person"),
        identities.c.revoked_at.is_(None),
        identities.c.reachable,
    )
    .order_by((identities.c.channel == persons.c.prefers).desc(), identities.c.last_seen_at.desc())
)
_locale = select(persons.c.locale).where(persons.c.id == bindparam("person"))
_unreachable = (
    update(identities)
    .where(
        identities.c.channel == bindparam("channel_is"),
        identities.c.account == bindparam("account_is"),
        identities.c.chat == bindparam("chat_is"),
    )
    .values(reachable=False)
    .returning(identities.c.person_id)
)
_moved = (
    update(identities)
    .where(identities.c.channel == bindparam("channel_is"), identities.c.chat == bindparam("chat_is"))
    .values(chat=bindparam("new_chat"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A claimed row and the addresses it may go to, best first."""

    id: int
    kind: str
    person_id: int | None
    subject: str
    payload: Mapping[str, Any]
    attempts: int
    addresses: tuple[Address, ...]


def claim(session: Session, process: str, limit: int = 20) -> list[Parcel]:
    """Lease what is due. A row whose lease ran out is sent again, but an alert stays unknown: it may have arrived."""
    session.execute(_lost, {"now": session.now})
    rows = session.execute(
        _claim, {"now": session.now, "process": process, "until": session.now + LEASE, "limit": limit}
    ).mappings()
    return [_parcel(session, row) for row in sorted(rows, key=lambda row: row["id"])]


def take(session: Session, process: str, ids: Sequence[int]) -> list[Parcel]:
    """The replies this process leased for itself; those behind an older unsent row are given back to the queue."""
    rows = session.execute(
        _mine, {"ids": list(ids), "process": process, "until": session.now + LEASE}
    ).mappings()
    parcels = [_parcel(session, row) for row in sorted(rows, key=lambda row: row["id"])]
    if parcels and session.execute(_blocked, {"subject": parcels[0].subject, "row": parcels[0].id}).first():
        for parcel in parcels:
            settle(session, process, parcel, None, Retry("an older message goes first", after=0.2))
        return []
    return parcels


def collect(session: Session, process: str, keys: Sequence[str]) -> list[Parcel]:
    """The replies with these keys that are not on their way, for a message that was delivered again."""
    rows = session.execute(
        _collect, {"keys": list(keys), "process": process, "now": session.now, "until": session.now + LEASE}
    ).mappings()
    return [_parcel(session, row) for row in sorted(rows, key=lambda row: row["id"])]


def riders(session: Session, process: str, subject: str, channel: str, limit: int = 10) -> list[Parcel]:
    """What waits for the next answer to this person, oldest first: it goes along with it now."""
    rows = session.execute(
        _ride,
        {
            "subject_is": subject,
            "channel_is": channel,
            "process": process,
            "until": session.now + LEASE,
            "limit": limit,
        },
    ).mappings()
    return [_parcel(session, row) for row in sorted(rows, key=lambda row: row["id"])]


def release(session: Session) -> int:
    """End every lease, where no other process can hold one: what a killed process was sending need not wait for it.

    Returns how many there were.
    """
    return len(session.execute(_release, {"now": session.now}).scalars().all())


async def send(parcel: Parcel, senders: Mapping[str, Sender]) -> tuple[Address | None, Result]:
    """Try the addresses in turn until one takes it. Returns the last one tried and what it said; where none takes it now
    but one may later, that one.
    """
    result: Result = Refused("no way to reach this person")
    address = None
    later: tuple[Address, Wait] | None = None
    for address in parcel.addresses:
        sender = senders.get(address.channel)
        if sender is None:
            result = Refused(f"{address.channel} is off")
            continue
        result = await sender.send(address, parcel.payload)
        if isinstance(result, Moved):
            return address, result
        if isinstance(result, Wait):
            later = address, result
        elif not isinstance(result, Refused):
            return address, result
    return later or (address, result)


def settle(session: Session, process: str, parcel: Parcel, address: Address | None, result: Result) -> None:
    """Write down what became of it."""
    state, error, provider, again = _verdict(parcel, result, session.now)
    if isinstance(result, Refused) and result.unreachable and address is not None:
        where = {"channel_is": address.channel, "account_is": address.account, "chat_is": address.chat}
        for person_id in session.execute(_unreachable, where).scalars().all():
            session.report("people.unreachable", person_id=person_id, channel=address.channel)
    if isinstance(result, Moved) and address is not None:
        session.execute(
            _moved, {"channel_is": address.channel, "chat_is": address.chat, "new_chat": result.chat}
        )
    session.execute(
        _settle,
        {
            "row": parcel.id,
            "process": process,
            "new_state": state,
            "provider": provider,
            "new_error": error[:300],
            "again": again,
            "settled": None if state in ("pending", "waiting") else session.now,
        },
    )


def _verdict(parcel: Parcel, result: Result, now: datetime) -> tuple[str, str, str, datetime]:
    match result:
        case Sent(provider_id):
            return "sent", "", provider_id, now
        case Moved():
            return "pending", "the chat moved", "", now
        case Refused(reason):
            return "refused", reason, "", now
        case Wait(reason):
            return "waiting", reason, "", now
        case Unknown(reason) if parcel.kind == "alert":
            return "unknown", reason, "", now
        case Retry(reason, after) if after is not None:
            return _again(parcel, reason, after, now, most=TOLD_TO_WAIT)
        case Retry(reason) | Unknown(reason):
            return _again(parcel, reason, _delay(parcel.attempts), now)


def _again(
    parcel: Parcel, reason: str, delay: float, now: datetime, most: int = ATTEMPTS
) -> tuple[str, str, str, datetime]:
    state = "pending" if parcel.attempts < most else "dead"
    return state, reason, "", now + timedelta(seconds=delay)


def _delay(attempts: int) -> float:
    longest: float = min(LONGEST_DELAY, FIRST_DELAY * 2 ** max(0, attempts - 1))
    return random.uniform(longest / 2, longest)  # noqa: S311 - jitter


def _parcel(session: Session, row: Mapping[Any, Any]) -> Parcel:
    return Parcel(
        id=row["id"],
        kind=row["kind"],
        person_id=row["person_id"],
        subject=row["subject"],
        payload=row["payload"],
        attempts=row["attempts"],
        addresses=_addresses(session, row),
    )


def _addresses(session: Session, row: Mapping[Any, Any]) -> tuple[Address, ...]:
    if row["chat"]:
        locale = session.execute(_locale, {"person": row["person_id"]}).scalar() if row["person_id"] else None
        return (
            Address(
                channel=row["channel"],
                account=row["account"],
                chat=row["chat"],
                subject=row["subject"],
                locale=row["payload"].get("locale") or locale or "zh-Hans",
                kind=row["kind"],
                ref=str(row["id"]),
            ),
        )
    ways = session.execute(_ways, {"person": row["person_id"]})
    return tuple(
        Address(
            channel=way.channel,
            account=way.account,
            chat=way.chat,
            subject=row["subject"],
            locale=way.locale,
            kind=row["kind"],
            ref=str(row["id"]),
        )
        for way in ways
    )
