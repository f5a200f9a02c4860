"""English number words: one thousand two hundred and five, two and a half, half a dozen, a couple of."""

import re
from decimal import Decimal

from bot.understand.numerals_zh import Numeral

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
    "ninth": 9, "ninths": 9, "tenth": 10, "tenths": 10, "hundredth": 100, "hundredths": 100,
}  # fmt: skip
_GROUPS = {"dozen": 12, "dozens": 12, "score": 20}
_WORD = re.compile(r"[a-z]+")
_GAP = re.compile(r"[ \t]*-?[ \t]*")
_MAX_WORDS = 24


def _words(text: str, pos: int) -> list[tuple[str, int]]:
    """Number words from here on with their ends; stops at the first word that no numeral holds."""
    known = _ONES.keys() | _TENS.keys() | _POWERS.keys() | _PARTS.keys() | _GROUPS.keys()
    known |= {"a", "an", "and", "point", "couple", "pair", "of", "hundreds", "thousands"}
    found: list[tuple[str, int]] = []
    while len(found) < _MAX_WORDS and (match := _WORD.match(text, pos)) and match.group() in known:
        if text[match.end() : match.end() + 1].isdigit():
            break
        found.append((match.group(), match.end()))
        pos = _GAP.match(text, match.end()).end()  # type: ignore[union-attr]
    return found


def parse_en(text: str) -> Decimal | None:
    """The value of a whole string that is one English numeral in words; None if it is not one."""
    numeral = read_en(text, 0)
    return numeral.value if numeral and numeral.end == len(text) else None


def read_en(text: str, pos: int) -> Numeral | None:
    """The English numeral in words that starts here."""
    words = _words(text, pos)
    if not words:
        return None
    names = [w for w, _ in words]
    value, used = _whole(names)
    if used:
        value, used = _with_part(names, value, used)
    else:
        value, used = _headless(names)
    return Numeral(value, words[used - 1][1]) if used else None


def _whole(names: list[str]) -> tuple[Decimal, int]:
    """Longest whole number at the start: value and how many words it took."""
    total = section = Decimal(0)
    used = at = 0
    room = 1000  # the last thing said leaves room only for smaller ones
    while at < len(names):
        word = names[at]
        if word == "and":
            if not used or at + 1 >= len(names) or names[at + 1] not in _ONES | _TENS or room < 100:
                break
            at += 1
            continue
        if word in _ONES and (room > 99 or (room == 10 and 0 < _ONES[word] < 10)):
            section += _ONES[word]
            room = 1
        elif word in _TENS and room > 99:
            section += _TENS[word]
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


def _with_part(names: list[str], value: Decimal, used: int) -> tuple[Decimal, int]:
    """What may follow a whole number: "point five", "and a half", "thirds", "dozen"."""
    rest = names[used:]
    if rest[:1] == ["point"]:
        figures = []
        for word in rest[1:]:
            if word not in _ONES or _ONES[word] > 9:
                break
            figures.append(str(_ONES[word]))
        if figures:
            value, used = value + Decimal(f"0.{''.join(figures)}"), used + 1 + len(figures)
            if names[used : used + 1] and names[used] in _POWERS:
                value, used = value * _POWERS[names[used]], used + 1
            return value, used
    if rest[:1] == ["and"]:
        part, length = _fraction(rest[1:])
        if length:
            return value + part, used + 1 + length
    if rest and rest[0] in _PARTS and (rest[0].endswith("s") or value == 1):
        return value / _PARTS[rest[0]], used + 1
    if rest and rest[0] in _GROUPS:
        return value * _GROUPS[rest[0]], used + 1
    return value, used


def _fraction(names: list[str]) -> tuple[Decimal, int]:
    """ "a half", "half", "one third", "three quarters": value and words taken."""
    if names[:1] == ["half"]:
        return Decimal("0.5"), 1
    if len(names) > 1 and names[1] in _PARTS:
        if names[0] in ("a", "an"):
            return Decimal(1) / _PARTS[names[1]], 2
        if names[0] in _ONES and _ONES[names[0]]:
            return Decimal(_ONES[names[0]]) / _PARTS[names[1]], 2
    return Decimal(0), 0


def _headless(names: list[str]) -> tuple[Decimal, int]:
    """Numerals that begin with an article or a group: "a hundred and five", "half a dozen", "a couple of", "dozen"."""
    first = names[0]
    if first in ("a", "an") and len(names) > 1:
        second = names[1]
        if second in _POWERS:
            return _whole(["one", *names[1:]])
        if second in _GROUPS:
            return Decimal(_GROUPS[second]), 2
        if second in ("couple", "pair"):
            return Decimal(2), 3 if names[2:3] == ["of"] else 2
        if second in _PARTS:
            if second == "half" and names[2:3] == ["dozen"]:
                return Decimal(6), 3
            return Decimal(1) / _PARTS[second], 2
    if first == "half":
        if names[1:3] == ["a", "dozen"]:
            return Decimal(6), 3
        if names[1:2] == ["dozen"]:
            return Decimal(6), 2
        if names[1:2] == ["a"] and len(names) > 2 and names[2] in _POWERS:
            return Decimal(_POWERS[names[2]]) / 2, 3
        return Decimal("0.5"), 1
    if first in _GROUPS:
        return Decimal(_GROUPS[first]), 1
    if first in _POWERS:
        return _whole(["one", *names])[0], max(1, _whole(["one", *names])[1] - 1)
    if first == "couple":
        return Decimal(2), 2 if names[1:2] == ["of"] else 1
    return Decimal(0), 0
