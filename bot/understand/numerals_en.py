"""English number words: one thousand two hundred and five, two and a half, half a dozen, a couple of."""

import re
from decimal import Decimal

from bot.understand.numerals_zh import MAX_VALUE, Numeral

_ONES = {
    w: n
    for n, w in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_ONES |= {"nought": 0, "naught": 0, "nil": 0}
_TENS = {
    w: 10 * n
    for n, w in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_TENS["fourty"] = 40
_POWERS = {
    "hundred": 100,
    "thousand": 10**3,
    "grand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
_PARTS = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourth": 4, "fourths": 4,
    "fifth": 5, "fifths": 5, "sixth": 6, "sixths": 6, "seventh": 7, "sevenths": 7, "eighth": 8, "eighths": 8,
    "ninth": 9, "ninths": 9, "tenth": 10, "tenths": 10, "eleventh": 11, "elevenths": 11, "twelfth": 12, "twelfths": 12,
    "twentieth": 20, "twentieths": 20, "thirtieth": 30, "thirtieths": 30, "fiftieth": 50, "fiftieths": 50,
    "hundredth": 100, "hundredths": 100, "thousandth": 1000, "thousandths": 1000, "millionth": 10**6,
    "millionths": 10**6,
}  # fmt: skip
_DOZEN = ("dozen", "dozens")
_WORD = re.compile(r"[a-z]+")
_GAP = re.compile(r"[ \t]*-?[ \t]*")
_MAX_WORDS = 24
_KNOWN = frozenset((*_ONES, *_TENS, *_POWERS, *_PARTS, *_DOZEN, "a", "an", "and", "point", "couple", "of"))
STARTS = frozenset((*_ONES, *_TENS, *_POWERS, "a", "an", "half", "dozen", "couple", "point"))

_Taken = tuple[Decimal, int]  # a value and how many words it took; no words: there is none
_NONE = (Decimal(0), 0)


def parse_en(text: str) -> Decimal | None:
    """The value of a whole string that is one English numeral in words; None if it is not one."""
    numeral = read_en(text, 0)
    return numeral.value if numeral and numeral.end == len(text) else None


def read_en(text: str, pos: int) -> Numeral | None:
    """The English numeral in words that starts here."""
    words = _words(text, pos)
    if not words:
        return None
    value, used = _value([w for w, _ in words])
    return Numeral(value, words[used - 1][1]) if used and value < MAX_VALUE else None


def _words(text: str, pos: int) -> list[tuple[str, int]]:
    """Number words from here on with their ends; stops at the first word that no numeral holds."""
    found: list[tuple[str, int]] = []
    while len(found) < _MAX_WORDS and (match := _WORD.match(text, pos)) and match.group() in _KNOWN:
        if text[match.end() : match.end() + 1].isdigit():
            break
        found.append((match.group(), match.end()))
        gap = _GAP.match(text, match.end())
        pos = gap.end() if gap else match.end()
    return found


def _value(names: list[str]) -> _Taken:
    value, used = _whole(names)
    if not used:
        value, used = _headless(names)
        if not used:
            return _NONE
    else:
        value, used = _with_part(names, value, used)
    if names[used : used + 1] and names[used] in _DOZEN and not {"dozen", "couple"} & set(names[:used]):
        return value * 12, used + 1
    return value, used


def _whole(names: list[str]) -> _Taken:
    """Longest whole number at the start."""
    total = section = Decimal(0)
    used = at = 0
    room = 1000  # what was said last leaves room only for something smaller
    while at < len(names):
        word = names[at]
        if word == "and":
            after = names[at + 1 : at + 2]
            if not used or room < 100 or not after or (after[0] not in _ONES and after[0] not in _TENS):
                break
            if names[at + 2 : at + 3] and names[at + 2] in _PARTS:
                break  # "one hundred and three quarters"
            at += 1
            continue
        if word in _ONES and (room > 99 or (room == 10 and 0 < _ONES[word] < 10)):
            section += _ONES[word]
            room = 1
        elif word in _TENS and room > 99:
            section += _TENS[word]
            room = 10
        elif word in _TENS and not total and 10 < section <= 20 and room != 100:
            section = section * 100 + _TENS[word]  # nineteen ninety-nine
            room = 10
        elif word == "hundred" and used and 0 < section < 100:
            section *= 100
            room = 100
        elif word in _POWERS and word != "hundred" and used and section:
            total += section * _POWERS[word]
            section, room = Decimal(0), 1000
        else:
            break
        at += 1
        used = at
    return total + section, used


def _with_part(names: list[str], value: Decimal, used: int) -> _Taken:
    """What may follow a whole number: "point five", "and a half", "thirds", then a power."""
    rest = names[used:]
    if rest[:1] == ["point"] and (figures := _decimals(rest[1:])):
        value, used = value + Decimal(f"0.{figures}"), used + 1 + len(figures)
    elif rest[:1] == ["and"] and (part := _fraction(rest[1:]))[1]:
        last = (
            _POWERS.get(names[used - 1], 1) if used == 2 and rest[1:3] == ["a", "half"] else 1
        )  # a million and a half
        value, used = value + part[0] * last, used + 1 + part[1]
    elif rest and rest[0] in _PARTS and (rest[0].endswith("s") or value == 1) and value < 1000:
        return value / _PARTS[rest[0]], used + 1
    else:
        return value, used
    if names[used : used + 1] and names[used] in _POWERS:
        return value * _POWERS[names[used]], used + 1
    return value, used


def _decimals(names: list[str]) -> str:
    figures = ""
    for word in names:
        if _ONES.get(word, 10) > 9:
            break
        figures += str(_ONES[word])
    return figures


def _fraction(names: list[str]) -> _Taken:
    """What follows "and" in a mixed number: a half, half, one third, three quarters."""
    if names[:1] == ["half"]:
        return Decimal("0.5"), 1
    if len(names) > 1 and names[1] in _PARTS:
        count = 1 if names[0] in ("a", "an") else _ONES.get(names[0], 0)
        return (Decimal(count) / _PARTS[names[1]], 2) if count else _NONE
    return _NONE


def _headless(names: list[str]) -> _Taken:
    """Numerals that do not begin with a figure: a hundred and five, half a dozen, a couple of, dozen, point five."""
    first, second = names[0], names[1] if len(names) > 1 else ""
    if first in ("a", "an"):
        if second in _POWERS:
            ones = ["one", *names[1:]]
            return _with_part(ones, *_whole(ones))
        if second in (*_DOZEN, "couple", "half") and (taken := _headless(names[1:]))[1]:
            return taken[0], taken[1] + 1
        if second in _PARTS and not second.endswith("s"):
            return Decimal(1) / _PARTS[second], 2
    elif first == "half":
        at = 2 if second in ("a", "an") else 1
        if names[at : at + 1] and names[at] in (*_POWERS, *_DOZEN):
            return Decimal(_POWERS.get(names[at], 12)) / 2, at + 1
        return Decimal("0.5"), 1
    elif first == "dozen":
        return (Decimal(18), 4) if names[1:4] == ["and", "a", "half"] else (Decimal(12), 1)
    elif first in _POWERS:
        value, used = _whole(["one", *names])
        return (value, used - 1) if used > 1 else _NONE
    elif first == "couple":
        return _couple(names)
    elif first == "point" and (figures := _decimals(names[1:])):
        return Decimal(f"0.{figures}"), 1 + len(figures)
    return _NONE


def _couple(names: list[str]) -> _Taken:
    used = 2 if names[1:2] == ["of"] else 1
    if names[used : used + 1] and names[used] in (*_POWERS, *_DOZEN):
        return Decimal(2 * _POWERS.get(names[used], 12)), used + 1
    return Decimal(2), used
