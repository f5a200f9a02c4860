"""Contracts come in from files with their papers, and go out again."""

from typing import Any

from bot.files.exporting import export_rows
from bot.files.kinds.contracts import LARGEST
from bot.store.media import content_of
from core.contracts.models import contracts
from core.db.scope import SystemScope
from core.db.session import Session
from tests.bot.files.shop import Shop, done, faults

HEAD = "客户编码,合同编号,开始日期,到期日期,合同文件\n"
ROW = "N1,HT-1,2026-01-01,2026/12/31,scans/one.pdf\n"
PDF = b"%PDF-1.7 a paper"


def scanned(shop: Shop, name: str = "one.pdf", content: bytes = PDF) -> None:
    """A paper in a folder beside the sheet."""
    (shop.folder / "scans").mkdir(exist_ok=True)
    (shop.folder / "scans" / name).write_bytes(content)


def exported(shop: Shop) -> list[dict[str, Any]]:
    return shop.database.lane.run(
        lambda connection: export_rows(Session(connection, SystemScope("test"), shop.now), "contracts")
    )


def test_a_contract_comes_in_with_its_paper_once_and_goes_out(shop: Shop) -> None:
    shop.begin()
    scanned(shop)
    assert done(shop.load("contracts", HEAD + ROW)) == ["created"]
    assert done(shop.load("contracts", HEAD + ROW)) == ["unchanged"]
    (row,) = shop.rows(contracts)
    with shop.database.reader.connect() as connection:
        assert content_of(connection, row.file) == PDF
    (out,) = exported(shop)
    assert out == {"dealer": "N1", "number": "HT-1", "start": "2026-01-01", "end": "2026-12-31",
                   "file": "one.pdf", "decision": ""}  # fmt: skip
    assert done(shop.load("contracts", [out], name="out.json")) == ["unchanged"]


def test_a_new_term_or_a_new_paper_changes_it_and_a_row_without_a_paper_keeps_it(shop: Shop) -> None:
    shop.begin()
    scanned(shop)
    shop.load("contracts", HEAD + ROW)
    assert done(shop.load("contracts", HEAD + ROW.replace("scans/one.pdf", ""))) == ["unchanged"]
    assert done(shop.load("contracts", HEAD + ROW.replace("2026/12/31", "2027/6/30"))) == ["updated"]
    scanned(shop, content=PDF + b" signed")
    assert done(shop.load("contracts", HEAD + ROW.replace("2026/12/31", "2027/6/30"))) == ["updated"]
    assert shop.rows(contracts)[0].file_name == "one.pdf"


def test_what_cannot_be_a_contract_is_refused_with_its_reason(shop: Shop) -> None:
    shop.begin()
    scanned(shop)
    scanned(shop, "tool.pdf", b"MZ not a paper")
    scanned(shop, "huge.pdf", PDF + bytes(LARGEST))
    shop.load("contracts", HEAD + ROW)
    rows = [
        "X9,HT-2,2026-01-01,2026-12-31,",
        "N1,HT-3,2026-12-31,2026-01-01,",
        "S1,HT-1,2026-01-01,2026-12-31,",
        "N1,HT-4,2026-01-01,2026-12-31,scans/none.pdf",
        "N1,HT-5,2026-01-01,2026-12-31,scans/tool.pdf",
        "N1,HT-6,2026-01-01,2026-12-31,scans/huge.pdf",
        "N1,HT-7,soon,2026-12-31,",
    ]
    report = shop.load("contracts", HEAD + "\n".join(rows) + "\n", name="bad.csv")
    assert sorted(faults(report)) == [
        (2, "dealer", "unknown_dealer"),
        (3, "end", "term_backwards"),
        (4, "number", "contract_taken"),
        (5, "file", "no_paper"),
        (6, "file", "paper_type"),
        (7, "file", "paper_too_big"),
        (8, "start", "not_a_day"),
    ]
    assert len(shop.rows(contracts)) == 1
