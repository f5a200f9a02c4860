"""Lanes commit before they answer, keep order, and lose nothing when one of a group fails."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

import pytest
from sqlalchemy import Connection, event, insert, select, update
from sqlalchemy.exc import IntegrityError

from core.db.lane import LaneClosedError, RetryUnitError
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


def test_nobody_is_answered_before_the_commit(database: Database, now: object) -> None:
    """Alone or in a group: at each commit the futures of its units are open."""
    futures: list[Future[None]] = []
    committing: list[int] = []
    answered: list[bool] = []
    release = threading.Event()

    def unit(connection: Connection, number: int) -> None:
        release.wait(5)
        connection.execute(insert(fired), row(str(number), now))
        committing.append(number)

    def look(_connection: object) -> None:
        answered.extend(futures[number].done() for number in committing)
        committing.clear()

    event.listen(database.engine, "commit", look)
    futures += [database.lane.submit(lambda c, n=n: unit(c, n), key="k") for n in range(5)]
    release.set()
    for future in futures:
        future.result(10)
    assert answered == [False] * 5


def test_a_unit_that_fails_halfway_leaves_nothing_and_one_that_is_tried_again_is_done_once(
    database: Database, now: object
) -> None:
    release = threading.Event()
    blocker = database.lane.submit(lambda _: release.wait(5))
    tries: list[int] = []

    def half(connection: Connection) -> None:
        connection.execute(insert(fired), row("half", now))
        raise ValueError

    def stale(connection: Connection) -> None:
        tries.append(1)
        connection.execute(insert(fired), row(f"try {len(tries)}", now))
        if len(tries) == 1:
            raise RetryUnitError

    failing = database.lane.submit(half)
    other = database.lane.submit(lambda c: c.execute(insert(fired), row("other", now)) and None)
    again = database.lane.submit(stale)
    release.set()
    blocker.result(5)
    assert isinstance(failing.exception(10), ValueError)
    other.result(10)
    retried = again.exception(10) is None  # on SQLite nothing is stale: it is handed back to whoever asked
    with database.reader.begin() as connection:
        kept = set(connection.execute(select(fired.c.job)).scalars())
    assert kept == {"other"} | ({"try 2"} if retried else set())
    assert retried == (database.name == "postgresql")


def together(database: Database, *units: Callable[[Connection], object]) -> list[Future[object]]:
    """Units that wait behind another one, so that they are written as one group."""
    release = threading.Event()
    blocker = database.lane.submit(lambda _: release.wait(5))
    futures = [database.lane.submit(unit) for unit in units]
    release.set()
    blocker.result(5)
    return futures


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_group_that_the_database_undid_by_itself_is_written_one_by_one(
    database: Database, now: object
) -> None:
    """As SQLite may when the disk is full: the whole transaction is gone, and a commit says nothing of it."""

    def undone(connection: Connection) -> None:
        connection.execute(insert(fired), row("undone", now))
        connection.exec_driver_sql("ROLLBACK")
        raise OSError("full")

    before, failed, after = together(
        database,
        lambda connection: connection.execute(insert(fired), row("before", now)) and None,
        undone,
        lambda connection: connection.execute(insert(fired), row("after", now)) and None,
    )
    assert isinstance(failed.exception(10), OSError)
    before.result(10)
    after.result(10)
    assert count(database) == 2


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_unit_whose_end_fails_is_answered_once_and_the_writer_lives(
    database: Database, now: object
) -> None:
    def released(connection: Connection) -> None:
        connection.execute(insert(fired), row("released", now))
        connection.exec_driver_sql("ROLLBACK")  # the savepoint around it is gone when it ends

    futures = together(database, released, lambda _: None)
    for future in futures:
        assert future.exception(10) is None
    database.lane.run(lambda connection: connection.execute(insert(fired), row("later", now)))
    assert count(database) == 1


def test_a_unit_that_is_broken_off_leaves_a_lane_that_writes(database: Database, now: object) -> None:
    class BrokenOffError(BaseException):
        """Nothing that anybody catches by accident."""

    def broken(_: Connection) -> None:
        raise BrokenOffError

    futures = together(database, broken, lambda _: None)
    assert isinstance(futures[0].exception(10), BrokenOffError)
    assert futures[1].exception(10) is None
    database.lane.run(lambda connection: connection.execute(insert(fired), row("later", now)))
    assert count(database) == 1
