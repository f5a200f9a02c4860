"""Days and ranges of days in a normal text."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

Prefer = Literal["future", "past", "nearest"]


@dataclass(frozen=True, slots=True)
class When:
    """A day or a range of whole days; `end` is exclusive. `start_at`, `end_at`: place in the normal text.

    period: 2026 | 2026-Q1 | 2026-H1 | 2026-03 where the range is exactly one such period of the calendar.
    """

    start: date
    end: date
    start_at: int
    end_at: int
    is_range: bool = False
    period: str | None = None


_NEAR = {
    "今天": 0,
    "明天": 1,
    "后天": 2,
    "大后天": 3,
    "昨天": -1,
    "前天": -2,
    "大前天": -3,
    "today": 0,
    "tomorrow": 1,
    "yesterday": -1,
}
_WORD = re.compile("|".join(sorted(_NEAR, key=len, reverse=True)))


def scan_dates(text: str, reference: datetime, prefer: Prefer = "nearest") -> list[When]:
    """Every day or range of days of a normal text, in order, seen from the reference."""
    found = []
    for match in _WORD.finditer(text):
        day = reference.date() + timedelta(days=_NEAR[match.group()])
        found.append(When(day, day + timedelta(days=1), match.start(), match.end()))
    return found


def delivery_day(when: When) -> date:
    """The day a delivery is wanted: the day itself, or the last day of a range."""
    return when.end - timedelta(days=1)
