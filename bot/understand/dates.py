"""Days and ranges of days in a normal text, seen from a reference day."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.understand import dates_en, dates_zh, days
from bot.understand.date_rule import Rule
from bot.understand.days import Prefer, Range
from bot.understand.numerals import Numeral, number_at

__all__ = ["Prefer", "When", "delivery_day", "scan_dates"]


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


@dataclass(slots=True)
class _Hit:
    start_at: int
    end_at: int
    found: Range
    is_range: bool
    rule: Rule
    match: re.Match[str]

    @property
    def open(self) -> bool:
        """Whether the words leave the year, month or week to be filled in."""
        said = self.match.groupdict()
        return self.rule.partial and not any(said.get(name) for name in ("rel", "y", "ry"))

    def seen_from(self, reference: date, prefer: Prefer) -> Range:
        """The same words read from another day, where they leave the year or month open."""
        read = self.rule.read(self.match, reference, prefer) if self.open else None
        if read is None:
            return self.found
        return days.one(read) if isinstance(read, date) else read


def _figure_date(match: re.Match[str], today: date, prefer: Prefer) -> date | None:
    """2026-03-08, 2026/3/8, 20260308, 3/8/2026, 8.3.2026 only where it can be nothing else."""
    figures = [int(f) for f in match.groups() if f is not None]
    if len(figures) == 3 and figures[0] > 1900:
        return days.day(*figures)
    if len(figures) == 3:
        first, second, year = figures
        year += 2000 if year < 100 else 0
        return days.day(year, first, second) or days.day(year, second, first)
    return days.month_day(figures[0], figures[1], today, prefer)


def _figure_dates(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    """2026.3.2~3.6, 3/2-3/8."""
    year, *rest = match.groups()
    first_month, first, second_month, second = (int(f) for f in rest)
    start = (
        days.day(int(year), first_month, first) if year else days.month_day(first_month, first, today, prefer)
    )
    end = start and days.month_day(second_month, second, start, "future")
    return (start, end + timedelta(days=1)) if start and end else None


_PAIR_AFTER = r"(?=\s*(?:$|[,.;!?。;、)\n]|号|日|[之以前到至送发要交货那的有]|(?:to|until|till|delivery|please|pls|and)\b|-\s*\d))"
_FIGURES = (
    Rule(re.compile(rf"(?<![\d./a-z])(?:((?:19|20)\d\d)[./])?(1[0-2]|0?[1-9])[./](3[01]|[12]\d|0?[1-9])\s*(?:-|~|到|至|to)\s*(1[0-2]|0?[1-9])[./](3[01]|[12]\d|0?[1-9])(?![\d./%]){_PAIR_AFTER}"), _figure_dates),
    Rule(re.compile(r"(?<![\d.a-z])((?:19|20)\d\d)[-/.](\d\d?)[-/.](\d\d?)(?![\d%])"), _figure_date),
    Rule(re.compile(r"(?<![\d.a-z-])(20[0-4]\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?![\da-z.-])"), _figure_date),
    Rule(re.compile(r"(?<![\d.a-z])(\d\d?)[-/.](\d\d?)[-/.]((?:20)?\d\d)(?![\d%])"), _figure_date),
    Rule(re.compile(rf"(?:(?<=[\s,;:(、。到至在于])|^)(1[0-2]|0?[1-9])/(3[01]|[12]\d|0?[1-9]){_PAIR_AFTER}"), _figure_date, partial=True),
    Rule(re.compile(r"(?:(?<=[,;。\n] )|(?<=[,;。\n]))(1[0-2]|0?[1-9])\.(3[01]|[12]\d|0[1-9])(?=\s*(?:$|[,;。\n]))"), _figure_date, partial=True),
    Rule(re.compile(rf"(?:(?<=on )|(?<=by )|(?<=日期)|(?<=[:在于到至])|^)(1[0-2]|0?[1-9])[.-](3[01]|[12]\d|0?[1-9]){_PAIR_AFTER}"), _figure_date, partial=True),
)  # fmt: skip
_ZH_KEY = re.compile("[年月日号天周期拜末季明今昨前后节旦五一圣半h]")
_EN_KEY = re.compile("[a-z]{2}|[0-9]{4}|q[1-4]|h[12]")
_TIME_OF_DAY = r"(?:\s*(?:凌晨|早上|上午|中午|下午|晚上|傍晚|晚)?\s*(?:\d{1,2}|[一二两三四五六七八九十]{1,3})(?:点(?:半|钟)?|[:]\d\d(?::\d\d)?|时)(?:\d{1,2}分?|[一二三四五六七八九十]{1,3}分)?)?"
_JOINT = re.compile(
    rf"{_TIME_OF_DAY}\s*(?:-+|~+|到|至|直到|(?:up\s+)?to|until|till|through|thru)\s*(?:the\s+)?",
    re.IGNORECASE,
)
_ZH_COUNT = re.compile(
    r"的?(?:[之以])?(?P<way>[前后])的?第?(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3})个?(?P<u>天|周|星期|月|年)(?![前后])"
)
_EN_COUNT = re.compile(
    r"\b(?P<n>\d{1,3}|an?|the|[a-z]+(?:-[a-z]+)?)\s+(?P<u>day|week|month|year)s?\s+(?P<way>before|after|from|prior to|following)\s+(?:the\s+)?$"
)
_COUNT_UNITS: dict[str, days.Unit] = {
    "天": "day", "周": "week", "星期": "week", "月": "month", "年": "year",
    "day": "day", "week": "week", "month": "month", "year": "year",
}  # fmt: skip
_LISTED = re.compile(r"\s*(?:和|与|跟|及|或|、|,|&|and|or)\s*(?:on\s+)?")
_AND = re.compile(r"\s*(?:和|与|跟|及|and)\s*(?:the\s+)?")
_BETWEEN_BEFORE = re.compile(r"\bbetween\s+(?:the\s+)?$")
_BETWEEN_AFTER = re.compile(r"\s*(?:之间|期间|间)")
_EVERY = re.compile(r"(?:每个?|每逢|\bevery\s|\beach\s|逢)(?:other\s)?$")
_APPOSITION = re.compile(r"[\s,(、]*(?:that's\s+|the\s+)?[\s,(]*")


def scan_dates(text: str, reference: datetime, prefer: Prefer = "nearest") -> list[When]:
    """Every day or range of days of a normal text, in order.

    prefer: which way a date that leaves its year or month open is read: deliveries "future", claims "past".
    """
    hits = _longest(_hits(text, reference.date(), prefer))
    joined = _join(text, _moved(text, hits))
    return [
        When(
            h.found[0],
            h.found[1],
            h.start_at,
            h.end_at,
            h.is_range,
            days.period_name(*h.found) if h.is_range else None,
        )
        for h in joined
    ]


def _rules(text: str) -> Iterator[Rule]:
    if any(c.isdecimal() for c in text):
        yield from _FIGURES
    if (not text.isascii() and _ZH_KEY.search(text)) or "h" in text or "q" in text:
        yield from dates_zh.RULES
    if _EN_KEY.search(text):
        yield from dates_en.RULES


def _hits(text: str, today: date, prefer: Prefer) -> list[_Hit]:
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
                hits.append(_Hit(match.start(), match.end(), found, not single, rule, match))
    return hits


def _longest(hits: list[_Hit]) -> list[_Hit]:
    """Of overlapping hits the one that starts first, the longest of those, the earlier rule of equals."""
    kept: list[_Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start_at, -h.end_at)):
        if not kept or hit.start_at >= kept[-1].end_at:
            kept.append(hit)
    return kept


def _moved(text: str, hits: list[_Hit]) -> list[_Hit]:
    """Days counted from a named one: 国庆节前一天, two weeks before March 30, a week from Friday."""
    moved: list[_Hit] = []
    for hit in hits:
        if moved and hit.start_at < moved[-1].end_at:
            continue
        moved.append(_counted_after(text, hit) or _counted_before(text, hit) or hit)
    return moved


def _counted_after(text: str, hit: _Hit) -> _Hit | None:
    match = None if hit.is_range else _ZH_COUNT.match(text, hit.end_at)
    if match is None or (count := number_at(match["n"], 0)) is None:
        return None
    sign = -1 if match["way"] == "前" else 1
    found = days.later(hit.found[0], sign * int(count.value), _COUNT_UNITS[match["u"]])
    return replace(hit, end_at=match.end(), found=days.one(found)) if found else None


def _counted_before(text: str, hit: _Hit) -> _Hit | None:
    match = _EN_COUNT.search(text, max(0, hit.start_at - 40), hit.start_at)
    if match is None:
        return None
    count = (
        1 if match["n"] in ("a", "an", "the") else (number_at(match["n"], 0) or Numeral(Decimal(0), 0)).value
    )
    sign = -1 if match["way"] in ("before", "prior to") else 1
    base = hit.found[0] if sign < 0 or not hit.is_range else hit.found[1] - timedelta(days=1)
    found = count and days.later(base, sign * int(count), _COUNT_UNITS[match["u"]])
    return replace(hit, start_at=match.start(), found=days.one(found), is_range=False) if found else None


def _join(text: str, hits: list[_Hit]) -> list[_Hit]:
    """Ends of a range become one range; a weekday beside its own date is said twice."""
    joined: list[_Hit] = []
    for hit in hits:
        last = joined[-1] if joined else None
        if last is None:
            joined.append(hit)
        elif _is_joint(text, last, hit):
            joined[-1] = _range_of(last, hit)
        elif week := _same_week(text, last, hit):
            joined.append(week)
        elif same := _same_day(text, last, hit):
            joined[-1] = same
        else:
            joined.append(hit)
    return joined


def _is_joint(text: str, left: _Hit, right: _Hit) -> bool:
    if right.start_at - left.end_at > 24:
        return False
    if _JOINT.fullmatch(text, left.end_at, right.start_at):
        return True
    if not _AND.fullmatch(text, left.end_at, right.start_at):
        return False
    before = text[max(0, left.start_at - 14) : left.start_at]
    return bool(_BETWEEN_BEFORE.search(before) or _BETWEEN_AFTER.match(text, right.end_at))


def _range_of(left: _Hit, right: _Hit) -> _Hit:
    first, last = left.found, right.found
    if right.open:
        last = right.seen_from(first[0], "future")
    elif left.open:
        first = left.seen_from(last[0], "past")
    if last[1] <= first[0]:
        return right
    return _Hit(left.start_at, right.end_at, (first[0], last[1]), True, left.rule, left.match)


def _same_day(text: str, left: _Hit, right: _Hit) -> _Hit | None:
    """Two neighbours that name one day, "10月12号, 星期一" or "Friday, March 6", as one; the weekday settles the year."""
    if left.is_range or right.is_range or _is_weekday(left) == _is_weekday(right):
        return None
    if not _APPOSITION.fullmatch(text, left.end_at, right.start_at):
        return None
    named, dated = (left, right) if _is_weekday(left) else (right, left)
    for years in (0, 1, -1):
        found = dated.seen_from(dated.found[0] + timedelta(days=366 * years), "nearest")
        if found[0].weekday() == named.found[0].weekday():
            return replace(dated, start_at=left.start_at, end_at=right.end_at, found=found)
    return None


def _same_week(text: str, left: _Hit, right: _Hit) -> _Hit | None:
    """The second weekday of "上周三和周五", in the week of the first."""
    if not (_is_weekday(left) and not left.open and _is_weekday(right) and right.open):
        return None
    if not _LISTED.fullmatch(text, left.end_at, right.start_at):
        return None
    day = days.week(left.found[0])[0] + timedelta(days=right.found[0].weekday())
    return replace(right, found=days.one(day))


def _is_weekday(hit: _Hit) -> bool:
    return hit.match.groupdict().get("w") is not None and "m" not in hit.match.groupdict()


def delivery_day(when: When) -> date | None:
    """The one day a delivery is wanted: of a week its last working day, of another range its last; None if over a month."""
    length = (when.end - when.start).days
    if length > 31:
        return None
    last = when.end - timedelta(days=1)
    return last - timedelta(days=2) if length == 7 and last.weekday() == 6 else last
