"""Arithmetic of days, weeks, months and quarters. Ranges are (first day, day after the last); weeks start on Monday."""

import calendar
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

Range = tuple[date, date]
Prefer = Literal["future", "past", "nearest"]
Unit = Literal["day", "week", "month", "quarter", "year", "workday"]

_MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}
MAX_COUNT = 9999  # more days, weeks or months than anyone means


def day(year: int, month: int, number: int) -> date | None:
    """That day, or None if the calendar has none such."""
    if not 1900 <= year <= 2199 or not 1 <= month <= 12:
        return None
    return date(year, month, number) if 1 <= number <= calendar.monthrange(year, month)[1] else None


def one(first: date) -> Range:
    """The range that is one day."""
    return first, first + timedelta(days=1)


def months(year: int, month: int, count: int = 1) -> Range:
    """Whole months from this one on; month may run over either end of the year."""
    first = year * 12 + month - 1
    last = first + count
    return date(first // 12, first % 12 + 1, 1), date(last // 12, last % 12 + 1, 1)


def week(reference: date, shift: int = 0) -> Range:
    """The week of the reference, or so many weeks later."""
    monday = reference - timedelta(days=reference.weekday()) + timedelta(weeks=shift)
    return monday, monday + timedelta(weeks=1)


def quarter(year: int, number: int) -> Range:
    """Quarter 1 to 4 of the year; other numbers run over into its neighbours."""
    return months(year, 3 * number - 2, 3)


def half(year: int, number: int) -> Range:
    """First or second half of the year."""
    return months(year, 6 * number - 5, 6)


def later(reference: date, count: float, unit: Unit) -> date | None:
    """The day so many units after the reference (before it, if negative); a missing day becomes the month's last."""
    if abs(count) > MAX_COUNT:
        return None
    if unit == "workday":
        return _workdays_later(reference, int(count))
    if unit in _MONTHS:
        return _months_later(reference, count * _MONTHS[unit])
    moved = int(count * (7 if unit == "week" else 1))
    return reference + timedelta(days=moved)


def _months_later(reference: date, count: float) -> date | None:
    """Half a month is fifteen days."""
    position = reference.year * 12 + reference.month - 1 + int(count)
    year, month = position // 12, position % 12 + 1
    if not 1900 <= year <= 2199:
        return None
    moved = date(year, month, min(reference.day, calendar.monthrange(year, month)[1]))
    return moved + timedelta(days=int(30 * (count - int(count))))


def _workdays_later(reference: date, count: int) -> date:
    step = 1 if count > 0 else -1
    for _ in range(min(abs(count), 400)):
        reference += timedelta(days=step)
        while reference.weekday() > 4:
            reference += timedelta(days=step)
    return reference


def pick(candidates: Iterable[date | None], reference: date, prefer: Prefer) -> date | None:
    """The sensible one of several days: the first from the reference on, the last up to it, or the nearest.

    What lies ahead counts as twice as near as what is gone: people speak more of what is to be done.
    """
    known = sorted(c for c in candidates if c is not None)
    if prefer == "future" and (coming := [c for c in known if c >= reference]):
        return coming[0]
    if prefer == "past" and (gone := [c for c in known if c <= reference]):
        return gone[-1]
    return min(
        known,
        key=lambda c: (c - reference).days if c >= reference else 2 * (reference - c).days,
        default=None,
    )


def month_day(month: int, number: int, reference: date, prefer: Prefer) -> date | None:
    """A month and day without a year."""
    return pick((day(reference.year + k, month, number) for k in range(-4, 5)), reference, prefer)


def number_day(number: int, reference: date, prefer: Prefer) -> date | None:
    """A day of the month alone, "the 8th"."""
    near = [months(reference.year, reference.month + k)[0] for k in (-2, -1, 0, 1, 2)]
    return pick((day(first.year, first.month, number) for first in near), reference, prefer)


def bare_month(month: int, reference: date, prefer: Prefer) -> Range | None:
    """A month without a year."""
    here = reference.replace(day=1)
    first = pick((day(reference.year + k, month, 1) for k in (-1, 0, 1)), here, prefer)
    return months(first.year, first.month) if first else None


def weekday(number: int, reference: date, prefer: Prefer) -> date:
    """A bare weekday (Monday = 0): the next one to come, never today; looking back, the last one gone."""
    ahead = (number - reference.weekday()) % 7 or 7
    return reference + timedelta(days=ahead if prefer != "past" else ahead - 7 if ahead < 7 else -7)


def part(whole: Range, first: int, last: int | None) -> Range:
    """Days first..last (1-based, both included; None = to the end) of a range."""
    start = whole[0] + timedelta(days=first - 1)
    return start, whole[1] if last is None else min(whole[0] + timedelta(days=last), whole[1])


def week_of_month(month: Range, number: int) -> Range:
    """The n-th week of a month (-1 = last): weeks belong to the month that holds their Thursday."""
    first = month[0] + timedelta(days=(3 - month[0].weekday()) % 7)  # first Thursday
    last = month[1] - timedelta(days=1)
    final = last - timedelta(days=(last.weekday() - 3) % 7)
    thursday = final if number < 0 else first + timedelta(weeks=number - 1)
    return week(thursday)


def weekday_of_month(month: Range, weekday_number: int, number: int) -> date | None:
    """The n-th such weekday of a month (-1 = last), None if it has fewer."""
    if number < 0:
        last = month[1] - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday_number) % 7)
    first = month[0] + timedelta(days=(weekday_number - month[0].weekday()) % 7)
    found = first + timedelta(weeks=number - 1)
    return found if found < month[1] else None


def period_name(start: date, end: date) -> str | None:
    """2026 | 2026-H1 | 2026-Q1 | 2026-03 if the range is exactly that period of the calendar."""
    if start.day != 1 or end.day != 1:
        return None
    length = (end.year - start.year) * 12 + end.month - start.month
    at = start.month - 1
    if length == 12 and at == 0:
        return f"{start.year}"
    if length == 6 and at % 6 == 0:
        return f"{start.year}-H{at // 6 + 1}"
    if length == 3 and at % 3 == 0:
        return f"{start.year}-Q{at // 3 + 1}"
    return f"{start.year}-{start.month:02d}" if length == 1 else None
