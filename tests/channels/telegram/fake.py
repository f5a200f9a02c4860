"""A Telegram of our own: the Bot API as a real HTTP server on loopback, and the people behind it.

    with FakeTelegram() as telegram:          # telegram.url is TELEGRAM_API_URL, telegram.token TELEGRAM_TOKEN
        li = telegram.user(101, "李掌柜", "zh-hans")
        li.starts(token)
        li.says("羊角锤3箱")
        assert "合计" in li.hears().text       # waits for the next message, 5 s by default
        li.presses("确认")                     # the newest button that says so

It refuses what Telegram refuses (`limits`, `markup`, `methods`), pushes to the webhook the way Telegram does
(`delivery`), and misbehaves on demand (`fault`, `latency`, `offline`, `duplicates`, `hold` and `release`).
"""

import contextlib
import hashlib
import itertools
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Self, TypeVar

from tests.channels.telegram.delivery import Attempt, Delivery, Pending
from tests.channels.telegram.limits import ApiError, BrokenRuleError, Rates
from tests.channels.telegram.methods import DEFAULT_UPDATES, METHODS, Params, Webhook
from tests.channels.telegram.people import Chat, Group, JsonDict, Message, Person, Press
from tests.channels.telegram.server import Server

T = TypeVar("T")

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


class FakeTelegram:
    """One bot's Telegram. Safe to use from any thread."""

    def __init__(self, *, token: str = TOKEN, username: str = "dealer_desk_bot") -> None:
        self.token, self.username = token, username
        self.changed = threading.Condition(threading.RLock())
        self.chats: dict[int, Chat] = {}
        self.pending: list[Pending] = []
        self.sent: dict[int, JsonDict] = {}  # every update ever made, by its id
        self.files: dict[str, bytes] = {}
        self.calls: list[tuple[str, Params]] = []
        self.commands: dict[str, dict[str, str]] = {}
        self.webhook: Webhook | None = None
        self.allowed_updates: tuple[str, ...] = DEFAULT_UPDATES
        self.requested: list[str] = []  # the target of every request, as it came
        self.poller = 0
        self.bugs: list[str] = []  # of this fake itself
        self.closing = False
        self.rates = Rates()
        self.latency = 0.0  # seconds before each answer
        self.duplicates = 0  # how often each update is delivered again after it was taken
        self.time_scale = 0.05  # of the waits between deliveries
        self._holding = False
        self._faults: list[tuple[str, str]] = []
        self._numbers = itertools.count(1000)
        self._update_ids = itertools.count(731_204_000)
        self._server = Server(self)
        self.port = self._server.server_address[1]
        self.delivery = Delivery(self)
        threading.Thread(target=self._push, daemon=True).start()
        self._listen()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self.changed:
            self.closing = True
            self.changed.notify_all()
        self._server.stop()
        self.delivery.close()
        assert not self.bugs, self.bugs[0]

    # ---- who is there

    @property
    def url(self) -> str:
        """What TELEGRAM_API_URL is set to."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def me(self) -> JsonDict:
        """The bot."""
        bot_id = int(self.token.partition(":")[0])
        return {"id": bot_id, "is_bot": True, "first_name": "经销商助手", "username": self.username}

    def user(self, user_id: int, name: str, language: str = "zh-hans") -> Person:
        """Somebody who has not started the bot yet."""
        person = Person(self, user_id, name, language)
        self.chats[user_id] = person
        return person

    def group(self, chat_id: int, title: str) -> Group:
        """A group with the bot in it; its id is negative."""
        group = Group(self, chat_id, title)
        self.chats[chat_id] = group
        return group

    # ---- what went wrong, what is on its way

    @property
    def violations(self) -> Counter[str]:
        """What the bot did that Telegram forbids, counted."""
        return self.rates.violations

    def called(self, method: str) -> list[Params]:
        """The parameters of every call of a method."""
        return [params for name, params in self.calls if name == method.lower()]

    def wait_for(self, found: Callable[[], T | None], within: float, missing: Callable[[], str] | str) -> T:
        """The first truthy value of `found`, looked at after every change."""
        with self.changed:
            if value := self.changed.wait_for(found, within):
                return value
        raise AssertionError(missing if isinstance(missing, str) else missing())

    def settled(self, *, within: float = 10.0) -> None:
        """Every update has been taken."""
        self.wait_for(
            lambda: not self.pending and not self.delivery.busy,
            within,
            lambda: (
                f"still waiting: {[each.update for each in self.pending]}; last: {self.delivery.attempts[-3:]}"
            ),
        )

    # ---- faults

    def fault(self, kind: str, *, method: str = "", times: int = 1) -> None:
        """Spoil the next calls (of a method): an HTTP status such as "502"; "hang" takes the call, answers never;
        "drop" takes it and closes the connection without an answer.
        """
        self._faults += [(method.lower(), kind)] * times

    @contextlib.contextmanager
    def offline(self) -> Iterator[None]:
        """Nobody listens: connections are refused."""
        self._server.stop()
        try:
            yield
        finally:
            self._server = Server(self, self.port)
            self._listen()

    def hold(self) -> None:
        """Stop delivering; updates pile up."""
        self._holding = True

    def release(self, *, shuffled: int | None = None) -> None:
        """Deliver again, after shuffling what piled up (by this seed)."""
        with self.changed:
            if shuffled is not None:
                random.Random(shuffled).shuffle(self.pending)
            self._holding = False
            self.changed.notify_all()

    def restart_ids(self, first: int) -> None:
        """Update ids go on from here, as they may after a week without updates."""
        self._update_ids = itertools.count(first)

    def redeliver(self, update_id: int) -> Attempt:
        """Deliver an old update once more, now."""
        return self.delivery.post(self.sent[update_id])

    # ---- for people, methods, delivery and server

    @property
    def can_push(self) -> bool:
        return self.webhook is not None and not self._holding and not self.closing

    def next_number(self) -> int:
        return next(self._numbers)

    def enqueue(self, update: JsonDict, queue: str, press: str = "") -> int:
        """Put an update on its way, unless the bot does not want this kind."""
        with self.changed:
            update = {"update_id": next(self._update_ids), **update}
            self.sent[update["update_id"]] = update
            if set(update) & set(self.allowed_updates):
                self.pending.append(Pending(update, queue, press))
                self.changed.notify_all()
            return int(update["update_id"])

    def service(self, group: Group, content: JsonDict) -> int:
        """A notice in a group."""
        anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
        message = {
            "message_id": self.next_number(),
            "from": anonymous,
            "chat": group.json,
            "date": int(time.time()),
        }
        return self.enqueue({"message": {**message, **content}}, f"chat {group.id}")

    def store(self, content: bytes, name: str = "") -> JsonDict:
        """Keep a file somebody sends; how messages name it."""
        file_id = f"BQACAgUAAxkBAAI{self.next_number()}{name[-8:]}"
        self.files[file_id] = content
        return {"file_id": file_id, "file_unique_id": self.unique_of(content), "file_size": len(content)}

    def unique_of(self, content: bytes) -> str:
        return "AQAD" + hashlib.sha256(content).hexdigest()[:12]

    def press(self, callback_id: str) -> Press | None:
        presses = [
            press for chat in self.chats.values() if isinstance(chat, Person) for press in chat.presses_made
        ]
        return next((press for press in presses if press.id == callback_id), None)

    def as_json(self, message: Message) -> JsonDict:
        """A message of the bot as the Bot API shows it."""
        shown: JsonDict = {
            "message_id": message.id,
            "from": self.me,
            "chat": self.chats[message.chat].json,
            "date": int(time.time()),
        }
        if message.photo:
            shown |= {
                "photo": [self.store(message.photo) | {"width": 400, "height": 400}],
                "caption": message.text,
            }
        elif message.document:
            shown |= {"document": self.store(message.document), "caption": message.text}
        else:
            shown |= {"text": message.text}
        return shown | ({"reply_markup": {"inline_keyboard": message.keyboard}} if message.keyboard else {})

    def take_fault(self, method: str) -> str:
        with self.changed:
            for number, (wanted, kind) in enumerate(self._faults):
                if wanted in ("", method):
                    del self._faults[number]
                    return kind
        return ""

    def wait_for_the_end(self) -> None:
        with self.changed:
            self.changed.wait_for(lambda: self.closing, 3600)

    def call(self, token: str, name: str, params: Params) -> Any:
        """One call of the Bot API. Raises `ApiError`."""
        if not re.fullmatch(r"\d+:[\w-]+", token):
            raise ApiError(404, "Not Found")
        if token != self.token:
            raise ApiError(401, "Unauthorized")
        if name not in METHODS:
            raise ApiError(404, "Not Found: method not found")
        with self.changed:
            self.calls.append((name, params))
            try:
                return METHODS[name](self, params)
            except BrokenRuleError as error:
                self.violations[error.description] += 1
                raise

    def _listen(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()

    def _push(self) -> None:
        while not self.closing:
            self.delivery.wake()
            with self.changed:
                self.changed.wait(0.5)
