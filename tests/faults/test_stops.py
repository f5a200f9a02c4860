"""Stopped again and again under load, with a channel that fails: every stop is clean and in time, nothing is lost or doubled.

Seen to fail: with a process that waits for its channel without an end.
"""

import itertools
import os
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.migrations import migrate
from bot.store.models import inbox
from notifications.outbox.models import outbox
from tests.channels.telegram.fake import FakeTelegram
from tests.databases import Database, Databases, as_application
from tests.e2e.books import at_rest, books, rows
from tests.faults.lives import script
from tests.faults.test_replicas import STOP_WITHIN, Cluster

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

STOPS = int(os.environ.get("STOPS", "1"))
"""On each database; the last one with a channel that hangs."""


def converse(cluster: Cluster, sender: str, over: Callable[[], bool], told: list[str]) -> None:
    """Whole orders, each another one, until it is over."""
    for number in itertools.count(1):
        if over():
            return
        for message in script("x", number)[-3:]:
            cluster.deliver(sender, message.text)
            told.append(message.text)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_stop_is_clean(all_databases: Databases, tmp_path: Path, kind: str) -> None:
    owner = all_databases.sqlite_url() if kind == "sqlite" else all_databases.empty_postgresql_url()
    if kind == "sqlite":
        Path(owner.removeprefix("sqlite:///")).unlink()
    migrate(owner)
    roles = ("all",) if kind == "sqlite" else ("web", "web", "worker")
    with ExitStack() as stack:
        stack.callback(all_databases.drop, owner)
        database = Database(as_application(owner))
        stack.callback(database.close)
        telegram = stack.enter_context(FakeTelegram())
        cluster = Cluster(database, telegram, tmp_path, roles=roles)
        if kind == "sqlite":
            database.lane.close()  # the process is the only writer
        for app in cluster.apps:
            app.start()
            stack.callback(app.stop)
        stopped, told = threading.Event(), list[str]()
        threads = [
            threading.Thread(target=converse, args=(cluster, sender, stopped.is_set, told))
            for sender in cluster.senders
        ]
        for thread in threads:
            thread.start()
        try:
            slowest = [stop_and_start(cluster, telegram, number) for number in range(STOPS)]
        finally:
            stopped.set()
            for thread in threads:
                thread.join(90)
        assert max(slowest) < STOP_WITHIN
        at_rest(database, within=60)
        assert len(books(database)["orders"]) == len(told) // 3
        assert rows(database, select(func.count()).select_from(inbox)) == [(len(told),)]
        states = set(rows(database, select(outbox.c.kind, outbox.c.state).distinct()))
        assert states <= {("reply", "sent"), ("money", "sent"), ("alert", "sent"), ("alert", "unknown")}


def stop_and_start(cluster: Cluster, telegram: FakeTelegram, number: int) -> float:
    """SIGTERM for one process while calls fail; how long it took. The last time nothing answers at all."""
    app = cluster.apps[number % len(cluster.apps)]
    for kind in ("500", "drop", "502"):
        telegram.fault(kind, method="sendmessage", times=2)
    telegram.latency = 60.0 if number == STOPS - 1 else 0.0
    time.sleep(0.3)
    started = time.monotonic()
    app.stop()
    took = time.monotonic() - started
    telegram.latency = 0.0
    app.start()
    assert app.status("/readyz") == 200
    return took
