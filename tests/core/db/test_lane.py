"""Lanes commit before they answer, keep order, and lose nothing when one of a group fails."""

import threading
import time

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from core.db.lane import LaneClosedError
from core.dealers.models import dealers
from notifications.outbox.models import fired
from tests.databases import Database


def count(database: Database) -> int:
    with database.reader.begin() as connection:
        return len(connection.execute(select(fired.c.id)).all())


def row(job: str, now: object) -> dict[str, object]:
    return {"job": job, "planned_at": now, "at": now, "by": "test"}


def test_a_unit_is_visible_to_others_when_its_future_is_resolved(database: Database, now: object) -> None:
    database.lane.run(lambda connection: connection.execute(insert(fired), row("a", now)))
    assert count(database) == 1


def test_a_failing_unit_takes_no_other_unit_of_its_group_with_it(database: Database, now: object) -> None:
    release = threading.Event()
    blocker = database.lane.submit(lambda _: release.wait(5))

    def once(connection: object) -> None:
        connection.execute(insert(fired), row("same", now))

    futures = [database.lane.submit(once) for _ in range(5)]
    other = database.lane.submit(
        lambda connection: connection.execute(insert(fired), row("other", now)) and None
    )
    release.set()
    blocker.result(5)
    failures = [isinstance(future.exception(10), IntegrityError) for future in futures]
    other.result(10)
    assert failures.count(False) == 1
    assert count(database) == 2


def test_units_of_one_key_never_overlap_and_keep_their_order(database: Database) -> None:
    seen: list[int] = []
    running = threading.Semaphore(1)
    overlaps = []

    def unit(n: int) -> None:
        if not running.acquire(blocking=False):
            overlaps.append(n)
        time.sleep(0.002)
        seen.append(n)
        running.release()

    futures = [database.lane.submit(lambda _, n=n: unit(n), key="m:1") for n in range(20)]
    for future in futures:
        future.result(10)
    assert seen == list(range(20))
    assert not overlaps


def test_concurrent_read_then_write_loses_no_update(database: Database, now: object) -> None:
    def setup(connection: object) -> int:
        return connection.execute(
            insert(dealers).returning(dealers.c.id),
            {"code": "d", "name": "0", "region": "", "level": "", "created_at": now},
        ).scalar_one()

    dealer = database.lane.run(setup)
    lock = select(dealers.c.name).where(dealers.c.id == dealer).with_for_update()

    def increment(connection: object) -> None:
        value = int(connection.execute(lock).scalar_one())
        connection.execute(update(dealers).where(dealers.c.id == dealer).values(name=str(value + 1)))

    threads = [
        threading.Thread(target=lambda: [database.lane.run(increment) for _ in range(15)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reader.begin() as connection:
        assert connection.execute(select(dealers.c.name)).scalar_one() == "120"


def test_a_closed_lane_refuses_and_finishes_what_was_queued(database: Database, now: object) -> None:
    futures = [
        database.lane.submit(
            lambda connection, n=n: connection.execute(insert(fired), row(str(n), now)) and None, key="k"
        )
        for n in range(10)
    ]
    database.lane.close()
    assert all(future.exception(5) is None for future in futures)
    with pytest.raises(LaneClosedError):
        database.lane.submit(lambda _: None)
