"""Alerts that somebody must look at: raised once, seen by whoever acts on them, else shown to the manager."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import String, bindparam, insert, or_, select, update

from core.audit.service import record
from core.db.session import Session
from core.kit.say import Choice, Say, dump
from core.people.actor import Actor
from notifications.models import alerts

PATIENCE = timedelta(hours=24)
"""How long an alert may stay unseen before the manager hears of it."""

_known = select(alerts.c.id).where(alerts.c.key == bindparam("key"))
_raise = insert(alerts).returning(alerts.c.id)
_seen = (
    update(alerts)
    .where(
        alerts.c.id == bindparam("alert"),
        alerts.c.seen_at.is_(None),
        or_(
            bindparam("of_region", type_=String()) == "*",
            alerts.c.region == "",
            alerts.c.region == bindparam("of_region", type_=String()),
        ),
    )
    .values(seen_at=bindparam("at"), seen_by=bindparam("by"))
    .returning(alerts.c.about)
)
_seen_about = (
    update(alerts)
    .where(alerts.c.about == bindparam("subject"), alerts.c.seen_at.is_(None))
    .values(seen_at=bindparam("at"), seen_by=bindparam("by"))
)
_unseen = (
    select(alerts.c.id, alerts.c.region, alerts.c.payload)
    .where(
        alerts.c.seen_at.is_(None), alerts.c.escalated_at.is_(None), alerts.c.raised_at <= bindparam("before")
    )
    .order_by(alerts.c.raised_at)
    .limit(200)
)
_escalated = (
    update(alerts)
    .where(alerts.c.id.in_(bindparam("ids", expanding=True)))
    .values(escalated_at=bindparam("at"))
)


def raise_alert(session: Session, say: Say, *, key: str, about: str, region: str = "") -> Say:
    """The alert's words with a button that says it was seen. The same key again is the same alert."""
    found = session.execute(_known, {"key": key}).scalar()
    if found is None:
        row = {"key": key, "about": about, "region": region, "payload": dump(say), "raised_at": session.now}
        found = session.execute(_raise, row).scalar_one()
    seen = Choice(label=Say(key="alerts.seen"), action="alert-seen", arg=str(found))
    return Say(
        key=say.key, params=say.params, lines=say.lines, choices=(*say.choices, seen), picture=say.picture
    )


def see_alert(session: Session, actor: Actor, alert: int) -> bool:
    """Somebody of the staff has seen it; False when somebody had before, or when it is none of theirs."""
    if actor.side != "staff":
        return False
    region = "*" if actor.region is None else actor.region
    values = {"alert": alert, "at": session.now, "by": actor.subject, "of_region": region}
    about = session.execute(_seen, values).scalar()
    if about is None:
        return False
    record(session, actor=actor.subject, action="alerts.see", object_type="alerts", object_ref=about,
           channel=actor.channel)  # fmt: skip
    return True


def see_alerts_about(session: Session, actor: Actor, about: str) -> None:
    """Whoever acts on the matter has seen every alert about it."""
    session.execute(_seen_about, {"subject": about, "at": session.now, "by": actor.subject})


def escalate_alerts(session: Session) -> int:
    """Report what nobody has looked at for a day, each once. Returns how many."""
    rows = session.execute(_unseen, {"before": session.now - PATIENCE}).all()
    for row in rows:
        session.report("alerts.unseen", alert=row.id, region=row.region, say=row.payload)
    if rows:
        session.execute(_escalated, {"ids": _ids(row.id for row in rows), "at": session.now})
    return len(rows)


def _ids(found: Iterable[int]) -> list[int]:
    return list(found)
