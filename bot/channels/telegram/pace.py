"""How fast Telegram lets us write, kept with moving windows of `limits`. The exact numbers are not published:
about 1 message a second to a chat with short bursts, 20 a minute to a group, 30 a second in all
(core.telegram.org/bots/faq); what Telegram says with a 429 overrides them.
"""

import time
from typing import Final

from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

_CHAT: Final = RateLimitItemPerSecond(5, 5)
_GROUP: Final = RateLimitItemPerMinute(20)
_MOMENT: Final = 0.01
_OVERALL: Final = RateLimitItemPerSecond(25)


class Pace:
    """The limits of one bot in this process."""

    def __init__(self) -> None:
        self._windows = MovingWindowRateLimiter(MemoryStorage())
        self._held: dict[str, float] = {}  # chat -> monotonic second until which Telegram refuses it
        self._all_held = 0.0

    def claim(self, chat: str) -> float:
        """Seconds until a message to this chat may be tried again; 0 when it may go now, which counts it."""
        now = time.monotonic()
        held = max(self._held.get(chat, 0.0), self._all_held) - now
        if held > 0:
            return held
        waits = [self._wait(limit, key) for limit, key in _limits_of(chat)]
        if any(waits):
            return max(waits)
        # A place that opens at this very instant is free to `test` and taken to `hit`: a moment later it is free.
        counted = all(self._windows.hit(limit, key) for limit, key in _limits_of(chat))
        return 0.0 if counted else _MOMENT

    def hold(self, chat: str, seconds: float) -> None:
        """Telegram said: not before. A second chat refused at the same time means that all of the bot is."""
        now = time.monotonic()
        self._held = {each: until for each, until in self._held.items() if until > now}
        if any(each != chat for each in self._held):
            self._all_held = max(self._all_held, now + seconds)
        self._held[chat] = now + seconds

    def _wait(self, limit: RateLimitItem, key: str) -> float:
        if self._windows.test(limit, key):
            return 0.0
        opens = self._windows.get_window_stats(limit, key).reset_time
        return max(opens - time.time(), _MOMENT)


def _limits_of(chat: str) -> list[tuple[RateLimitItem, str]]:
    is_group = chat.startswith("-")
    return [(_CHAT, chat), *([(_GROUP, chat)] if is_group else []), (_OVERALL, "")]
