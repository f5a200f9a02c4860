"""The people of the story and what may happen to the installation between their messages."""

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import update

from core.kit.clock import utc_now
from notifications.outbox.models import outbox
from tests.channels.telegram.people import Message, Person
from tests.e2e.running import App

ORDER_NUMBER = re.compile(r"\d{6}-\d{4,6}")
TOKEN = re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])")


@dataclass
class Stage:
    """People act; `after` is what happens right behind each of their messages."""

    app: App
    language: str = "zh-hans"
    after: Callable[[], None] = lambda: None
    patience: float = 20.0
    people: dict[str, Person] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    messages: int = 0

    def enter(self, name: str) -> Person:
        """Somebody with Telegram, who has not written yet."""
        person = self.app.telegram.user(5_000_000 + len(self.people), name, self.language)
        self.people[name] = person
        return person

    def says(self, who: Person, text: str) -> None:
        who.says(text)
        self._sent()

    def starts(self, who: Person, token: str) -> None:
        who.starts(token)
        self._sent()

    def presses(self, who: Person, label: str) -> None:
        who.presses(label)
        self._sent()

    def hears(self, who: Person, containing: str) -> Message:
        return who.hears(containing, within=self.patience)

    def hears_invite(self, who: Person) -> str:
        """The next token not heard before: an invite may come as several links, and be repeated after a kill."""
        while True:
            found = TOKEN.search(self.hears(who, "").text)
            if found and found.group() not in self.tokens:
                self.tokens.add(found.group())
                return found.group()

    def hears_number(self, who: Person, containing: str) -> str:
        """The order number in the next message with this text."""
        found = ORDER_NUMBER.search(self.hears(who, containing).text)
        assert found
        return found.group()

    def _sent(self) -> None:
        self.messages += 1
        self.after()


def killing(
    app: App, stage: Stage, *, seed: int, every: int = 1, ends_leases: bool = False
) -> Callable[[], None]:
    """kill -9 at some moment after every n-th message: before it arrives, within its turn, or after its answer.

    ends_leases: time passes until what the killed process was sending is free again.
    """
    chance = random.Random(seed)

    def kill() -> None:
        if (stage.messages + seed) % every:
            return
        time.sleep(chance.choice((0, 0.02, 0.05, 0.1, 0.2)) * chance.random())
        app.kill()
        if ends_leases:
            with app.database.engine.begin() as connection:
                connection.execute(
                    update(outbox).where(outbox.c.state == "claimed").values(lease_until=utc_now())
                )
        app.start()

    return kill
