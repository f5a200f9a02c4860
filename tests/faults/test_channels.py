"""A channel's API that hangs, says 429 or 500, or takes a message and drops the answer, and processes that die with it in hand.

Seen to fail: with alerts taken again after a lost lease; and with a 429 that is repeated by its own back-off.
"""

import asyncio
import os
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select
from structlog.testing import capture_logs

import notifications.outbox.post
from core.db.scope import SystemScope
from core.db.session import Session
from core.kit.say import Say
from core.people.models import identities, persons
from notifications.outbox.deliver import claim
from notifications.outbox.models import outbox
from notifications.outbox.post import Post
from notifications.outbox.sender import Address, Result, Retry, Sent, Unknown
from notifications.outbox.write import Notice, write_notices
from tests.databases import Database

PEOPLE, EACH = int(os.environ.get("PEOPLE", "5")), 20
CALM = 0.35
"""How often a call simply works."""


@dataclass
class Unruly:
    """A channel that takes and loses as it likes, and remembers what it took, when, and from when it may be given a message again."""

    chance: random.Random
    now: datetime
    calm: bool = False
    accepted: list[tuple[str, str, str]] = field(default_factory=list)
    closed: dict[str, datetime] = field(default_factory=dict)
    too_early: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    async def send(self, address: Address, payload: dict[str, Any]) -> Result:
        chat, key = address.chat, payload["key"]
        self.too_early += self.now < self.closed.get(key, self.now)
        how = "fine"
        if not self.calm and self.chance.random() > CALM:
            how = self.chance.choice(["hang", "429", "500", "dropped", "dropped", "broken"])
            self.faults[how] += 1
        if how in ("fine", "dropped", "hang"):
            self.accepted.append((chat, address.kind, key))
        match how:
            case "hang":
                await asyncio.sleep(3600)
            case "429":
                self.closed[key] = self.now + timedelta(seconds=7)
                return Retry("429", after=7.0)
            case "500":
                return Retry("500")
            case "dropped":
                return Unknown("the connection was closed")
            case "broken":
                raise OSError
        return Sent(key)


@dataclass
class Hall:
    """The outbox of many people, with a clock that is moved by hand."""

    database: Database
    wire: Unruly
    post: Post

    def write(self, people: list[int]) -> None:
        notices = [
            Notice(key=f"{kind}:{person}:{number}", person_id=person, subject=f"m:{person}",
                   say=Say(key=f"{kind}:{person}:{number}"), kind=kind)
            for number in range(EACH)
            for person in people
            for kind in ("money" if number % 2 else "alert",)
        ]  # fmt: skip
        self.database.lane.run(lambda c: write_notices(Session(c, SystemScope("t"), self.wire.now), notices))

    def states(self) -> Counter[tuple[str, str]]:
        with self.database.reader.begin() as connection:
            return Counter(tuple(row) for row in connection.execute(select(outbox.c.kind, outbox.c.state)))

    def die_with_some(self) -> None:
        """A process takes messages and is never heard of again."""
        self.database.lane.run(
            lambda c: claim(Session(c, SystemScope("t"), self.wire.now), "dead", limit=5) and None
        )


@pytest.fixture
def hall(database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Hall:
    monkeypatch.setattr(notifications.outbox.post, "SEND_TIMEOUT", 0.02)
    wire = Unruly(random.Random(5), now)
    post = Post(lane=database.lane, senders={"web": wire}, process="p", clock=lambda: wire.now)
    made = Hall(database, wire, post)

    def seed(connection: Any) -> list[int]:
        people = []
        for number in range(PEOPLE):
            person = connection.execute(
                insert(persons).returning(persons.c.id), {"name": "n", "locale": "zh-Hans", "created_at": now}
            ).scalar_one()
            row = {"channel": "web", "account": "web", "external_id": str(number), "chat": f"c{person}"}
            connection.execute(
                insert(identities), {**row, "person_id": person, "bound_at": now, "last_seen_at": now}
            )
            people.append(person)
        return people

    made.write(database.lane.run(seed))
    return made


def test_an_unruly_channel_loses_nothing_and_doubles_only_what_may_be(hall: Hall) -> None:
    with capture_logs():
        for turn in range(400):
            hall.wire.calm = turn > 300  # in the end it recovers
            if turn % 10 == 3 and not hall.wire.calm:
                hall.die_with_some()
            asyncio.run(hall.post.sweep(50))
            hall.wire.now += timedelta(seconds=hall.wire.chance.choice([1, 3, 11, 41]))
            if not any(state in ("pending", "claimed") for _, state in hall.states()):
                break
    assert all(hall.wire.faults[each] for each in ("hang", "429", "500", "dropped", "broken"))
    assert hall.wire.too_early == 0
    states = hall.states()
    assert sum(states.values()) == PEOPLE * EACH
    assert set(states) <= {("alert", "sent"), ("alert", "unknown"), ("alert", "dead"),
                           ("money", "sent"), ("money", "dead")}  # fmt: skip
    times = Counter(hall.wire.accepted)
    assert all(count == 1 for (_, kind, _), count in times.items() if kind == "alert")
    assert any(count > 1 for (_, kind, _), count in times.items() if kind == "money")
    with hall.database.reader.begin() as connection:
        sent = select(outbox.c.key).where(outbox.c.state == "sent")
        assert set(connection.execute(sent).scalars()) <= {key for _, _, key in times}
    for chat in {chat for chat, _, _ in times}:
        first = list(
            dict.fromkeys(int(key.rpartition(":")[2]) for who, _, key in hall.wire.accepted if who == chat)
        )
        assert first == sorted(first), chat
