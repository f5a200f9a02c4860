"""A list of goods from a file: which columns say what, and its rows as the text of a table with known heads.

Nothing is guessed: a quantity column is one that says so in its head, or that somebody named.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.understand.headers import COLUMNS, is_total, standard, told_by_heads
from bot.understand.normalise import normalise

NEEDED = ("name", "qty")
_NOTHING = re.compile(r"0+(?:\.0+)?\D{0,3}|[-—/]+")
_WITHIN = 10
"""Rows above the heads at most: a title, an address, a date."""

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """The row of heads (its place; None where there is none), its cells, and the columns they tell, by key."""

    place: int | None
    cells: tuple[str, ...]
    columns: Mapping[str, int]

    @property
    def missing(self) -> tuple[str, ...]:
        """What nobody has told yet: name (a SKU will do), qty."""
        return tuple(
            key for key in NEEDED if key not in self.columns and not (key == "name" and "sku" in self.columns)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """The rows that order something as a table in text. blank: rows of goods without a quantity, by their place; total: rows read."""

    text: str
    taken: int
    blank: tuple[int, ...]


def heads_of(rows: Rows) -> Heads:
    """The row whose words tell the most columns; where none tells any, the first row of words only."""
    best = Heads(place=None, cells=(), columns={})
    for place, row in enumerate(rows[:_WITHIN]):
        told = told_by_heads([normalise(cell).text for cell in row])
        if len(told) > len(best.columns) or (told and not Heads(place=0, cells=(), columns=told).missing):
            best = Heads(place=place, cells=tuple(row), columns=told)
            if not best.missing:
                return best
    if best.columns:
        return best
    for place, row in enumerate(rows[:_WITHIN]):
        filled = [cell for cell in row if cell.strip()]
        if len(filled) >= 2:
            if not any(re.search(r"\d", cell) for cell in filled):
                return Heads(place=place, cells=tuple(row), columns={})
            break
    return best


def goods_of(rows: Rows, heads: Heads, columns: Mapping[str, int]) -> Goods:
    """The rows under the heads, as text. What a row's quantity says is kept as it is, even if nobody can read it."""
    start = 0 if heads.place is None else heads.place + 1
    keys = [key for key in COLUMNS if key in columns]
    lines = ["\t".join(_head(key, heads, columns[key]) for key in keys)]
    blank = []
    for place, row in enumerate(rows[start:], start):
        cells = [_cell(row, columns[key]) for key in keys]
        told = dict(zip(keys, cells, strict=True))
        called = [told[key] for key in ("sku", "name") if told.get(key)]
        if not called or is_total(called[0]):
            continue
        if told["qty"] and not _NOTHING.fullmatch(told["qty"]):
            lines.append("\t".join(cells))
        else:
            blank.append(place)
    return Goods(text="\n".join(lines), taken=len(lines) - 1, blank=tuple(blank))


def _head(key: str, heads: Heads, place: int) -> str:
    """A head that is known; what is unknown above a quantity may still end with its unit (要几箱)."""
    written = _cell(heads.cells, place)
    if written and key in told_by_heads([normalise(written).text]):
        return written
    return f"{standard(key)}({written[-6:]})" if written and key == "qty" else standard(key)


def _cell(row: Sequence[str], place: int) -> str:
    return re.sub(r"\s+", " ", row[place]).strip() if place < len(row) else ""
