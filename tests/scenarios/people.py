"""Everybody's chat in the scripted month: each message is counted, delivered twice now and then, and must be answered."""

import random
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Connection, select

from bot.dialog.messages import Outcome
from bot.turn import handle
from core.db.scope import SystemScope
from core.db.session import Session
from notifications.address import address_facts
from notifications.outbox.deliver import settle, take
from notifications.outbox.models import outbox
from notifications.outbox.sender import Sent
from notifications.schedule import JOBS, fire_due
from tests.core.shop import ZONE
from tests.world import World

ORDER = re.compile(r"\d{6}-\d{4,9}")
CLAIM = re.compile(r"C\d{6}-\d{4,9}")
_WAITING = select(outbox.c.subject).where(outbox.c.state == "pending").distinct()
EVERY = 11
"""One message in so many is delivered a second time."""


@dataclass
class People(World):
    """The brand's world, listened to."""

    chance: random.Random = field(default_factory=lambda: random.Random(3))
    messages: int = 0
    repeated: int = 0
    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    today: list[tuple[str, str]] = field(default_factory=list)
    did: Counter[str] = field(default_factory=Counter)

    def hears(self, who: str, text: str = "", **more: object) -> Outcome:
        """A message, answered; perhaps delivered twice, which changes nothing."""
        inbound = self.inbound(who, text, **more)
        outcome = handle(self.office, inbound)
        assert outcome.status == "done", (who, text, outcome)
        assert self.words(who, outcome.says).strip(), (who, text)
        self.last[who] = outcome.says
        self.messages += 1
        self._send(outcome)
        if self.chance.randrange(EVERY) == 0:
            again = handle(self.office, inbound)
            assert (again.status, again.says) == ("duplicate", outcome.says), (who, text)
            self.repeated += 1
        return outcome

    def _send(self, outcome: Outcome) -> None:
        """The channel delivers the answer."""

        def deliver(session):
            parcels = take(session, self.office.process, outcome.outbox_ids)
            assert len(parcels) == len(outcome.outbox_ids)
            for parcel in parcels:
                settle(session, self.office.process, parcel, None, Sent())

        self.shop.system(deliver)

    def asks(self, who: str, text: str, done: str) -> str:
        """Say it, say yes where it is asked, and see it done."""
        answer = self.says(who, text)
        if done not in answer:
            answer = self.says(who, self.chance.choice(("确认", "1", "好")))
        assert done in answer, (who, text, answer)
        return answer

    def listen(self) -> None:
        """Everybody reads what was pushed to them."""
        while self.office.lane.run(self._address):
            pass
        waiting = {row.subject for row in self.shop.rows(_WAITING)}
        for who in (each for each in self.locales if self.shop.people[each].subject in waiting):
            for text in self.notices(who):
                self.told[who, text] += 1
                self.today.append((who, text))

    def _address(self, connection: Connection) -> int:
        return address_facts(Session(connection, SystemScope("test"), self.now), ZONE, "CNY")

    def heard(self, who: str, *parts: str) -> str:
        """What somebody was told today that holds all of this; exactly one such message."""
        found = [text for told, text in self.today if told == who and all(part in text for part in parts)]
        assert len(found) == 1, (who, parts, found)
        return found[0]

    def jobs(self) -> None:
        """What the clock brings due."""
        for job in JOBS:
            fire_due(self.office.lane, job, process="month", clock=lambda: self.now, zone=ZONE)

    def until(self, hour: int) -> None:
        """Wait until this hour of today or, when it has passed, of tomorrow; the jobs of the time run."""
        here = self.now.astimezone(ZONE)
        then = here.replace(hour=hour, minute=5, second=0)
        if then <= here:
            then += timedelta(days=1)
            self.today.clear()
        self.shop.now = then.astimezone(self.now.tzinfo)
        self.jobs()
        self.listen()


def printed(text: str, label: str) -> int:
    """The money printed behind a label, in minor units."""
    found = re.search(re.escape(label) + r"[:：]?\s*(-?)¥([\d,]+)(?:\.(\d\d))?", text)
    assert found, (label, text)
    sign, whole, cents = found.groups()
    amount = int(whole.replace(",", "")) * 100 + int(cents or 0)
    return -amount if sign else amount


def number(text: str, kind: re.Pattern[str] = ORDER) -> str:
    """The number of the order or claim that is named."""
    found = kind.search(text)
    assert found, text
    return found.group()
