"""What Chinese words for days come to: 3月8号, 下周三, 月底, 过去三天, 两周后, 上季度."""

import re
from datetime import date, timedelta

from bot.understand import days
from bot.understand.days import Prefer, Range, Unit
from bot.understand.holidays import holiday as named_day
from bot.understand.numerals_zh import parse_zh

_RELATIVE_YEARS = {
    "今": 0, "本": 0, "当": 0, "去": -1, "上": -1, "前": -2, "大前": -3, "明": 1, "下": 1, "后": 2, "大后": 3,
}  # fmt: skip
_PARTS: dict[str, tuple[int, int | None]] = {
    "初": (1, 5), "中": (10, 20), "底": (25, None), "末": (25, None), "尾": (25, None), "头": (1, 5),
    "上旬": (1, 10), "中旬": (11, 20), "下旬": (21, None), "上半月": (1, 15), "下半月": (16, None),
}  # fmt: skip
WEEKDAYS = (
    {c: n for n, c in enumerate("一二三四五六日")}
    | {c: n for n, c in enumerate("1234567")}
    | {"天": 6}
    | {name: n for n, name in enumerate(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])}
)
_UNITS: dict[str, Unit] = {
    "天": "day", "日": "day", "周": "week", "星期": "week", "礼拜": "week", "月": "month", "年": "year",
    "季度": "quarter", "工作日": "workday",
}  # fmt: skip
_NEAR = {
    "大大前": -4, "大前": -3, "前": -2, "昨": -1, "今": 0, "当": 0, "明": 1, "后": 2, "大后": 3, "大大后": 4,
    "次": 1, "翌": 1, "隔": 1,
}  # fmt: skip


_NEIGHBOURS = re.compile("[一二两三四五六七八][二三四五六七八九]")
_OF_YEAR = re.compile("全年|整年|返利|目标|任务|指标|销量|销售|政策|合同|[上下]半")


def _number(text: str) -> int:
    if text.isdecimal():
        return int(text)
    if text == "元":
        return 1
    value = parse_zh(text)
    return int(value) if value is not None else 0


def _year_of(match: re.Match[str], today: date) -> int | None:
    """The year a match names, or None."""
    found = match.groupdict()
    if said := found.get("y") or found.get("y4"):
        figures = said if said.isdecimal() else str(_number(said))
        year = int(figures)
        return year if year > 99 else 2000 + year if year < 70 else 1900 + year
    if ago := found.get("ago"):
        return today.year - _number(ago)
    if relative := found.get("ry"):
        return today.year + _RELATIVE_YEARS[relative.removesuffix("一")]
    return None


def _shift(said: str | None) -> int:
    if not said:
        return 0
    if said.isascii():  # next 周三
        return {"next": 1, "last": -1}.get(said, 0)
    return {"上": -1, "下": 1}.get(said[0], 0) * len(said)


def _month_of(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    """The month a match names by number, by 这/上/下, or not at all."""
    found = match.groupdict()
    if said := found.get("m"):
        year = _year_of(match, today)
        number = _number(said)
        return days.months(year, number) if year else days.bare_month(number, today, prefer)
    return days.months(today.year, today.month + _shift(found.get("rel")))


def month_day(match: re.Match[str], today: date, prefer: Prefer) -> date | None:
    """2026年3月8号, 3月8."""
    month, number = _number(match["m"]), _number(match["d"])
    year = _year_of(match, today)
    return days.day(year, month, number) if year else days.month_day(month, number, today, prefer)


def relative_month_day(match: re.Match[str], today: date, _: Prefer) -> date | None:
    """下个月8号."""
    first = days.months(today.year, today.month + _shift(match["rel"]))[0]
    return days.day(first.year, first.month, _number(match["d"]))


def day_number(match: re.Match[str], today: date, prefer: Prefer) -> date | None:
    """8号."""
    return days.number_day(_number(match["d"]), today, prefer)


def day_to_day(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    """3月1-5号, 1到5号, 下个月1号到5号."""
    if match["m"]:
        start = month_day(match, today, prefer)
    elif match["rel"]:
        start = relative_month_day(match, today, prefer)
    else:
        start = day_number(match, today, prefer)
    end = start and days.number_day(_number(match["d2"]), start, "future")
    return (start, end + timedelta(days=1)) if start and end else None


def month_to_month(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    """1月到3月."""
    start = _month_of(match, today, prefer)
    end = start and days.bare_month(_number(match["m2"]), start[0], "future")
    return (start[0], end[1]) if start and end else None


def whole_month(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    """2026年3月, 三月份, 下个月."""
    return _month_of(match, today, prefer)


def month_part(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    """三月底, 下个月初."""
    month = _month_of(match, today, prefer)
    return month and days.part(month, *_PARTS[match["part"]])


def bare_month_part(match: re.Match[str], today: date, prefer: Prefer) -> Range:
    """月底, 下旬: of this month, or of the nearest one that lies the way it is read."""
    places = _PARTS[match["part"]]
    found = days.part(days.months(today.year, today.month), *places)
    if prefer == "future" and found[1] <= today:
        return days.part(days.months(today.year, today.month + 1), *places)
    if prefer == "past" and found[0] > today:
        return days.part(days.months(today.year, today.month - 1), *places)
    return found


def year_part(match: re.Match[str], today: date, _: Prefer) -> Range:
    """年底, 去年初."""
    year = _year_of(match, today) or today.year
    first, count = {"初": (1, 2), "中": (6, 2), "底": (11, 2), "末": (11, 2), "尾": (11, 2)}[match["part"]]
    return days.months(year, first, count)


def weekday(match: re.Match[str], today: date, prefer: Prefer) -> date:
    """下周三, 周四."""
    number = WEEKDAYS[match["w"][:3]]
    if match["rel"]:
        return days.week(today, _shift(match["rel"]))[0] + timedelta(days=number)
    return days.weekday(number, today, prefer)


def week_part(match: re.Match[str], today: date, prefer: Prefer) -> Range:
    """周末, 下周初, 这周."""
    shift = _shift(match["rel"])
    name = match["part"] or ""
    first, last = {"初": (1, 3), "中": (3, 4), "末": (6, 7), "六日": (6, 7), "底": (4, 7)}.get(name, (1, 7))
    found = days.part(days.week(today, shift), first, last)
    if not match["rel"] and prefer == "past" and found[0] > today:
        return days.part(days.week(today, -1), first, last)
    return found


def near_day(match: re.Match[str], today: date, _: Prefer) -> date:
    """今天, 大后天, 昨晚."""
    return today + timedelta(days=_NEAR[match["near"]])


def two_days(match: re.Match[str], today: date, _: Prefer) -> Range:
    """明后天."""
    first, last = _NEAR[match["a"]], _NEAR[match["b"]]
    return today + timedelta(days=min(first, last)), today + timedelta(days=max(first, last) + 1)


def _count(match: re.Match[str]) -> float:
    count = 0.5 if match["n"] == "半" else float(_number(match["n"]))
    return count + (0.5 if match["half"] or match["half2"] else 0)


def from_now(match: re.Match[str], today: date, prefer: Prefer) -> Range | date | None:
    """两周后, 3天前, 一个月内."""
    unit = _UNITS.get(match["u"])
    count = _count(match)
    if unit is None or not count:
        return None
    if match["u"] == "日" and match["dir"] == "前" and prefer == "future":
        return None  # 5日前 to be delivered is before the 5th
    if match["dir"] == "内":
        if _NEIGHBOURS.fullmatch(match["n"]):  # 三五天内: five
            count = _number(match["n"][-1])
        end = days.later(today, count, unit)
        return (today + timedelta(days=1), end + timedelta(days=1)) if end else None
    return days.later(today, -count if match["dir"] == "前" else count, unit)


def after_passing(match: re.Match[str], today: date, _: Prefer) -> date | None:
    """再过两周."""
    unit = _UNITS.get(match["u"])
    return days.later(today, _count(match), unit) if unit else None


def span_of(match: re.Match[str], today: date, _: Prefer) -> Range | None:
    """过去三天, 近半年, 未来两周, 前三季度."""
    unit, count, said = _UNITS.get(match["u"]), _count(match), match["dir"]
    if unit is None or not count or (count == 0.5 and unit in ("year", "month") and said in "上下前后"):
        return None
    if said == "前" and unit == "quarter":
        return days.months(today.year, 1, int(3 * count))
    if said in ("这", "今"):
        end = days.later(today, count, unit)
        return (today, end) if end else None
    if said in _BACK:
        start = days.later(today, -count, unit)
        return (start, today) if start else None
    end = days.later(today, count, unit)
    return (today + timedelta(days=1), end + timedelta(days=1)) if end else None


_BACK = ("过去", "最近", "近", "前", "往前", "上", "之前", "刚过去")


def first_of_year(match: re.Match[str], today: date, _: Prefer) -> Range | None:
    """2025年前两个季度."""
    year, unit = _year_of(match, today), _UNITS.get(match["u"])
    end = days.later(date(year, 1, 1), _count(match), unit) if year and unit else None
    return (date(year, 1, 1), end) if year and end else None


def year(match: re.Match[str], today: date, _: Prefer) -> Range | None:
    """2025年, 去年; "25年" only where its sales or targets are spoken of, for it may as well be a length of time."""
    said = match["y"] or ""
    if 0 < len(said) < 3 and "度" not in match.group() and not _OF_YEAR.match(match.string, match.end()):
        return None
    number = None if match["ago"] else _year_of(match, today)  # "三年前" is that day
    return days.months(number, 1, 12) if number and 1900 <= number <= 2199 else None


def this_year(_: re.Match[str], today: date, __: Prefer) -> Range:
    """年度目标, 全年."""
    return days.months(today.year, 1, 12)


def years(match: re.Match[str], today: date, _: Prefer) -> Range | None:
    """2024到2026年."""
    start, end = _year_of(match, today), int(match["y2"])
    return (date(start, 1, 1), date(end + 1, 1, 1)) if start and start < end else None


def decade(match: re.Match[str], _: date, __: Prefer) -> Range:
    """90年代."""
    decade = _number(match["dec"])
    century = match["century"] or ("20" if decade < 30 and "世纪" not in match.group() else "19")
    year = 100 * int(century) + decade
    return date(year, 1, 1), date(year + 10, 1, 1)


def quarter(match: re.Match[str], today: date, prefer: Prefer) -> Range:
    """一季度, 上季度, Q1."""
    if match["rel"]:
        return days.quarter(today.year, (today.month - 1) // 3 + 1 + _shift(match["rel"]))
    number = _number(match["q"] or match["q2"])
    year = _year_of(match, today)
    found = days.quarter(year or today.year, number)
    late = year is None and prefer == "past" and found[0] > today
    return days.quarter(today.year - 1, number) if late else found


def quarter_part(match: re.Match[str], today: date, prefer: Prefer) -> Range:
    """季度末 is the quarter's last month, 季度初 its first."""
    first = quarter(match, today, prefer)[0]
    return days.months(first.year, first.month + (0 if match["part"] == "初" else 2))


def half_year(match: re.Match[str], today: date, prefer: Prefer) -> Range:
    """上半年, H2."""
    number = 1 if (match["h"] or match["h2"]) in ("上", "前", "1") else 2
    year = _year_of(match, today)
    found = days.half(year or today.year, number)
    late = year is None and prefer == "past" and found[0] > today
    return days.half(today.year - 1, number) if late else found


def week_of_month(match: re.Match[str], today: date, prefer: Prefer) -> Range | date | None:
    """三月第二周, 本月最后一天, 下个月第一个周五."""
    month = _month_of(match, today, prefer)
    if month is None:
        return None
    number = -1 if match["last"] else _number(match["k"])
    if match["w"]:
        return days.weekday_of_month(month, WEEKDAYS[match["w"]], number)
    if match["u"] == "天":
        return month[1] - timedelta(days=1) if number < 0 else days.day(month[0].year, month[0].month, number)
    return days.week_of_month(month, number)


def holiday(match: re.Match[str], today: date, prefer: Prefer) -> date | None:
    """国庆节, 去年双十一."""
    return named_day(match["holiday"], _year_of(match, today), today, prefer)
