"""The limits the fake enforces: text, caption, keyboard, and how fast one may write."""

import math
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tests.channels.telegram.markup import MarkupError, plain

MAX_TEXT, MAX_CAPTION, MAX_CALLBACK_DATA, MAX_BUTTONS, MAX_ROW = 4096, 1024, 64, 100, 8


class ApiError(Exception):
    """A refusal as the Bot API words it."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters

    def body(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return answer | ({"parameters": self.parameters} if self.parameters else {})


class BrokenRuleError(ApiError):
    """A call that should never have been made; counted as a violation."""


def bad_request(why: str) -> ApiError:
    """A 400 for a call against the rules."""
    return BrokenRuleError(400, f"Bad Request: {why}")


def checked_text(text: str, parse_mode: str, *, caption: bool = False) -> str:
    """The text as the reader sees it."""
    try:
        seen = plain(text, parse_mode).strip()
    except MarkupError as error:
        raise bad_request(str(error)) from error
    if not seen and not caption:
        raise bad_request("message text is empty")
    if len(seen.encode("utf-16-le")) // 2 > (MAX_CAPTION if caption else MAX_TEXT):
        raise bad_request("message caption is too long" if caption else "message is too long")
    return seen


def checked_keyboard(markup: Any) -> list[list[dict[str, str]]]:
    """The rows of an inline keyboard, or none."""
    if not markup:
        return []
    if not isinstance(markup, Mapping) or not isinstance(markup.get("inline_keyboard"), Sequence):
        raise bad_request("object expected as reply markup")
    rows = list(markup["inline_keyboard"])
    for row in rows:
        if not isinstance(row, list):
            raise bad_request("can't parse inline keyboard: expected an Array of Arrays")
        if len(row) > MAX_ROW:
            raise bad_request("BUTTON_ROW_TOO_LONG")
        for button in row:
            _check_button(button)
    if sum(map(len, rows)) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    return rows


def _check_button(button: Any) -> None:
    if not isinstance(button, Mapping) or not isinstance(button.get("text"), str):
        raise bad_request('can\'t parse inline keyboard button: field "text" must be of type String')
    if not button["text"].strip():
        raise bad_request("inline keyboard button text is empty")
    does = [name for name in ("callback_data", "url", "web_app", "switch_inline_query") if name in button]
    if len(does) != 1:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if does == ["callback_data"] and not 1 <= len(button["callback_data"].encode()) <= MAX_CALLBACK_DATA:
        raise bad_request("BUTTON_DATA_INVALID")
    if does == ["url"]:
        url = urlsplit(button["url"])
        if url.scheme not in ("http", "https", "tg") or (
            url.scheme != "tg" and "." not in (url.hostname or "")
        ):
            raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")


@dataclass
class Bucket:
    """`burst` at once, `rate` a second after that."""

    burst: float
    rate: float
    level: float = 0.0
    seen: float = field(default_factory=time.monotonic)
    closed_until: float = 0.0

    def wait(self) -> float:
        """Seconds to wait; 0 takes a place."""
        now = time.monotonic()
        self.level = max(0.0, self.level - (now - self.seen) * self.rate)
        self.seen = now
        if self.level + 1 <= self.burst:
            self.level += 1
            return 0.0
        return (self.level + 1 - self.burst) / self.rate


@dataclass
class Rates:
    """How fast a bot may write, as (burst, per second), and what it did wrong."""

    chat: tuple[float, float] = (6, 1)
    group: tuple[float, float] = (21, 20 / 60)
    overall: tuple[float, float] = (30, 30)
    violations: Counter[str] = field(default_factory=Counter)
    _buckets: dict[str, Bucket] = field(default_factory=dict)

    def check(self, chat: int) -> None:
        """Raises 429 with `retry_after`; writing before that time is a second, worse violation."""
        named = {"overall": self.overall, f"chat {chat}": self.chat}
        if chat < 0:
            named[f"group {chat}"] = self.group
        buckets = [self._buckets.setdefault(name, Bucket(*size)) for name, size in named.items()]
        now = time.monotonic()
        if any(bucket.closed_until > now for bucket in buckets):
            self.violations["wrote before retry_after"] += 1
        wait = max(
            bucket.wait() if bucket.closed_until <= now else bucket.closed_until - now for bucket in buckets
        )
        if wait:
            self.violations["too many requests"] += 1
            seconds = max(1, math.ceil(wait))
            for bucket in buckets[1:]:
                bucket.closed_until = max(bucket.closed_until, now + seconds)
            raise ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
