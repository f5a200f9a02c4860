"""The database is slow, locked, full or gone while dealers order: nothing acknowledged is lost, and it heals by itself.

Seen to fail: with a lane that answers before its commit, a full disk loses what was acknowledged.
"""

import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import event

from tests.databases import Databases, run_as_owner
from tests.faults.load import Load, under_load
from tests.faults.test_kills import Fresh, finish, fresh, opened

__all__ = ["fresh"]

pytestmark = pytest.mark.slow

TROUBLE = float(os.environ.get("TROUBLE", "0.7"))
"""Seconds the trouble lasts; beyond ten, waiting for a lock ends in an error."""
RESTARTS = int(os.environ.get("RESTARTS", "1"))
ORDERS = 400
"""More than anybody gets to; what is left when the trouble is over is forgotten."""

Trouble = Callable[[str, Load], "Iterator[None]"]


NO_ROOM, ROOM = (
    f"CREATE OR REPLACE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; END $$"
    for body in ("RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'", "RETURN NEW")
)


def owner_of(url: str) -> str:
    return url.replace("postgresql+psycopg://app:app@", "postgresql://postgres@")


@contextmanager
def slow(url: str, load: Load) -> Iterator[None]:
    """Every statement takes its time."""
    lasts = threading.Event()
    event.listen(
        load.database.engine, "before_cursor_execute", lambda *_: None if lasts.is_set() else time.sleep(0.03)
    )
    yield
    lasts.set()


@contextmanager
def locked(url: str, load: Load) -> Iterator[None]:
    """Somebody holds what every turn needs."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=20) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
        other.close()
        return
    with psycopg.connect(owner_of(url)) as other:
        other.execute("LOCK TABLE inbox, conversations IN ACCESS EXCLUSIVE MODE")
        yield


@contextmanager
def full(url: str, load: Load) -> Iterator[None]:
    """There is no room for another row."""
    if url.startswith("sqlite"):
        pages = lambda statement: load.database.lane.run(lambda c: c.exec_driver_sql(statement) and None)
        pages("PRAGMA max_page_count = 1")  # SQLite takes it for: no more than there are
        yield
        pages("PRAGMA max_page_count = 1000000")
        assert load.refused
        return
    run_as_owner(owner_of(url), NO_ROOM,
                 *(f"CREATE TRIGGER no_room BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION no_room()"
                   for table in ("inbox", "parked", "outbox", "facts", "audit")))  # fmt: skip
    yield
    run_as_owner(owner_of(url), ROOM)
    assert load.refused


@contextmanager
def gone(url: str, load: Load) -> Iterator[None]:
    """The server lets nobody in, and those who are in are put out."""
    name = url.rpartition("/")[2].partition("?")[0]
    server = owner_of(url).replace(f"/{name}", "/postgres")
    run_as_owner(server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
                 f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")  # fmt: skip
    yield
    run_as_owner(server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert load.refused


def endured(fresh: Fresh, trouble: Callable[[str, Load], object]) -> Load:
    url = fresh()
    channel = opened(url, ORDERS)
    with under_load(url, channel) as load, trouble(url, load):  # type: ignore[attr-defined]
        time.sleep(TROUBLE)
    finish(channel, url, fresh, ORDERS)
    return load


@pytest.mark.parametrize("trouble", [slow, locked, full])
def test_the_books_are_those_of_a_quiet_day_after_trouble(fresh: Fresh, trouble: Trouble) -> None:
    load = endured(fresh, trouble)
    if trouble is locked and TROUBLE > 10 and load.database.name == "postgresql":
        assert load.refused + load.parked  # on SQLite a group that waited in vain waits once more, each alone


@pytest.mark.parametrize("fresh", ["postgresql"], indirect=True)
def test_a_server_that_is_gone_for_a_while_is_found_again(fresh: Fresh) -> None:
    endured(fresh, gone)


def test_a_server_killed_under_load_again_and_again_loses_nothing_it_acknowledged(
    all_databases: Databases,
) -> None:
    """Its postmaster is killed, as by the kernel; with the settings a server comes with, not the hasty ones of the tests."""
    made = Databases(hasty=False)
    try:
        url = made.postgresql_url()
        channel = opened(url, ORDERS)
        chance = random.Random(4)
        with under_load(url, channel) as load:
            for _ in range(RESTARTS):
                time.sleep(chance.uniform(0.2, 0.8))
                made.kill_server()
                before = load.answered
                made.restart_server()
                while load.answered < before + 4:
                    time.sleep(0.02)
        assert load.refused
        finish(channel, url, all_databases.sqlite_url, ORDERS)
    finally:
        made.close()
