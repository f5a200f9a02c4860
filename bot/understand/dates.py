"""Days and ranges of days in a normal text, seen from a reference day."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.understand import date_figures, dates_en, dates_zh, days
from bot.understand.date_hits import Hit, settle
from bot.understand.date_rule import Rule
from bot.understand.days import Prefer

__all__ = ["Prefer", "When", "delivery_day", "scan_dates"]

_ZH_KEY = re.compile("[年月日号天周期拜末季明今昨前后节旦五一圣半hq]")
_EN_KEY = re.compile("[a-z]{2}|[0-9]{4}|q[1-4]|h[12]")
_EVERY = re.compile(r"(?:每个?|每逢|\bevery\s|\beach\s|逢)(?:other\s)?$")


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


def scan_dates(text: str, reference: datetime, prefer: Prefer = "nearest") -> list[When]:
    """Every day or range of days of a normal text, in order.

    prefer: which way a date that leaves its year or month open is read: deliveries "future", claims "past".
    """
    return [
        When(*h.found, h.start_at, h.end_at, h.is_range, days.period_name(*h.found) if h.is_range else None)
        for h in settle(text, _hits(text, reference.date(), prefer), reference.date())
    ]


def _rules(text: str) -> Iterator[Rule]:
    """The rules that can match a text at all."""
    if any(c.isdecimal() for c in text):
        yield from date_figures.RULES
    if _ZH_KEY.search(text):
        yield from dates_zh.RULES
    if _EN_KEY.search(text):
        yield from dates_en.RULES


def _hits(text: str, today: date, prefer: Prefer) -> list[Hit]:
    hits = []
    for rule in _rules(text):
        for match in rule.pattern.finditer(text):
            try:
                read = rule.read(match, today, prefer)
            except (OverflowError, ValueError):  # beyond the calendar
                continue
            if read is None or match.end() == match.start():
                continue
            if _EVERY.search(text, max(0, match.start() - 12), match.start()):
                continue
            single = isinstance(read, date)
            found = days.one(read) if isinstance(read, date) else read
            if found[0] < found[1]:
                hits.append(Hit(match.start(), match.end(), found, not single, rule, match))
    return hits


def delivery_day(when: When) -> date | None:
    """The one day a delivery is wanted: of a week its last working day, of another range its last; None if over a month."""
    length = (when.end - when.start).days
    if length > 31:
        return None
    last = when.end - timedelta(days=1)
    return last - timedelta(days=2) if length == 7 and last.weekday() == 6 else last
