"""Long polling, for an assistant without a public address. An update is confirmed only after it was kept."""

import asyncio
import contextlib
import logging
from typing import Any, Final

import msgspec
import telegram
from telegram.error import Conflict, TelegramError

from bot.channels.telegram.account import ALLOWED_UPDATES
from bot.channels.telegram.intake import Intake

# Method names are case-insensitive; in this spelling the library hands over updates undecoded, so that one
# malformed update cannot hold up the batch it came in.
_GET_UPDATES: Final = "getupdates"
_MAX_DELAY: Final = 60.0

_log = logging.getLogger(__name__)


async def poll(
    bot: telegram.Bot, intake: Intake, stop: asyncio.Event, *, wait: int = 30, first_delay: float = 1.0
) -> None:
    """Take updates until `stop` is set; whatever fails is tried again after a growing delay.

    wait: seconds Telegram holds an empty answer back, at most 50. A webhook that was set is removed first.
    """
    offset, delay, webhook_gone = 0, first_delay, False
    while not stop.is_set():
        try:
            if not webhook_gone:
                webhook_gone = await bot.delete_webhook(drop_pending_updates=False)
            updates = await _next_updates(bot, offset, wait, stop)
            for update in updates:
                await intake.take(msgspec.json.encode(update))
                offset = update["update_id"] + 1
            if not updates:
                # Everything is confirmed. After a quiet week the ids may start again lower: ask for whatever comes.
                offset = 0
            delay = first_delay
        except Conflict as error:
            # A second poller, or a webhook set meanwhile: the second we can remove.
            _log.error("telegram: somebody else receives this bot's updates: %s", error)
            webhook_gone = False
            delay = await _pause(stop, delay)
        except TelegramError as error:
            _log.warning("telegram: no updates: %s", error)
            delay = await _pause(stop, delay)
        except Exception:  # noqa: BLE001 whatever it was, the next attempt may do better
            # Not kept, so not confirmed: it comes again.
            _log.exception("telegram: an update could not be kept")
            delay = await _pause(stop, delay)


async def _next_updates(
    bot: telegram.Bot, offset: int, wait: int, stop: asyncio.Event
) -> list[dict[str, Any]]:
    """What came after `offset`, or nothing once `stop` is set: a broken off wait has confirmed nothing."""
    asked = {"offset": offset, "timeout": wait, "allowed_updates": ALLOWED_UPDATES}
    answer = asyncio.ensure_future(bot.do_api_request(_GET_UPDATES, asked, read_timeout=wait + 10))
    stopped = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({answer, stopped}, return_when=asyncio.FIRST_COMPLETED)
        return list(answer.result()) if answer.done() else []
    finally:
        answer.cancel()
        stopped.cancel()


async def _pause(stop: asyncio.Event, delay: float) -> float:
    """Wait, at most until `stop`; returns the next delay."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), delay)
    return min(delay * 2, _MAX_DELAY)
