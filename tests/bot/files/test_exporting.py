"""Exports have exactly the fields others read, and no cell of them starts a formula."""

import csv
import json
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from sqlalchemy import func, insert, select

from bot.files.errors import FileRefusedError
from bot.files.exporting import EXPORTS, export_rows
from bot.files.sheet import read_sheet
from bot.files.writing import table, write_rows
from bot.sample import load_sample
from bot.store.models import parked
from core.credit.models import account_ledger
from core.db.scope import SystemScope, system
from core.db.session import Session
from core.dealers.models import dealers
from tests.databases import Database

NOW = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)
FIELDS = {
    "orders": ["number", "dealer", "state", "delivery", "payment", "total", "placed_at", "text", "lines"],
    "stock": ["sku", "on_hand", "reserved", "available", "reorder_point", "inbound_on", "inbound_qty"],
    "aliases": ["sku", "alias"],
    "budgets": ["dealer", "region", "category", "from", "to", "amount", "pay_to", "used"],
    "approval-levels": ["kind", "up_to", "role"],
    "programmes": ["code", "name", "dealer", "level", "kind", "sku", "category", "from", "to"],
    "programme-tiers": ["code", "above", "percent"],
    "balances": ["dealer", "kind", "amount"],
    "open-orders": ["number", "dealer", "sku", "qty", "unit", "price", "placed_on", "deliver_on", "note"],
    "accounts": ["dealer", "limit", "balance", "exposure", "available"],
    "members": ["dealer", "name", "phone", "role", "state"],
    "outbox": ["recipient", "channel", "kind", "state", "key"],
    "catalogue": ["sku", "name_zh", "name_en", "spec", "size", "category", "base_unit", "default_unit", "units",
                  "aliases", "aliases_en", "barcode", "min_qty", "multiple", "status", "successor", "tax_rate",
                  "tax_included"],
    "dealers": ["code", "name", "region", "level", "credit_limit", "payment_days"],
    "addresses": ["dealer", "name", "receiver", "phone", "address", "default"],
    "staff": ["name", "phone", "role", "region", "state"],
    "prices": ["dealer", "level", "sku", "unit", "price", "from"],
    "assortments": ["dealer", "sku"],
    "contracts": ["dealer", "number", "start", "end", "file", "decision"],
    "nicknames": ["dealer", "word", "sku", "since"],
    "rebates": ["dealer", "programme", "period", "balance", "accrued", "paid"],
    "claims": ["number", "dealer", "amount", "approved", "state", "category", "date"],
    "deadletters": ["reference", "channel", "sender", "text", "cause", "attempts", "first_at"],
}  # fmt: skip
_moved_of_first = system(
    select(func.sum(account_ledger.c.amount)).where(
        account_ledger.c.dealer_id == select(func.min(dealers.c.id)).scalar_subquery()
    )
)
LINE = ["sku", "base_qty", "unit", "qty", "line_total", "shipped", "backordered"]


def rows(database: Database, kind: str) -> list[dict[str, Any]]:
    with database.reader.begin() as connection:
        return export_rows(Session(connection, SystemScope("test"), NOW), kind)


def test_every_kind_has_its_fields() -> None:
    assert FIELDS.keys() == EXPORTS.keys()


def test_the_samples_books_read_as_they_were_written(database: Database) -> None:
    load_sample(database.lane, NOW, ZoneInfo("Asia/Shanghai"))
    for kind in (
        "orders",
        "stock",
        "accounts",
        "members",
        "catalogue",
        "dealers",
        "addresses",
        "staff",
        "prices",
    ):
        found = rows(database, kind)
        assert found
        assert all(list(row) == FIELDS[kind] for row in found)
    orders = {row["text"]: row for row in rows(database, "orders")}
    last = orders["小瓶水20箱 原味薯片小的10箱 山楂条3箱"]
    assert (last["dealer"], last["state"], last["delivery"], last["payment"], last["total"]) == (
        "NP04", "confirmed", "none", "unpaid", "1722.00",
    )  # fmt: skip
    assert list(last["lines"][0]) == LINE
    assert last["lines"][0] == {
        "sku": "SH-201", "base_qty": 480, "unit": "箱", "qty": "20", "line_total": "480.00", "shipped": 0, "backordered": 0,
    }  # fmt: skip
    north = rows(database, "accounts")[0]
    moved = database.lane.run(lambda connection: connection.execute(_moved_of_first).scalar_one())
    assert (north["dealer"], north["limit"]) == ("HD01", "80000.00")
    assert Decimal(str(north["balance"])) == Decimal(moved) / 100 != 0


def test_given_up_messages_are_exported(database: Database) -> None:
    row = {"channel": "web", "account": "web", "dedupe_key": "k", "sender": "u", "place": "private",
           "inbound": {"text": "=1+1"}, "raw": None, "attempts": 7, "state": "dead", "cause": "boom",
           "reference": "A7F2K9", "first_at": NOW, "next_at": NOW}  # fmt: skip
    database.lane.run(lambda connection: connection.execute(insert(parked), row))
    [found] = rows(database, "deadletters")
    assert list(found) == FIELDS["deadletters"]
    assert (found["text"], found["first_at"]) == ("=1+1", "2026-03-10T03:00:00+00:00")


DANGEROUS = ["=1+1", "+1", "-cmd", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "＋1", "－1", "＠x"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_cell_that_would_be_a_formula_is_only_text(tmp_path: Path, text: str) -> None:
    given_rows = [{"name": text, "amount": "-12.50"}]
    [_, cells] = list(csv.reader(StringIO(table(given_rows))))
    assert cells == [f"'{text}", "-12.50"]
    write_rows(tmp_path / "a.xlsx", given_rows)
    sheet = CalamineWorkbook.from_path(tmp_path / "a.xlsx").get_sheet_by_index(0).to_python()
    assert sheet[1] == [text, "-12.50"]


@given(
    st.lists(
        st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12),
        min_size=1,
        max_size=5,
    )
)
def test_what_is_written_as_a_table_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    path = tmp_path_factory.mktemp("t") / "a.csv"
    kept = [name for name in names if name.strip() and not name.startswith("'")]
    write_rows(path, [{"name": name, "n": 1} for name in kept])
    if kept:
        read = read_sheet(path, {"name": [], "n": []})
        assert [line.cells["name"] for line in read.lines] == kept


def test_lines_of_an_order_are_json_in_a_cell(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.csv", [{"number": "1", "lines": [{"sku": "A", "name": "茶"}]}])
    [_, cells] = list(csv.reader((tmp_path / "a.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert json.loads(cells[1]) == [{"sku": "A", "name": "茶"}]


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError):
        write_rows(tmp_path / "a.pdf", [{"a": 1}])
