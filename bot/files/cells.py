"""Reading one cell: what people and spreadsheets write for a name, a number, an amount of money, a day.

Every reader takes whatever the file held (text, number, date, list) and returns the value, or raises CellError. An
empty cell never gets here.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from bot.files.errors import CellError
from core.kit.money import parse_minor

Reader = Callable[[Any], Any]

MOST_UNITS = 10_000_000
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]0?0:00(?::00)?)?")
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"[3-7]\d{4}(?:\.0+)?")
_FIRST_DAY = date(1899, 12, 30)
"""Day 0 of the numbers spreadsheets keep days as; 30000 to 79999 are the years 1982 to 2119."""
_LIST = re.compile(r"[;；、,，|\n]")
_PACK = re.compile(r"\s*([^=:：]+?)\s*[=:：]\s*(\d+)\s*((?:[|/]\s*[^|/]+)*)\s*")
_NEGATIVE = re.compile(r"^\((.+)\)$")
"""As bookkeepers write it."""
_DAYS = re.compile(r"(?:月结|net)?\s*(\d{1,4})\s*(?:天|日|days?)?", re.IGNORECASE)
_ONE_PACK = re.compile(r"\s*1\s*([^\d\s=:：]+)\s*[=:：]\s*(\d+)\s*([^\d\s|/]+)\s*")
_CURRENCY = re.compile(r"^(?:¥|￥|\$|rmb|cny)\s*|\s*(?:元|rmb|cny)$", re.IGNORECASE)


def text(most: int) -> Reader:
    """A name or an address on one line, at most so many characters. Formulas are text like any other."""

    def read(cell: Any) -> str:
        if type(cell) is str and len(cell) <= most and " " not in cell and cell.isprintable():
            return cell
        if isinstance(cell, bool | list | dict):
            raise CellError("not_text", value=_shown(cell))
        value = " ".join(_plain(cell).split())
        if not value.isprintable() and any(
            unicodedata.category(char) in ("Cc", "Cs", "Co") for char in value
        ):
            raise CellError("control_characters", value=_shown(value))
        if len(value) > most:
            raise CellError("too_long", value=_shown(value), most=most)
        return value

    return read


def code(most: int) -> Reader:
    """A key such as a sku or a dealer's code: full-width letters and digits made plain, numbers as they were written."""
    plain = text(most)

    def read(cell: Any) -> Any:
        if (type(cell) is str and cell.isascii()) or isinstance(cell, bool | list | dict):
            return plain(cell)
        return plain(_digits(cell))

    return read


_PHONE = re.compile(r"\+?[0-9]{5,16}")
_NUMBER = code(40)


def phone(cell: Any) -> str:
    """A telephone number, without the blanks and dashes people write in it."""
    if type(cell) is str and _PHONE.fullmatch(cell):
        return cell
    value = re.sub(r"[\s\-()（）]", "", _NUMBER(cell))
    if not _PHONE.fullmatch(value):
        raise CellError("not_a_phone", value=_shown(cell))
    return value


def whole(low: int = 0, high: int = MOST_UNITS) -> Reader:
    """A whole number in a range; a spreadsheet's 4.0 is 4."""

    def read(cell: Any) -> int:
        if (
            type(cell) is str
            and len(cell) < 9
            and cell.isascii()
            and cell.isdigit()
            and low <= int(cell) <= high
        ):
            return int(cell)
        number = _number(cell, "not_whole")
        if number != number.to_integral_value():
            raise CellError("not_whole", value=_shown(cell))
        if not low <= number <= high:
            raise CellError("out_of_range", value=_shown(cell), low=low, high=high)
        return int(number)

    return read


def money(*, positive: bool = False, signed: bool = False) -> Reader:
    """Minor units of an amount such as 1,280.50 or ¥1280.5."""

    def read(cell: Any) -> int:
        value = _CURRENCY.sub("", _digits(cell))
        if signed:
            value = _NEGATIVE.sub(r"-\1", value)
        try:
            minor = parse_minor(value)
        except ValueError:
            raise CellError("not_money", value=_shown(cell)) from None
        if minor < 0 and not signed:
            raise CellError("negative_money", value=_shown(cell))
        if minor == 0 and positive:
            raise CellError("zero_money", value=_shown(cell))
        return minor

    return read


def days(most: int) -> Reader:
    """A number of days such as 30, 30天 or 月结30天."""
    read = whole(0, most)

    def read_days(cell: Any) -> Any:
        found = _DAYS.fullmatch(_digits(cell))
        return read(found[1] if found else cell)

    return read_days


def day(cell: Any) -> date:
    """A calendar day: a spreadsheet's date or its number (46091), 2026-03-10, 2026/3/10, 20260310 or 2026年3月10日."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if _SERIAL.fullmatch(_digits(cell)) and not isinstance(cell, bool):
        return _FIRST_DAY + timedelta(days=int(float(_digits(cell))))
    found = _DAY.fullmatch(_digits(cell)) or _COMPACT_DAY.fullmatch(_digits(cell))
    try:
        year, month, number = (int(part) for part in found.groups()) if found else (0, 0, 0)
        return date(year, month, number)
    except ValueError:
        raise CellError("not_a_day", value=_shown(cell)) from None


def word(words: dict[str, tuple[str, ...]]) -> Reader:
    """One of a few words, in any of the ways they are written: {value: (ways)}."""
    ways = {_folded(way): value for value, them in words.items() for way in (value, *them)}

    def read(cell: Any) -> str:
        value = ways.get(_folded(_plain(cell)))
        if value is None:
            raise CellError("not_one_of", value=_shown(cell), words=" / ".join(words))
        return value

    return read


_NAME = text(80)


def names(cell: Any) -> list[str]:
    """A list of names: a JSON list (also as a cell's text, as exports write it), or names apart by ; 、 , or |."""
    parts = cell if isinstance(cell, list) else _json_list(cell) or _LIST.split(_plain(cell))
    return list(dict.fromkeys(name for name in map(_NAME, parts) if name))


def _json_list(cell: Any) -> list[Any] | None:
    if not isinstance(cell, str) or not cell.lstrip().startswith("["):
        return None
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) and found else [""]


def packs(cell: Any) -> dict[str, dict[str, Any]]:
    """A product's units: {"箱": 12} or {"箱": {"factor": 12, "names": [..]}}, or one cell such as 瓶=1; 箱=12|case|件."""
    if isinstance(cell, str):
        return _packs_of_text(cell)
    if not isinstance(cell, dict):
        raise CellError("not_packs", value=_shown(cell))
    return _packs_of(cell.items(), cell)


@lru_cache(1024)
def _packs_of_text(cell: str) -> dict[str, dict[str, Any]]:
    """Most products of a brand are packed alike."""
    if not cell.lstrip().startswith("{"):
        return _packs_of(_packs_in(cell), cell)
    try:
        given = json.loads(cell)
    except (ValueError, RecursionError):
        raise CellError("not_packs", value=_shown(cell)) from None
    return packs(given)


def _packs_of(pairs: Iterable[tuple[Any, Any]], cell: Any) -> dict[str, dict[str, Any]]:
    units: dict[str, dict[str, Any]] = {}
    for unit, pack in pairs:
        given = pack if isinstance(pack, dict) else {"factor": pack}
        if not given.keys() <= {"factor", "names"} or "factor" not in given:
            raise CellError("not_packs", value=_shown(cell))
        factor = whole(1, 1_000_000)(given["factor"])
        units[text(20)(unit)] = {"factor": factor, "names": names(given.get("names") or [])}
    if not units or "" in units:
        raise CellError("not_packs", value=_shown(cell))
    return units


def percent(cell: Any) -> int:
    """Hundredths of a percent of a rate written 13, 13% or 0.13."""
    value = _digits(cell)
    number = _number(value.rstrip("%"), "not_a_rate")
    if not value.endswith("%") and abs(number) < 1:
        number *= 100
    hundredths = number * 100
    if hundredths != hundredths.to_integral_value() or not 0 <= hundredths <= 10_000:
        raise CellError("not_a_rate", value=_shown(cell))
    return int(hundredths)


def _packs_in(cell: str) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for part in re.split(r"[;；,，\n]", cell):
        if not part.strip():
            continue
        if one := _ONE_PACK.fullmatch(part):  # 1箱=15瓶
            found += [(one[3], {"factor": 1, "names": []}), (one[1], {"factor": int(one[2]), "names": []})]
            continue
        match = _PACK.fullmatch(part)
        if match is None:
            raise CellError("not_packs", value=_shown(cell))
        others = [name.strip() for name in re.split(r"[|/]", match[3]) if name.strip()]
        found.append((match[1], {"factor": int(match[2]), "names": others}))
    return found


def _number(cell: Any, fault: str) -> Decimal:
    try:
        number = Decimal(_digits(cell).replace(",", ""))
    except InvalidOperation:
        raise CellError(fault, value=_shown(cell)) from None
    if not number.is_finite() or isinstance(cell, bool):
        raise CellError(fault, value=_shown(cell))
    return number


def _digits(cell: Any) -> str:
    """Text with full-width digits and signs made plain."""
    return unicodedata.normalize("NFKC", _plain(cell)).strip()


def _plain(cell: Any) -> str:
    """Text of a cell; a float that a spreadsheet made of a whole number or of cents is written as people wrote it."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        return format(Decimal(repr(round(cell, 6))).normalize(), "f")
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, datetime) and cell.time() == datetime.min.time():
        return cell.date().isoformat()
    return str(cell)


def _folded(value: str) -> str:
    return unicodedata.normalize("NFKC", value).strip().casefold()


def _shown(cell: Any) -> str:
    shown = _plain(cell)
    return shown if len(shown) <= 40 else shown[:39] + "…"
