"""English words of dates: months, weekdays, ordinals, units, and where a common word is a date."""

import re
from datetime import date

from bot.understand.days import Unit
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
_ORDINAL_NAMES = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"
    " sixteenth seventeenth eighteenth nineteenth twentieth"
)
ORDINALS = {name: n for n, name in enumerate(_ORDINAL_NAMES.split(), 1)}
ORDINALS |= {f"twenty {name}": 20 + n for name, n in list(ORDINALS.items())[:9]}
ORDINALS |= {f"twenty-{name}": 20 + n for name, n in list(ORDINALS.items())[:9]}
ORDINALS |= {"thirtieth": 30, "thirty-first": 31}
_UNITS: dict[str, Unit] = {
    "day": "day", "night": "day", "week": "week", "wk": "week", "month": "month", "mth": "month", "quarter": "quarter",
    "year": "year", "yr": "year", "fortnight": "week", "business day": "workday", "working day": "workday",
    "weekday": "workday", "decade": "year",
}  # fmt: skip
_TIMES = {"fortnight": 2, "decade": 10}
_SHIFTS = {"next": 1, "following": 1, "coming": 1, "upcoming": 1, "last": -1, "previous": -1, "past": -1}
NUMBER_WORDS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen twenty thirty sixty ninety"

_BEFORE_DATE = re.compile(
    r"(?:\b(?:in|of|by|on|year|years|since|until|till|before|after|during|for|from|to|through|between|and|early|late|mid|or)\s+|-\s*)$"
)
BEFORE_DAY = re.compile(
    r"\b(?:on|by|before|until|till|from|to|and|or|since|after|between|through|due)\s+$|-\s*$"
)
AFTER_DAY = re.compile(
    r"\s*(?:$|[^a-z\s]|(?:to|until|through|and|or|at|in|please|pls|morning|afternoon|evening|night|for|is|will|if)\b)"
)
_AFTER_MONTH = re.compile(
    r"\s*(?:'s\b|(?:or|and)\s+(?:mon|tue|wed|thu|fri|sat|sun)|morning|afternoon|evening|night|-|\bto\b|rebate|target|sales|bonus|orders?\b|claims?\b)"
)


def day_number_said(said: str) -> int:
    """A day of the month, "2", "2nd" or "second"."""
    return ORDINALS.get(said) or int(re.sub(r"\D", "", said) or 0)


def shift(said: str) -> int:
    """One on for next, one back for last, none for this."""
    return _SHIFTS.get(said.rsplit(maxsplit=1)[-1], 0)


def count(match: re.Match[str]) -> float:
    """How many units a match names; half of one more with "and a half"."""
    return figure(match["n"] or "1") + (0.5 if match.groupdict().get("half") else 0)


def figure(said: str) -> float:
    """A count in figures or words: 3, two, a couple of, half a."""
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


def unit(match: re.Match[str]) -> tuple[Unit, int]:
    """The unit a match counts in, and how many of it one is (a fortnight is two weeks)."""
    name = " ".join(match["u"].split())
    return _UNITS[name], _TIMES.get(name, 1)


def year_of(match: re.Match[str], today: date) -> int | None:
    """The year a match names, or None."""
    found = match.groupdict()
    if said := found.get("y"):
        return int(said)
    if said := found.get("ry"):
        return today.year + shift(said)
    return None


def said_as_date(match: re.Match[str]) -> bool:
    """Whether a word that is also a common word (may, march, sun) stands where only a date does."""
    before = match.string[max(0, match.start() - 12) : match.start()]
    after = match.string[match.end() : match.end() + 12]
    if not before.strip() and not after.strip():
        return True
    return bool(_BEFORE_DATE.search(before) or _AFTER_MONTH.match(after))
