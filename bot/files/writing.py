"""Writing rows to a file: JSON lines, CSV or a workbook by its ending. No cell ever starts a formula."""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO

import xlsxwriter

from bot.files.errors import FileRefusedError

ENDINGS = (".jsonl", ".json", ".csv", ".xlsx")

Rows = Sequence[Mapping[str, Any]]

_FORMULA = re.compile(r"^'*\s*[=+\-@＝＋－＠]|^[\t\r\n]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def write_rows(path: Path | None, rows: Rows, *, out: TextIO | None = None) -> None:
    """Write rows to a file by its ending, or as JSON lines to `out`. Raises FileRefusedError for another ending."""
    if path is None:
        if out is not None:
            out.write(json_lines(rows))
        return
    check_writable(path)
    match path.suffix.lower():
        case ".csv":
            path.write_text(table(rows), encoding="utf-8-sig", newline="")
        case ".xlsx":
            workbook(path, rows)
        case _:
            path.write_text(json_lines(rows), encoding="utf-8")


def check_writable(path: Path) -> None:
    """Know before long work that its result can be written. Raises FileRefusedError."""
    if path.suffix.lower() not in ENDINGS:
        raise FileRefusedError("write_ending", name=path.name, endings=" ".join(ENDINGS))
    try:
        path.open("ab").close()
    except OSError as error:
        raise FileRefusedError("unwritable", name=str(path), cause=error.strerror) from None


def json_lines(rows: Rows) -> str:
    """One JSON object a line."""
    return "".join(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows)


def table(rows: Rows) -> str:
    """CSV with a header; text that a spreadsheet would take for a formula is guarded by an apostrophe."""
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    for number, row in enumerate(rows):
        if number == 0:
            writer.writerow(row)
        writer.writerow([_guarded(_cell(value)) for value in row.values()])
    return made.getvalue()


def workbook(path: Path, rows: Rows) -> None:
    """A workbook with a header row; all text is typed as text."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for number, row in enumerate(rows):
            if number == 0:
                sheet.write_row(0, 0, list(row), bold)
                sheet.freeze_panes(1, 0)
                sheet.set_column(0, len(row) - 1, 16)
            for place, value in enumerate(row.values()):
                cell = _cell(value)
                if isinstance(cell, int) and not isinstance(cell, bool):
                    sheet.write_number(number + 1, place, cell)
                else:
                    sheet.write_string(number + 1, place, str(cell))


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, list | dict | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else value


def _guarded(cell: Any) -> Any:
    if isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell
