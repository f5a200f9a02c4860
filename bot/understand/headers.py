"""The heads of columns in lists of goods, whoever wrote them."""

import re
from collections.abc import Sequence

from bot.understand.lexicon import read_yaml

COLUMNS = ("sku", "name", "size", "qty", "unit")
_COUNTED = re.compile(r"(?:数量|qty|quantity|订货量|订购量)(.{1,8})$")


def told_by_heads(cells: Sequence[str]) -> dict[str, int]:
    """Columns by the words in the cells of a row, in normal form; the others are not read."""
    heads: dict[str, list[str]] = read_yaml("headers.yaml")
    columns: dict[str, int] = {}
    for at, written in enumerate(cells):
        cell = re.sub(r"[\s.:*()]", "", written)
        key = next((key for key in COLUMNS if cell in heads[key] and key not in columns), None)
        if key is not None:
            columns[key] = at
        elif _COUNTED.match(cell):
            columns.setdefault("qty", at)
    return columns


def standard(key: str) -> str:
    """A head of this key that `told_by_heads` knows."""
    heads: dict[str, list[str]] = read_yaml("headers.yaml")
    return heads[key][0]


def is_total(cell: str) -> bool:
    """Whether a row that begins so adds up others."""
    heads: dict[str, list[str]] = read_yaml("headers.yaml")
    return re.sub(r"[\s.:]", "", cell.lower()).rstrip("：") in heads["total"]
