"""Files are read whatever wrote them, and refused with the reason when they cannot be read for certain."""

import io
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from bot.files.cells import day, money, packs, percent, text, whole
from bot.files.errors import CellError, FileRefusedError
from bot.files.sheet import decode
from bot.files.words import refusal, told
from core.dealers.models import dealers
from core.products.models import products
from core.stock.models import stock_items
from tests.bot.files.shop import DEALERS, Shop, done, faults


def workbook(*rows: list[object]) -> bytes:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return made.getvalue()


@pytest.mark.parametrize(
    "encode",
    [
        lambda content: content.encode(),
        lambda content: content.encode("utf-8-sig"),
        lambda content: content.encode("gbk"),
        lambda content: content.encode("utf-16"),
        lambda content: content.replace(",", "\t").encode(),
        lambda content: content.replace(",", ";").encode(),
        lambda content: content.replace("\n", "\r\n").encode("gb18030"),
    ],
    ids=["utf8", "mark", "gbk", "utf16", "tabs", "semicolons", "windows"],
)
def test_a_table_is_read_in_every_common_writing(small_shop: Shop, encode: Callable[[str], bytes]) -> None:
    assert done(small_shop.load("dealers", encode(DEALERS))) == ["created", "created"]
    assert [row.name for row in small_shop.rows(dealers)] == ["城北百货", "城南粮油"]


def test_a_spreadsheet_keeps_zeros_days_and_whole_numbers(small_shop: Shop) -> None:
    small_shop.begin()
    content = workbook(
        ["货号", "库存", "预计到货日期", "在途数量（瓶）"],
        ["T-1", 300.0, datetime(2026, 3, 20), 15],
        [],
        ["T-2", "1,200", None, ""],
    )
    assert done(small_shop.load("stock", content, "库存.xlsx")) == ["created", "created"]
    rows = small_shop.rows(stock_items)
    assert [(row.on_hand, row.inbound_on, row.inbound_qty) for row in rows] == [
        (300, date(2026, 3, 20), 15),
        (1200, None, 0),
    ]
    codes = workbook(["编码", "名称"], ["00012", "零开头"], [12, "数字"])
    assert done(small_shop.load("dealers", codes, "d.xlsx")) == ["created", "created"]
    assert {"00012", "12"} <= {row.code for row in small_shop.rows(dealers)}


def test_json_lines_and_lists_are_read_alike(small_shop: Shop) -> None:
    rows = [{"code": "A", "name": "甲"}, {"code": "B", "name": "乙", "credit_limit": 12.5}]
    lines = "\n".join(json.dumps(row) for row in rows).encode()
    assert done(small_shop.load("dealers", lines, "d.jsonl")) == ["created", "created"]
    assert done(small_shop.load("dealers", rows)) == ["unchanged", "unchanged"]


def test_formulas_stay_text(small_shop: Shop) -> None:
    content = 'code,name\nF1,"=HYPERLINK(""http://x"",""点"")"\nF2,\'=1+1\n'
    assert done(small_shop.load("dealers", content)) == ["created", "created"]
    assert [row.name for row in small_shop.rows(dealers)] == ['=HYPERLINK("http://x","点")', "=1+1"]


def test_headers_no_column_has_are_told(small_shop: Shop) -> None:
    report = small_shop.load("dealers", "编码,名称,备注\nA,甲,老客户\n")
    assert report.ignored == ("备注",)
    assert "备注" in told(report, "zh-Hans")[0]


BAD = {
    "twice": ("d.csv", "编码,名称,Code\nA,甲,B\n".encode(), "header_twice"),
    "none": ("d.csv", "名称,区域\n甲,华东\n".encode(), "no_column"),
    "empty": ("d.csv", b" \n", "empty"),
    "binary": ("d.csv", b"\x00\x01\x02code,name\n", "encoding"),
    "ending": ("d.xls", b"x", "ending"),
    "more": ("d.csv", "编码,名称\nA,甲,多\n".encode(), "more_cells"),
    "quote": ("d.csv", '编码,名称\n"A,甲\n'.encode(), "csv"),
    "xlsx": ("d.xlsx", b"PK\x03\x04 not a workbook", "xlsx"),
    "json": ("d.json", b'[{"code": "A", }]', "json"),
    "rows": ("d.json", b'{"things": []}', "no_rows"),
    "object": ("d.json", b"[1]", "not_an_object"),
    "deep": ("d.json", b"[" * 100_000, "json"),
}


@pytest.mark.parametrize(("name", "content", "code"), BAD.values(), ids=BAD)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    small_shop: Shop, name: str, content: bytes, code: str
) -> None:
    with pytest.raises(FileRefusedError) as refused:
        small_shop.load("dealers", content, name)
    assert refused.value.code == code
    for locale in ("zh-Hans", "zh-Hant", "en"):
        assert refusal(refused.value, locale)
    assert small_shop.rows(dealers) == []


def test_a_zip_bomb_is_refused_unread(small_shop: Shop) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b"0" * 90_000_000)
    with pytest.raises(FileRefusedError) as refused:
        small_shop.load("dealers", bomb.getvalue(), "d.xlsx")
    assert refused.value.code == "too_big"


def test_a_missing_file_is_refused(small_shop: Shop) -> None:
    with pytest.raises(FileRefusedError) as refused:
        small_shop.load("dealers", small_shop.folder / "none.csv")
    assert refused.value.code == "no_file"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"sku": ""}, ("sku", "missing")),
        ({"name_zh": "长" * 161}, ("name_zh", "too_long")),
        ({"name_zh": "甲\x07乙"}, ("name_zh", "control_characters")),
        ({"units": {"瓶": 1, "箱": 1.5}}, ("units", "not_whole")),
        ({"units": "一箱十二瓶"}, ("units", "not_packs")),
        ({"base_unit": "罐"}, ("base_unit", "product_no_base_unit")),
        ({"default_unit": "托"}, ("default_unit", "product_no_default_unit")),
        ({"price": "0"}, ("price", "zero_money")),
        ({"price": "-3"}, ("price", "negative_money")),
        ({"tax_rate": "300%"}, ("tax_rate", "not_a_rate")),
        ({"status": "也许"}, ("status", "not_one_of")),
        ({"multiple": 0}, ("multiple", "out_of_range")),
    ],
)
def test_each_bad_cell_is_named_with_what_to_do(
    small_shop: Shop, change: dict[str, object], fault: tuple[str, str]
) -> None:
    good = {
        "sku": "G-1",
        "name_zh": "好",
        "base_unit": "瓶",
        "default_unit": "箱",
        "units": {"瓶": 1, "箱": 12},
    }
    report = small_shop.load("catalogue", {"products": [{**good, "sku": "B-1", **change}, good]})
    assert [found[1:] for found in faults(report)] == [fault]
    assert [row.sku for row in small_shop.rows(products)] == ["G-1"]
    for locale in ("zh-Hans", "en"):
        assert len(told(report, locale)) == 2


@given(st.integers(min_value=-(10**13), max_value=10**13))
def test_every_amount_is_read_back_as_it_was_written(minor: int) -> None:
    sign = "-" if minor < 0 else ""
    written = f"{sign}{abs(minor) // 100:,}.{abs(minor) % 100:02}"
    assert money(signed=True)(written) == minor
    assert money(signed=True)(f"¥{written}元") == minor


@given(st.text(max_size=30))
def test_no_text_makes_a_reader_fail_otherwise_than_by_saying_so(cell: str) -> None:
    for read in (money(), day, whole(), packs, percent, text(20)):
        try:
            read(cell)
        except CellError:
            continue


@given(st.binary(max_size=60))
def test_any_bytes_are_text_or_refused(content: bytes) -> None:
    with suppress(FileRefusedError):
        assert isinstance(decode(content, "f"), str)
