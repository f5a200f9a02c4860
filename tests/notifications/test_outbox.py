"""A message exists if and only if its cause was committed, goes out in order, and its fate is known."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from core.db.scope import SystemScope
from core.db.session import Session
from core.kit.say import Say
from core.people.models import identities, persons
from notifications.outbox.deliver import ATTEMPTS
from notifications.outbox.models import facts, outbox
from notifications.outbox.post import Post
from notifications.outbox.sender import Address, Moved, Refused, Result, Retry, Sent, Unknown
from notifications.outbox.write import Notice, write_notices, write_replies
from tests.databases import Database


@dataclass
class Wire:
    """A channel that answers what it is told and remembers what it got."""

    answers: list[Result] = field(default_factory=list)
    got: list[tuple[str, str]] = field(default_factory=list)

    async def send(self, address: Address, payload: dict[str, Any]) -> Result:
        self.got.append((address.chat, payload["key"]))
        return self.answers.pop(0) if self.answers else Sent("1")


@dataclass
class Bench:
    database: Database
    wire: Wire
    now: datetime
    person: int

    def post(self, process: str = "p1") -> Post:
        return Post(
            lane=self.database.lane, senders={"telegram": self.wire}, process=process, clock=lambda: self.now
        )

    def write(self, work: Callable[[Session], object]) -> Any:
        return self.database.lane.run(lambda c: work(Session(c, SystemScope("test"), self.now)))

    def notice(self, key: str, kind: str = "alert", subject: str = "m:1") -> None:
        notice = Notice(key=key, person_id=self.person, subject=subject, say=Say(key=key), kind=kind)
        self.write(lambda session: write_notices(session, [notice]))

    def sweep(self, process: str = "p1") -> int:
        return asyncio.run(self.post(process).sweep())

    def states(self) -> dict[str, str]:
        with self.database.reader.begin() as connection:
            return dict(connection.execute(select(outbox.c.key, outbox.c.state)).all())


@pytest.fixture
def bench(database: Database, now: datetime) -> Bench:
    def seed(connection: Any) -> int:
        person = connection.execute(
            insert(persons).returning(persons.c.id), {"name": "Li", "locale": "zh-Hans", "created_at": now}
        ).scalar_one()
        row = {"channel": "telegram", "account": "42", "external_id": "7", "chat": "7", "person_id": person}
        connection.execute(insert(identities), {**row, "bound_at": now, "last_seen_at": now})
        return person

    return Bench(database, Wire(), now, database.lane.run(seed))


def test_a_key_is_sent_once_however_often_it_is_written(bench: Bench) -> None:
    bench.notice("low:1")
    bench.notice("low:1")
    assert bench.sweep() == 1
    assert bench.sweep() == 0
    assert bench.wire.got == [("7", "low:1")]
    assert bench.states() == {"low:1": "sent"}


def test_what_was_rolled_back_is_never_sent(bench: Bench) -> None:
    def fails(session: Session) -> None:
        write_notices(session, [Notice(key="x", person_id=bench.person, subject="m:1", say=Say(key="x"))])
        raise RuntimeError

    with pytest.raises(RuntimeError):
        bench.write(fails)
    assert bench.sweep() == 0


def test_one_recipient_gets_messages_in_order_and_a_stuck_one_delays_nobody_else(bench: Bench) -> None:
    bench.wire.answers = [Retry("429", after=60.0)]
    for key in ("a1", "a2"):
        bench.notice(key, "money", "m:1")
    bench.notice("b1", "money", "m:2")
    bench.sweep()
    bench.sweep()
    assert [key for _, key in bench.wire.got] == ["a1", "b1"]
    bench.now += timedelta(seconds=59)
    assert bench.sweep() == 0
    bench.now += timedelta(seconds=2)
    bench.sweep()
    bench.sweep()
    assert [key for _, key in bench.wire.got] == ["a1", "b1", "a1", "a2"]


@pytest.mark.parametrize(("answer", "state"), [(Retry("429", after=60.0), "sent"), (Retry("500"), "dead")])
def test_a_channel_that_says_when_to_come_again_is_believed_longer_than_one_that_only_fails(
    bench: Bench, answer: Retry, state: str
) -> None:
    bench.wire.answers = [answer] * 10
    bench.notice("key", "money", "m:1")
    for _ in range(11):
        bench.sweep()
        bench.now += timedelta(minutes=10)
    assert bench.states() == {"key": state}


def test_an_alert_whose_answer_was_lost_is_unknown_and_a_money_message_is_repeated(bench: Bench) -> None:
    bench.wire.answers = [Unknown("timeout"), Unknown("timeout")]
    bench.notice("alert", "alert", "m:1")
    bench.notice("money", "money", "m:2")
    bench.sweep()
    assert bench.states() == {"alert": "unknown", "money": "pending"}
    bench.now += timedelta(minutes=10)
    bench.sweep()
    assert bench.states() == {"alert": "unknown", "money": "sent"}
    assert [key for _, key in bench.wire.got] == ["alert", "money", "money"]


def test_a_dead_process_leaves_its_alert_unknown_and_its_money_message_to_another(bench: Bench) -> None:
    bench.notice("alert", "alert", "m:1")
    bench.notice("money", "money", "m:2")
    claimed = update(outbox).values(
        state="claimed", leased_by="gone", lease_until=bench.now + timedelta(seconds=30)
    )
    bench.write(lambda session: session.execute(claimed))
    assert bench.sweep("p2") == 0
    bench.now += timedelta(seconds=31)
    bench.sweep("p2")
    assert bench.states() == {"alert": "unknown", "money": "sent"}


def test_giving_up_is_loud_and_final(bench: Bench) -> None:
    bench.wire.answers = [Retry("500")] * (ATTEMPTS + 2)
    bench.notice("money", "money")
    for _ in range(ATTEMPTS + 2):
        bench.sweep()
        bench.now += timedelta(minutes=10)
    assert bench.states() == {"money": "dead"}
    assert len(bench.wire.got) == ATTEMPTS


def test_a_person_who_blocked_us_is_switched_off_and_staff_hear_of_it(bench: Bench) -> None:
    bench.wire.answers = [Refused("blocked", unreachable=True)]
    bench.notice("alert")
    bench.sweep()
    bench.notice("next")
    bench.sweep()
    assert bench.wire.got == [("7", "alert")]
    assert bench.states() == {"alert": "refused", "next": "refused"}
    with bench.database.reader.begin() as connection:
        assert connection.execute(select(facts.c.kind)).scalars().all() == ["people.unreachable"]


def test_a_chat_that_moved_is_followed(bench: Bench) -> None:
    bench.wire.answers = [Moved("-100")]
    bench.notice("alert")
    bench.sweep()
    bench.sweep()
    assert bench.wire.got == [("7", "alert"), ("-100", "alert")]
    assert bench.states() == {"alert": "sent"}


def test_a_reply_goes_at_once_unless_an_older_message_waits(bench: Bench) -> None:
    address = Address(channel="telegram", account="42", chat="7", subject="m:1")

    def reply(key: str) -> tuple[int, ...]:
        return bench.write(
            lambda session: write_replies(
                session, [Say(key=key)], address, person_id=bench.person, key=key, leased_by="p1"
            )
        )

    asyncio.run(bench.post().send_now(reply("first")))
    assert bench.wire.got == [("7", "first")]
    bench.notice("older", "money", "m:1")
    asyncio.run(bench.post().send_now(reply("second")))
    assert bench.wire.got == [("7", "first")]
    bench.now += timedelta(seconds=1)
    bench.sweep()
    bench.sweep()
    assert [key for _, key in bench.wire.got] == ["first", "older", "second"]
