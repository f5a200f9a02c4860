"""Reading a file into rows of named cells: .json .jsonl .csv .xlsx, whatever wrote it.

Headers may be Chinese or English (`words.yaml`); text may be UTF-8, UTF-16 with its mark, or GBK. Nothing is executed and
nothing is guessed: a file that cannot be read for certain is refused with the reason. Workbooks, and everything large, are
read in a child process with limits.
"""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from bot.files.child import read_in_child
from bot.files.errors import FileRefusedError
from bot.files.workbook import Grid, grid_of

ENDINGS = (".json", ".jsonl", ".csv", ".xlsx")
MOST_BYTES = 60_000_000
MOST_ROWS = 200_000
MOST_COLUMNS = 200
MOST_TITLES = 20
"""Rows among which the headers are looked for."""
TOTALS = frozenset(
    ("合计", "总计", "小计", "共计", "合計", "總計", "小計", "total", "grandtotal", "subtotal")
)
SMALL = 100_000
"""Bytes of text up to which a file is read in this process: a child is not worth its start."""
_WITH_MACROS = (".xlsm", ".xltm", ".xlsb", ".xlam")
_MAGIC = {b"PK\x03\x04": "is_xlsx", b"\xd0\xcf\x11\xe0": "is_xls", b"%PDF": "is_pdf"}
_SCALED = re.compile(r"[(（\[【]\s*(?:[十百千万萬亿億]|thousand|million|k\b|'000)", re.IGNORECASE)
"""A header whose numbers stand for a multiple of themselves."""
_GUARDED = re.compile(r"^'(?='*\s*[=+\-@＝＋－＠]|[\t\r\n])")


class Line(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A row as it stands in the file: its number there, its cells by column name, and what is wrong with some of them."""

    number: int
    cells: dict[str, Any]
    faults: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's rows. `unknown`: headers no column has. `head`: what a JSON object says beside its rows.

    `unread`: names of a workbook's other sheets that hold something. `hidden_rows`, `hidden_columns`: what was read though
    a spreadsheet program does not show it, by number and by header. `totals`: rows of sums below the others, which are none. `headers`: how columns are headed in the file.
    """

    lines: list[Line]
    columns: frozenset[str]
    unknown: tuple[str, ...] = ()
    head: dict[str, Any] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[str, ...] = ()
    totals: tuple[int, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """What a child says of a file: its sheet, or why there is none."""

    sheet: Sheet | None = None
    refused: str = ""
    fields: dict[str, Any] = field(default_factory=dict)


_said = msgspec.json.Decoder(Said)


def read_sheet(
    path: Path, columns: Mapping[str, Sequence[str]], *, rows_under: Sequence[str] = ("rows",)
) -> Sheet:
    """The rows of a file. `columns`: names by which each column may be headed. Raises FileRefusedError."""
    return sheet_of(content_of(path), path.name, columns, rows_under=rows_under)


def content_of(path: Path) -> bytes:
    """A file's bytes, if it is one that can be read at all. Raises FileRefusedError."""
    ending = path.suffix.lower()
    if ending in _WITH_MACROS:
        raise FileRefusedError("macros", name=path.name)
    if ending not in ENDINGS:
        raise FileRefusedError("ending", name=path.name, endings=" ".join(ENDINGS))
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FileRefusedError("too_big", name=path.name, most=MOST_BYTES // 1_000_000)
        content = path.read_bytes()
    except OSError:
        raise FileRefusedError("no_file", name=str(path)) from None
    if not content.strip():
        raise FileRefusedError("empty", name=path.name)
    really = _MAGIC.get(content[:4])
    if really and (really, ending) != ("is_xlsx", ".xlsx"):
        raise FileRefusedError(really, name=path.name)
    return content


def sheet_of(
    content: bytes, name: str, columns: Mapping[str, Sequence[str]], *, rows_under: Sequence[str] = ("rows",)
) -> Sheet:
    """The rows of a file's bytes. Raises FileRefusedError."""
    if Path(name).suffix.lower() != ".xlsx" and len(content) <= SMALL:
        return parse(content, name, columns, rows_under)
    said = _said.decode(read_in_child(content, name, columns, rows_under))
    if said.sheet is None:
        raise FileRefusedError(said.refused, **said.fields)
    return said.sheet


def parse(
    content: bytes, name: str, columns: Mapping[str, Sequence[str]], rows_under: Sequence[str]
) -> Sheet:
    """Read the bytes in this process. Raises FileRefusedError."""
    known = {folded(heading): column for column, names in columns.items() for heading in (column, *names)}
    match Path(name).suffix.lower():
        case ".xlsx":
            grid = grid_of(content, name, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS)
            return _table(grid, known, name)
        case ".csv":
            return _table(Grid(list(_csv(decode(content, name), name))), known, name)
        case ".jsonl":
            return _objects(_json_lines(decode(content, name), name), known, name)
        case _:
            return _json(decode(content, name), known, name, rows_under)


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


def _table(grid: Grid, known: Mapping[str, str], name: str) -> Sheet:
    """Rows under a row of headers; wholly empty rows are none, and a lone cell above the headers is a title."""
    filled = [row for row in grid.rows if row[0] in grid.marks or not all(map(_empty, row[1]))]
    del filled[: _titles(filled, known)]
    if not filled:
        raise FileRefusedError("empty", name=name)
    if len(filled) > MOST_ROWS + 1:
        raise FileRefusedError("too_many_rows", name=name, most=MOST_ROWS)
    top, written = filled[0]
    headers = _headers([str(cell) for cell in written], known, name)
    merged = _merged(grid, top)
    wanted = [(place, column) for place, column in enumerate(headers) if column]
    lines = []
    totals = _totals(filled, wanted)
    for number, cells in filled[1 : len(filled) - len(totals)]:
        if len(cells) > len(headers) and any(not _empty(cell) for cell in cells[len(headers) :]):
            raise FileRefusedError("more_cells", name=name, row=number)
        if number in merged or number in grid.marks or len(cells) < len(headers):
            line = _line(number, {**dict(enumerate(cells)), **merged.get(number, {})}, headers, grid)
        else:
            line = Line(number, {column: cells[at] for at, column in wanted if not _empty(cells[at])})
        if line.cells or line.faults or not grid.marks:
            lines.append(line)
    unknown = tuple(
        str(cell) for cell, column in zip(written, headers, strict=True) if not column and not _empty(cell)
    )
    hidden_rows = tuple(line.number for line in lines if line.number in grid.hidden.rows)
    hidden_columns = tuple(str(written[place]) for place, _ in wanted if place in grid.hidden.places)
    return Sheet(lines, frozenset(column for column in headers if column), unknown, {}, grid.unread, hidden_rows,
                 hidden_columns, totals, {column: str(written[place]).strip() for place, column in wanted})  # fmt: skip


def _totals(
    filled: Sequence[tuple[int, Sequence[Any]]], wanted: Sequence[tuple[int, str]]
) -> tuple[int, ...]:
    """The last row, where it begins with a word for a sum and leaves cells empty that others fill."""
    number, cells = filled[-1]
    first = next((cell for cell in cells if not _empty(cell)), "")
    held = sum(place < len(cells) and not _empty(cells[place]) for place, _ in wanted)
    is_sum = len(filled) > 2 and folded(str(first)) in TOTALS and held < len(wanted)
    return (number,) if is_sum else ()


def _line(number: int, cells: Mapping[int, Any], headers: Sequence[str], grid: Grid) -> Line:
    """A row with merged or marked cells, or a short one."""
    marks = grid.marks.get(number, {})
    values = {
        column: cells[place]
        for place, column in enumerate(headers)
        if column and place not in marks and not _empty(cells.get(place))
    }
    return Line(
        number, values, {headers[place]: mark for place, mark in marks.items() if _named(headers, place)}
    )


def _named(headers: Sequence[str], place: int) -> bool:
    return 0 <= place < len(headers) and bool(headers[place])


def _titles(filled: Sequence[tuple[int, Sequence[Any]]], known: Mapping[str, str]) -> int:
    """How many rows stand above the headers: those are the first row that names two columns, else what follows lone cells."""
    for place, (_, cells) in enumerate(filled[:MOST_TITLES]):
        if len({known[folded(str(cell))] for cell in cells if folded(str(cell)) in known}) > 1:
            return place
    lone = 0
    while lone < len(filled) - 1 and _is_title(filled[lone][1], known):
        lone += 1
    return lone


def _is_title(cells: Sequence[Any], known: Mapping[str, str]) -> bool:
    held = [cell for cell in cells if not _empty(cell)]
    return len(held) <= 1 and not any(folded(str(cell)) in known for cell in held)


def _merged(grid: Grid, header: int) -> dict[int, dict[int, Any]]:
    """What merged cells below the headers show in every row they span: {row: {place: value}}."""
    rows = dict(grid.rows)
    shown: dict[int, dict[int, Any]] = {}
    for (first, left), (last, _) in grid.merged:
        if first <= header or not 0 <= left < len(rows.get(first, ())):
            continue
        for number in range(first + 1, last + 1):
            if any(not _empty(cell) for cell in rows.get(number, ())):
                shown.setdefault(number, {})[left] = rows[first][left]
    return shown


def _headers(written: Sequence[str], known: Mapping[str, str], name: str) -> list[str]:
    columns = [known.get(folded(header), "") for header in written]
    twice = [
        header
        for place, (header, column) in enumerate(zip(written, columns, strict=True))
        if (column and column in columns[:place])
        or (not column and header.strip() and folded(header) in [folded(other) for other in written[:place]])
    ]
    scaled = [
        header for header, column in zip(written, columns, strict=True) if column and _SCALED.search(header)
    ]
    if scaled:
        raise FileRefusedError("header_scaled", name=name, header=", ".join(scaled))
    if twice:
        raise FileRefusedError("header_twice", name=name, header=", ".join(twice))
    return columns


def _csv(text: str, name: str) -> Iterable[tuple[int, list[str]]]:
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, [_GUARDED.sub("", cell) if cell[:1] == "'" else cell for cell in cells]
    except csv.Error:
        raise FileRefusedError("csv", name=name, row=reader.line_num) from None


def _json(text: str, known: Mapping[str, str], name: str, rows_under: Sequence[str]) -> Sheet:
    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=str)
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
                rows.append((number, json.loads(line, parse_float=Decimal, parse_constant=str)))
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
    if type(cell) is str:
        return not cell or cell.isspace()
    return cell is None or cell == []
