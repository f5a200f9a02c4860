"""Tables pasted from a sheet: columns found by their heads, or by what stands in them."""

import re
import unicodedata
from decimal import Decimal

from bot.understand.assemble import Pair
from bot.understand.headers import told_by_heads
from bot.understand.index import Index, fold_sku
from bot.understand.items import item_of
from bot.understand.mentions import Mention, gather
from bot.understand.numerals import Part, Quantity, number_at, read_quantity
from bot.understand.reading import Reading
from bot.understand.resolve import NOTHING, resolve
from bot.understand.scan import Scan
from bot.understand.sizes import measure_at
from bot.understand.tokens import Kind, Token
from bot.understand.types import Item

Row = list[tuple[int, int]]  # the place of each cell in the normal text
_NUMBERED = re.compile(r"\s*(\d{1,3})\s*[.．、)）:：]")
_COUNTED = re.compile(r"\s*(\d{1,3})[ ]+(?=[^\W\d].*\d)")
_RULE = re.compile(r"^[\s|:+=-]*$")


def table_items(reading: Reading) -> list[Item] | None:
    """The lines of a pasted table; None when the text is no table."""
    text = reading.goods_text
    rows = _rows(text)
    if rows is None:
        return None
    columns = _by_head(text, rows[0])
    body = rows[1:] if columns else rows
    columns = columns or _by_content(text, body, reading.index)
    if columns and "name" in columns and "sku" in columns and "size" not in columns:
        codes = [text[slice(*r[columns["sku"]])] for r in body if columns["sku"] < len(r)]
        if not any(fold_sku(c) in reading.index.skus for c in codes):
            columns["size"] = columns.pop("sku")  # a column headed 型号 that holds no SKU
    if columns is None or not body:
        return None
    unit = _unit_of_head(rows[0], columns, text, reading) if body is not rows else None
    items = [_line(row, columns, text, reading, unit) for row in body]
    return [i for i in items if i is not None]


def _rows(text: str) -> list[Row] | None:
    lines: list[tuple[int, int]] = []
    start = 0
    for line in text.split("\n"):
        if line.strip() and not _RULE.match(line):
            lines.append((start, start + len(line)))
        start += len(line) + 1
    if len(lines) < 2:
        return None
    for mark in ("\t", "|", ",", ";", "  "):
        rows = [_cells(text, a, b, mark) for a, b in lines]
        tabled = [r for r in rows if len(r) >= 2]
        if len(tabled) >= 2 and len(tabled) >= len(rows) - 2 and _regular(tabled, mark):
            while rows and len(rows[0]) < 2:
                rows.pop(0)
            return [r for r in rows if len(r) >= 2]
    return None


def _regular(rows: list[Row], mark: str) -> bool:
    widths = [len(r) for r in rows]
    if mark in "\t|":
        return max(widths) - min(widths) <= 2
    return len(set(widths)) == 1 and widths[0] >= 2


def _cells(text: str, start: int, end: int, mark: str) -> Row:
    cells: Row = []
    at = start
    for piece in text[start:end].split(mark):
        a, b = at, at + len(piece)
        at = b + len(mark)
        a += len(piece) - len(piece.lstrip())
        b -= len(piece) - len(piece.rstrip())
        cells.append((a, max(a, b)))
    if mark == "|":
        if cells and cells[0][0] == cells[0][1]:
            cells.pop(0)
        if cells and cells[-1][0] == cells[-1][1]:
            cells.pop()
    return [c for c in cells if c[0] < c[1]] if mark == "  " else cells


Columns = dict[str, int]


def _by_head(text: str, row: Row) -> Columns | None:
    """Columns by the words in the first row: what is ordered, and how much of it, must be among them."""
    columns = told_by_heads([text[start:end] for start, end in row])
    named = {"sku", "name"} & set(columns)
    return columns if named and "qty" in columns else None


def _by_content(text: str, rows: list[Row], index: Index) -> Columns | None:
    """Columns of a table without a head: where SKUs or names stand, and the one column of whole numbers that counts."""
    width = min(len(r) for r in rows)
    cells = [[text[a:b] for a, b in row[:width]] for row in rows]
    columns: Columns = {}
    for at in range(width):
        column = [c[at] for c in cells]
        if "sku" not in columns and _mostly(column, lambda c: fold_sku(c) in index.skus and not c.isdigit()):
            columns["sku"] = at
        elif "name" not in columns and _mostly(
            column, lambda c: any(ch.isalpha() for ch in c) and not c[0].isdigit()
        ):
            columns["name"] = at
    if not columns:
        return None
    numbers = [
        at
        for at in range(width)
        if at not in columns.values() and _mostly([c[at] for c in cells], _counts, 1.0)
    ]
    numbers = [at for at in numbers if not _is_index([c[at] for c in cells], at)]
    qty = _quantity_column(numbers, cells)
    if qty is None:
        return None
    columns["qty"] = qty
    unit = next((at for at in range(width) if at not in columns.values() and _mostly([c[at] for c in cells], lambda c: c in index.units.counts)), None)  # fmt: skip
    if unit is not None:
        columns["unit"] = unit
    return columns


def _mostly(column: list[str], test, share: float = 0.6) -> bool:  # type: ignore[no-untyped-def]  # noqa: ANN001
    return sum(bool(c) and bool(test(c)) for c in column) >= share * len(column)


def _counts(cell: str) -> bool:
    return (
        re.fullmatch(r"\d+(?:\.\d+)?\s*[^\d\s]{0,6}|[零一二两三四五六七八九十百半]+[^\d\s]{0,3}", cell)
        is not None
    )


def _is_index(column: list[str], at: int) -> bool:
    return len(column) >= 2 and at == 0 and column == [str(k + 1) for k in range(len(column))]


def _quantity_column(numbers: list[int], cells: list[list[str]]) -> int | None:
    """Of number columns the one that is not a price or an amount (quantity times price)."""
    if len(numbers) <= 1:
        return numbers[0] if numbers else None
    values = {at: [_figure(c[at]) for c in cells] for at in numbers}
    for amount in reversed(numbers):
        for one in numbers:
            for other in numbers:
                if len({one, other, amount}) == 3 and all(
                    x is not None and y is not None and z is not None and abs(x * y - z) < 1
                    for x, y, z in zip(values[one], values[other], values[amount], strict=True)
                ):
                    return _whole_one(one, other, values)
    whole = [at for at in numbers if all(v is not None and v == v.to_integral_value() for v in values[at])]
    return whole[0] if whole else None


def _whole_one(one: int, other: int, values: dict[int, list[Decimal | None]]) -> int:
    whole = [
        at for at in (one, other) if all(v is not None and v == v.to_integral_value() for v in values[at])
    ]
    if len(whole) == 1:
        return whole[0]
    return min(one, other)


def _figure(cell: str) -> Decimal | None:
    numeral = number_at(cell, 0)
    return numeral.value if numeral else None


def _unit_of_head(row: Row, columns: Columns, text: str, reading: Reading) -> str | None:
    """The unit that the head of the quantity column ends with: 袋数, 数量(箱), cases."""
    start, end = row[columns["qty"]]
    end = start + len(text[start:end].rstrip(" )]").removesuffix("数"))
    units = reading.index.units
    words = (units.word_at(text, at) for at in range(start, end))
    return next((word[0] for word in words if word and word[1] == end and word[0] in units.real), None)


def _line(row: Row, columns: Columns, text: str, reading: Reading, unit: str | None) -> Item | None:
    quantity = _row_quantity(row, columns, text, reading)
    if quantity and unit and quantity.parts[0].unit is None:
        quantity = quantity._replace(parts=(quantity.parts[0]._replace(unit=unit),))
    name = [
        row[columns[key]] for key in ("sku", "name", "size") if key in columns and columns[key] < len(row)
    ]
    name = [(a, b) for a, b in name if a < b]
    if not name or (quantity is None and not _says_something(text, row, columns["qty"])):
        return None
    if quantity and quantity.parts[0].value == 0:
        return None
    tokens = [_placed(t, a) for a, b in name for t in Scan(text[a:b], reading.context, reading.index).tokens]
    tokens = [_as_size(t) for t in tokens]
    mentions = [e for e in gather(tokens, reading.index) if isinstance(e, Mention)]
    if not mentions:
        return _unknown(name, quantity, reading)
    whole = Mention([p for m in mentions for p in m.parts])
    found = resolve(whole, reading.index, reading.context.assortment)
    if not found.skus and "sku" in columns and len(mentions) > 1:
        found = resolve(mentions[0], reading.index, reading.context.assortment)
    if not found.skus and not found.near:
        return _unknown(name, quantity, reading)
    return item_of(Pair(whole, _amount(quantity, text)), found, reading.normal, reading.index)


def _says_something(text: str, row: Row, column: int) -> bool:
    """Whether a cell holds more than a dash: a quantity nobody can read is asked for, never dropped."""
    return column < len(row) and bool(text[slice(*row[column])].strip(" -/."))


def _amount(quantity: Quantity | None, text: str) -> Token | None:
    if quantity is None:
        return None
    start, end = quantity.start, quantity.end
    return Token(Kind.QUANTITY, start, end, text[start:end], quantity=quantity)


def _as_size(token: Token) -> Token:
    """In a name or size column a counted measure ("20片") is a size."""
    size = measure_at(token.text, 0) if token.kind is Kind.QUANTITY else None
    return Token(Kind.SIZE, token.start, token.end, token.text, size=size) if size else token


def _unknown(name: Row, quantity: Quantity | None, reading: Reading) -> Item:
    head = Mention([Token(Kind.HAN, name[0][0], name[0][1], reading.normal.text[name[0][0] : name[0][1]])])
    return item_of(Pair(head, _amount(quantity, reading.normal.text)), NOTHING, reading.normal, reading.index)


def _row_quantity(row: Row, columns: Columns, text: str, reading: Reading) -> Quantity | None:
    if columns["qty"] >= len(row):
        return None
    start, end = row[columns["qty"]]
    found = read_quantity(text, start, reading.index.units.word_at)
    if found is None or found.start != start:
        return None
    if found.parts[0].unit is None and "unit" in columns and columns["unit"] < len(row):
        a, b = row[columns["unit"]]
        word = reading.index.units.word_at(text, a)
        if word and word[1] <= b:
            return Quantity((Part(found.parts[0].value, word[0]),), start, end, found.approximate)
    return found


def _placed(token: Token, offset: int) -> Token:
    token.start, token.end = token.start + offset, token.end + offset
    return token


def unnumbered(text: str) -> str:
    """A list without the numbers of its lines, same length: "2．5kg的肥牛" after line 1 is 5kg, not 2.5kg."""
    lines = text.split("\n")
    marks = [_NUMBERED.match(line) for line in lines]
    if not any(marks):
        marks = [_COUNTED.match(line) for line in lines]
    numbers = [int(unicodedata.normalize("NFKC", m[1])) for m in marks if m]
    if len(numbers) < 2 or numbers != list(range(numbers[0], numbers[0] + len(numbers))) or numbers[0] > 1:
        return text
    return "\n".join(
        " " * m.end() + line[m.end() :] if m else line for m, line in zip(marks, lines, strict=True)
    )
