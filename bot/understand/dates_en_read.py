"""What English words for days come to: March 2nd, next Wednesday, end of the month, past five days, in two weeks, Q1."""

import re
from datetime import date, timedelta

from bot.understand import days, holidays
from bot.understand.days import Prefer, Range, Unit
from bot.understand.numerals_en import parse_en

_MONTH_NAMES = (
    "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
    "september sept sep", "october oct", "november nov", "december dec",
)  # fmt: skip
MONTHS = {name: n for n, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}
_DAY_NAMES = (
    "monday mon", "tuesday tues tue", "wednesday weds wed", "thursday thurs thur thu", "friday fri", "saturday sat",
    "sunday sun",
)  # fmt: skip
WEEKDAYS = {name: n for n, names in enumerate(_DAY_NAMES) for name in names.split()}
ORDINALS = {
    name: n
    for n, name in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
        ],
        1,
    )
}
ORDINALS |= {f"twenty-{name}": 20 + n for name, n in list(ORDINALS.items())[:9]}
ORDINALS |= {"thirtieth": 30, "thirty-first": 31}
_UNITS: dict[str, Unit] = {
    "day": "day", "night": "day", "week": "week", "wk": "week", "month": "month", "mth": "month", "quarter": "quarter",
    "year": "year", "yr": "year", "fortnight": "week", "business day": "workday", "working day": "workday",
    "weekday": "workday",
}  # fmt: skip
NUMBER_WORDS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen twenty thirty sixty ninety"

_BEFORE_DATE = re.compile(
    r"(?:\b(?:in|of|by|on|year|years|since|until|till|before|after|during|for|from|to|through|between|and|early|late|mid|or)\s+|-\s*)$"
)
_BEFORE_DAY = re.compile(
    r"\b(?:on|by|before|until|till|from|to|and|or|since|after|between|through|due)\s+$|-\s*$"
)
_AFTER_DAY = re.compile(
    r"\s*(?:$|[^a-z\s]|(?:to|until|through|and|or|at|in|please|pls|morning|afternoon|evening|night|for|is|will|if)\b)"
)
_AFTER_MONTH = re.compile(r"\s*(?:'s\b|-|\bto\b|rebate|target|sales|bonus|orders?\b|claims?\b)")


def _number(said: str) -> int:
    """A day of the month, "2", "2nd" or "second"."""
    return ORDINALS.get(said) or int(re.sub(r"\D", "", said) or 0)


def _shift(said: str) -> int:
    word = said.rsplit(maxsplit=1)[-1]
    return {
        "next": 1,
        "following": 1,
        "coming": 1,
        "upcoming": 1,
        "last": -1,
        "previous": -1,
        "past": -1,
    }.get(word, 0)


def _count(match: re.Match[str]) -> float:
    """How many units a match names; half of one more with "and a half"."""
    return _figure(match["n"] or "1") + (0.5 if match.groupdict().get("half") else 0)


def _figure(said: str) -> float:
    said = re.sub(r"\s+of$", "", said)
    if said.startswith("half"):
        return 0.5
    if "couple" in said:
        return 2
    if "few" in said:
        return 3
    if said in ("a", "an"):
        return 1
    if said[0].isdigit():
        return float(said)
    return float(parse_en(said) or 0)


def _unit(match: re.Match[str]) -> tuple[Unit, int]:
    name = " ".join(match["u"].split())
    return _UNITS[name], 2 if name == "fortnight" else 1


def _year_of(match: re.Match[str], today: date) -> int | None:
    found = match.groupdict()
    if said := found.get("y"):
        return int(said)
    if said := found.get("ry"):
        return today.year + _shift(said)
    return None


def month_day(match: re.Match[str], today: date, prefer: Prefer) -> date | None:
    month, number = MONTHS[match["m"]], _number(match["d"])
    year = _year_of(match, today)
    return days.day(year, month, number) if year else days.month_day(month, number, today, prefer)


def days_of_month(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    """March 3-5, 3 to 5 March, from 4 to 22 this month."""
    start = (
        month_day(match, today, prefer) if match.groupdict().get("m") else day_of_month(match, today, prefer)
    )
    end = start and days.number_day(_number(match["d2"]), start, "future")
    return (start, end + timedelta(days=1)) if start and end else None


def day_of_month(match: re.Match[str], today: date, _: Prefer) -> date | None:
    """The 5th of next month."""
    first = days.months(today.year, today.month + _shift(match["rel"]))[0]
    return days.day(first.year, first.month, _number(match["d"]))


def day_number(match: re.Match[str], today: date, prefer: Prefer) -> date | None:
    """The 5th, on the fifth: only where a day can stand, never "the second one" or "5th floor"."""
    before = match.string[max(0, match.start() - 12) : match.start()]
    figures = match["d"][0].isdigit()
    headed = "the" in match.group() if figures else False
    if not (headed or _BEFORE_DAY.search(before)) or not _AFTER_DAY.match(match.string, match.end()):
        return None
    return days.number_day(_number(match["d"]), today, prefer)


def month_of(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    found = match.groupdict()
    if name := found.get("m"):
        number = MONTHS[name]
        if year := _year_of(match, today):
            return days.months(year, number)
        if relative := found.get("rel"):
            shift = _shift(relative)
            year = today.year
            if shift > 0 and number <= today.month:
                year += 1
            elif shift < 0 and number >= today.month:
                year -= 1
            return days.months(year, number)
        return days.bare_month(number, today, prefer)
    return days.months(today.year, today.month + _shift(found.get("rel") or "this"))


def _said_as_date(match: re.Match[str]) -> bool:
    """Whether a word that is also a common word (may, march, sun) stands where only a date does."""
    before = match.string[max(0, match.start() - 12) : match.start()]
    after = match.string[match.end() : match.end() + 12]
    if not before.strip() and not after.strip():
        return True
    return bool(_BEFORE_DATE.search(before) or _AFTER_MONTH.match(after))


def bare_month(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    if match["m"] in ("may", "march", "mar") and not _said_as_date(match):
        return None
    return days.bare_month(MONTHS[match["m"]], today, prefer)


def short_weekend_day(match: re.Match[str], today: date, prefer: Prefer) -> date | None:
    return weekday(match, today, prefer) if _said_as_date(match) else None


def weekday(match: re.Match[str], today: date, prefer: Prefer) -> date:
    number = WEEKDAYS[match["w"]]
    if said := match["rel"]:
        if said in ("coming", "upcoming", "past", "the coming", "the past"):
            return days.weekday(number, today, "past" if "past" in said else "future")
        return days.week(today, _shift(said))[0] + timedelta(days=number)
    return days.weekday(number, today, prefer)


def weekday_of_week(match: re.Match[str], today: date, _: Prefer) -> date:
    return days.week(today, _shift(match["rel"]))[0] + timedelta(days=WEEKDAYS[match["w"]])


def relative_unit(match: re.Match[str], today: date, _: Prefer) -> Range:
    """This week, last month, next quarter, next weekend."""
    shift, name = _shift(match["rel"]), match["u"]
    if name == "week":
        return days.week(today, shift)
    if name == "weekend":
        return days.part(days.week(today, shift), 6, 7)
    if name == "month":
        return days.months(today.year, today.month + shift)
    if name == "quarter":
        return days.quarter(today.year, (today.month - 1) // 3 + 1 + shift)
    return days.months(today.year + shift, 1, 12)


def weekend(_: re.Match[str], today: date, prefer: Prefer) -> Range:
    found = days.part(days.week(today), 6, 7)
    return days.part(days.week(today, -1), 6, 7) if prefer == "past" and found[0] > today else found


def _part_of(whole: Range, said: str) -> Range:
    """Early is the first half, late the second; of a week Monday to Wednesday, and the rest."""
    start, end = whole
    length = (end - start).days
    place = (
        "mid" if said.startswith("mid") else "late" if said.startswith(("end", "late", "close")) else "early"
    )
    if length == 7:
        first, last = {"early": (1, 3), "mid": (3, 4), "late": (4, 7)}[place]
        return days.part(whole, first, last)
    if length <= 31:
        first, last = {"early": (1, 15), "mid": (10, 20), "late": (16, length)}[place]
        return days.part(whole, first, last)
    count = {92: 3, 91: 3, 90: 3}.get(length, 12)
    if count == 3:
        return (
            (start, days.months(start.year, start.month, 1)[1])
            if place == "early"
            else (days.months(start.year, start.month + 2)[0], end)
        )
    shift, size = {"early": (0, 6), "mid": (4, 4), "late": (6, 6)}[place]
    return days.months(start.year, start.month + shift, size)


def month_part(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    month = month_of(match, today, prefer)
    return month and _part_of(month, match["part"])


def unit_part(match: re.Match[str], today: date, prefer: Prefer) -> Range:
    if not match["rel"] or match["rel"] == "the":
        shifted = {"week": days.week(today), "month": days.months(today.year, today.month)}
        whole = shifted.get(match["u"]) or days.months(today.year, 1, 12)
        return _part_of(whole, match["part"])
    return _part_of(relative_unit(match, today, prefer), match["part"])


def end_of(match: re.Match[str], today: date, _: Prefer) -> Range:
    """EOM, month end, EOW: the last stretch of what runs now."""
    name = match["u"] or match["u2"]
    if name[0] == "w":
        return days.part(days.week(today), 4, 7)
    whole = days.months(today.year, today.month) if name[0] == "m" else days.months(today.year, 1, 12)
    return _part_of(whole, "end")


def year_part(match: re.Match[str], _: date, __: Prefer) -> Range:
    year = int(match["y"])
    return _part_of(days.months(year, 1, 12), match["part"])


def from_now(match: re.Match[str], today: date, _: Prefer) -> date | None:
    unit, times = _unit(match)
    return days.later(today, _count(match) * times, unit)


def ago(match: re.Match[str], today: date, _: Prefer) -> date | None:
    unit, times = _unit(match)
    return days.later(today, -_count(match) * times, unit)


def past_span(match: re.Match[str], today: date, _: Prefer) -> Range | None:
    unit, times = _unit(match)
    start = days.later(today, -_count(match) * times, unit)
    return (start, today) if start else None


def next_span(match: re.Match[str], today: date, _: Prefer) -> Range | None:
    unit, times = _unit(match)
    end = days.later(today, _count(match) * times, unit)
    return (today + timedelta(days=1), end + timedelta(days=1)) if end else None


_NEAR = {"day after tomorrow": 2, "day before yesterday": -2, "yesterday": -1, "today": 0, "tonight": 0}


def near_day(match: re.Match[str], today: date, _: Prefer) -> date:
    said = re.sub(r"^the\s+|\s+(?=\s)", "", match.group())
    said = " ".join(said.split()).replace("tmrw", "tomorrow").replace("tmr", "tomorrow")
    said = re.sub(r"tomm?orr?ow", "tomorrow", said)
    return today + timedelta(days=_NEAR.get(said, 1 if said.startswith("tomorrow") else 0))


def quarter(match: re.Match[str], today: date, prefer: Prefer) -> Range:
    said = match["q"] or match["q2"] or match["q3"]
    number = ORDINALS.get(said) or int(said[0])
    year = int(match["y"] or match["y2"] or 0) or (match["ry"] and today.year + _shift(match["ry"]))
    found = days.quarter(year or today.year, number)
    return (
        days.quarter(today.year - 1, number) if not year and prefer == "past" and found[0] > today else found
    )


def half_year(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    if match["h"] and not match["y"] and not match["ry"] and not _said_as_date(match):
        return None
    number = 1 if (match["h"] or match["h2"]) in ("first", "1") else 2
    year = int(match["y"] or 0) or (match["ry"] and today.year + _shift(match["ry"]))
    found = days.half(year or today.year, number)
    return days.half(today.year - 1, number) if not year and prefer == "past" and found[0] > today else found


def year(match: re.Match[str], _: date, __: Prefer) -> Range | None:
    """A year in figures, where only a year can stand: in 2025, 2025 sales, or alone."""
    return days.months(int(match["y"]), 1, 12) if _said_as_date(match) else None


def decade(match: re.Match[str], _: date, __: Prefer) -> Range:
    short = int(match["dec"])
    year = short if short > 99 else (2000 if short < 30 else 1900) + short
    return date(year, 1, 1), date(year + 10, 1, 1)


def nth_of_month(match: re.Match[str], today: date, prefer: Prefer) -> Range | date | None:
    """First Monday of May, second week of next month, last day of the month."""
    month = month_of(match, today, prefer)
    if month is None:
        return None
    number = -1 if match["k"] in ("last", "final") else _number(match["k"])
    if match["w"]:
        return days.weekday_of_month(month, WEEKDAYS[match["w"]], number)
    if match["u2"] == "weekend":
        saturday = days.weekday_of_month(month, 5, number)
        return saturday and (saturday, saturday + timedelta(days=2))
    if match["u2"] == "day":
        return month[1] - timedelta(days=1) if number < 0 else days.day(month[0].year, month[0].month, number)
    return days.week_of_month(month, number)


def week_of(match: re.Match[str], today: date, prefer: Prefer) -> Range | None:
    inside = month_day(match, today, prefer)
    return days.week(inside) if inside else None


def to_date(match: re.Match[str], today: date, _: Prefer) -> Range:
    starts = {"week": days.week(today)[0], "month": today.replace(day=1), "year": date(today.year, 1, 1)}
    return starts[match["u"]], today


def rest_of(match: re.Match[str], today: date, _: Prefer) -> Range:
    ends = {
        "week": days.week(today)[1],
        "month": days.months(today.year, today.month)[1],
        "year": date(today.year + 1, 1, 1),
    }
    return today, ends[match["u"]]


def holiday(match: re.Match[str], today: date, prefer: Prefer) -> date | None:
    """Christmas, Thanksgiving 2025, last Easter."""
    name = " ".join(match["holiday"].split())
    return holidays.holiday(name, _year_of(match, today), today, prefer)


def after_next(match: re.Match[str], today: date, _: Prefer) -> Range | date:
    """The week after next, the year before last, Monday after next."""
    shift = 2 if match["way"].startswith("after") else -2
    name = match["u"]
    if name in WEEKDAYS:
        return days.week(today, shift)[0] + timedelta(days=WEEKDAYS[name])
    if name == "week":
        return days.week(today, shift)
    if name == "weekend":
        return days.part(days.week(today, shift), 6, 7)
    if name == "month":
        return days.months(today.year, today.month + shift)
    return days.months(today.year + shift, 1, 12)


def weekdays_away(match: re.Match[str], today: date, _: Prefer) -> date | None:
    """Two Fridays ago, three Mondays from now."""
    ahead = match["way"] != "ago"
    first = days.weekday(
        WEEKDAYS[match["w"]], today - timedelta(days=0 if ahead else 1), "future" if ahead else "past"
    )
    more = int(_count(match)) - 1
    return days.later(first, more if ahead else -more, "week")
