"""Workbooks as people really send them are read right or refused with the reason; none of them hurts this process."""

import io
import resource
import time
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import xlsxwriter

from bot.files import child
from bot.files.errors import FileRefusedError
from bot.files.sheet import SMALL
from bot.files.words import as_json, refusal, told
from core.dealers.models import dealers
from core.products.models import products
from core.stock.models import stock_items
from tests.bot.files.shop import Shop, done, faults

HEADERS = ["编码", "名称", "区域", "信用额度"]


def book(fill: Callable[[Any, Any], None]) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as workbook:
        fill(workbook, workbook.add_worksheet("经销商"))
    return made.getvalue()


def rows(*lines: list[object]) -> Callable[[Any, Any], None]:
    def fill(_workbook: Any, sheet: Any) -> None:
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)

    return fill


def repacked(content: bytes, change: Callable[[str, bytes], bytes], **added: bytes) -> bytes:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            new.writestr(part, change(part, old.read(part)))
        for part, held in added.items():
            new.writestr(part, held)
    return made.getvalue()


def refused(shop: Shop, content: bytes, name: str = "d.xlsx") -> str:
    with pytest.raises(FileRefusedError) as why:
        shop.load("dealers", content, name)
    for locale in ("zh-Hans", "zh-Hant", "en"):
        assert refusal(why.value, locale)
    assert shop.rows(dealers) == []
    return why.value.code


def test_a_formula_is_not_worked_out_nor_its_old_value_believed(small_shop: Shop) -> None:
    def fill(_workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADERS)
        sheet.write_row(1, 0, ["F1", "甲", "华东"])
        sheet.write_formula(1, 3, "=1+1", None, 2)
        sheet.write_row(2, 0, ["F2", "乙", "华东", 5])
        sheet.write_string(3, 0, "F3")
        sheet.write_string(3, 1, "=1+1")

    report = small_shop.load("dealers", book(fill), "d.xlsx")
    assert faults(report) == [(2, "credit_limit", "formula")]
    assert {row.code: row.name for row in small_shop.rows(dealers)} == {"F2": "乙", "F3": "=1+1"}
    assert "公式" in told(report, "zh-Hans")[0]


def test_a_cell_that_shows_an_error_is_not_an_empty_cell(small_shop: Shop) -> None:
    content = book(rows(HEADERS, ["E1", "甲", "华东", 77], ["E2", "乙", "华东", 5]))
    broken = repacked(
        content,
        lambda _part, held: held.replace(b'<c r="D2"><v>77</v>', b'<c r="D2" t="e"><v>#REF!</v>'),
    )
    report = small_shop.load("dealers", broken, "d.xlsx")
    assert faults(report) == [(2, "credit_limit", "error")]


def test_titles_blank_and_hidden_rows_and_merged_cells_are_read_as_they_look(small_shop: Shop) -> None:
    def fill(_workbook: Any, sheet: Any) -> None:
        sheet.merge_range(1, 1, 1, 4, "二〇二六年经销商名单")
        sheet.write_row(3, 1, HEADERS)
        sheet.write_row(4, 1, ["M1", "甲"])
        sheet.merge_range(4, 3, 6, 3, "华东")
        sheet.write_row(5, 1, ["M2", "乙"])
        sheet.set_row(5, None, None, {"hidden": True})
        sheet.write_row(6, 1, ["M3", "丙"])
        sheet.write_row(9, 1, ["M4", "丁"])

    report = small_shop.load("dealers", book(fill), "d.xlsx")
    assert [result.row for result in report.results] == [5, 6, 7, 10]
    assert [(row.code, row.region) for row in small_shop.rows(dealers)] == [
        ("M1", "华东"), ("M2", "华东"), ("M3", "华东"), ("M4", ""),
    ]  # fmt: skip


def test_days_as_numbers_numbers_as_text_and_full_width_digits_are_read(small_shop: Shop) -> None:
    small_shop.begin()
    content = book(
        rows(
            ["货号", "库存", "预计到货日期", "在途数量"],
            ["Ｔ－１", "１２０", 46101, "30"],
            ["T-2", 8, "46102", 1],
        )
    )
    assert done(small_shop.load("stock", content, "s.xlsx")) == ["created", "created"]
    assert [(row.on_hand, row.inbound_on, row.inbound_qty) for row in small_shop.rows(stock_items)] == [
        (120, date(2026, 3, 20), 30),
        (8, date(2026, 3, 21), 1),
    ]


def test_other_sheets_are_said_to_be_unread_and_a_hidden_first_one_is_passed_over(small_shop: Shop) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["旧", "表"])
        second = workbook.add_worksheet("名单")
        second.write_row(0, 0, HEADERS)
        second.write_row(1, 0, ["S1", "甲"])
        second.activate()
        second.set_first_sheet()
        sheet.hide()
        workbook.add_worksheet("空")

    report = small_shop.load("dealers", book(fill), "d.xlsx")
    assert done(report) == ["created"]
    assert report.unread == ("经销商",)
    assert "经销商" in told(report, "zh-Hans")[0]


def test_hidden_and_filtered_rows_and_hidden_columns_are_read_and_said(small_shop: Shop) -> None:
    def fill(_workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 1, HEADERS)
        for row in range(1, 40):
            sheet.write_row(row, 1, [f"H{row}", "甲", "华东"])
        sheet.autofilter(0, 1, 39, 3)
        for row in range(1, 36):
            sheet.set_row(row, None, None, {"hidden": True})
        sheet.set_row(60, None, None, {"hidden": True})  # empty: nothing was read of it
        sheet.set_column(3, 3, None, None, {"hidden": True})

    report = small_shop.load("dealers", book(fill), "d.xlsx")
    assert report.count("created") == 39
    assert report.hidden_rows == tuple(range(2, 37))
    assert report.hidden_columns == ("区域",)
    rows_said, columns_said = told(report, "zh-Hans")[:2]
    assert rows_said.startswith("有 35 行是隐藏或被筛掉的，也读了：2, 3, 4, ")
    assert "区域" in columns_said
    assert as_json(report, "en")["hidden_rows"] == list(range(2, 37))


def test_macros_are_refused_whatever_the_file_is_called(small_shop: Shop) -> None:
    content = book(rows(HEADERS, ["A", "甲"]))
    hidden = repacked(content, lambda _part, held: held, **{"xl/vbaProject.bin": b"code"})
    assert refused(small_shop, hidden) == "macros"
    assert refused(small_shop, content, "d.xlsm") == "macros"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (book(rows(HEADERS, ["A", "甲"])), "is_xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "is_xls"),
        (b"%PDF-1.7 ...", "is_pdf"),
    ],
)
def test_a_file_under_a_wrong_ending_is_told_what_it_is(small_shop: Shop, content: bytes, code: str) -> None:
    assert refused(small_shop, content, "d.csv") == code


def test_a_password_is_asked_to_be_taken_off(small_shop: Shop) -> None:
    assert refused(small_shop, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600) == "is_xls"


def _far_cell(content: bytes) -> bytes:
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return repacked(content, lambda _part, held: held.replace(b"</sheetData>", far))


def _entities(content: bytes) -> bytes:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return repacked(content, lambda _part, held: held.replace(b"?>", b"?>" + bomb, 1))


def _many_cells(content: bytes) -> bytes:
    row = b"".join(
        b'<row r="%d"><c r="GR%d"><v>1</v></c></row>' % (number, number) for number in range(3, 150_000)
    )
    return repacked(content, lambda _part, held: held.replace(b"</sheetData>", row + b"</sheetData>"))


def _lying(content: bytes) -> bytes:
    """A part of 900 MB that says it has 100 bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
            archive.writestr(part, zipfile.ZipFile(io.BytesIO(content)).read(part))
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(90):
                sheet.write(b" " * 10_000_000)
        archive.getinfo("xl/worksheets/sheet1.xml").file_size = 100
    return made.getvalue()


@pytest.mark.parametrize(
    "hostile", [_far_cell, _entities, _many_cells, _lying], ids=["far", "entities", "cells", "lying"]
)
def test_a_hostile_workbook_is_refused_soon_and_costs_this_process_little(
    small_shop: Shop, hostile: Callable[[bytes], bytes]
) -> None:
    content = hostile(book(rows(HEADERS, ["A", "甲"])))
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refused(small_shop, content) in ("xlsx", "too_many_rows", "too_big", "over_limits")
    assert time.monotonic() - began < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_a_child_that_goes_over_its_limits_is_a_refusal(
    small_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "SECONDS", 0.01)
    assert refused(small_shop, book(rows(HEADERS, ["A", "甲"]))) == "over_limits"


def test_what_a_child_reads_is_what_is_read_here(small_shop: Shop) -> None:
    small_shop.begin()
    row = {"sku": "C-1", "name_zh": "货", "base_unit": "瓶", "default_unit": "箱", "tax_included": True}
    units = {"瓶": 1, "箱": {"factor": 12, "names": ["件"]}}
    filler = [{**row, "sku": f"C-{n}", "units": units, "price": 12.5} for n in range(2, 800)]
    large = {"products": [{**row, "units": units, "price": 12.5}, *filler]}
    assert len(str(large)) > SMALL
    assert set(done(small_shop.load("catalogue", large))) == {"created"}
    small = {"products": [{**row, "units": units, "price": 12.5}]}
    assert done(small_shop.load("catalogue", small)) == ["unchanged"]
    [kept] = [one for one in small_shop.rows(products) if one.sku == "C-1"]
    assert kept.units["箱"] == {"factor": 12, "names": ["件"]}
