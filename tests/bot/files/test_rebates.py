"""Programmes, tiers and opening balances come in from files, and rebates go out."""

from bot.files.exporting import export_rows
from core.credit.models import accounts
from core.credit.rebate_models import rebate_accounts, rebate_ledger
from core.db.scope import SystemScope
from core.db.session import Session
from core.rebates.models import programmes, tiers
from tests.bot.files.shop import Shop, done, faults

PROGRAMMES = (
    "政策编码,政策名称,经销商,等级,方式,货号,品类,开始日期,截止日期\n"
    "Q1,一季度返利,,A,全额,,,2026-01-01,2026-03-31\n"
    "T1,乌龙专项,N1,,marginal,T-1,,2026/1/1,2026/6/30\n"
    "ALL,普惠,,,whole,,,2026-01-01,2026-12-31\n"
)
TIERS = "政策编码,以上,返利比例\nQ1,0,1\nQ1,100000,2%\nQ1,300000,3\nT1,0,0.5\n"


def test_programmes_and_their_tiers_come_in_once(shop: Shop) -> None:
    shop.begin()
    assert done(shop.load("programmes", PROGRAMMES)) == ["created"] * 3
    assert done(shop.load("programmes", PROGRAMMES)) == ["unchanged"] * 3
    assert done(shop.load("programme-tiers", TIERS)) == ["created"] * 4
    assert done(shop.load("programme-tiers", TIERS)) == ["unchanged"] * 4
    stated = {row.code: row for row in shop.rows(programmes)}
    assert (stated["Q1"].whose, stated["Q1"].kind) == ("level:A", "whole")
    assert stated["T1"].whose.startswith("dealer:")
    assert stated["ALL"].whose == "all"
    assert stated["Q1"].begins.isoformat() == "2025-12-31T16:00:00+00:00"  # midnight where the brand is
    assert sorted((row.above, row.rate) for row in shop.rows(tiers)) == [
        (0, 500), (0, 1000), (100_000_00, 2000), (300_000_00, 3000),
    ]  # fmt: skip


def test_what_cannot_be_meant_is_refused_with_its_column(shop: Shop) -> None:
    shop.begin()
    head, *_ = PROGRAMMES.splitlines()
    rows = [
        "P1,,X9,,全额,,,2026-01-01,2026-03-31",
        "P2,,N1,A,全额,,,2026-01-01,2026-03-31",
        "P3,,,,全额,X-9,,2026-01-01,2026-03-31",
        "P4,,,,火箭,,,2026-01-01,2026-03-31",
        "P5,,,,全额,,,2026-03-31,2026-01-01",
    ]
    report = shop.load("programmes", "\n".join([head, *rows]) + "\n")
    assert [fault.column for each in report.results for fault in each.faults] == [
        "dealer", "level", "sku", "kind", "to",
    ]  # fmt: skip


def test_falling_tiers_and_unsure_percentages_are_refused(shop: Shop) -> None:
    shop.begin()
    shop.load("programmes", PROGRAMMES)
    falling = shop.load("programme-tiers", "code,above,percent\nQ1,0,3\nQ1,1000,2\nX,0,1\n")
    assert [fault.code for each in falling.results for fault in each.faults] == [
        "tiers_fall", "tiers_fall", "unknown_programme",
    ]  # fmt: skip
    rows = [{"code": "Q1", "above": "0", "percent": 0.02}, {"code": "Q1", "above": "5", "percent": "101"}]
    unsure = shop.load("programme-tiers", {"tiers": rows})
    assert [fault.code for each in unsure.results for fault in each.faults] == [
        "unsure_percent", "not_a_percent",
    ]  # fmt: skip
    assert shop.rows(tiers) == []


def test_opening_balances_come_in_once_and_a_changed_one_corrects_by_the_difference(shop: Shop) -> None:
    shop.begin()
    balances = "经销商,账户,金额\nN1,返利,2150.50\nN1,往来,-300\nS1,rebate,10\n"
    assert done(shop.load("balances", balances)) == ["created", "updated", "created"]
    assert done(shop.load("balances", balances)) == ["unchanged"] * 3
    shop.load("balances", balances.replace("2150.50", "2000"))
    assert sorted(row.balance for row in shop.rows(rebate_accounts)) == [10_00, 2000_00]
    assert sum(row.amount for row in shop.rows(rebate_ledger)) == 2010_00
    assert sorted(row.balance for row in shop.rows(accounts)) == [-300_00, 0]
    assert faults(shop.load("balances", "经销商,账户,金额\nN1,返利,-5\n"))


def test_rebates_go_out_with_a_balance_that_comes_from_no_programme(shop: Shop) -> None:
    shop.begin()
    shop.load("balances", "经销商,账户,金额\nN1,返利,2150.50\n")

    def look(connection) -> list[dict[str, str]]:
        return export_rows(Session(connection, SystemScope("export"), shop.now), "rebates")

    assert shop.database.lane.run(look) == [
        {
            "dealer": "N1",
            "programme": "",
            "period": "",
            "balance": "2150.50",
            "accrued": "0.00",
            "paid": "0.00",
        }
    ]
