"""One update, from its bytes to its commit: the same for webhook and polling."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec

from bot.channels.telegram.account import Account
from bot.channels.telegram.receive import MalformedUpdateError, parse
from bot.dialog.messages import Inbound, Outcome

Handle = Callable[[Inbound], Awaitable[Outcome]]
Park = Callable[[bytes, str], Awaitable[None]]
Answer = Callable[[str], Awaitable[None]]

_log = logging.getLogger(__name__)
_answers: set[asyncio.Task[None]] = set()  # the loop holds tasks weakly


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What becomes of updates.

    handle: returns once the message is committed or parked. park: keeps the bytes of what is no update, with the
    reason, for staff to see. Either raises when it could not write; then the update must not be acknowledged.
    answer: ends the waiting sign on a pressed button (`TelegramSender.answer_callback`).
    """

    account: Account
    handle: Handle
    park: Park
    answer: Answer

    async def take(self, raw: bytes) -> None:
        """Keep one update. Raises what `handle` or `park` raise."""
        try:
            inbound = parse(
                msgspec.json.decode(raw), bot_id=self.account.bot_id, bot_username=self.account.username
            )
        except (MalformedUpdateError, msgspec.DecodeError, RecursionError) as error:
            _log.warning("telegram: parked what is no update: %s", error)
            await self.park(raw, str(error))
            return
        if inbound is None:
            return
        if inbound.callback_id:
            self._answer_meanwhile(inbound.callback_id)
        await self.handle(inbound)

    def _answer_meanwhile(self, callback_id: str) -> None:
        # A press must be answered within seconds, and the answer must not wait for the turn nor the turn for it.
        task = asyncio.ensure_future(self.answer(callback_id))
        _answers.add(task)
        task.add_done_callback(_answers.discard)
