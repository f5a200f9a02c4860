"""The table of jobs, and how a period fires exactly once whatever the number of processes.

APScheduler only ticks: triggers live in code, in memory, in every worker. A firing inserts (job, planned time), which is
unique; the process that gets the row does the job in the same transaction. After a stop the newest missed period of each job
is caught up, older ones are skipped. Cron times are the brand's local time; a time the clock skips in spring fires at the
next valid minute, one it repeats in autumn fires once (the planned moment is kept in UTC).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from core.audit.seal import seal
from core.corrections.service import forget_corrections
from core.db.lane import Lane
from core.db.scope import SystemScope
from core.db.session import Session
from core.kit.clock import Clock, business_day
from core.orders.review import expire_reviews
from core.people.invites import expire_invites
from core.rebates.settle import close_periods
from notifications.alerts.contracts import find_ending
from notifications.alerts.stock import digest_stock, find_high
from notifications.attention import escalate_alerts
from notifications.outbox.models import fired
from notifications.outbox.write import write_facts

_claim = {
    "sqlite": sqlite_insert(fired).on_conflict_do_nothing().returning(fired.c.id),
    "postgresql": postgresql_insert(fired).on_conflict_do_nothing().returning(fired.c.id),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is done when. cron: minute hour day month weekday, local time; lookback: longer than any pause between firings.

    `dated` instead of `run`: a job that needs the brand's day: the one on which it runs, also when a missed period is
    caught up, so that what it says of days is true when it is read.
    """

    name: str
    cron: str
    run: Callable[[Session], object] = lambda _session: None
    dated: Callable[[Session, date], object] | None = None
    lookback: timedelta = timedelta(days=2)


JOBS: tuple[Job, ...] = (
    Job(name="expire-reviews", cron="*/5 * * * *", run=expire_reviews, lookback=timedelta(minutes=15)),
    Job(name="seal-audit", cron="*/10 * * * *", run=seal, lookback=timedelta(minutes=30)),
    Job(name="expire-invites", cron="17 * * * *", run=expire_invites, lookback=timedelta(hours=3)),
    Job(name="escalate-alerts", cron="*/15 * * * *", run=escalate_alerts, lookback=timedelta(hours=1)),
    Job(name="close-rebates", cron="30 2 * * *", run=close_periods),
    Job(name="forget-corrections", cron="40 3 * * *", run=forget_corrections),
    Job(name="high-stock", cron="20 * * * *", dated=find_high, lookback=timedelta(hours=3)),
    Job(name="stock-digest", cron="30 8 * * *", dated=digest_stock),
    Job(name="contracts", cron="0 9 * * *", dated=find_ending),
)


def job_named(name: str, jobs: Sequence[Job] = JOBS) -> Job:
    """The job of a name. Raises KeyError."""
    return {job.name: job for job in jobs}[name]


def trigger(job: Job, zone: ZoneInfo) -> CronTrigger:
    """APScheduler's trigger of a job."""
    return CronTrigger.from_crontab(job.cron, timezone=zone)


def latest_due(job: Job, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The newest planned time that is not after `now`, in UTC."""
    cron = trigger(job, zone)
    planned: datetime | None = None
    wall: datetime | None = None
    at = now - job.lookback
    while (moment := cron.get_next_fire_time(None, at)) is not None:
        due = moment.astimezone(UTC)
        if due > now:
            break
        if moment.replace(tzinfo=None) != wall:  # in autumn the same wall time comes twice
            planned, wall = due, moment.replace(tzinfo=None)
        at = max(due, at) + timedelta(minutes=1)
    return planned


def fire(lane: Lane, job: Job, planned: datetime, *, process: str, clock: Clock, zone: ZoneInfo) -> bool:
    """Do a job's period unless somebody has; True when this call did it. What fails leaves the period unclaimed."""

    def unit(connection: Connection) -> bool:
        session = Session(connection, SystemScope(f"job {job.name}"), clock())
        row = {"job": job.name, "planned_at": planned, "at": session.now, "by": process}
        if session.execute(_claim[connection.dialect.name], row).scalar() is None:
            return False
        if job.dated is None:
            job.run(session)
        else:
            job.dated(session, business_day(session.now, zone))
        write_facts(session, session.facts)
        return True

    return lane.run(unit)


def fire_due(lane: Lane, job: Job, *, process: str, clock: Clock, zone: ZoneInfo) -> bool:
    """Fire the newest due period of a job: the scheduler's tick, and the catch-up after a stop."""
    planned = latest_due(job, clock(), zone)
    return planned is not None and fire(lane, job, planned, process=process, clock=clock, zone=zone)
