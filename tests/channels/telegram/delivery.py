"""How Telegram hands updates to a webhook, after tdlib/telegram-bot-api (WebhookActor.cpp, Client.cpp).

One update is in flight per queue (a chat's messages; a person's button presses; memberships). What is not answered
2xx comes again: at once, then after 2 s, doubling to a minute, or when `Retry-After` says; it blocks its own queue
only. A press is dropped after 150 s, a message after a day.
"""

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx2

if TYPE_CHECKING:
    from tests.channels.telegram.fake import FakeTelegram

_PRESS_LIFETIME, _LIFETIME = 150.0, 24 * 3600.0
_FIRST_DELAY, _LAST_DELAY = 2.0, 60.0
_CONNECTION_IDLE = 60.0


@dataclass
class Pending:
    """An update the bot has not taken yet."""

    update: dict[str, Any]
    queue: str
    press: str = ""
    born: float = field(default_factory=time.monotonic)

    @property
    def is_stale(self) -> bool:
        return time.monotonic() - self.born > (_PRESS_LIFETIME if self.press else _LIFETIME)


@dataclass(frozen=True)
class Attempt:
    """One delivery. status: 0 when there was no answer."""

    update_id: int
    status: int
    seconds: float
    body: bytes = b""
    retry_after: float = 0.0


class Delivery:
    """The threads that push; at most one per queue."""

    def __init__(self, telegram: "FakeTelegram") -> None:
        self.telegram = telegram
        self.attempts: list[Attempt] = []
        self.dropped: list[int] = []
        self.busy: set[str] = set()
        self._client = httpx2.Client(timeout=_CONNECTION_IDLE, trust_env=False, verify=False)

    def wake(self) -> None:
        """Start on every queue that has something to deliver."""
        with self.telegram.changed:
            if not self.telegram.can_push:
                return
            for queue in {pending.queue for pending in self.telegram.pending} - self.busy:
                self.busy.add(queue)
                threading.Thread(target=self._run, args=[queue], daemon=True).start()

    def close(self) -> None:
        self._client.close()

    def post(self, update: Any, *, secret: str | None = None) -> Attempt:
        """Deliver once, whatever comes of it."""
        webhook = self.telegram.webhook
        assert webhook, "no webhook is set"
        headers = (
            {} if webhook.secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret or webhook.secret}
        )
        began = time.monotonic()
        try:
            answer = self._client.post(webhook.url, json=update, headers=headers)
            status, body = answer.status_code, answer.content
            retry_after = float(answer.headers.get("Retry-After", 0))
        except (httpx2.HTTPError, RuntimeError):  # RuntimeError: the fake is closing
            status, body, retry_after = 0, b"", 0.0
        attempt = Attempt(update.get("update_id", 0), status, time.monotonic() - began, body, retry_after)
        with self.telegram.changed:
            self.attempts.append(attempt)
            if b'"method"' in body:
                self.telegram.rates.violations["a webhook answer would be executed"] += 1
            self.telegram.changed.notify_all()
        return attempt

    def _run(self, queue: str) -> None:
        delay = 0.0
        while pending := self._next(queue):
            attempt = self.post(pending.update)
            if 200 <= attempt.status < 300:
                for _ in range(self.telegram.duplicates):
                    self.post(pending.update)
                self._take_off(pending)
                delay = 0.0
                continue
            if pending.is_stale:
                self.dropped.append(attempt.update_id)
                self._take_off(pending)
            self._sleep((attempt.retry_after or delay) * self.telegram.time_scale)
            delay = min(delay * 2, _LAST_DELAY) if delay else _FIRST_DELAY

    def _next(self, queue: str) -> Pending | None:
        with self.telegram.changed:
            if self.telegram.can_push:
                for pending in self.telegram.pending:
                    if pending.queue == queue:
                        return pending
            self.busy.discard(queue)
            self.telegram.changed.notify_all()
            return None

    def _take_off(self, pending: Pending) -> None:
        with self.telegram.changed:
            if pending in self.telegram.pending:
                self.telegram.pending.remove(pending)
            self.telegram.changed.notify_all()

    def _sleep(self, seconds: float) -> None:
        with self.telegram.changed:
            self.telegram.changed.wait_for(lambda: self.telegram.closing, seconds)
