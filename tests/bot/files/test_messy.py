"""Files as they come from other systems: titles, totals, units in numbers, every shape of a day, other encodings."""

from datetime import date
from typing import Any

import pytest

from bot.files.errors import FileRefusedError
from bot.files.words import refusal, told
from core.contracts.models import contracts
from core.credit.models import account_ledger, accounts
from core.dealers.models import dealers
from core.pricing.models import level_prices
from core.products.models import products
from core.stock.models import stock_items
from tests.bot.files.shop import Shop, done, faults
from tests.bot.files.test_workbook import book


def test_titles_above_the_headers_and_a_total_below_are_not_rows_and_that_is_said(small_shop: Shop) -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.merge_range(0, 0, 0, 6, "小满食品 物料清单")
        sheet.write_row(1, 0, ["制表日期：2026-11-25", "", "", "制表人：王会计"])
        sheet.write_row(2, 0, ["序号", "物料编码", "物料名称", "基本单位", "包装换算", "含税单价(元)", ""])
        sheet.write_row(3, 0, [1, "１００１", "乌龙茶", "瓶", "瓶=1; 箱=15", "45.00元"])
        sheet.write_row(4, 0, [2, 1002, "绿茶", "瓶", "1箱=15瓶", "￥1,048.5"])
        sheet.write_row(5, 0, ["合计", "", "", "", "", "=SUM(F4:F5)"])

    report = small_shop.load("catalogue", book(fill), "c.xlsx")
    assert done(report) == ["created", "created"]
    assert [(row.sku, row.units["箱"]["factor"]) for row in small_shop.rows(products)] == [
        ("1001", 15), ("1002", 15),
    ]  # fmt: skip
    assert [row.price for row in small_shop.rows(level_prices)] == [45_00, 1048_50]
    assert "第 6 行是合计，没有导入" in told(report, "zh-Hans")


def test_a_last_row_that_is_whole_is_no_total_whatever_it_is_called(small_shop: Shop) -> None:
    report = small_shop.load("dealers", "编码,名称\nA,甲\nTOTAL,道达尔\n")
    assert done(report) == ["created", "created"]
    assert report.totals == ()


def test_a_file_whose_headers_are_not_found_is_refused_and_not_taken_for_empty(small_shop: Shop) -> None:
    with pytest.raises(FileRefusedError) as refused:
        small_shop.load("dealers", "制表人,王\n日期,2026\n")
    assert refused.value.code == "no_column"


@pytest.mark.parametrize(
    "header", ["信用额度(万元)", "信用额度（千元）", "credit limit (thousand)", "limit [k]"]
)
def test_a_column_in_ten_thousands_is_refused_and_never_taken_for_its_face(
    small_shop: Shop, header: str
) -> None:
    with pytest.raises(FileRefusedError) as refused:
        small_shop.load("dealers", f"编码,名称,{header}\nN1,甲,50\n")
    assert refused.value.code == "header_scaled"
    assert header in refusal(refused.value, "zh-Hans")
    assert small_shop.rows(dealers) == []


def test_days_to_pay_and_debts_are_read_as_bookkeepers_write_them(small_shop: Shop) -> None:
    text = "编码,名称,额度,账期,期初余额\nN1,甲,２００００元,月结30天,(350.00)\nS1,乙,0,45天,（12）\n"
    assert done(small_shop.load("dealers", text.encode("gbk"))) == ["created", "created"]
    assert [row.payment_days for row in small_shop.rows(accounts)] == [30, 45]
    assert [row.amount for row in small_shop.rows(account_ledger)] == [-350_00, -12_00]


def test_a_price_in_brackets_is_no_negative_price(small_shop: Shop) -> None:
    small_shop.begin()
    assert faults(small_shop.load("prices", "货号,单价\nT-1,(45)\n")) == [(2, "price", "not_money")]


def test_days_in_every_certain_shape_are_read_and_uncertain_ones_refused(small_shop: Shop) -> None:
    small_shop.begin()
    shapes = [
        "2026-11-01",
        "2026/11/1",
        "2026.11.01",
        "2026年11月1日",
        "20261101",
        "46327",
        "２０２６－１１－０１",
    ]
    lines = "".join(f"N1;HT-{n};{shape};2026-12-31\n" for n, shape in enumerate(shapes))
    unsure = "N1;X-1;11/1/2026;2026-12-31\nN1;X-2;26-01-01;2026-12-31\n"
    report = small_shop.load(
        "contracts", f"客户编码;合同编号;签订日期;到期日期\n{lines}{unsure}".encode("gbk")
    )
    assert {row.starts_on for row in small_shop.rows(contracts)} == {date(2026, 11, 1)}
    assert report.count("created") == len(shapes)
    assert [code for _, _, code in faults(report)] == ["not_a_day"] * 2


def test_a_unit_in_a_count_is_refused_with_what_to_write(small_shop: Shop) -> None:
    small_shop.begin()
    report = small_shop.load(
        "stock", '\ufeff货号,库存数量,安全库存\nT-1,80箱,\nT-2,"1,200",35.0\n合计,1280,\n'
    )
    assert faults(report) == [(2, "on_hand", "not_whole")]
    assert told(report, "zh-Hans")[1] == (
        "第 2 行 T-1，库存数量：要填不带单位的整数（货按基本单位），现在是“80箱”"
    )
    assert [(row.on_hand, row.reorder_point) for row in small_shop.rows(stock_items)] == [(1200, 35)]
