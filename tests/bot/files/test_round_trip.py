"""What is exported can be imported again: nothing changes, in any kind and any format, and nothing becomes a formula."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, insert, update

from bot.files.exporting import EXPORTS, export_rows
from bot.files.importing import KINDS
from bot.files.words import reasons
from bot.files.writing import write_rows
from bot.sample import load_sample
from bot.schema import metadata
from core.db.scope import SystemScope, system
from core.db.session import Session
from tests.bot.files.shop import ZONE, Shop, done
from tests.bot.files.test_exporting import NOW
from tests.databases import Database

WATCHED = (
    "products", "dealers", "accounts", "account_ledger", "addresses", "members", "staff", "level_prices",
    "dealer_prices", "assortments", "stock_items", "stock_ledger", "orders", "order_lines", "contracts", "budgets",
    "approval_levels", "rebate_programmes", "rebate_tiers", "rebate_ledger", "rebate_accounts",
)  # fmt: skip


def written(shop: Shop, kind: str, ending: str) -> tuple[Path, int]:
    with shop.database.reader.begin() as connection:
        rows = export_rows(Session(connection, SystemScope("export"), NOW), kind)
    path = shop.folder / f"{kind}{ending}"
    write_rows(path, rows)
    return path, len(rows)


def books(shop: Shop) -> dict[str, list[Any]]:
    return {name: sorted(map(tuple, shop.rows(table(name))), key=str) for name in WATCHED}


def table(name: str) -> Table:
    return metadata.tables[name]


@pytest.fixture
def sample(sqlite: Database, tmp_path: Path) -> Shop:
    """The demo's brand with orders, half shipped ones, claims and programmes."""
    load_sample(sqlite.lane, NOW, ZONE)
    shop = Shop(sqlite, tmp_path, NOW)
    shop.load("balances", "dealer,kind,amount\n" + "\n".join(
        f"{row.code},{kind},12.50" for row in shop.rows(table("dealers"))[:3] for kind in ("account", "rebate")
    ))  # fmt: skip
    return shop


def test_every_kind_that_comes_in_goes_out() -> None:
    assert KINDS.keys() <= EXPORTS.keys()


@pytest.mark.parametrize("ending", [".xlsx", ".csv", ".jsonl"])
def test_an_export_brought_in_again_changes_nothing(sample: Shop, ending: str) -> None:
    before = books(sample)
    for kind in KINDS:
        path, count = written(sample, kind, ending)
        assert count, kind
        report = sample.load(kind, path)
        wrong = [(one.key, reasons(one, "en", {})) for one in report.results if one.done != "unchanged"]
        assert (kind, wrong[:3]) == (kind, [])
        assert len(report.results) == count
    assert books(sample) == before


@pytest.mark.parametrize("ending", [".xlsx", ".csv", ".jsonl"])
def test_text_that_looks_like_a_formula_comes_back_as_it_was(small_shop: Shop, ending: str) -> None:
    names = ["=1+2", "+86 店", "-5", "@sum", "'=a", "＝全角", "007", "1e5", "2026-03-01"]
    rows = [{"code": f"F{n}", "name": name} for n, name in enumerate(names)]
    assert done(small_shop.load("dealers", rows)) == ["created"] * len(names)
    path, _ = written(small_shop, "dealers", ending)
    assert done(small_shop.load("dealers", path)) == ["unchanged"] * len(names)
    assert [row.name for row in small_shop.rows(table("dealers"))] == names


def test_people_revoked_or_invited_without_a_name_go_out_and_come_in_unchanged(small_shop: Shop) -> None:
    small_shop.begin()
    small_shop.load("members", "dealer,name,phone,role\nN1,李老板,13800138000,owner\nN1,旧人,,buyer\n")
    members = table("members")

    def change(connection: Connection) -> None:
        connection.execute(system(update(members).where(members.c.name == "旧人").values(state="revoked")))
        nameless = {
            "dealer_id": 2,
            "name": "",
            "phone": "",
            "role": "owner",
            "state": "invited",
            "created_at": NOW,
        }
        again = {**nameless, "name": "旧人", "state": "revoked"}
        connection.execute(system(insert(members)), [nameless, nameless, again])

    small_shop.database.lane.run(change)
    before = books(small_shop)
    path, _ = written(small_shop, "members", ".xlsx")
    assert done(small_shop.load("members", path)) == ["unchanged"] * 5
    assert books(small_shop) == before
