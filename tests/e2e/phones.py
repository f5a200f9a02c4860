"""The same people on either channel: one application behind a WeChat and a Telegram at once, every push delivered again."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from limits import RateLimitItemPerSecond

from bot.channels.telegram import pace
from bot.commands import Place
from bot.commands.people import invite
from bot.files.importing import import_file
from core.kit.clock import utc_now
from notifications.schedule import fire, job_named
from tests.channels.telegram.fake import FakeTelegram
from tests.channels.telegram.methods import Webhook
from tests.channels.telegram.people import Person as TelegramPerson
from tests.channels.wechat.people import Person as WeChatPerson
from tests.channels.wechat.serving import App
from tests.channels.wechat.shop import shop
from tests.core.shop import IMPORT
from tests.databases import Databases

SECRET = "hook-secret_of_two_phones"
HURRY = 200
PATIENCE = 20.0


class Phone(Protocol):
    """What somebody does and sees, whatever the channel."""

    name: str

    def says(self, text: str) -> None: ...
    def chooses(self, label: str) -> None: ...
    def photographs(self, content: bytes) -> None: ...
    def hears(self, containing: str) -> str: ...
    def opens(self, token: str) -> None: ...
    def saw_picture(self, content: bytes) -> bool: ...


@dataclass
class OnTelegram:
    """Somebody with Telegram: a choice is a button."""

    person: TelegramPerson
    name: str
    then: Callable[[int], None] = lambda _: None

    def says(self, text: str) -> None:
        self.then(self.person.says(text))

    def chooses(self, label: str) -> None:
        self.then(self.person.presses(label).update_id)

    def photographs(self, content: bytes) -> None:
        self.then(self.person.sends_photo(content))

    def hears(self, containing: str) -> str:
        return self.person.hears(containing, within=PATIENCE).text

    def opens(self, token: str) -> None:
        self.person.starts(token)

    def saw_picture(self, content: bytes) -> bool:
        return any(content in (message.photo, message.document) for message in self.person.inbox)


@dataclass
class OnWeChat:
    """Somebody with WeChat: a choice is a number."""

    person: WeChatPerson
    name: str
    then: Callable[[], None] = lambda: None

    def says(self, text: str) -> None:
        self.person.says(text)
        self.then()

    def chooses(self, label: str) -> None:
        self.person.picks(label)
        self.then()

    def photographs(self, content: bytes) -> None:
        self.person.sends_photo(content)

    def hears(self, containing: str) -> str:
        return self.person.hears(containing, within=PATIENCE).text

    def opens(self, token: str) -> None:
        self.person.scans(token)

    def saw_picture(self, content: bytes) -> bool:
        return any(content == message.image for message in self.person.inbox)


@dataclass
class Brand:
    """The running brand, and everybody who joined it on one channel."""

    app: App
    telegram: FakeTelegram
    channel: str
    folder: Path
    racing: bool = False

    def phone(self, name: str, channel: str = "") -> Phone:
        """Somebody's phone, before they wrote."""
        if (channel or self.channel) == "telegram":
            person = self.telegram.user(7_000_000 + len(self.telegram.chats), name, "zh-hans")
            return OnTelegram(person, name, self._again if self.racing else lambda _: None)
        wechat = self.app.wechat
        person = wechat.user(name)
        return OnWeChat(person, name, partial(self._at_once, person) if self.racing else lambda: None)

    def race(self) -> None:
        """From now on retries come while the first attempt still runs, and WeChat's token ends after every message."""
        self.racing = True

    def _at_once(self, person: WeChatPerson) -> None:
        for _ in range(2):
            self.app.wechat.delivery.start(person.sent[-1])
        self.app.wechat.revoke_token()

    def _again(self, update: int) -> None:
        for _ in range(2):
            threading.Thread(target=self.telegram.redeliver, args=(update,), daemon=True).start()

    def joins(self, name: str, **who: Any) -> Phone:
        """Somebody joins by an invite of their own."""
        running = self.app.running
        place = Place(
            lane=running.lane, reader=running.reader, settings=self.app.settings, clock=running.clock
        )
        phone = self.phone(name)
        phone.opens(str(invite(place, name=name, **who).data["token"]))
        phone.hears("绑定到" if "dealer" in who else "您可以用了")
        return phone

    def staff(self, role: str, name: str = "") -> Phone:
        """A colleague of the region."""
        where = {"region": "华东"} if role == "sales" else {}
        return self.joins(name or role, role=role, **where)

    def owner(self, dealer: str = "QX", name: str = "李老板") -> Phone:
        return self.joins(name, dealer=dealer, role="owner")

    def brings(self, kind: str, *rows: dict[str, Any]) -> None:
        """Rows of a file an administrator would import."""
        path = self.folder / f"{kind}.jsonl"
        path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
        report = import_file(self.app.running.lane, IMPORT, kind, path, now=utc_now(), heard=False)
        assert report.count("rejected") == 0, report.results

    def job(self, name: str) -> None:
        """Its hour has come."""
        running = self.app.running
        zone = running.office.zone
        fire(running.lane, job_named(name), running.clock(), process="test", clock=running.clock, zone=zone)

    def wait_for(self, seen: Callable[[], bool]) -> None:
        """Until something is to be seen on somebody's screen."""
        fake: Any = self.telegram if self.channel == "telegram" else self.app.wechat
        fake.wait_for(lambda: seen() or None, PATIENCE, "it did not come")


Scene = Callable[[Brand], None]


@contextmanager
def brand(databases: Databases, kind: str, channel: str, folder: Path, **settings: str) -> Iterator[Brand]:
    """A brand whose every push comes twice. At the end all is at rest, adds up, and broke no rule of either platform."""
    pace._CHAT = pace._OVERALL = RateLimitItemPerSecond(HURRY)
    with FakeTelegram() as telegram:
        telegram.rates.chat = telegram.rates.overall = (HURRY, HURRY)
        telegram.duplicates = 1
        account = {
            "telegram_token": telegram.token,
            "telegram_webhook_secret": SECRET,
            "telegram_api_url": telegram.url,
        }
        with shop(databases, kind, folder, **account, **settings) as app:
            app.wechat.duplicates = 1
            telegram.webhook = Webhook(f"{app.url}/telegram/webhook", SECRET)
            yield Brand(app, telegram, channel, folder)
            telegram.settled()
            assert not telegram.violations
