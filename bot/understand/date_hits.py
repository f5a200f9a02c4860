"""What becomes of days found side by side: the longest reading wins, ends make ranges, counts move a day."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.understand import days
from bot.understand.date_rule import Rule
from bot.understand.dates_zh_read import WEEKDAYS
from bot.understand.days import Prefer, Range
from bot.understand.figures import number_at

_TIME_OF_DAY = (
    r"(?:\s*(?:凌晨|早上|上午|中午|下午|晚上|傍晚|晚)?\s*(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
    r"(?:点(?:半|钟)?|[:]\d\d(?::\d\d)?|时)(?:\d{1,2}分?|[一二三四五六七八九十]{1,3}分)?)?"
)
_TO = re.compile(
    rf"{_TIME_OF_DAY}(?:开始|起)?\s*(?:-+|~+|(?:一直|持续|延续|直)?[到至]|(?:up\s+)?to|until|till|through|thru)\s*(?:the\s+)?"
)
_AND = re.compile(r"\s*(?:和|与|跟|及|and)\s*(?:the\s+)?")
_BETWEEN_BEFORE = re.compile(r"\bbetween\s+(?:the\s+)?$")
_BETWEEN_AFTER = re.compile(r"\s*(?:之间|期间|间)")
_APPOSITION = re.compile(r"[\s,(、]*(?:that's\s+|the\s+)?[\s,(]*")
_LISTED = re.compile(r"\s*(?:和|与|跟|及|或|、|,|&|and|or)\s*(?:on\s+)?")
_MORE_WEEKDAYS = re.compile(r"[、和]([一二三四五六日])(?=[、,。和\s送发要到都各交]|$)")
_NTH = re.compile(
    r"的?(?:(?P<last>最后)一?|(?P<back>倒数)?第(?P<n>\d{1,3}|[一二三四五六七八九十]{1,3}))(?:个?(?P<month>月)|天)"
)
_EDGE_DAY = re.compile(r"\b(?:the\s+)?(first|last|final)\s+day\s+(?:of|in)\s+(?:the\s+)?$")
_ZH_COUNT = re.compile(
    r"的?(?:[之以])?(?P<way>[前后])的?第?(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3})个?(?P<u>天|周|星期|月|年)(?![前后])"
)
_EN_COUNT = re.compile(
    r"\b(?:(?P<n>\d{1,3}|an?|the|[a-z]+(?:-[a-z]+)?)\s+)?(?P<u>day|week|month|year)s?"
    r"\s+(?P<way>before|after|from|prior to|following)\s+(?:the\s+)?$"
)
_THIS_DAY = re.compile("的?(?:今天|今日|同一天)")
_COUNT_UNITS: dict[str, days.Unit] = {
    "天": "day", "周": "week", "星期": "week", "月": "month", "年": "year",
    "day": "day", "week": "week", "month": "month", "year": "year",
}  # fmt: skip
_FAR = 24  # ends of a range stand closer than this


@dataclass(slots=True)
class Hit:
    """A match of a rule: place, the range it was read as, whether that is more than a day."""

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
        return self.rule.partial and not any(said.get(name) for name in ("rel", "y", "ry", "ago"))

    @property
    def is_weekday(self) -> bool:
        """Whether the words name a weekday and nothing more exact."""
        said = self.match.groupdict()
        return said.get("w") is not None and "m" not in said

    def seen_from(self, reference: date, prefer: Prefer) -> Range:
        """The same words read from another day, where they are open."""
        read = self.rule.read(self.match, reference, prefer) if self.open else None
        if read is None:
            return self.found
        return days.one(read) if isinstance(read, date) else read


def settle(text: str, hits: list[Hit], today: date) -> list[Hit]:
    """The days a text means, in order, of all that the rules found."""
    return _joined(text, _moved(text, _longest(hits), today))


def _longest(hits: list[Hit]) -> list[Hit]:
    """Of overlapping hits the one that starts first, the longest of those, the earlier rule of equals."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start_at, -h.end_at)):
        if not kept or hit.start_at >= kept[-1].end_at:
            kept.append(hit)
    return kept


def _moved(text: str, hits: list[Hit], today: date) -> list[Hit]:
    """Days counted from a named one: 国庆节前一天, two weeks before March 30, a week from Friday."""
    moved: list[Hit] = []
    for hit in hits:
        done = moved[-1].end_at if moved else 0
        if hit.start_at < done:
            continue
        moved.append(
            _this_day_of(text, hit, today)
            or _counted_after(text, hit)
            or _counted_before(text, done, hit)
            or hit
        )
        moved += _more_weekdays(text, moved[-1])
    return moved


def _this_day_of(text: str, hit: Hit, today: date) -> Hit | None:
    """去年今天, 上个月的今天, 三年前的今天."""
    match = _THIS_DAY.match(text, hit.end_at)
    if match is None or not hit.is_range:
        return replace(hit, end_at=match.end()) if match and "的" in match.group() else None
    start, length = hit.found[0], (hit.found[1] - hit.found[0]).days
    if length == 7:
        day: date | None = start + timedelta(days=today.weekday())
    elif length <= 31:
        day = days.day(start.year, start.month, today.day)
    else:
        day = days.day(start.year, today.month, today.day)
    return replace(hit, end_at=match.end(), found=days.one(day), is_range=False) if day else None


def _counted_after(text: str, hit: Hit) -> Hit | None:
    """国庆节前一天, 本周第一天, 今年最后一天."""
    if hit.is_range:
        nth = _NTH.match(text, hit.end_at)
        return _nth_of(hit, nth) if nth else None
    match = _ZH_COUNT.match(text, hit.end_at)
    count = number_at(match["n"], 0) if match else None
    if match is None or count is None:
        return None
    sign = -1 if match["way"] == "前" else 1
    found = days.later(hit.found[0], sign * int(count.value), _COUNT_UNITS[match["u"]])
    return replace(hit, end_at=match.end(), found=days.one(found)) if found else None


def _nth_of(hit: Hit, match: re.Match[str]) -> Hit | None:
    """The n-th day or month of a range, from its start or (最后, 倒数) its end."""
    numeral = number_at(match["n"], 0) if match["n"] else None
    place = int(numeral.value) if numeral else 1
    backward = bool(match["last"] or match["back"])
    first, end = hit.found
    if match["month"]:
        months = (end.year - first.year) * 12 + end.month - first.month
        shift = months - place if backward else place - 1
        return replace(hit, end_at=match.end(), found=days.months(first.year, first.month + shift))
    day = end - timedelta(days=place) if backward else first + timedelta(days=place - 1)
    return replace(hit, end_at=match.end(), found=days.one(day), is_range=False)


def _counted_before(text: str, since: int, hit: Hit) -> Hit | None:
    """Two weeks before March 30, the day after Christmas, the last day of this year."""
    edge = _EDGE_DAY.search(text, max(since, hit.start_at - 24), hit.start_at) if hit.is_range else None
    if edge:
        day = hit.found[0] if edge[1] == "first" else hit.found[1] - timedelta(days=1)
        return replace(hit, start_at=edge.start(), found=days.one(day), is_range=False)
    match = _EN_COUNT.search(text, max(since, hit.start_at - 40), hit.start_at)
    if match is None:
        return None
    numeral = None if match["n"] in (None, "a", "an", "the") else number_at(match["n"], 0)
    count = int(numeral.value) if numeral else 1
    sign = -1 if match["way"] in ("before", "prior to") else 1
    base = hit.found[0] if sign < 0 or not hit.is_range else hit.found[1] - timedelta(days=1)
    found = days.later(base, sign * count, _COUNT_UNITS[match["u"]])
    start = match.start() if numeral or match["n"] in (None, "a", "an", "the") else match.start("u")
    return replace(hit, start_at=start, found=days.one(found), is_range=False) if found else None


def _more_weekdays(text: str, hit: Hit) -> list[Hit]:
    """The 三 and 五 of "周一、三、五", each in the week of the first or after it."""
    more: list[Hit] = []
    if not hit.is_weekday or text[hit.start_at].isascii():
        return more
    while match := _MORE_WEEKDAYS.match(text, more[-1].end_at if more else hit.end_at):
        day = days.week(hit.found[0])[0] + timedelta(days=WEEKDAYS[match[1]])
        if hit.open:
            day = hit.found[0] + timedelta(days=(WEEKDAYS[match[1]] - hit.found[0].weekday()) % 7)
        more.append(replace(hit, start_at=match.start(1), end_at=match.end(1), found=days.one(day)))
    return more


def _joined(text: str, hits: list[Hit]) -> list[Hit]:
    """Ends of a range become one range; a weekday beside its own date is said twice."""
    joined: list[Hit] = []
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


def _is_joint(text: str, left: Hit, right: Hit) -> bool:
    if right.start_at - left.end_at > _FAR:
        return False
    if _TO.fullmatch(text, left.end_at, right.start_at):
        return True
    if not _AND.fullmatch(text, left.end_at, right.start_at):
        return False
    before = text[max(0, left.start_at - 14) : left.start_at]
    return bool(_BETWEEN_BEFORE.search(before) or _BETWEEN_AFTER.match(text, right.end_at))


def _range_of(left: Hit, right: Hit) -> Hit:
    first, last = left.found, right.found
    if right.open:
        last = right.seen_from(first[0], "future")
    elif left.open:
        first = left.seen_from(last[0], "past")
    if last[1] <= first[0]:
        return right
    return Hit(
        left.start_at, right.end_at, (first[0], last[1]), is_range=True, rule=left.rule, match=left.match
    )


def _same_day(text: str, left: Hit, right: Hit) -> Hit | None:
    """Two neighbours that name one day, "10月12号, 星期一" or "Friday, March 6", as one; the weekday settles the year."""
    if left.is_range or right.is_range:
        return None
    if left.end_at == right.start_at and right.seen_from(left.found[0], "nearest") == left.found:
        return replace(left, end_at=right.end_at)  # 三月八日妇女节
    if left.is_weekday == right.is_weekday or not _APPOSITION.fullmatch(text, left.end_at, right.start_at):
        return None
    named, dated = (left, right) if left.is_weekday else (right, left)
    for years in (0, 1, -1):
        found = dated.seen_from(dated.found[0] + timedelta(days=366 * years), "nearest")
        if found[0].weekday() == named.found[0].weekday():
            return replace(dated, start_at=left.start_at, end_at=right.end_at, found=found)
    return None


def _same_week(text: str, left: Hit, right: Hit) -> Hit | None:
    """The second weekday of "上周三和周五", in the week of the first."""
    if not (left.is_weekday and not left.open and right.is_weekday and right.open):
        return None
    if not _LISTED.fullmatch(text, left.end_at, right.start_at):
        return None
    day = days.week(left.found[0])[0] + timedelta(days=right.found[0].weekday())
    return replace(right, found=days.one(day))
