"""Messages with something to decide: once it is decided, their buttons go from every screen and what became of it stands there."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final, TypeVar

import telegram
from sqlalchemy import Connection
from telegram.error import TelegramError

from bot.channels.cards import Over, Table, decides, keep, newest_fact
from bot.channels.redact import redact
from bot.channels.telegram.render import last_text
from bot.channels.telegram.send import Render, TelegramSender
from core.db.lane import Lane
from core.kit.clock import Clock
from notifications.outbox.sender import Address, Result, Sent

T = TypeVar("T")
_REMEMBERED: Final = timedelta(days=30)  # a bot may change its own message at any time

_log = logging.getLogger(__name__)


class CardSender:
    """A `Sender` around another that remembers what lies open."""

    def __init__(  # noqa: PLR0917 - the parts of one sender
        self, sender: TelegramSender, bot: telegram.Bot, words: Render, lane: Lane, clock: Clock, account: str
    ) -> None:
        self._sender, self._bot, self._words = sender, bot, words
        self._lane, self._clock = lane, clock
        self._table = Table("telegram", account, _REMEMBERED)

    async def send(self, address: Address, payload: Mapping[str, Any]) -> Result:
        """Say it, and remember what it offers to decide."""
        if not decides(payload):
            return await self._sender.send(address, payload)
        after = await self._on_lane(newest_fact)
        result = await self._sender.send(address, payload)
        if isinstance(result, Sent) and result.provider_id:
            now = self._clock()
            await self._on_lane(lambda at: keep(at, address, payload, result.provider_id, after, now))
        return result

    async def close_decided(self) -> int:
        """Change the messages whose matter is over. Returns how many."""
        now = self._clock()
        found = await self._on_lane(lambda at: self._table.take_over(at, now))
        for card in found:
            try:
                await self._change(card)
            except TelegramError as error:
                # What it offers is refused by its own rules when pressed: nothing is lost but the look.
                _log.warning("telegram: a message keeps its buttons: %s", redact(str(error)))
        return len(found)

    async def _change(self, card: Over) -> None:
        word = self._words({"key": f"alerts.card_{card.word}"}, card.address).text
        text, is_caption = last_text(self._words(card.payload, card.address), f"\n— {word}")
        chat, message = int(card.address.chat), int(card.message)
        if is_caption:
            await self._bot.edit_message_caption(chat, message, caption=text)
        else:
            await self._bot.edit_message_text(text, chat, message)

    async def _on_lane(self, unit: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(self._lane.submit(unit))
