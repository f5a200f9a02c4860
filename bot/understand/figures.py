"""One numeral at a place of a normal text: figures with their powers and suffixes, else words in Chinese or English."""

import re
from decimal import Decimal

from bot.understand.numerals_en import read_en
from bot.understand.numerals_zh import BIG, MAX_LENGTH, Numeral, read_mixed, read_zh

MAX_DIGITS = 15  # longer whole parts are numbers of things (phones, bar codes), not amounts

_DIGITS = re.compile(r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?")
_SUFFIX = re.compile(r"(?:([kw])(\d)?|[ ](k))(?![a-z0-9])")
_FRACTION = re.compile(r"(?:(\d{1,4})(?:[ ]+|又))?(\d{1,4})/(\d{1,4})(?![\d/])")
POWER = re.compile(r"[ ]*(hundred|thousand|million|billion|trillion|dozen)\b")
POWER_VALUE = {
    "hundred": 100,
    "thousand": 1000,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "dozen": 12,
}
AND_A_HALF = re.compile(r"[ ]+and[ ]+a[ ]+half\b")
_SPOKEN_POINT = re.compile(r"点(\d{1,6})(?![\d分刻:])")
_EXPONENT = re.compile(r"e(\d{1,2})(?![a-z0-9])")
_RAISED = re.compile(r"\^(\d{1,2})(?!\d)")


def number_at(text: str, pos: int) -> Numeral | None:
    """The numeral that starts at this place, with its powers, decimals and vague additions; None if there is none."""
    if pos >= len(text):
        return None
    char = text[pos]
    if char.isascii():
        if char.isdecimal():
            return _figures(text, pos)
        return read_en(text, pos) if char.isalpha() else None
    return read_zh(text, pos)


def _figures(text: str, pos: int) -> Numeral | None:
    if mixed := read_mixed(text, pos):
        return mixed
    match = _DIGITS.match(text, pos)
    if match is None or match.end() - pos > MAX_LENGTH:
        return None
    figure, end = match.group().replace(",", ""), match.end()
    if len(figure.partition(".")[0]) > MAX_DIGITS:
        return None
    value = Decimal(figure)
    if "." not in figure and (point := _SPOKEN_POINT.match(text, end)):
        return Numeral(Decimal(f"{figure}.{point[1]}"), point.end())
    if suffix := _SUFFIX.match(text, end):
        scale = 10000 if suffix[1] == "w" else 1000
        return Numeral(value * scale + Decimal(suffix[2] or 0) * (scale // 10), suffix.end())
    if exponent := _EXPONENT.match(text, end):
        power = int(exponent[1])
        return Numeral(value * 10**power, exponent.end()) if power <= MAX_DIGITS else None
    if (raised := _RAISED.match(text, end)) and len(figure) * int(raised[1]) <= 3 * MAX_DIGITS:
        return Numeral(value ** int(raised[1]), raised.end())
    if half := AND_A_HALF.match(text, end):
        value, end = value + Decimal("0.5"), half.end()
    scaled = False
    while power_word := POWER.match(text, end):
        value, end, scaled = value * POWER_VALUE[power_word[1]], power_word.end(), True
        if value > 10**MAX_DIGITS:
            return None
    return (not scaled and _vague(value, text, end)) or Numeral(value, end)


def _vague(value: Decimal, text: str, end: int) -> Numeral | None:
    """A round figure with a vague addition: 20多, 10几, 35余万."""
    if text[end : end + 1] not in ("多", "来", "几", "余") or value != int(value):
        return None
    scale = BIG.get(text[end + 1 : end + 2], 1)
    if scale > 1:
        return Numeral(value * scale, end + 2, approximate=True)
    return Numeral(value, end + 1, approximate=True) if value % 10 == 0 and value else None


def fraction_at(text: str, pos: int) -> Numeral | None:
    """A fraction or mixed number in figures that starts here: "1/2", "2 1/2"."""
    match = _FRACTION.match(text, pos)
    if match is None or not int(match[3]):
        return None
    return Numeral(Decimal(match[1] or 0) + Decimal(match[2]) / Decimal(match[3]), match.end())
