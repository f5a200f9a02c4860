"""kill -9 under load with redelivery: nothing lost, nothing doubled, the books as if nothing had happened.

`make faults` runs 300 kills on each database; the suite a short form. Seen to fail: with the answer given before the
commit (messages lost), and with alerts taken again after a lost lease (sent twice).
"""

import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.invariants import violations
from bot.store.models import inbox
from core.db.scope import SystemScope
from core.db.session import Session
from core.kit.clock import utc_now
from notifications.outbox.models import outbox
from tests.databases import Database, Databases
from tests.e2e.books import books, rows
from tests.faults.lives import PLANTED, POINTS, Channel, CrashedError, end_of, ends, opening, script

KILLS = int(os.environ.get("KILLS", "8"))
ROUNDS_OF_POINTS = int(os.environ.get("CRASHES", "1"))
ORDERS_A_KILL = 1.0

Fresh = Callable[[], str]


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest, all_databases: Databases) -> Iterator[Fresh]:
    """fresh() -> the address of a new empty database, which nobody has open."""
    made: list[str] = []

    def new() -> str:
        made.append(
            all_databases.sqlite_url() if request.param == "sqlite" else all_databases.postgresql_url()
        )
        return made[-1]

    yield new
    for url in made:
        all_databases.drop(url)


def opened(url: str, orders: int) -> Channel:
    database = Database(url)
    senders = opening(database)
    database.close()
    return Channel({sender: script(sender, orders) for sender in senders})


def finish(channel: Channel, url: str, serial: Fresh, orders: int) -> None:
    """Everything is done, as in a run without a fault; nothing is broken; deliveries keep their class."""
    channel.shorten()
    ends(channel, url)
    calm_url = serial()
    calm = opened(calm_url, orders)
    calm.scripts = channel.scripts
    ends(calm, calm_url)
    database, quiet = Database(url), Database(calm_url)
    try:
        assert books(database) == books(quiet)
        keys = select(inbox.c.dedupe_key)
        assert rows(database, keys) == rows(quiet, keys)
        with database.reader.begin() as connection:
            session = Session(connection, SystemScope("check"), utc_now() + timedelta(hours=102))
            assert list(violations(session)) == []
        states = rows(database, select(outbox.c.kind, outbox.c.state).distinct())
        assert set(states) <= {("reply", "sent"), ("money", "sent"), ("alert", "sent"), ("alert", "unknown")}
        times = Counter(channel.sent)
        assert all(count == 1 for what, count in times.items() if what.startswith("alert"))
        wanted = rows(database, select(outbox.c.kind, outbox.c.id).where(outbox.c.state == "sent"))
        assert {f"{kind} {number}" for kind, number in wanted} <= times.keys()
    finally:
        database.close()
        quiet.close()


def test_killed_at_any_moment_the_books_are_those_of_a_quiet_day(fresh: Fresh) -> None:
    orders = max(4, round(KILLS * ORDERS_A_KILL))
    url = fresh()
    channel = opened(url, orders)
    chance = random.Random(20260310)
    kills = 0
    for _ in range(KILLS):
        told = channel.live(url, channel.deliveries(chance, 6), kill_after=chance.uniform(0, 0.12))
        kills += not told.finished
    assert kills > KILLS * 0.6
    finish(channel, url, fresh, orders)


def test_ended_at_every_named_point_the_books_are_those_of_a_quiet_day(fresh: Fresh) -> None:
    """Before and after each commit and each send, in the middle of a turn, and before the acknowledgement."""
    orders = 8 * ROUNDS_OF_POINTS
    url = fresh()
    channel = opened(url, orders)
    chance = random.Random(7)
    reached = Counter()
    for point in POINTS * ROUNDS_OF_POINTS:
        later = timedelta(minutes=10 * channel.lives)  # what the last life had in hand is free again
        told = channel.live(
            url, channel.deliveries(chance, 4), crash=(point, chance.randint(1, 4)), later=later
        )
        reached[point] += not told.finished
    assert all(reached[point] for point in POINTS), reached
    finish(channel, url, fresh, orders)


@pytest.mark.parametrize("meant", [{"killed": False, "planted": False}, {"killed": True, "planted": False},
                                   {"killed": False, "planted": True}])  # fmt: skip
@pytest.mark.parametrize(
    "how", [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGKILL, PLANTED, 70, 1]
)
def test_a_crash_is_told_from_a_kill(how: int, meant: dict[str, bool]) -> None:
    """A real process ends in each way; only the end that was meant passes."""
    pid = os.fork()
    if pid == 0:
        if isinstance(how, signal.Signals):
            signal.signal(how, signal.SIG_DFL) if how != signal.SIGKILL else None
            os.kill(os.getpid(), how)
        os._exit(int(how))
    _, status = os.waitpid(pid, 0)
    if (how == signal.SIGKILL and meant["killed"]) or (how == PLANTED and meant["planted"]):
        assert end_of(status, **meant) is False
    else:
        with pytest.raises(CrashedError):
            end_of(status, **meant)
