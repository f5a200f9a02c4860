"""A brand's first day: from an empty database, everything from workbooks with Chinese headers, to invites and exports."""

import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
import zxingcpp
from PIL import Image
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner, Result

from bot.cli.app import app

Dealer = Callable[..., Result]

FILES: dict[str, list[list[object]]] = {
    "catalogue": [
        ["小满饮品 2026 年产品目录"],
        ["货号", "品名", "规格", "品类", "基本单位", "订货单位", "包装", "别名", "条码", "税率"],
        ["T-1", "茉莉花茶", "500ml", "茶饮", "瓶", "箱", "瓶=1; 箱=15|件", "花茶、茉莉", "6901", "13%"],
        ["T-2", "乌龙茶饮", "500ml", "茶饮", "瓶", "箱", "瓶=1; 箱=15", None, 6902, 0.13],
        ["００３", "苏打气泡水", "330ml", "水", "罐", "箱", "罐=1; 箱=24", None, None, None],
    ],
    "aliases": [["货号", "俗称"], ["T-2", "大乌龙"], ["003", "气泡"]],
    "dealers": [
        ["经销商编码", "经销商名称", "区域", "等级", "信用额度（元）", "期初余额", "账期"],
        ["N1", "城北百货", "华东", "A", 50000, -1200.5, 30],
        ["S1", "城南粮油", "华南", "B", "20,000", 0, 0],
    ],
    "addresses": [["经销商", "收货点", "收货人", "电话", "地址", "默认"], ["N1", "东仓", "李", "138 0013 8000", "一路1号", "是"]],
    "members": [
        ["经销商编码", "姓名", "手机", "角色"],
        ["N1", "李老板", 13800138000, "老板"],
        ["N1", "小王", "", "采购"],
        ["S1", "赵", "13900000000", "老板"],
    ],
    "staff": [["姓名", "岗位", "负责区域"], ["陈", "管理员", None], ["王", "销售", "华东"]],
    "prices": [
        ["等级", "经销商", "货号", "单价", "生效日期"],
        [None, None, "T-1", 45, 46023],
        [None, None, "T-2", "40.00", "2026年1月1日"],
        [None, None, "003", 36, "2026/1/1"],
        ["A", None, "T-1", 42.5, "2026-01-01"],
    ],
    "assortments": [["经销商", "货号"], ["S1", "T-1"], ["S1", "003"]],
    "stock": [["货号", "现存量", "安全库存", "预计到货日期", "在途数量"], ["T-1", 600, 150, 46371, 300], ["T-2", 20, None, None, None], ["003", 240, None, None, None]],
    "open-orders": [
        ["单号", "经销商", "货号", "未发数量", "单位", "单价", "下单日期"],
        ["XS-0118", "N1", "T-1", 4, "箱", 42.5, "2026-01-18"],
        ["XS-0118", "N1", "T-2", 2, "箱", None, "2026-01-18"],
    ],
}  # fmt: skip


@pytest.fixture
def dealer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dealer:
    for name in [name for name in os.environ if name.startswith("DEALER_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DEALER_DATABASE_URL", f"sqlite:///{tmp_path / 'd.sqlite3'}")
    monkeypatch.setenv("DEALER_PUBLIC_URL", "https://shop.example")
    monkeypatch.setattr("bot.logs.configure", lambda **_: None)
    for kind, lines in FILES.items():
        with xlsxwriter.Workbook(str(tmp_path / f"{kind}.xlsx")) as book:
            sheet = book.add_worksheet()
            for number, line in enumerate(lines):
                sheet.write_row(number, 0, line)
    runner = CliRunner()
    return lambda *args: runner.invoke(app, list(args))


def exported(dealer: Dealer, kind: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in dealer("export", kind, "-").stdout.splitlines()]


def loaded(dealer: Dealer) -> None:
    for kind, lines in FILES.items():
        said = dealer("import", kind, f"{kind}.xlsx", "--json")
        assert said.exit_code == 0, (kind, said.stdout, said.stderr)
        titles = 2 if kind == "catalogue" else 1
        assert json.loads(said.stdout)["created"] == len(lines) - titles, kind


def test_a_brand_is_brought_in_from_workbooks_and_stands_as_they_say(dealer: Dealer) -> None:
    loaded(dealer)
    names = ("sku", "on_hand", "reserved", "available")
    assert [{name: row[name] for name in names} for row in exported(dealer, "stock")] == [
        {"sku": "T-1", "on_hand": 600, "reserved": 60, "available": 540},
        {"sku": "T-2", "on_hand": 20, "reserved": 20, "available": 0},
        {"sku": "003", "on_hand": 240, "reserved": 0, "available": 240},
    ]
    north = exported(dealer, "accounts")[0]
    assert (north["limit"], north["balance"], north["exposure"], north["available"]) == (
        "50000.00", "-1200.50", "250.00", "48549.50",
    )  # fmt: skip
    [order] = exported(dealer, "orders")
    assert (order["number"], order["dealer"], order["total"], order["delivery"]) == (
        "XS-0118", "N1", "250.00", "none",
    )  # fmt: skip
    assert [product["aliases"] for product in exported(dealer, "catalogue")] == [
        ["花茶", "茉莉"],
        ["大乌龙"],
        ["气泡"],
    ]
    assert {price["price"] for price in exported(dealer, "prices")} == {"45.00", "40.00", "36.00", "42.50"}
    assert dealer("check").exit_code == 0
    assert dealer("lint-catalogue").exit_code == 0


def test_everything_again_changes_nothing(dealer: Dealer) -> None:
    loaded(dealer)
    before = {kind: exported(dealer, kind) for kind in ("stock", "accounts", "orders", "members", "prices")}
    for kind in FILES:
        said = json.loads(dealer("import", kind, f"{kind}.xlsx", "--json").stdout)
        assert (said["created"], said["updated"], said["rejected"]) == (0, 0, 0), kind
    assert {kind: exported(dealer, kind) for kind in before} == before


@pytest.mark.parametrize("ending", ["xlsx", "csv", "jsonl"])
def test_what_was_brought_in_can_be_exported_and_brought_in_elsewhere(
    dealer: Dealer, ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded(dealer)
    kinds = ("catalogue", "dealers", "addresses", "members", "staff", "prices", "assortments", "stock")
    here = {kind: exported(dealer, kind) for kind in kinds if kind != "stock"}
    for kind in kinds:
        assert dealer("export", kind, f"{kind}-out.{ending}").exit_code == 0
    monkeypatch.setenv("DEALER_DATABASE_URL", f"sqlite:///{tmp_path / 'other.sqlite3'}")
    for kind in kinds:
        said = dealer("import", kind, f"{kind}-out.{ending}")
        assert said.exit_code == 0, (kind, said.stdout, said.stderr)
    assert {kind: exported(dealer, kind) for kind in here} == here


def test_everybody_is_invited_with_a_code_that_scans_and_nobody_twice(dealer: Dealer, tmp_path: Path) -> None:
    loaded(dealer)
    said = dealer("invite", "--all", "--out", "invites.xlsx", "--json")
    assert json.loads(said.stdout)["invited"] == 5
    assert (tmp_path / "invites.xlsx").stat().st_mode & 0o077 == 0
    rows = CalamineWorkbook.from_path("invites.xlsx").get_sheet_by_index(0).to_python()
    assert [row[2] for row in rows[1:]] == ["李老板", "小王", "赵", "陈", "王"]
    links = [str(row[5]) for row in rows[1:]]
    assert all(link.startswith("https://shop.example/join/") for link in links)
    assert sorted(codes_in("invites.xlsx")) == sorted(links)
    assert [one["state"] for one in json.loads(dealer("members", "--json").stdout)] == ["invited"] * 5
    again = dealer("invite", "--all", "--out", "more.xlsx")
    assert "--again" in again.stdout
    assert not Path("more.xlsx").exists()
    assert (
        json.loads(dealer("invite", "--all", "--out", "more.xlsx", "--again", "--json").stdout)["invited"]
        == 5
    )


def codes_in(path: str) -> list[str]:
    import zipfile

    with zipfile.ZipFile(path) as archive:
        pictures = [part for part in archive.namelist() if part.startswith("xl/media/")]
        return [
            code.text
            for part in pictures
            for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(archive.read(part))))
        ]


def test_an_empty_table_to_fill_in_is_read_again(dealer: Dealer) -> None:
    for kind in FILES:
        assert dealer("template", kind, f"{kind}-empty.xlsx").exit_code == 0
        said = dealer("import", kind, f"{kind}-empty.xlsx", "--dry-run", "--json")
        assert said.exit_code == 0, said.stdout
        assert json.loads(said.stdout)["ignored"] == []


def test_a_wrong_place_for_a_result_is_said_before_anything_is_done(dealer: Dealer) -> None:
    for args in (
        ("import", "dealers", "dealers.xlsx", "--results", "/nowhere/r.csv"),
        ("export", "stock", "/nowhere/s.xlsx"),
        ("invite", "--all", "--out", "/nowhere/i.xlsx"),
    ):
        said = dealer(*args)
        assert said.exit_code == 1
        assert "/nowhere/" in said.stderr
    assert exported(dealer, "dealers") == []
