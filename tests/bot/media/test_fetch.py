"""One file waits, is fetched once, and its result is told once, whatever fails in between."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from bot.dialog.messages import Inbound, Kind, Media, Outcome
from bot.media.fetch import MAX_BYTES, Desk, GoneError, LaterError, TooLargeError
from bot.store.media import LEASE, PAUSES, ask_for, content_of, next_task, received, release
from bot.store.models import files, media
from tests.bot.media.papers import picture
from tests.core.shop import Shop
from tests.databases import Database

ME = "m:1"


@dataclass
class Fetching:
    """A worker whose channel answers as it is told."""

    shop: Shop
    answer: Callable[[], bytes] = picture
    status: str = "done"
    told: list[Inbound] = field(default_factory=list)

    def send(self, size: int | None = None) -> str:
        inbound = Inbound(
            channel="web", account="web", message_id="1", sender="x", chat="x", at=self.shop.now,
            kind=Kind.PHOTO, media=Media(ref="r", name="a.jpg", size=size), text="words",
        )  # fmt: skip
        return self.shop.system(lambda session: ask_for(session, ME, inbound))

    def work(self) -> int:
        async def bring(_ref: str) -> bytes:
            return self.answer()

        async def take(inbound: Inbound) -> Outcome:
            self.told.append(inbound)
            if self.status == "raise":
                raise RuntimeError
            return Outcome(status=self.status)

        desk = Desk(
            lane=self.shop.database.lane, clock=lambda: self.shop.now, take=take, channels={"web": bring}
        )
        return asyncio.run(desk.once())

    @property
    def rows(self) -> list:
        return self.shop.rows(select(media))


@pytest.fixture
def worker(database: Database) -> Fetching:
    return Fetching(Shop(database))


def raises(error: Exception) -> Callable[[], bytes]:
    def answer() -> bytes:
        raise error

    return answer


def test_a_file_is_kept_by_its_hash_and_told_once(worker: Fetching) -> None:
    first, second = worker.send(), worker.send()
    assert [worker.work(), worker.work(), worker.work()] == [1, 1, 0]
    assert [inbound.message_id for inbound in worker.told] == [f"media:{first}", f"media:{second}"]
    assert {inbound.kind for inbound in worker.told} == {Kind.FETCHED}
    [kept] = worker.shop.rows(select(files))
    assert {row.sha256 for row in worker.rows} == {kept.sha256}
    with worker.shop.database.reader.connect() as connection:
        assert content_of(connection, f"file:{kept.sha256}") == picture()
        assert content_of(connection, "file:0") is None


def test_anothers_file_does_not_exist(worker: Fetching) -> None:
    mine = worker.send()
    assert worker.shop.system(lambda session: received(session, "m:2", [mine])) == ()


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (raises(GoneError()), "lost"),
        (raises(TooLargeError()), "size"),
        (lambda: bytes(MAX_BYTES + 1), "size"),
        (lambda: b"\x00\x01 no picture", "type"),
    ],
    ids=["gone", "too large", "larger than said", "no picture"],
)
def test_what_cannot_be_kept_is_refused_and_told(
    worker: Fetching, answer: Callable[[], bytes], cause: str
) -> None:
    worker.answer = answer
    worker.send()
    assert worker.work() == 1
    assert [(row.state, row.cause, row.told) for row in worker.rows] == [("refused", cause, True)]
    assert worker.work() == 0


def test_a_size_told_beforehand_is_not_even_fetched(worker: Fetching) -> None:
    worker.answer = raises(AssertionError("fetched"))
    worker.send(size=MAX_BYTES + 1)
    assert worker.work() == 1
    assert worker.rows[0].cause == "size"


def test_a_channel_that_is_down_is_asked_again_and_then_given_up(worker: Fetching) -> None:
    worker.answer = raises(LaterError("down"))
    worker.send()
    for pause in PAUSES:
        assert worker.work() == 1
        assert worker.work() == 0
        assert worker.told == []
        worker.shop.later(seconds=pause)
    assert worker.work() == 1
    assert [(row.state, row.cause, row.told) for row in worker.rows] == [("refused", "lost", True)]


def test_a_worker_that_dies_with_a_file_in_hand_loses_nothing(worker: Fetching) -> None:
    worker.send()
    worker.status = "raise"
    with pytest.raises(RuntimeError):
        worker.work()
    assert [(row.state, row.told) for row in worker.rows] == [("ready", False)]
    worker.status = "duplicate"
    worker.shop.now += LEASE
    worker.answer = raises(AssertionError("fetched twice"))
    assert [worker.work(), worker.work()] == [1, 0]
    assert worker.told[0].message_id == worker.told[1].message_id


def test_two_workers_never_have_the_same_file(worker: Fetching) -> None:
    worker.send()
    assert worker.shop.system(next_task) is not None
    assert worker.shop.system(next_task) is None


def test_a_process_that_is_alone_takes_up_at_its_start_what_a_killed_one_had_in_hand(
    worker: Fetching,
) -> None:
    worker.send()
    assert worker.shop.system(next_task) is not None
    worker.shop.system(release)
    assert worker.work() == 1
    assert [row.told for row in worker.rows] == [True]
