"""Looking after an installation: does everything add up, what is parked or undelivered, and the scheduled jobs."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.anchors import kept
from bot.commands import Answer, Place, read, write
from bot.commands.words import say
from bot.invariants import violations
from bot.schedule import jobs as all_jobs
from bot.store.parked import Parked, find_parked, parked_messages, settle_parked
from core.audit.seal import unsealed
from core.db.session import Session
from core.kit.errors import NotFoundError
from core.kit.violation import Violation
from notifications.outbox.models import fired, outbox
from notifications.schedule import fire, fire_due, job_named, latest_due

_unsettled = select(outbox).where(outbox.c.state.not_in(("sent",))).order_by(outbox.c.id.desc()).limit(200)
_fired = select(fired.c.job, fired.c.planned_at).order_by(fired.c.planned_at)


def check(place: Place) -> Answer:
    """Whether everything holds that must: the books, who belongs to whom, messages, and the sealed audit trail."""
    anchors = kept(place.settings.anchors)

    def look(session: Session) -> tuple[list[Violation], int]:
        return list(violations(session, anchors)), unsealed(session)

    found, loose = read(place, look)
    data = [
        {"rule": one.rule, "subject": one.subject, "kept": str(one.kept), "right": str(one.right)}
        for one in found
    ]
    lines = [say(place, "check.wrong", **one) for one in data] or [say(place, "check.right")]
    lines.append(say(place, "check.unsealed", count=loose, anchors=len(anchors)))
    return Answer({"violations": data, "unsealed": loose, "anchors": len(anchors)}, lines, ok=not found)


def parked(place: Place) -> Answer:
    """Messages that wait for another attempt, or were given up on."""
    found: list[Parked] = read(place, lambda session: parked_messages(session, 200))
    data = [
        {
            "reference": one.reference,
            "state": one.state,
            "channel": one.channel,
            "sender": one.sender,
            "text": one.inbound.text if one.inbound else "",
            "attempts": one.attempts,
            "cause": one.cause,
            "first_at": one.first_at.isoformat(),
        }
        for one in found
    ]
    return Answer(data, [say(place, "parked.line", **one) for one in data] or [say(place, "parked.none")])


def retry_parked(place: Place, *, reference: str) -> Answer:
    """Let a parked or given-up message be tried again by the worker, now."""
    write(place, lambda session: _settle(session, reference, "waiting", place.clock()))
    return Answer(
        {"reference": reference, "state": "waiting"}, [say(place, "parked.again", reference=reference)]
    )


def drop_parked(place: Place, *, reference: str) -> Answer:
    """Put a parked message aside for good."""
    write(place, lambda session: _settle(session, reference, "dropped", None))
    return Answer(
        {"reference": reference, "state": "dropped"}, [say(place, "parked.dropped", reference=reference)]
    )


def outbox_list(place: Place) -> Answer:
    """The newest messages that are not sent: waiting, unknown, refused or dead."""
    rows = read(place, lambda session: session.execute(_unsettled).mappings().all())
    data = [
        {
            "key": row["key"],
            "recipient": row["subject"],
            "channel": row["channel"],
            "kind": row["kind"],
            "state": row["state"],
            "attempts": row["attempts"],
            "error": row["error"],
        }
        for row in rows
    ]
    return Answer(data, [say(place, "outbox.line", **one) for one in data] or [say(place, "outbox.none")])


def jobs(place: Place) -> Answer:
    """The scheduled jobs: when each was planned last, and when it last ran."""
    done = {row.job: row.planned_at for row in read(place, lambda session: session.execute(_fired).all())}
    zone, now = place.settings.zone, place.clock()
    data = []
    for job in all_jobs():
        planned, ran = latest_due(job, now, zone), done.get(job.name)
        data.append(
            {
                "name": job.name,
                "cron": job.cron,
                "planned": planned.isoformat() if planned else None,
                "fired": ran.isoformat() if ran else None,
            }
        )
    shown = [{name: _when(value, zone) for name, value in one.items()} for one in data]
    return Answer(data, [say(place, "jobs.line", **one) for one in shown])


def run_job(place: Place, *, name: str, at: str = "") -> Answer:
    """Run a job's newest due period, or the one planned at a time; by the same claim, so that it runs once."""
    try:
        job = job_named(name, all_jobs(place.settings.keep_files_days))
    except KeyError:
        raise NotFoundError(kind="job", reference=name) from None
    process = "command"
    if at:
        planned = datetime.fromisoformat(at)
        planned = planned if planned.tzinfo else planned.replace(tzinfo=place.settings.zone)
        ran = fire(place.lane, job, planned, process=process, clock=lambda: max(planned, place.clock()),
                   zone=place.settings.zone)  # fmt: skip
    else:
        ran = fire_due(place.lane, job, process=process, clock=place.clock, zone=place.settings.zone)
    data: dict[str, Any] = {"name": name, "ran": ran}
    return Answer(data, [say(place, "jobs.ran" if ran else "jobs.not_due", name=name)])


def _when(value: str | None, zone: ZoneInfo) -> str:
    """A time as the installation's clock shows it; a name stays."""
    if not value or "T" not in value:
        return value or "-"
    return datetime.fromisoformat(value).astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _settle(session: Session, reference: str, state: str, again: datetime | None) -> None:
    message = find_parked(session, reference)
    if message is None or not settle_parked(session, message.id, state, again=again):
        raise NotFoundError(kind="parked", reference=reference)
