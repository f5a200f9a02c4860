"""A period fires once, whoever fires it; what was missed is caught up by the stated rule."""

import threading
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from core.db.session import Session
from notifications.outbox.models import facts, fired
from notifications.schedule import JOBS, Job, fire, fire_due, job_named, latest_due
from tests.databases import Database

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


def counting(session: Session) -> None:
    session.report("ran")


DAILY = Job(name="daily", cron="0 9 * * *", run=counting)
NIGHTLY = Job(name="nightly", cron="30 2 * * *", run=counting)


def ran(database: Database) -> int:
    with database.reader.begin() as connection:
        return len(connection.execute(select(facts.c.id)).all())


def test_sixteen_processes_at_once_do_a_period_once(database: Database, now: datetime) -> None:
    wins = []

    def go(n: int) -> None:
        wins.append(fire(database.lane, DAILY, now, process=f"p{n}", clock=lambda: now, zone=SHANGHAI))

    threads = [threading.Thread(target=go, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wins.count(True) == 1
    assert ran(database) == 1


def test_a_period_that_failed_is_free_to_be_done_again(database: Database, now: datetime) -> None:
    def fails(session: Session) -> None:
        session.report("half")
        raise RuntimeError

    broken = Job(name="daily", cron="0 9 * * *", run=fails)
    with pytest.raises(RuntimeError):
        fire(database.lane, broken, now, process="p", clock=lambda: now, zone=SHANGHAI)
    assert ran(database) == 0
    assert fire(database.lane, DAILY, now, process="p", clock=lambda: now, zone=SHANGHAI)
    assert ran(database) == 1


def test_after_a_stop_only_the_newest_missed_period_is_caught_up(sqlite: Database, now: datetime) -> None:
    late = datetime(2026, 3, 14, 4, 0, tzinfo=UTC)
    for _ in range(3):
        fire_due(sqlite.lane, DAILY, process="p", clock=lambda: late, zone=SHANGHAI)
    with sqlite.reader.begin() as connection:
        planned = connection.execute(select(fired.c.planned_at)).scalars().all()
    assert planned == [datetime(2026, 3, 14, 1, 0, tzinfo=UTC)]


def test_a_clock_that_jumps_back_and_forth_repeats_no_period(sqlite: Database) -> None:
    start = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
    for day in range(60):
        for jump in (0, -1, 1, 0):
            moment = start + timedelta(days=day + jump)
            fire_due(sqlite.lane, DAILY, process="p", clock=lambda moment=moment: moment, zone=SHANGHAI)
    with sqlite.reader.begin() as connection:
        planned = connection.execute(select(fired.c.planned_at)).scalars().all()
    assert len(planned) == len(set(planned)) == 62


def test_a_year_with_both_clock_changes_has_one_firing_a_day() -> None:
    moment = datetime(2026, 1, 1, 12, 45, tzinfo=UTC)  # once between the two of a night in autumn
    seen = set()
    for hour in range(365 * 24):
        due = latest_due(NIGHTLY, moment + timedelta(hours=hour), BERLIN)
        assert due is not None
        seen.add(due)
    days = [due.astimezone(BERLIN).date() for due in seen]
    assert len(days) == len(set(days))
    assert len(days) in (365, 366)


def test_every_job_has_a_name_and_finds_its_last_period(now: datetime) -> None:
    for job in JOBS:
        assert job_named(job.name) is job
        assert latest_due(job, now, SHANGHAI) is not None


def test_a_job_that_speaks_of_days_is_given_the_brand_s_day_on_which_it_runs(sqlite: Database) -> None:
    given: list[date] = []
    job = Job(name="dated", cron="0 9 * * *", dated=lambda _session, today: given.append(today))
    for moment in (
        datetime(2026, 2, 28, 1, 0, tzinfo=UTC),  # nine in Shanghai on the month's last day
        datetime(
            2026, 2, 28, 17, 0, tzinfo=UTC
        ),  # one in the morning of the first of March: nothing new is due
        datetime(2026, 3, 2, 23, 0, tzinfo=UTC),  # seven on the third: the missed second is caught up
    ):
        fire_due(sqlite.lane, job, process="p", clock=lambda moment=moment: moment, zone=SHANGHAI)
    assert given == [date(2026, 2, 28), date(2026, 3, 3)]
