"""Delivers rendered words by the Bot API and says exactly what became of them."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final
from weakref import WeakValueDictionary

import telegram
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.channels.redact import redact
from bot.channels.telegram.account import was_never_sent
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.render import Call, OpenFile, Rows, render
from bot.dialog.messages import Words
from notifications.outbox.sender import Address, Moved, Refused, Result, Retry, Sent, Unknown

Render = Callable[[Mapping[str, Any], Address], Words]

_PATIENCE: Final = 5.0  # seconds a first part waits for its turn before the outbox is asked to come again
_MIDWAY_PATIENCE: Final = 30.0  # a message already begun is worth more
_MIDWAY_TRIES: Final = 4
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
_NOBODY_THERE: Final = ("chat not found", "user not found", "peer_id_invalid", "group chat was deactivated")

_log = logging.getLogger(__name__)


class TelegramSender:
    """Implements `Sender`. words: a stored Say in the reader's language. open_file: a stored file's bytes by ref.

    Messages to one chat go one after another, so that they arrive in the order they were handed over.
    """

    def __init__(self, bot: telegram.Bot, words: Render, open_file: OpenFile) -> None:
        self._bot, self._words, self._open_file = bot, words, open_file
        self._pace = Pace()
        self._chats: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def send(self, address: Address, payload: Mapping[str, Any]) -> Result:
        """Say it. A text of several parts is `Sent` when all of them are; broken off midway it is `Unknown`."""
        calls = await self._calls(self._words(payload, address))
        if not calls:
            return Refused("nothing to say")
        lock = self._chats.setdefault(address.chat, asyncio.Lock())
        async with lock:
            result = await self._try(address.chat, calls[0], _PATIENCE)
            for number, call in enumerate(calls[1:], 2):
                if not isinstance(result, Sent):
                    break
                result = await self._continue(address.chat, call)
                if isinstance(result, Retry | Moved):
                    return Unknown(f"broken off at part {number} of {len(calls)}: {result}")
            return result

    async def answer_callback(self, callback_id: str) -> None:
        """End the waiting sign on a pressed button. Too late is harmless."""
        try:
            await self._bot.answer_callback_query(callback_id)
        except TelegramError as error:
            _log.info("telegram: a button press stays unanswered: %s", redact(str(error)))

    async def _calls(self, words: Words) -> list[Call]:
        if not words.picture:
            return render(words)
        try:
            return await asyncio.to_thread(render, words, self._open_file)
        except OSError:
            _log.exception("telegram: a picture is gone; its words go alone")
            return render(Words(text=words.text, buttons=words.buttons))

    async def _continue(self, chat: str, call: Call) -> Result:
        """A later part: what surely did not go is tried again here, since the parts before it are already read."""
        result: Result = Retry("not tried")
        for _ in range(_MIDWAY_TRIES):
            result = await self._try(chat, call, _MIDWAY_PATIENCE)
            if not isinstance(result, Retry) or (result.after or 0.0) > _MIDWAY_PATIENCE:
                break
            await asyncio.sleep(1.0 if result.after is None else result.after)
        return result

    async def _try(self, chat: str, call: Call, patience: float) -> Result:
        while wait := self._pace.claim(chat):
            if wait > patience:
                return Retry("our turn comes later", after=wait)
            patience -= wait
            await asyncio.sleep(wait)
        try:
            message = await self._call(int(chat), call)
        except TelegramError as error:
            result = judge(error)
            if isinstance(error, RetryAfter) and isinstance(result, Retry) and result.after:
                self._pace.hold(chat, result.after)
            return result
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            _log.exception("telegram: an answer that is no answer")
            return Unknown(type(error).__name__)
        return Sent(str(message.message_id))

    async def _call(self, chat: int, call: Call) -> telegram.Message:
        keyboard = _keyboard(call.rows)
        if call.method == "sendMessage":
            return await self._bot.send_message(
                chat, call.text, reply_markup=keyboard, link_preview_options=_NO_PREVIEW
            )
        if call.method == "sendPhoto":
            return await self._bot.send_photo(
                chat, call.file, caption=call.text or None, filename=call.name, reply_markup=keyboard
            )
        return await self._bot.send_document(
            chat, call.file, caption=call.text or None, filename=call.name, reply_markup=keyboard
        )


def judge(error: TelegramError) -> Result:
    """What an error says about the message: refused, to be repeated, moved, or perhaps sent."""
    reason = redact(f"{type(error).__name__}: {error}")
    said = str(error).lower()
    match error:
        case RetryAfter():
            return Retry(reason, after=_seconds(error.retry_after))
        case ChatMigrated():
            return Moved(str(error.new_chat_id))
        case Forbidden():
            return Refused(reason, unreachable=True)
        case BadRequest() if "message is not modified" in said:
            return Sent()
        case BadRequest():
            return Refused(reason, unreachable=any(text in said for text in _NOBODY_THERE))
        case Conflict() | InvalidToken():
            _log.critical("telegram: the account does not work, nothing can be sent: %s", reason)
            return Retry(reason, after=60.0)
        case NetworkError() if was_never_sent(error) or "too many requests" in said:
            return Retry(reason)
    return Unknown(reason)


def _seconds(period: int | timedelta) -> float:
    return period.total_seconds() if isinstance(period, timedelta) else float(period)


def _keyboard(rows: Rows) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(button.label, url=button.url)
                if button.url
                else InlineKeyboardButton(button.label, callback_data=button.handle)
                for button in row
            ]
            for row in rows
        ]
    )
