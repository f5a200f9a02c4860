"""Delivers rendered words as customer service or template messages and says exactly what became of them.

The way is chosen before calling: a message while the ledger allows one, else the template for notices, else the message waits
and goes along with the next answer.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import Connection

from bot.channels.redact import redact
from bot.channels.wechat import ledger
from bot.channels.wechat.api import BAD_TOKEN, MAX_MEDIA, Api, ApiError, LostError, NotSentError
from bot.channels.wechat.render import draw_qr, parts_of, thing
from bot.dialog.messages import Words
from core.db.lane import Lane
from core.kit.clock import Clock
from notifications.outbox.sender import Address, Refused, Result, Retry, Sent, Unknown, Wait

T = TypeVar("T")
OpenFile = Callable[[str], bytes]

_CHINA: Final = timezone(timedelta(hours=8))
_QUOTA: Final = (45015, 45047)  # not within 48 hours of their last message; all of them used
_GONE: Final = (40003, 43004)  # no such openid; not following
_CONFIGURATION: Final = (40013, 40125, 40164, 48001, 50002)

_log = logging.getLogger(__name__)


class Render(Protocol):
    """A stored Say in the reader's language, with buttons or with its choices numbered in the text."""

    def __call__(self, payload: Mapping[str, Any], address: Address, *, numbered: bool = False) -> Words: ...


class WeChatSender:
    """Implements `Sender`. template: `ID/FIELD/FIELD` for notices outside the window: id, text field, time field; "" for none."""

    def __init__(  # noqa: PLR0917 - the parts of one sender
        self, api: Api, words: Render, open_file: OpenFile, lane: Lane, clock: Clock, template: str = ""
    ) -> None:
        self._api, self._words, self._open_file = api, words, open_file
        self._lane, self._clock = lane, clock
        self._template = template.split("/") if template else []

    async def send(self, address: Address, payload: Mapping[str, Any]) -> Result:
        """Say it. Texts of several parts are `Sent` when all of them are; broken off midway it is `Unknown`."""
        words = self._words(payload, address, numbered=True)
        texts = parts_of(words)
        picture = await self._picture(words)
        if not texts and not picture:
            return Refused("nothing to say")
        if not await self._may_send(address, len(texts) + bool(picture)):
            return await self._otherwise(
                address, words, Wait("not within the time or the number WeChat allows")
            )
        shown_at = await self._showing(address, payload)
        result = await self._say(address, texts, picture)
        if not isinstance(result, Sent | Unknown):
            await self._on_lane(lambda at: ledger.withdrawn(at, address.account, address.chat, shown_at))
        if isinstance(result, Retry):
            n = len(texts) + bool(picture)
            await self._on_lane(lambda at: ledger.refund(at, address.account, address.chat, n))
        return await self._otherwise(address, words, result) if isinstance(result, Wait) else result

    async def send_picture(self, address: Address, payload: Mapping[str, Any]) -> Result:
        """Only the picture: its words have been said already. One that is gone, or may not be sent, is left out."""
        picture = await self._picture(self._words(payload, address, numbered=True))
        if not picture:
            return Sent()
        if not await self._may_send(address, 1):
            return Wait("not within the time or the number WeChat allows")
        return await self._say(address, [], picture)

    async def _say(self, address: Address, texts: list[str], picture: bytes) -> Result:
        """Customer service messages, one after another."""
        bodies: list[Callable[[], Any]] = [partial(self._image, picture)] if picture else []
        bodies += [partial(_text, text) for text in texts]
        for number, make in enumerate(bodies):
            try:
                body = make()
                body = await body if asyncio.iscoroutine(body) else body
                await self._api.call("message/custom/send", {"touser": address.chat, **body})
            except (ApiError, NotSentError, LostError) as error:
                result = await self._judged(address, error)
                return result if not number else Unknown(f"broken off at part {number + 1}: {result}"[:300])
        return Sent()

    async def _image(self, picture: bytes) -> dict[str, Any]:
        is_png = picture.startswith(b"\x89PNG")
        name, mime = ("picture.png", "image/png") if is_png else ("picture.jpg", "image/jpeg")
        media_id = await self._api.upload(picture, name, mime)
        return {"msgtype": "image", "image": {"media_id": media_id}}

    async def _otherwise(self, address: Address, words: Words, waits: Wait) -> Result:
        """By template, if it is a notice and there is one for it."""
        if address.kind == "reply" or not self._template:
            return waits
        template_id, text_field, time_field = self._template
        at = self._clock().astimezone(_CHINA).strftime("%Y-%m-%d %H:%M")
        body = {
            "touser": address.chat,
            "template_id": template_id,
            "client_msg_id": f"{address.ref}",  # the same in every attempt: WeChat sends it once
            "data": {text_field: {"value": thing(words)}, time_field: {"value": at}},
        }
        try:
            taken = await self._api.call("message/template/send", body)
        except (ApiError, NotSentError, LostError) as error:
            return await self._judged(address, error, waits)
        msg_id = str(taken.get("msgid", ""))
        now = self._clock()
        if msg_id and address.ref.isdecimal():
            await self._on_lane(
                lambda at: ledger.under_way(at, address.account, msg_id, int(address.ref), now)
            )
        return Sent(f"template:{msg_id}"[:120])

    async def _judged(self, address: Address, error: Exception, waits: Wait | None = None) -> Result:
        result = judge(error, self._clock())
        if isinstance(result, Wait):
            if isinstance(error, ApiError) and error.code in _QUOTA:
                await self._on_lane(lambda at: ledger.shut(at, address.account, address.chat))
            return waits or result
        return result

    async def _may_send(self, address: Address, count: int) -> bool:
        now = self._clock()
        return await self._on_lane(lambda at: ledger.spend(at, address.account, address.chat, count, now))

    async def _showing(self, address: Address, payload: Mapping[str, Any]) -> datetime:
        """Keep what numbers are about to mean, before anybody can answer with one; the moment it is kept under.

        An answer's numbers are the conversation's own, a notice's are kept here.
        """
        now = self._clock()
        if address.kind == "reply":
            await self._on_lane(lambda at: ledger.answered(at, address.account, address.chat, now))
            return now
        buttons = self._words(payload, address).buttons
        handles = [button.handle for button in buttons if not button.url]
        await self._on_lane(lambda at: ledger.noticed(at, address.account, address.chat, handles, now))
        return now

    async def _picture(self, words: Words) -> bytes:
        """The picture's bytes; empty for none, and for what WeChat does not show as a picture."""
        if words.picture is None:
            return b""
        scheme, _, text = words.picture.ref.partition(":")
        try:
            content = await asyncio.to_thread(
                partial(draw_qr, text) if scheme == "qr" else partial(self._open_file, words.picture.ref)
            )
        except OSError:
            _log.exception("wechat: a picture is gone; its words go alone")
            return b""
        is_picture = content.startswith((b"\x89PNG", b"\xff\xd8\xff")) and len(content) <= MAX_MEDIA
        return content if is_picture else b""

    async def _on_lane(self, unit: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(self._lane.submit(unit))


def judge(error: Exception, now: datetime) -> Result:
    """What an error says about the message: refused, to be repeated, waiting, or perhaps sent."""
    reason = redact(str(error))
    match error:
        case NotSentError():
            return Retry(reason)
        case ApiError(code=-1):
            return Retry(reason)
        case ApiError(code=45011):
            return Retry(reason, after=60.0)
        case ApiError(code=45009):  # the day's calls are used up; the day is China's
            midnight = (now.astimezone(_CHINA) + timedelta(days=1)).replace(hour=0, minute=0, second=5)
            return Retry(reason, after=(midnight - now).total_seconds())
        case ApiError(code=code) if code in _GONE:
            return Refused(reason, unreachable=True)
        case ApiError(code=code) if code in _QUOTA or code == 43101:
            return Wait(reason)
        case ApiError(code=47003):
            _log.error("wechat: the template's fields do not fit its setting: %s", reason)
            return Wait(reason)
        case ApiError(code=code) if (
            code in BAD_TOKEN
        ):  # a new one was refused as well: somebody fetches them beside us
            _log.error("wechat: the token is taken away again and again: %s", reason)
            return Retry(reason)
        case ApiError(code=code) if code in _CONFIGURATION:
            _log.critical("wechat: the account does not work, nothing can be sent: %s", reason)
            return Retry(reason, after=60.0)
        case ApiError():
            return Refused(reason)
    return Unknown(reason)


def _text(text: str) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": text}}
