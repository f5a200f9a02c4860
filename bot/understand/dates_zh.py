"""How Chinese says days: 3月8号, 下周三, 月底, 过去三天, 两周后, 上季度. Each rule is a pattern and how to read its match."""

import re
from datetime import date, timedelta

from bot.understand import days
from bot.understand.date_rule import rule
from bot.understand.days import Prefer, Range, Unit
from bot.understand.holidays import NAMES, holiday
from bot.understand.numerals_zh import parse_zh

_DIGIT = "零一二三四五六七八九十百两"
_HEAD = rf"(?:(?<![\d.{_DIGIT}第路街巷弄])|(?<=[周期拜][一二三四五六日天]))"
_YEAR = (
    r"(?:(?P<y>(?:19|20)\d\d|\d\d|[一二][零九][零一二三四五六七八九]{2}|[零一二三四五六七八九]{2})\s*年度?"
    r"|(?P<ry>今|去|明|大前|前|大后|后|本|当|上|下)一?年度?)的?\s*"
)
_MONTH = r"(?P<m>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九元])"
_DAY = r"(?P<d>3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[一二三四五六七八九])"
_DAY2 = _DAY.replace("<d>", "<d2>")
_REL = r"(?P<rel>上+|下+|这|本|当|今)\s*一?个?"
_TO = r"\s*(?:-+|~+|到|至|/)\s*"
_PART = r"(?P<part>上旬|中旬|下旬|上半月|下半月|初|中|底|末|尾)"
_WEEK = r"(?:周|星期|礼拜)"
_N = r"(?P<n>\d{1,4}|[一二两三四五六七八九十百]{1,5}|半)"
_UNIT = r"\s*个?(?P<half>半)?(?P<u>工作日|天|日|周|星期|礼拜|月|年|季度|世纪)(?P<half2>半)?"
# 8号 is a day only where what follows speaks of days, not of goods or numbers: never 5号电池, 3号仓, 12号单
_NUMBER_END = (
    r"(?:日(?![元本币用常化程期租均光])|号(?=$|[^\u4e00-\u9fff]|[之以前后到至发送要交给我有就能可左右那早上下午晚中的"
    r"和与或跟及起再来开需得是收提用装出吧吗呢啊了没帮内当这周星过拿取为报付花买打拉运走派去回约入进退换完截先就还也都才会凌傍夜半])(?!的?单|前台))"
)

_RELATIVE_YEARS = {
    "今": 0,
    "本": 0,
    "当": 0,
    "去": -1,
    "上": -1,
    "前": -2,
    "大前": -3,
    "明": 1,
    "下": 1,
    "后": 2,
    "大后": 3,
}
_PARTS: dict[str, tuple[int, int | None]] = {
    "初": (1, 5), "中": (10, 20), "底": (25, None), "末": (25, None), "尾": (25, None),
    "上旬": (1, 10), "中旬": (11, 20), "下旬": (21, None), "上半月": (1, 15), "下半月": (16, None),
}  # fmt: skip
_WEEKDAYS = (
    {c: n for n, c in enumerate("一二三四五六日")} | {c: n for n, c in enumerate("1234567")} | {"天": 6}
)
_UNITS: dict[str, Unit] = {
    "天": "day", "日": "day", "周": "week", "星期": "week", "礼拜": "week", "月": "month", "年": "year",
    "季度": "quarter", "工作日": "workday",
}  # fmt: skip
_NEAR = {
    "大大前": -4, "大前": -3, "前": -2, "昨": -1, "今": 0, "当": 0, "明": 1, "后": 2, "大后": 3, "大大后": 4,
    "次": 1, "翌": 1, "隔": 1,
}  # fmt: skip


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
        figures = said if said.isdecimal() else "".join(str(_number(c)) for c in said)
        year = int(figures)
        return year if year > 99 else 2000 + year if year < 70 else 1900 + year
    if relative := found.get("ry"):
        return today.year + _RELATIVE_YEARS[relative]
    return None


def _shift(said: str | None) -> int:
    if not said:
        return 0
    return {"上": -1, "下": 1}.get(said[0], 0) * len(said)


def _month_of(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    """The month a match names by number, by 这/上/下, or not at all."""
    found = match.groupdict()
    if said := found.get("m"):
        year = _year_of(match, today)
        number = _number(said)
        return days.months(year, number) if year else days.bare_month(number, today, prefer)
    return days.months(today.year, today.month + _shift(found.get("rel")))


def _month_day(match: re.Match[str], today: date, prefer: Prefer) -> date | None:
    month, number = _number(match["m"]), _number(match["d"])
    year = _year_of(match, today)
    return days.day(year, month, number) if year else days.month_day(month, number, today, prefer)


def _relative_month_day(match: re.Match[str], today: date, _: Prefer) -> date | None:
    first = days.months(today.year, today.month + _shift(match["rel"]))[0]
    return days.day(first.year, first.month, _number(match["d"]))


def _day_number(match: re.Match[str], today: date, prefer: Prefer) -> date | None:
    return days.number_day(_number(match["d"]), today, prefer)


def _day_to_day(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    """3月1-5号, 1到5号, 下个月1号到5号."""
    if match["m"]:
        start = _month_day(match, today, prefer)
    elif match["rel"]:
        start = _relative_month_day(match, today, prefer)
    else:
        start = _day_number(match, today, prefer)
    end = start and days.number_day(_number(match["d2"]), start, "future")
    return (start, end + timedelta(days=1)) if start and end else None


def _month_to_month(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    start = _month_of(match, today, prefer)
    end = start and days.bare_month(_number(match["m2"]), start[0], "future")
    return (start[0], end[1]) if start and end else None


def _whole_month(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    return _month_of(match, today, prefer)


def _month_part(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    month = _month_of(match, today, prefer)
    if month is None:
        return None
    first, last = _PARTS[match["part"]]
    found = days.part(month, first, last)
    if not match["m"] and not match["rel"]:
        if prefer == "future" and found[1] <= today:
            month = days.months(today.year, today.month + 1)
        elif prefer == "past" and found[0] > today:
            month = days.months(today.year, today.month - 1)
        found = days.part(month, first, last)
    return found


def _year_part(match: re.Match[str], today: date, _: Prefer) -> Range:
    year = _year_of(match, today) or today.year
    first, count = {"初": (1, 2), "中": (6, 2), "底": (11, 2), "末": (11, 2), "尾": (11, 2)}[match["part"]]
    return days.months(year, first, count)


def _weekday(match: re.Match[str], today: date, prefer: Prefer) -> date:
    number = _WEEKDAYS[match["w"]]
    if match["rel"]:
        return days.week(today, _shift(match["rel"]))[0] + timedelta(days=number)
    return days.weekday(number, today, prefer)


def _week_part(match: re.Match[str], today: date, prefer: Prefer) -> Range:
    """周末, 下周初, 这周."""
    shift = _shift(match["rel"])
    name = match["part"] or ""
    first, last = {"初": (1, 3), "中": (3, 4), "末": (6, 7), "六日": (6, 7), "底": (4, 7)}.get(name, (1, 7))
    found = days.part(days.week(today, shift), first, last)
    if not match["rel"] and prefer == "past" and found[0] > today:
        return days.part(days.week(today, -1), first, last)
    return found


def _near_day(match: re.Match[str], today: date, _: Prefer) -> date:
    return today + timedelta(days=_NEAR[match["near"]])


def _two_days(match: re.Match[str], today: date, _: Prefer) -> Range:
    first, last = _NEAR[match["a"]], _NEAR[match["b"]]
    return today + timedelta(days=min(first, last)), today + timedelta(days=max(first, last) + 1)


def _count(match: re.Match[str]) -> float:
    count = 0.5 if match["n"] == "半" else float(_number(match["n"]))
    return count + (0.5 if match["half"] or match["half2"] else 0)


def _from_now(match: re.Match[str], today: date, _: Prefer) -> Range | date | None:
    """两周后, 3天前, 一个月内."""
    unit = _UNITS.get(match["u"])
    count = _count(match)
    if unit is None or not count:
        return None
    if match["dir"] == "内":
        end = days.later(today, count, unit)
        return (today + timedelta(days=1), end + timedelta(days=1)) if end else None
    return days.later(today, -count if match["dir"] == "前" else count, unit)


def _after_passing(match: re.Match[str], today: date, _: Prefer) -> date | None:
    unit = _UNITS.get(match["u"])
    return days.later(today, _count(match), unit) if unit else None


def _span_of(match: re.Match[str], today: date, _: Prefer) -> Range | None:
    """过去三天, 近半年, 未来两周, 前三季度."""
    unit, count, said = _UNITS.get(match["u"]), _count(match), match["dir"]
    if unit is None or not count or (count == 0.5 and unit == "year" and said in "上下前后"):
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


def _year(match: re.Match[str], today: date, _: Prefer) -> Range | None:
    year = _year_of(match, today)
    return days.months(year, 1, 12) if year and 1900 <= year <= 2199 else None


def _this_year(_: re.Match[str], today: date, __: Prefer) -> Range:
    return days.months(today.year, 1, 12)


def _years(match: re.Match[str], today: date, _: Prefer) -> Range | None:
    start, end = _year_of(match, today), int(match["y2"])
    return (date(start, 1, 1), date(end + 1, 1, 1)) if start and start < end else None


def _decade(match: re.Match[str], _: date, __: Prefer) -> Range:
    decade = _number(match["dec"])
    year = (2000 if decade < 30 and not match["past"] else 1900) + decade
    return date(year, 1, 1), date(year + 10, 1, 1)


def _quarter(match: re.Match[str], today: date, prefer: Prefer) -> Range:
    if match["rel"]:
        return days.quarter(today.year, (today.month - 1) // 3 + 1 + _shift(match["rel"]))
    number = _number(match["q"] or match["q2"])
    year = _year_of(match, today)
    found = days.quarter(year or today.year, number)
    late = year is None and prefer == "past" and found[0] > today
    return days.quarter(today.year - 1, number) if late else found


def _quarter_part(match: re.Match[str], today: date, prefer: Prefer) -> Range:
    """季度末 is the quarter's last month, 季度初 its first."""
    first = _quarter(match, today, prefer)[0]
    return days.months(first.year, first.month + (0 if match["part"] == "初" else 2))


def _half_year(match: re.Match[str], today: date, prefer: Prefer) -> Range:
    number = 1 if (match["h"] or match["h2"]) in ("上", "前", "1") else 2
    year = _year_of(match, today)
    found = days.half(year or today.year, number)
    late = year is None and prefer == "past" and found[0] > today
    return days.half(today.year - 1, number) if late else found


def _week_of_month(match: re.Match[str], today: date, prefer: Prefer) -> Range | date | None:
    """三月第二周, 本月最后一天, 下个月第一个周五."""
    month = _month_of(match, today, prefer)
    if month is None:
        return None
    number = -1 if match["last"] else _number(match["k"])
    if match["w"]:
        return days.weekday_of_month(month, _WEEKDAYS[match["w"]], number)
    if match["u"] == "天":
        return month[1] - timedelta(days=1) if number < 0 else days.day(month[0].year, month[0].month, number)
    return days.week_of_month(month, number)


def _holiday(match: re.Match[str], today: date, prefer: Prefer) -> date | None:
    return holiday(match["holiday"], _year_of(match, today), today, prefer)


def _same_day(match: re.Match[str], today: date, _: Prefer) -> date | None:
    return days.later(today, _RELATIVE_YEARS[match["ry"]], "year")


_BARE_END = r"(?![\d.:/%]|\s*[个箱件把套台瓶罐袋包盒桶卷条张片根支块元米打双付副托板层吨斤次回])"
_QUARTER = rf"(?:(?:{_YEAR})?(?:{_HEAD}第?(?P<q>[一二三四1-4])\s*(?:个?季度)|(?<![a-z\d])q(?P<q2>[1-4])(?![a-z\d]))|{_REL}季度?)"
RULES = (
    rule(rf"{_HEAD}{_YEAR}{_MONTH}\s*月份?的?\s*{_DAY}(?:[日号]|{_BARE_END})", _month_day),
    rule(rf"{_HEAD}{_MONTH}\s*月份?的?\s*{_DAY}(?:[日号]|{_BARE_END})", _month_day, partial=True),
    rule(rf"{_REL}月的?\s*{_DAY}\s*[日号]?(?![\d.])", _relative_month_day),
    rule(rf"{_HEAD}(?:(?:{_YEAR})?{_MONTH}月|{_REL}月)?{_DAY}[日号]?{_TO}{_DAY2}{_NUMBER_END}", _day_to_day, partial=True),
    rule(rf"{_HEAD}{_DAY}\s*{_NUMBER_END}", _day_number, partial=True),
    rule(rf"{_HEAD}(?:(?:{_YEAR})?{_MONTH}月份?的?|{_REL}月的?|(?<!个)月){_PART}(?!国|心|间)", _month_part),
    rule(rf"{_HEAD}(?:{_YEAR}){_MONTH}月?{_TO}(?P<m2>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月份?", _month_to_month),
    rule(rf"{_HEAD}{_MONTH}月?{_TO}(?P<m2>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月份?", _month_to_month, partial=True),
    rule(rf"{_HEAD}{_YEAR}{_MONTH}月份?", _whole_month),
    rule(rf"{_HEAD}{_MONTH}月份?", _whole_month, partial=True),
    rule(rf"{_REL}月份?", _whole_month),
    rule(rf"(?:{_HEAD}{_YEAR}年?|(?<![\d今大])年)(?P<part>[初中底末尾])(?!级|国|[一二三四五六七八九十])", _year_part),
    rule(rf"(?:{_REL})?{_WEEK}(?P<w>[一二三四五日天]|六(?!日)|[1-7](?!\d))", _weekday, partial=True),
    rule(rf"(?:{_REL})?{_WEEK}(?P<part>末|初|中|六日|底)", _week_part),
    rule(rf"{_REL}(?P<part>){_WEEK}(?![一二三四五六日天末初中底\d])", _week_part),
    rule(r"(?P<near>大*[前后]|[昨今明当]|[次翌隔](?=天|日))(?:天|日(?!期)|儿|早|晚|晨|夜)(?!元|币)", _near_day),
    rule(r"(?P<a>[今明昨前后])[、和]?(?P<b>[明后前今昨])(?:两?天|日)", _two_days),
    rule(rf"{_HEAD}{_N}{_UNIT}\s*(?:[之以])?(?P<dir>[后前内])", _from_now),
    rule(rf"(?:再?过){_N}{_UNIT}(?!的)", _after_passing),
    rule(rf"(?P<dir>刚过去|过去|最近|往前|之前|未来|将来|接下来|今后|往后|之后|随后|近|前|后|下|上|这)的?这?{_N}{_UNIT}(?![前后])", _span_of),
    rule(r"(?<![\d零一二三四五六七八九今去明前后本])(?:年度(?=[任目指返销])|全年(?=[^,。]|$))", _this_year),
    rule(rf"{_HEAD}(?:{_YEAR}|(?P<y4>(?:19|20)\d\d)(?=全年))(?:全年|一整年|整年)?", _year),
    rule(rf"{_HEAD}(?P<y>(?:19|20)\d\d)年?{_TO}(?P<y2>(?:19|20)\d\d)年", _years),
    rule(rf"{_HEAD}(?P<past>上个?世纪|(?:19|20)(?=\d0))?(?P<dec>[1-9]0|[二三四五六七八九]十)年代", _decade),
    rule(rf"{_QUARTER}", _quarter, partial=True),
    rule(rf"{_QUARTER}(?P<part>[初末底])", _quarter_part, partial=True),
    rule(rf"(?:{_YEAR})?(?:(?P<h>[上下前后])半年(?!前|后|内)|(?<![a-z\d])h(?P<h2>[12])(?![a-z\d]))", _half_year),
    rule(rf"(?:{_HEAD}(?:{_YEAR})?{_MONTH}月份?|{_REL}月)的?(?:(?P<last>最后一?)|第(?P<k>[一二三四五1-5]))个?(?:(?P<u>周(?![一二三四五六日天末])|星期(?![一二三四五六日天])|天)|{_WEEK}(?P<w>[一二三四五六日天]))", _week_of_month),
    rule(rf"(?:{_YEAR})?(?P<holiday>{'|'.join(sorted((n for n in NAMES if not n.isascii()), key=len, reverse=True))})(?!路|广场|[一二三四五六七八九十]|北路|南路)", _holiday, partial=True),
    rule(r"(?P<ry>去|明|前)年的?今[天日]", _same_day),
)  # fmt: skip
