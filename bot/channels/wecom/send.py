"""Delivers rendered words as texts and cards, and says exactly what became of them."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Final, Protocol, TypeVar

from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import Connection

from bot.channels import cards
from bot.channels.redact import redact
from bot.channels.wechat.api import BAD_TOKEN, MAX_MEDIA, ApiError, LostError, NotSentError
from bot.channels.wechat.render import draw_qr
from bot.channels.wecom.api import WeComApi
from bot.channels.wecom.render import card_of, fits_card, pressable, texts_of
from bot.dialog.messages import Words
from core.db.lane import Lane
from core.kit.clock import Clock
from notifications.outbox.sender import Address, Refused, Result, Retry, Sent, Unknown

OpenFile = Callable[[str], bytes]
T = TypeVar("T")

# Beyond these WeCom drops messages and says nothing (path 90236): 30 a minute and 1000 an hour to one person.
_LIMITS: Final = (RateLimitItemPerMinute(28), RateLimitItemPerHour(950))
_GONE: Final = (60111, 81013, 40031, 40003)  # no such person, or none that may see the app
_BUSY: Final = (-1, 45009, 45033)
_CONFIGURATION: Final = (*BAD_TOKEN, 40013, 40056, 41011, 48002, 60020, 301002)
_CHANGEABLE: Final = timedelta(hours=71)  # WeCom allows 72
_SAME_WITHIN: Final = 1800  # seconds in which WeCom sends the same card once

_log = logging.getLogger(__name__)


class Render(Protocol):
    """A stored Say in the reader's language, with buttons or with its choices numbered in the text."""

    def __call__(self, payload: Mapping[str, Any], address: Address, *, numbered: bool = False) -> Words: ...


class WeComSender:
    """Implements `Sender` for one app."""

    def __init__(  # noqa: PLR0917 - the parts of one sender
        self, api: WeComApi, words: Render, open_file: OpenFile, lane: Lane, clock: Clock, agent_id: str
    ) -> None:
        self._api, self._words, self._open_file, self._lane, self._clock = api, words, open_file, lane, clock
        self._agent_id = int(agent_id)
        self._table = cards.Table("wecom", api.account, _CHANGEABLE)
        self._windows = MovingWindowRateLimiter(MemoryStorage())

    async def send(self, address: Address, payload: Mapping[str, Any]) -> Result:
        """Say it, on a card where it offers something to press. Broken off midway it is `Unknown`."""
        words = self._words(payload, address)
        if not pressable(words) and any(not button.url for button in words.buttons):
            words = self._words(payload, address, numbered=True)
        has_card = bool(pressable(words))
        texts = [] if has_card and fits_card(words) else texts_of(words)
        picture = await self._opened(words)
        if not texts and not has_card and not picture:
            return Refused("nothing to say")
        wait = self._claim(address.chat, len(texts) + has_card + bool(picture))
        if wait:
            return Retry("as many as one person may get", after=wait)
        parts: list[Callable[[], Awaitable[Result]]] = (
            [partial(self._file, address, picture, words.picture.name)] if words.picture and picture else []
        )
        parts += [partial(self._call, address, _text(text)) for text in texts]
        parts += [partial(self._card, address, payload, words)] if has_card else []
        result: Result = Sent()
        for number, part in enumerate(parts):
            result = await part()
            if not isinstance(result, Sent):
                return result if not number else Unknown(f"broken off at part {number + 1}: {result}"[:300])
        return result

    async def close_decided(self) -> int:
        """Change the cards whose matter is over, on every screen they lie. Returns how many."""
        now = self._clock()
        found = await self._on_lane(lambda at: self._table.take_over(at, now))
        for card in found:
            word = self._words({"key": f"alerts.card_{card.word}"}, card.address).text
            change = {
                "userids": [card.address.chat],
                "agentid": self._agent_id,
                "response_code": card.code,
                "button": {"replace_name": word},
            }
            try:
                await self._api.call("message/update_template_card", change)
            except (ApiError, NotSentError, LostError) as error:
                # What it offers is refused by its own rules when pressed: nothing is lost but the look.
                _log.warning("wecom: a card keeps its buttons: %s", redact(str(error)))
        return len(found)

    async def _opened(self, words: Words) -> bytes:
        """The bytes of its picture or file; empty for none, and for one that is gone or too large."""
        if words.picture is None:
            return b""
        scheme, _, text = words.picture.ref.partition(":")
        try:
            content = await asyncio.to_thread(
                partial(draw_qr, text) if scheme == "qr" else partial(self._open_file, words.picture.ref)
            )
        except OSError:
            _log.exception("wecom: a picture is gone; its words go alone")
            return b""
        return content if 5 < len(content) <= MAX_MEDIA else b""

    async def _file(self, address: Address, content: bytes, name: str) -> Result:
        sort, mime = "file", "application/octet-stream"
        if content.startswith((b"\x89PNG", b"\xff\xd8\xff")):
            sort, mime = "image", "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
        try:
            media_id = await self._api.upload(content, name or "file", mime, sort)
        except (ApiError, NotSentError, LostError) as error:
            result = judge(error)
            # An upload nobody heard of is no message.
            return Retry(result.reason) if isinstance(result, Unknown) else result
        return await self._call(address, {"msgtype": sort, sort: {"media_id": media_id}})

    async def _card(self, address: Address, payload: Mapping[str, Any], words: Words) -> Result:
        after = await self._on_lane(cards.newest_fact)
        task_id = f"o{address.ref or time.time_ns()}"
        body = {
            "msgtype": "template_card",
            "template_card": card_of(words, task_id),
            "enable_duplicate_check": 1,
            "duplicate_check_interval": _SAME_WITHIN,
        }
        taken: dict[str, Any] = {}
        result = await self._call(address, body, taken)
        code = str(taken.get("response_code", ""))
        if isinstance(result, Sent) and code:
            now = self._clock()
            await self._on_lane(lambda at: cards.keep(at, address, payload, task_id, after, now, code))
        return result

    async def _call(
        self, address: Address, body: Mapping[str, Any], taken: dict[str, Any] | None = None
    ) -> Result:
        try:
            answer = await self._api.call(
                "message/send", {"touser": address.chat, "agentid": self._agent_id, **body}
            )
        except (ApiError, NotSentError, LostError) as error:
            return judge(error)
        # Nobody of those it was for: said beside errcode 0.
        if address.chat in str(answer.get("invaliduser", "")).lower().split("|"):
            return Refused("not a person who may see the app", unreachable=True)
        if taken is not None:
            taken.update(answer)
        return Sent(str(answer.get("msgid", ""))[:120])

    def _claim(self, person: str, count: int) -> float:
        """Seconds until so many messages may go to this person; 0 when they may now, which counts them."""
        for limit in _LIMITS:
            if not self._windows.test(limit, person, cost=count):
                return max(self._windows.get_window_stats(limit, person).reset_time - time.time(), 1.0)
        for limit in _LIMITS:
            self._windows.hit(limit, person, cost=count)
        return 0.0

    async def _on_lane(self, unit: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(self._lane.submit(unit))


def _text(text: str) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": text}}


def judge(error: Exception) -> Result:
    """What an error says about the message: refused, to be repeated, or perhaps sent."""
    reason = redact(str(error))
    match error:
        case NotSentError():
            return Retry(reason)
        case ApiError(code=code) if code in _BUSY:
            return Retry(reason, after=60.0 if code > 0 else None)
        case ApiError(code=code) if code in _GONE:
            return Refused(reason, unreachable=True)
        case ApiError(code=code) if code in _CONFIGURATION:
            _log.critical("wecom: the app does not work, nothing can be sent: %s", reason)
            return Retry(reason, after=60.0)
        case ApiError():
            return Refused(reason)
    return Unknown(reason)
