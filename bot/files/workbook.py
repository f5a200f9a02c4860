"""Reading a workbook: the cells of its first visible sheet, and where a formula or an error stands instead of a value.

Formulas are never worked out: the value a spreadsheet program left beside one may be stale or missing, so such a cell is
marked and its row says so.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.etree import ElementTree as ET

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from bot.files.errors import FileRefusedError

MOST_UNPACKED = 400_000_000
MOST_CELLS = 8_000_000
MOST_WIDE = 16_384
MOST_OUTLINE = 4_000_000
"""Bytes of the parts that say which sheets there are."""

_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)>(?:\s*<(?:\w+:)?(f)[\s/>])?")
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*\bhidden="(?:1|true)"[^>]*>')
_ROW = re.compile(rb'\br="(\d{1,7})"')
_HIDDEN_COLUMNS = re.compile(rb'<(?:\w+:)?col\b[^>]*\bhidden="(?:1|true)"[^>]*>')
_MIN, _MAX = re.compile(rb'\bmin="(\d{1,5})"'), re.compile(rb'\bmax="(\d{1,5})"')
_ERROR = re.compile(rb'\bt="e"')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Range = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Hidden:
    """Rows (from 1) and places of columns (from 0) that a spreadsheet program does not show, such as filtered ones."""

    rows: frozenset[int] = frozenset()
    places: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows with their numbers in the file. `marks`: {row: {place in the row: formula | error}}.

    `merged`: ranges ((row, place), (row, place)) of cells that show one value; `unread`: other sheets that hold something.
    """

    rows: Sequence[tuple[int, Sequence[Any]]]
    marks: dict[int, dict[int, str]] = field(default_factory=dict)
    merged: Sequence[Range] = ()
    unread: tuple[str, ...] = ()
    hidden: Hidden = field(default_factory=Hidden)


def grid_of(content: bytes, name: str, *, most_rows: int, most_columns: int) -> Grid:
    """The first visible sheet of an xlsx. Raises FileRefusedError for what is none, or has macros, or is too large."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        _refuse_unsafe(archive, name)
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        place = _first_visible(book)
        sheet = book.get_sheet_by_index(place)
        content = _content(archive, place, name)
    except (zipfile.BadZipFile, CalamineError, ET.ParseError, IndexError, KeyError, ValueError):
        raise FileRefusedError("xlsx", name=name) from None
    width, height = sheet.width, sheet.height
    if width > most_columns or height > most_rows + 1 or width * height > MOST_CELLS:
        raise FileRefusedError("too_many_rows", name=name, most=most_rows)
    return _grid(sheet, content, _others(book, place))


def _refuse_unsafe(archive: zipfile.ZipFile, name: str) -> None:
    if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
        raise FileRefusedError("too_big", name=name, most=MOST_UNPACKED // 1_000_000)
    if any(entry.filename.lower().endswith("vbaproject.bin") for entry in archive.infolist()):
        raise FileRefusedError("macros", name=name)


def _first_visible(book: CalamineWorkbook) -> int:
    kinds = enumerate(book.sheets_metadata)
    return next(
        place
        for place, sheet in kinds
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    )


def _others(book: CalamineWorkbook, chosen: int) -> tuple[str, ...]:
    return tuple(
        sheet.name
        for place, sheet in enumerate(book.sheets_metadata)
        if place != chosen
        and sheet.typ == SheetTypeEnum.WorkSheet
        and book.get_sheet_by_index(place).height > 0
    )


def _grid(sheet: CalamineSheet, content: bytes, unread: tuple[str, ...]) -> Grid:
    top, left = sheet.start or (0, 0)
    by_row: dict[int, dict[int, str]] = {}
    for (row, column), mark in _marks(content).items():
        by_row.setdefault(row, {})[column - left] = mark
    merged = [
        ((first[0] + 1, first[1] - left), (last[0] + 1, last[1] - left))
        for first, last in sheet.merged_cell_ranges or ()
    ]
    rows = [[_plain(cell) for cell in cells] for cells in sheet.to_python(skip_empty_area=True)]
    return Grid(list(enumerate(rows, top + 1)), by_row, merged, unread, _hidden(content, left))


def _hidden(content: bytes, left: int) -> Hidden:
    rows = {int(found[1]) for tag in _HIDDEN_ROW.findall(content) if (found := _ROW.search(tag))}
    spans = [(_MIN.search(tag), _MAX.search(tag)) for tag in _HIDDEN_COLUMNS.findall(content)]
    places = {
        place - 1 - left
        for first, last in spans
        if first and last
        for place in range(int(first[1]), min(int(last[1]), MOST_WIDE) + 1)
    }
    return Hidden(frozenset(rows), frozenset(places))


def _plain(cell: Any) -> Any:
    """Days and times as text."""
    if not isinstance(cell, date | time | timedelta):
        return cell
    midnight = isinstance(cell, datetime) and cell.time() == time()
    return str(cell.date()) if isinstance(cell, datetime) and midnight else str(cell)


def _content(archive: zipfile.ZipFile, place: int, name: str) -> bytes:
    content = archive.read(_part(archive, place, name))
    if b"<!DOCTYPE" in content[:4096]:
        raise FileRefusedError("xlsx", name=name)
    return content


def _marks(content: bytes) -> dict[tuple[int, int], str]:
    """Cells of a sheet that hold a formula or an error: {(row from 1, column from 0): mark}."""
    marks: dict[tuple[int, int], str] = {}
    for found in _CELL.finditer(content):
        mark = "formula" if found[2] else "error" if _ERROR.search(found[1]) else ""
        at = _PLACE.search(found[1]) if mark else None
        if at is not None:
            marks[int(at[2]), _column(at[1])] = mark
    return marks


def _part(archive: zipfile.ZipFile, place: int, name: str) -> str:
    """The file of a sheet inside the workbook."""
    sheets = _outline(archive, "xl/workbook.xml", name).iter()
    identities = [sheet.get(_RELATION) for sheet in sheets if sheet.tag.endswith("}sheet")]
    relations = _outline(archive, "xl/_rels/workbook.xml.rels", name)
    targets = {relation.get("Id"): relation.get("Target") or "" for relation in relations}
    target = targets[identities[place]]
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _outline(archive: zipfile.ZipFile, part: str, name: str) -> ET.Element:
    content = archive.read(part)
    if len(content) > MOST_OUTLINE or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise FileRefusedError("xlsx", name=name)
    return ET.fromstring(content)  # noqa: S314 - no document type, so no entities


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
