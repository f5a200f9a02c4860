"""Reading a file into rows of named cells: .json .jsonl .csv .xlsx, whatever wrote it.

Headers may be Chinese or English (`words.yaml`); text may be UTF-8, UTF-16 with its mark, or GBK. Nothing is executed and
nothing is guessed: a file that cannot be read for certain is refused with the reason.
"""

import csv
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from bot.files.errors import FileRefusedError

ENDINGS = (".json", ".jsonl", ".csv", ".xlsx")
MOST_BYTES = 60_000_000
MOST_UNPACKED = 400_000_000
MOST_ROWS = 200_000
MOST_COLUMNS = 200
_GUARDED = re.compile(r"^'(?=[=+\-@\t\r\n＝＋－＠])")


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it stands in the file: its number there, and its cells by column name."""

    number: int
    cells: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's rows. `unknown`: headers no column has. `head`: what a JSON object says beside its rows."""

    lines: list[Line]
    columns: frozenset[str]
    unknown: tuple[str, ...] = ()
    head: dict[str, Any] = field(default_factory=dict)


def read_sheet(
    path: Path, columns: Mapping[str, Sequence[str]], *, rows_under: Sequence[str] = ("rows",)
) -> Sheet:
    """The rows of a file. `columns`: names by which each column may be headed. Raises FileRefusedError."""
    if path.suffix.lower() not in ENDINGS:
        raise FileRefusedError("ending", name=path.name, endings=" ".join(ENDINGS))
    try:
        content = path.read_bytes()
    except OSError:
        raise FileRefusedError("no_file", name=str(path)) from None
    if len(content) > MOST_BYTES:
        raise FileRefusedError("too_big", name=path.name, most=MOST_BYTES // 1_000_000)
    if not content.strip():
        raise FileRefusedError("empty", name=path.name)
    known = {folded(name): column for column, names in columns.items() for name in (column, *names)}
    match path.suffix.lower():
        case ".xlsx":
            return _table(_xlsx(content, path.name), known, path.name)
        case ".csv":
            return _table(_csv(decode(content, path.name), path.name), known, path.name)
        case ".jsonl":
            rows = _json_lines(decode(content, path.name), path.name)
            return _objects(rows, known, path.name)
        case _:
            return _json(decode(content, path.name), known, path.name, rows_under)


def decode(content: bytes, name: str) -> str:
    """Text of UTF-8 (with or without its mark), marked UTF-16, or GBK. Raises FileRefusedError for anything else."""
    encodings = ["utf-16"] if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        if "\0" not in text:
            return text
    raise FileRefusedError("encoding", name=name)


def folded(header: str) -> str:
    """A header without what does not tell columns apart: case, width, blanks, marks, a unit in brackets."""
    text = unicodedata.normalize("NFKC", header).strip().casefold()
    text = re.sub(r"[(\[【][^)\]】]*[)\]】]$", "", text)
    return re.sub(r"[\s_\-*:/.]", "", text)


def _table(rows: Iterable[tuple[int, Sequence[Any]]], known: Mapping[str, str], name: str) -> Sheet:
    """Rows under a row of headers; wholly empty rows are none."""
    filled = ((number, cells) for number, cells in rows if any(not _empty(cell) for cell in cells))
    first = next(iter(filled), None)
    if first is None:
        raise FileRefusedError("empty", name=name)
    headers = _headers([str(cell) for cell in first[1]], known, name)
    lines = []
    for number, cells in filled:
        beyond = [cell for cell in cells[len(headers) :] if not _empty(cell)]
        if beyond:
            raise FileRefusedError("more_cells", name=name, row=number)
        pairs = zip(headers, cells, strict=False)
        lines.append(Line(number, {column: cell for column, cell in pairs if column and not _empty(cell)}))
        if len(lines) > MOST_ROWS:
            raise FileRefusedError("too_many_rows", name=name, most=MOST_ROWS)
    unknown = tuple(
        str(cell) for cell, column in zip(first[1], headers, strict=True) if not column and not _empty(cell)
    )
    return Sheet(lines, frozenset(column for column in headers if column), unknown)


def _headers(written: Sequence[str], known: Mapping[str, str], name: str) -> list[str]:
    columns = [known.get(folded(header), "") for header in written]
    twice = [
        header
        for place, (header, column) in enumerate(zip(written, columns, strict=True))
        if (column and column in columns[:place])
        or (not column and header.strip() and folded(header) in [folded(other) for other in written[:place]])
    ]
    if twice:
        raise FileRefusedError("header_twice", name=name, header=", ".join(twice))
    return columns


def _csv(text: str, name: str) -> Iterable[tuple[int, list[str]]]:
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, [_GUARDED.sub("", cell) for cell in cells]
    except csv.Error:
        raise FileRefusedError("csv", name=name, row=reader.line_num) from None


def _xlsx(content: bytes, name: str) -> Iterable[tuple[int, list[Any]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MOST_UNPACKED:
            raise FileRefusedError("too_big", name=name, most=MOST_UNPACKED // 1_000_000)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    except (zipfile.BadZipFile, CalamineError, IndexError, ValueError):
        raise FileRefusedError("xlsx", name=name) from None
    if sheet.width > MOST_COLUMNS or sheet.height > MOST_ROWS + 1:
        raise FileRefusedError("too_many_rows", name=name, most=MOST_ROWS)
    top = sheet.start[0] if sheet.start else 0
    return enumerate(sheet.to_python(skip_empty_area=True), top + 1)


def _json(text: str, known: Mapping[str, str], name: str, rows_under: Sequence[str]) -> Sheet:
    try:
        value = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise FileRefusedError("json", name=name, row=getattr(error, "lineno", 0)) from None
    head: dict[str, Any] = {}
    if isinstance(value, dict):
        under = next((key for key in rows_under if isinstance(value.get(key), list)), None)
        if under is None:
            raise FileRefusedError("no_rows", name=name, key=" / ".join(rows_under))
        head = {key: part for key, part in value.items() if key != under}
        value = value[under]
    if not isinstance(value, list):
        raise FileRefusedError("no_rows", name=name, key=" / ".join(rows_under))
    sheet = _objects(list(enumerate(value, 1)), known, name)
    return Sheet(sheet.lines, sheet.columns, sheet.unknown, head)


def _json_lines(text: str, name: str) -> list[tuple[int, Any]]:
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                rows.append((number, json.loads(line, parse_float=Decimal)))
            except (ValueError, RecursionError):
                raise FileRefusedError("json", name=name, row=number) from None
    return rows


def _objects(rows: Sequence[tuple[int, Any]], known: Mapping[str, str], name: str) -> Sheet:
    if len(rows) > MOST_ROWS:
        raise FileRefusedError("too_many_rows", name=name, most=MOST_ROWS)
    lines: list[Line] = []
    unknown: dict[str, None] = {}
    columns: set[str] = set()
    for number, row in rows:
        if not isinstance(row, dict):
            raise FileRefusedError("not_an_object", name=name, row=number)
        cells: dict[str, Any] = {}
        for key, value in row.items():
            column = known.get(folded(key), "")
            if column in cells:
                raise FileRefusedError("header_twice", name=name, header=key)
            if column:
                columns.add(column)
                if not _empty(value):
                    cells[column] = value
            else:
                unknown[key] = None
        lines.append(Line(number, cells))
    return Sheet(lines, frozenset(columns), tuple(unknown))


def _empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip()) or cell == []
