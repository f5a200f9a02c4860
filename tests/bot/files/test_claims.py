"""Budgets and approval levels come in from files, and claims go out."""

from core.claims.models import approval_levels, budgets
from tests.bot.files.shop import Shop, done, faults

BUDGETS = (
    "经销商,区域,费用类别,开始日期,截止日期,预算\n"
    "N1,,堆头,2026-01-01,2026-03-31,5000\n"
    ",华东,,2026/1/1,2026/12/31,20000.50\n"
)


def test_budgets_of_dealers_and_regions_come_in_once(shop: Shop) -> None:
    shop.begin()
    assert done(shop.load("budgets", BUDGETS)) == ["created", "created"]
    assert done(shop.load("budgets", BUDGETS)) == ["unchanged", "unchanged"]
    own, region = sorted(shop.rows(budgets), key=lambda row: row.amount)
    assert (own.category, own.amount, own.used) == ("display", 500_000, 0)
    assert own.whose.startswith("dealer:")
    assert (region.whose, region.category, region.amount) == ("region:华东", "", 2_000_050)
    assert done(shop.load("budgets", BUDGETS.replace("5000\n", "6000\n", 1))) == ["updated", "unchanged"]


def test_a_budget_says_what_its_claims_are_paid_to_and_keeps_it_where_a_file_says_nothing(shop: Shop) -> None:
    shop.begin()
    head, own, region = BUDGETS.splitlines()
    said = "\n".join([f"{head},报销到", f"{own},返利账户", f"{region},"]) + "\n"
    assert done(shop.load("budgets", said)) == ["created", "created"]
    assert done(shop.load("budgets", BUDGETS)) == ["unchanged", "unchanged"]
    assert [row.pay_to for row in sorted(shop.rows(budgets), key=lambda row: row.amount)] == [
        "rebate",
        "account",
    ]
    assert done(shop.load("budgets", said.replace("返利账户", "账户"))) == ["updated", "unchanged"]


def test_a_budget_that_cannot_be_meant_is_refused_with_its_column(shop: Shop) -> None:
    shop.begin()
    head, *_ = BUDGETS.splitlines()
    rows = [
        "X9,,堆头,2026-01-01,2026-03-31,1",
        "N1,,火箭,2026-01-01,2026-03-31,1",
        "N1,,,2026-03-31,2026-01-01,1",
    ]
    report = shop.load("budgets", "\n".join([head, *rows]) + "\n")
    assert done(report) == ["rejected"] * 3
    assert [fault.column for each in report.results for fault in each.faults] == ["dealer", "category", "to"]


def test_approval_levels_come_in_by_kind_and_role(shop: Shop) -> None:
    levels = "类型,上限,审批角色\n费用,500,业务员\nclaim,5000,财务\n"
    assert done(shop.load("approval-levels", levels)) == ["created", "created"]
    assert done(shop.load("approval-levels", levels.replace("500,", "800,", 1))) == ["updated", "unchanged"]
    assert {row.role: row.up_to for row in shop.rows(approval_levels)} == {
        "sales": 80_000,
        "finance": 500_000,
    }
    assert faults(shop.load("approval-levels", "类型,上限,审批角色\n火箭,1,财务\n"))
