"""Numbers in a normal text: one numeral at a place, all numbers of a text, and quantities with their units."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from bot.understand.numerals_en import parse_en, read_en
from bot.understand.numerals_zh import MAX_LENGTH, Numeral, parse_zh, read_mixed, read_zh

__all__ = [
    "Number",
    "Numeral",
    "Part",
    "Quantity",
    "number_at",
    "parse_en",
    "parse_zh",
    "read_quantity",
    "scan_numbers",
]

IsUnit = Callable[[str, int], tuple[str, int] | None]
_DIGITS = re.compile(r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?")
_SUFFIX = re.compile(r"([kw])(\d)?(?![a-z0-9])")
_FRACTION = re.compile(r"(?:(\d{1,4})[ ]+)?(\d{1,4})/(\d{1,4})(?![\d/])")
_POWER = re.compile(r"[ ]*(hundred|thousand|million|billion|dozen)\b")
_POWER_VALUE = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "dozen": 12}
_HALF_EN = re.compile(r"[ ]+and[ ]+a[ ]+half\b")
MAX_DIGITS = 15


class Number(NamedTuple):
    """A number of a text. kind: cardinal | fraction | percent."""

    value: Decimal
    start: int
    end: int
    approximate: bool = False
    kind: str = "cardinal"


class Part(NamedTuple):
    """One numeral with its unit: the unit's surface, or None where none was said.

    pieces: counted in dozens without another unit ("half a dozen hammers"), so `value` is base units.
    """

    value: Decimal
    unit: str | None
    pieces: bool = False


class Quantity(NamedTuple):
    """A quantity as said: one part ("三箱半"), or several that add up ("2箱零5把")."""

    parts: tuple[Part, ...]
    start: int
    end: int
    approximate: bool = False


def number_at(text: str, pos: int) -> Numeral | None:
    """The numeral that starts at this place, with its powers, decimals and vague additions; None if there is none."""
    if pos >= len(text):
        return None
    char = text[pos]
    if char.isdecimal() and char.isascii():
        return _figures(text, pos)
    if char.isascii():
        return read_en(text, pos) if char.isalpha() else None
    return read_zh(text, pos)


def _figures(text: str, pos: int) -> Numeral | None:
    if mixed := read_mixed(text, pos):
        return mixed
    match = _DIGITS.match(text, pos)
    if match is None or match.end() - pos > MAX_LENGTH:
        return None
    figure = match.group().replace(",", "")
    if len(figure.partition(".")[0]) > MAX_DIGITS:
        return None
    value, end = Decimal(figure), match.end()
    if suffix := _SUFFIX.match(text, end):
        scale = 1000 if suffix[1] == "k" else 10000
        return Numeral(value * scale + Decimal(suffix[2] or 0) * (scale // 10), suffix.end())
    if power := _POWER.match(text, end):
        return Numeral(value * _POWER_VALUE[power[1]], power.end())
    if half := _HALF_EN.match(text, end):
        return Numeral(value + Decimal("0.5"), half.end())
    if figure.endswith("0") and "." not in figure and text[end : end + 1] in ("多", "来", "几", "余"):
        big = text[end + 1 : end + 2]
        scale = {"万": 10**4, "亿": 10**8}.get(big, 1)
        return Numeral(value * scale, end + 1 + (scale > 1), approximate=True)
    return Numeral(value, end)


def fraction_at(text: str, pos: int) -> Numeral | None:
    """ "1/2" or "2 1/2" starting here."""
    match = _FRACTION.match(text, pos)
    if match is None or not int(match[3]) or int(match[2]) >= int(match[3]) * 100:
        return None
    return Numeral(Decimal(match[1] or 0) + Decimal(match[2]) / Decimal(match[3]), match.end())


def read_quantity(text: str, pos: int, is_unit: IsUnit) -> Quantity | None:
    """Numeral and unit forms from here: 3箱, 三箱半, 2箱零5把, half a case, two and a half cases, 3 dozen cases.

    `is_unit(text, pos)` answers the unit surface that starts there and its end. A numeral without a unit has one part
    whose unit is None.
    """
    numeral = fraction_at(text, pos) or number_at(text, pos)
    if numeral is None:
        return None
    value, end, approximate = numeral
    unit = is_unit(text, _skip(text, end))
    if unit is None:
        pieces = text.startswith(("dozen", "dozens"), text.rfind(" ", pos, end) + 1)
        return Quantity((Part(value, None, pieces),), pos, end, approximate)
    surface, end = unit
    value, end = _half_after(text, end, value)
    parts = [Part(value, surface)]
    joint = re.compile(r"[ ]*(?:零|加|又|and|plus|\+)?[ ]*").match(text, end)
    if joint and (more := number_at(text, joint.end())) and (unit := is_unit(text, _skip(text, more.end))):
        if joint.group().strip() and unit[0] != surface:
            parts.append(Part(more.value, unit[0]))
            end = unit[1]
    return Quantity(tuple(parts), pos, end, approximate)


def _skip(text: str, pos: int) -> int:
    while pos < len(text) and text[pos] == " ":
        pos += 1
    return pos


def _half_after(text: str, end: int, value: Decimal) -> tuple[Decimal, int]:
    """ "三箱半" and "one case and a half"."""
    if text.startswith("半", end) and value == value.to_integral_value():
        return value + Decimal("0.5"), end + 1
    if half := _HALF_EN.match(text, end):
        return value + Decimal("0.5"), half.end()
    return value, end


def scan_numbers(text: str) -> list[Number]:
    """Every number of a normal text, in order; digits glued to a measure and numerals inside a word are none."""
    found: list[Number] = []
    pos = 0
    while pos < len(text):
        char = text[pos]
        if not (char.isdecimal() or char.isalpha()):
            pos += 1
            continue
        numeral = number_at(text, pos)
        if numeral is None:
            pos += 1
            continue
        found.append(Number(numeral.value, pos, numeral.end, numeral.approximate))
        pos = numeral.end
    return found
