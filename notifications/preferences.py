"""What a person wants to be told and when: topics they muted, and hours in which notices are held for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from core.audit.service import record
from core.db.session import Session
from core.kit.say import dump, load
from core.people.actor import Actor
from notifications.alerts.happened import Happened
from notifications.models import held, preferences
from notifications.outbox.write import Notice, write_notices

TOPICS = {
    "staff": ("orders", "contracts", "stock", "claims", "rebates"),
    "dealer": ("orders", "account", "contracts", "claims", "rebates"),
}
"""What each side may turn off."""
_TOPIC_OF = {"drafts": "orders", "payments": "account"}
_MUST = frozenset({"orders.review_asked", "claims.submitted", "alerts.unseen"})
"""What somebody has to decide cannot be turned off."""
_AT_ONCE = frozenset({"talks", "people", "turns"})
"""What belongs to a conversation or to safety is not held."""

_of = select(preferences).where(preferences.c.subject.in_(bindparam("subjects", expanding=True)))
_put = upsert(preferences).values(
    subject=bindparam("subject"),
    muted=bindparam("muted"),
    quiet_from=bindparam("quiet_from"),
    quiet_to=bindparam("quiet_to"),
)
_put = _put.on_conflict_do_update(
    index_elements=["subject"],
    set_={name: _put.excluded[name] for name in ("muted", "quiet_from", "quiet_to")},
)
_hold = upsert(held).on_conflict_do_nothing(index_elements=["key"])
_over = select(held).where(held.c.until <= bindparam("now")).order_by(held.c.until).limit(100)
_over = _over.with_for_update(skip_locked=True)
_drop = delete(held).where(held.c.key.in_(bindparam("keys", expanding=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """One person's wishes. quiet: from and to in minutes after midnight; the same twice would be all day and is refused."""

    muted: tuple[str, ...] = ()
    quiet: tuple[int, int] | None = None


def preference_of(session: Session, subject: str) -> Preference:
    """A person's wishes; nothing muted and no quiet hours where they said nothing."""
    return _found(session, [subject]).get(subject, Preference())


def toggle_topic(session: Session, actor: Actor, topic: str) -> Preference:
    """Turn a topic off, or on again."""
    was = preference_of(session, actor.subject)
    muted = tuple(each for each in was.muted if each != topic)
    return _save(session, actor, replace(was, muted=muted if topic in was.muted else (*muted, topic)))


def set_quiet(session: Session, actor: Actor, quiet: tuple[int, int] | None) -> Preference:
    """Hold notices between these hours, or never."""
    return _save(session, actor, replace(preference_of(session, actor.subject), quiet=quiet))


def wanted_now(session: Session, fact: Happened, notices: Sequence[Notice]) -> list[Notice]:
    """What is to be sent at once. What its reader muted is left out; what falls into their quiet hours is held."""
    wishes = _found(session, [notice.subject for notice in notices]) if notices else {}
    first = fact.kind.partition(".")[0]
    topic = _TOPIC_OF.get(first, first)
    now: list[Notice] = []
    later: list[tuple[Notice, datetime]] = []
    for notice in notices:
        wish = wishes.get(notice.subject)
        if wish is None:
            now.append(notice)
            continue
        if topic in wish.muted and fact.kind not in _MUST:
            continue
        until = quiet_until(session.now, wish.quiet, fact.zone) if first not in _AT_ONCE else None
        if until is None:
            now.append(notice)
        else:
            later.append((notice, until))
    _keep(session, later)
    return now


def release_held(session: Session) -> int:
    """Send on what was held and whose quiet hours are over. Returns how many."""
    rows = session.execute(_over, {"now": session.now}).all()
    if not rows:
        return 0
    write_notices(
        session,
        [
            Notice(
                key=row.key,
                person_id=row.person_id,
                subject=row.subject,
                say=load(row.payload),
                kind=row.kind,
            )
            for row in rows
        ],
    )
    session.execute(_drop, {"keys": [row.key for row in rows]})
    return len(rows)


def quiet_until(now: datetime, quiet: tuple[int, int] | None, zone: ZoneInfo) -> datetime | None:
    """When the quiet hours that hold now end, in UTC; None outside them. They may go over midnight.

    An end the clock skips in spring counts from the time before it; one it repeats in autumn is the first of the two.
    """
    if quiet is None:
        return None
    start, end = quiet
    local = now.astimezone(zone)
    minute = local.hour * 60 + local.minute
    inside = start <= minute < end if start < end else minute >= start or minute < end
    if not inside:
        return None
    day = local.date() + timedelta(days=1 if start > end and minute >= start else 0)
    until = datetime.combine(day, time(end // 60, end % 60), tzinfo=zone).astimezone(UTC)
    return until if until > now else until + timedelta(hours=1)  # the second pass of a repeated hour


def _found(session: Session, subjects: Iterable[str]) -> dict[str, Preference]:
    rows = session.execute(_of, {"subjects": sorted(set(subjects))})
    return {row.subject: _preference(row) for row in rows}


def _preference(row: Any) -> Preference:
    quiet = None if row.quiet_from is None else (row.quiet_from, row.quiet_to)
    return Preference(muted=tuple(row.muted), quiet=quiet)


def _save(session: Session, actor: Actor, wish: Preference) -> Preference:
    start, end = wish.quiet or (None, None)
    row = {"subject": actor.subject, "muted": list(wish.muted), "quiet_from": start, "quiet_to": end}
    session.execute(_put, row)
    record(session, actor=actor.subject, action="preferences.set", object_type="preferences",
           object_ref=actor.subject, detail={"muted": row["muted"], "quiet": wish.quiet}, channel=actor.channel)  # fmt: skip
    return wish


def _keep(session: Session, later: Sequence[tuple[Notice, datetime]]) -> None:
    rows = [
        {
            "key": notice.key,
            "person_id": notice.person_id,
            "subject": notice.subject,
            "kind": notice.kind,
            "payload": dump(notice.say),
            "until": until,
        }
        for notice, until in later
    ]
    if rows:
        session.execute(_hold, rows)
