"""Dates in figures: 2026-03-08, 2026/3/8, 20260308, 3/8/2026, and 3/8, 3.8, 3-8 where they can be nothing else."""

import re
from datetime import date, timedelta

from bot.understand import days
from bot.understand.date_rule import rule
from bot.understand.days import Prefer, Range

_MONTH, _DAY = r"(1[0-2]|0?[1-9])", r"(3[01]|[12]\d|0?[1-9])"
_YEAR = r"((?:19|20)\d\d)"
# 3/4 is as often a size: it is a day before the end of a clause, or words that follow days
_AFTER = (
    r"(?=\s*(?:$|[,.;!?。;、)\n]|号|日|[之以前到至送发要交货那的有]"
    r"|(?:to|until|till|delivery|please|pls|and|if|thanks|thx|at|latest)\b|-\s*\d))"
)
_SURELY = r"(?=\s*(?:之前|以前|前(?![台面轮])|号|日(?!元)|送|发货|到货|交货))"
_CLAUSE = r"(?:(?<=[,;。\n] )|(?<=[,;。\n]))"


def _full_date(match: re.Match[str], _: date, __: Prefer) -> date | None:
    return days.day(*(int(f) for f in match.groups()))


def _month(match: re.Match[str], _: date, __: Prefer) -> Range:
    return days.months(int(match[1]), int(match[2]))


def _year_last(match: re.Match[str], today: date, _: Prefer) -> date | None:
    """Month first, as in 3/8/2026; day first only where the month cannot be; 26/3/17 where only 26 is a year near."""
    first, second, year = (int(f) for f in match.groups())
    near = range(today.year % 100 - 3, today.year % 100 + 2)
    if first in near and year not in near and year < 32:
        return days.day(2000 + first, second, year)
    year += 2000 if year < 100 else 0
    return days.day(year, first, second) or days.day(year, second, first)


def _month_day(match: re.Match[str], today: date, prefer: Prefer) -> date | None:
    return days.month_day(int(match[1]), int(match[2]), today, prefer)


def _day_to_day(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    """2026.3.2~3.6, 3/2-3/8."""
    year, *rest = match.groups()
    month, number, last_month, last = (int(f) for f in rest)
    start = days.day(int(year), month, number) if year else days.month_day(month, number, today, prefer)
    end = start and days.month_day(last_month, last, start, "future")
    return (start, end + timedelta(days=1)) if start and end else None


RULES = (
    rule(
        rf"(?<![\d./a-z])(?:{_YEAR}[./])?{_MONTH}[./]{_DAY}\s*(?:-|~|到|至|to)\s*{_MONTH}[./]{_DAY}(?![\d./%]){_AFTER}",
        _day_to_day,
    ),
    rule(rf"(?<![\d.a-z]){_YEAR}[-/.](\d\d?)[-/.](\d\d?)(?![\d%])", _full_date),
    rule(rf"(?<![\d.a-z/-]){_YEAR}[-/.](1[0-2]|0[1-9])(?![\d/.a-z-])(?:月份?)?", _month),
    rule(r"(?<![\d.a-z-])(20[0-4]\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?![\da-z.-])", _full_date),
    rule(r"(?<![\d.a-z])(\d\d?)[-/.](\d\d?)[-/.]((?:20)?\d\d)(?![\d%])", _year_last),
    rule(rf"(?:(?<=[\s,;:(、。到至在于])|^){_MONTH}/{_DAY}{_AFTER}", _month_day, partial=True),
    rule(rf"(?<![\d./a-z*-]){_MONTH}[./-]{_DAY}{_SURELY}", _month_day, partial=True),
    rule(rf"{_CLAUSE}{_MONTH}\.(3[01]|[12]\d|0[1-9])(?=\s*(?:$|[,;。\n]))", _month_day, partial=True),
    rule(
        rf"(?:(?<=on )|(?<=by )|(?<=日期)|(?<=[:在于到至])|^){_MONTH}[.-]{_DAY}{_AFTER}",
        _month_day,
        partial=True,
    ),
)
