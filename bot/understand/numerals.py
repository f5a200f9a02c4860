"""Numbers in a normal text: one numeral at a place, every number of a text, and quantities with their units."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from bot.understand.figures import AND_A_HALF, fraction_at, number_at
from bot.understand.number_scan import MEASURES, Number, scan_numbers
from bot.understand.numerals_en import parse_en
from bot.understand.numerals_zh import Numeral, parse_zh

__all__ = [
    "MEASURES", "Number", "Numeral", "Part", "Quantity", "fraction_at", "number_at", "parse_en", "parse_zh",
    "read_quantity", "scan_numbers",
]  # fmt: skip

IsUnit = Callable[[str, int], tuple[str, int] | None]
_JOINT = re.compile(r"[ ]*(零|加上?|又|外加|and|plus|\+)?[ ]*")
_UNIT_GAP = re.compile(r"(?:[ ]*(?:多|余|来)(?![0-9]))?[ ]*(?:(?:of\s+)?(?:an?|the)[ ]+)?")
_BARE_FRACTION = re.compile(r"\d+/")
_ROUGHLY = re.compile(r"[ ]*(?:多(?!少)|左右|上下|出头)")
_UP_TO = re.compile(r"[ ]*(?:-|~|到|至|to)[ ]*")
_ENDS = re.compile(r"[ ]*(?:$|[,.;!?。;、\n\t])")


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


def read_quantity(text: str, pos: int, is_unit: IsUnit) -> Quantity | None:
    """Numeral and unit forms from here: 3箱, 三箱半, 2箱零5把, half a case, two and a half cases, 3 dozen cases.

    `is_unit(text, pos)` answers the unit surface that starts there and its end. A numeral without a unit gives one part
    whose unit is None. Of "2-3箱" the first is taken and called approximate.
    """
    numeral = fraction_at(text, pos)
    if numeral and not _unit_after(text, numeral.end, is_unit):  # a size: 3/4扳手, 2 3/4 elbows
        numeral = None if _BARE_FRACTION.match(text, pos) else number_at(text, pos)
    elif numeral is None:
        numeral = number_at(text, pos)
    if numeral is None:
        return None
    value, end, approximate = numeral
    unit = _unit_after(text, end, is_unit)
    if unit is None and (unit := _unit_of_range(text, numeral, is_unit)):
        approximate = True
    if unit is None:
        pieces = text.startswith("dozen", text.rfind(" ", pos, end) + 1 or pos)
        return Quantity((Part(value, None, pieces),), pos, end, approximate)
    surface, end = unit
    value, end = _half_after(text, end, value)
    parts = [Part(value, surface)]
    if second := _second_part(text, end, surface, is_unit):
        parts.append(second[0])
        end = second[1]
    if rough := _ROUGHLY.match(text, end):
        approximate, end = True, rough.end()
    return Quantity(tuple(parts), pos, end, approximate)


def _unit_of_range(text: str, low: Numeral, is_unit: IsUnit) -> tuple[str, int] | None:
    """The unit after the second figure of "2-3箱"."""
    joint = _UP_TO.match(text, low.end)
    high = number_at(text, joint.end()) if joint else None
    return _unit_after(text, high.end, is_unit) if high and high.value > low.value else None


def _second_part(text: str, end: int, first: str, is_unit: IsUnit) -> tuple[Part, int] | None:
    """The smaller unit that a quantity goes on with: 2箱零5把; without a joint only at the end of a clause."""
    joint = _JOINT.match(text, end)
    more = number_at(text, joint.end()) if joint else None
    unit = _unit_after(text, more.end, is_unit) if more else None
    if not joint or not more or not unit or unit[0] == first:
        return None
    if not joint[1] and not _ENDS.match(text, unit[1]):
        return None
    return Part(more.value, unit[0]), unit[1]


def _unit_after(text: str, end: int, is_unit: IsUnit) -> tuple[str, int] | None:
    """The unit after a numeral, past blanks and the article of "half a case"."""
    place = end
    while place < len(text) and text[place] == " ":
        place += 1
    if unit := is_unit(text, place):
        return unit
    gap = _UNIT_GAP.match(text, end)
    return is_unit(text, gap.end()) if gap and gap.end() > place else None


def _half_after(text: str, end: int, value: Decimal) -> tuple[Decimal, int]:
    """The half that follows a unit: "三箱半", "one case and a half"."""
    if value == value.to_integral_value():
        if text.startswith("半", end):
            return value + Decimal("0.5"), end + 1
        if half := AND_A_HALF.match(text, end):
            return value + Decimal("0.5"), half.end()
    return value, end
