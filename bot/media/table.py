"""Looking at a spreadsheet or a list in plain text: its rows as text. Runs in the child of `bot.media`.

A formula is never worked out: its cell reads "?", which nobody can take for a quantity.
"""

import csv
import re
from collections.abc import Sequence
from typing import Any

from bot.files.errors import FileRefusedError
from bot.files.sheet import decode
from bot.files.workbook import grid_of
from bot.media.errors import NotTakenError

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT = "text/plain"
MOST_ROWS = 500
MOST_COLUMNS = 60
MOST_CELL = 200
"""Characters of a cell that are read."""
UNREAD = "?"
_CAUSES = {"macros": "macros", "too_many_rows": "rows", "too_big": "size"}

Rows = tuple[tuple[str, ...], ...]


def rows_of_workbook(content: bytes) -> tuple[Rows, tuple[str, ...]]:
    """The first visible sheet's rows, and the names of the other sheets that hold something. Raises NotTakenError."""
    try:
        grid = grid_of(content, "", most_rows=MOST_ROWS, most_columns=MOST_COLUMNS)
    except FileRefusedError as refused:
        raise NotTakenError(_CAUSES.get(refused.code, "type")) from None
    shown: dict[tuple[int, int], Any] = {}
    rows = dict(grid.rows)
    for (first, left), (last, _) in grid.merged:
        if 0 <= left < len(rows.get(first, ())):
            shown.update({(number, left): rows[first][left] for number in range(first + 1, last + 1)})
    read = tuple(
        tuple(
            UNREAD
            if place in grid.marks.get(number, {})
            else _written(cell if cell not in ("", None) else shown.get((number, place)))
            for place, cell in enumerate(cells)
        )
        for number, cells in grid.rows
    )
    return read, grid.unread


def rows_of_text(content: bytes) -> Rows:
    """The rows of a list in plain text: cells by comma, semicolon or tab, else whole lines. Raises NotTakenError."""
    try:
        text = decode(content, "").strip()
    except FileRefusedError:
        raise NotTakenError("type") from None
    if not text.isprintable() and re.search(r"[\x00-\x08\x0e-\x1f\x7f]", text):
        raise NotTakenError("type")
    lines = text.splitlines()
    if len(lines) > MOST_ROWS:
        raise NotTakenError("rows")
    mark = max(",;\t", key=lambda each: sum(each in line for line in lines))
    cut = sum(mark in line for line in lines) >= max(2, len(lines) // 2)
    try:
        rows: Sequence[Sequence[str]] = _cells(lines, mark) if cut else [[line] for line in lines]
    except csv.Error:
        raise NotTakenError("broken") from None
    return tuple(tuple(_written(cell) for cell in row[:MOST_COLUMNS]) for row in rows)


def _cells(lines: Sequence[str], mark: str) -> list[list[str]]:
    """Quoted cells are one; where a quotation mark is not closed, marks are text: it would swallow the rows below it."""
    try:
        return list(csv.reader(lines, delimiter=mark, strict=True))
    except csv.Error:
        return list(csv.reader(lines, delimiter=mark, quoting=csv.QUOTE_NONE))


def _written(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell == int(cell):
        cell = int(cell)
    return re.sub(r"\s+", " ", str(cell)).strip()[:MOST_CELL]
