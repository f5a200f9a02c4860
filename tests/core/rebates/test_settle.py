"""Settlement: the test vector, returns, periods, and that nothing is paid twice."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core.credit.errors import RebateShortError
from core.credit.queries import standing
from core.credit.rebate import rebate_balance
from core.credit.rebate_models import rebate_ledger
from core.orders.cancel import cancel_order
from core.orders.returns import record_return
from core.rebates.errors import (
    ProgrammeNotFoundError,
    ProgrammeSettledError,
    RebateAmountError,
    TiersError,
)
from core.rebates.queries import balance_lines
from core.rebates.settle import close_periods, settle_rebate
from core.rebates.spend import state_opening, use_rebate
from tests.core.rebates.conftest import BANDS, agree, buy
from tests.core.shop import NOW, Shop

CLOSED = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)


def settle(shop: Shop, code: str = "Q1") -> int:
    return shop.as_("finance", settle_rebate, programme=code, dealer="D1").amount


def balance(shop: Shop) -> int:
    return shop.see("owner D1", rebate_balance)


@pytest.mark.parametrize(("kind", "due"), [("whole", 10_500_00), ("marginal", 6_500_00)])
def test_350_000_in_three_bands_earns_10_500_whole_and_6_500_marginal(
    shop: Shop, kind: str, due: int
) -> None:
    agree(shop, kind=kind)
    buy(shop, 3500)
    assert settle(shop) == due
    assert balance(shop) == due


def test_after_a_settlement_at_250_000_the_next_pays_the_difference(shop: Shop) -> None:
    agree(shop)
    buy(shop, 2500)
    assert settle(shop) == 5_000_00
    buy(shop, 1000)
    assert settle(shop) == 5_500_00
    assert settle(shop) == 0
    assert balance(shop) == 10_500_00


def test_what_is_ordered_but_not_shipped_earns_nothing(shop: Shop) -> None:
    agree(shop)
    shop.order("owner D1", ("A", 10))
    assert settle(shop) == 0


def test_only_the_programmes_goods_and_days_count(shop: Shop) -> None:
    agree(shop, sku="B", bands={0: 1000})
    buy(shop, 10, "A")
    buy(shop, 10, "B")
    shop.now = datetime(2026, 3, 31, 16, 0, tzinfo=UTC)  # April has begun where the brand is
    buy(shop, 10, "B")
    assert settle(shop) == 5_00


def test_a_return_takes_its_part_back_also_after_the_period_is_closed(shop: Shop) -> None:
    agree(shop)
    buy(shop, 900)
    number = buy(shop, 200)
    shop.now = CLOSED
    shop.system(close_periods)
    assert balance(shop) == 2_200_00
    shop.now += timedelta(days=20)
    shop.as_("warehouse", record_return, number=number, lines={"A": 150}, reason="broken", source="r1")
    shop.system(close_periods)
    assert balance(shop) == 950_00  # 95,000 is back in the lowest band
    assert sum(line.amount for line in shop.see("owner D1", balance_lines)) == 950_00


def test_what_was_used_cannot_be_taken_back_twice_over_and_stays_owed_to_the_next_settlement(
    shop: Shop,
) -> None:
    agree(shop)
    agree(
        shop, "Q2", first_day=NOW.date().replace(month=4, day=1), last_day=NOW.date().replace(month=6, day=30)
    )
    bought = buy(shop, 500)
    shop.now = CLOSED
    shop.system(close_periods)
    spent = shop.order("owner D1", ("A", 20)).number
    shop.as_("owner D1", use_rebate, number=spent, amount=400_00)
    shop.as_("warehouse", record_return, number=bought, lines={"A": 500}, reason="broken", source="r1")
    taken = shop.system(close_periods)
    assert [(one.amount, one.owed) for one in taken] == [(-100_00, 400_00)]
    assert balance(shop) == 0
    buy(shop, 600)
    shop.as_("finance", settle_rebate, programme="Q2", dealer="D1")
    assert balance(shop) == 600_00
    assert [(one.amount, one.owed) for one in shop.system(close_periods)] == [(-400_00, 0)]
    assert balance(shop) == 200_00


def test_closing_again_changes_nothing(shop: Shop) -> None:
    agree(shop)
    agree(shop, "S1", kind="marginal", sku="B")
    buy(shop, 300, "A")
    buy(shop, 300, "B")
    shop.now = CLOSED
    assert len(shop.system(close_periods)) == 2
    before = shop.rows(select(rebate_ledger))
    for _ in range(3):
        assert [one.amount for one in shop.system(close_periods)] == []
    assert shop.rows(select(rebate_ledger)) == before


def test_a_programme_of_a_level_or_of_another_dealer_is_not_this_dealers(shop: Shop) -> None:
    other = shop.dealer("D2", credit_limit=10**10, level="silver")
    agree(shop, "GOLD", whose="level:gold", bands={0: 1000})
    agree(shop, "OTHER", whose=f"dealer:{other}", bands={0: 2000})
    buy(shop, 100)
    buy(shop, 100, who="owner D2")
    shop.now = CLOSED
    shop.system(close_periods)
    assert balance(shop) == 100_00
    assert shop.see("owner D2", rebate_balance) == 200_00
    with pytest.raises(ProgrammeNotFoundError):
        settle(shop, "OTHER")


def test_every_line_of_the_balance_names_its_order_and_they_sum_exactly(shop: Shop) -> None:
    agree(shop, bands={0: 1333})
    numbers = [buy(shop, pieces) for pieces in (7, 11, 13)]
    settle(shop)
    shop.as_("import", state_opening, amount=12_34, dealer="D1")
    lines = shop.see("owner D1", balance_lines)
    assert sum(line.amount for line in lines) == balance(shop)
    assert {line.number for line in lines if line.kind == "earned"} == set(numbers)


def test_rebate_used_is_a_credit_on_the_account_that_settles_the_order(shop: Shop) -> None:
    shop.as_("import", state_opening, amount=500_00, dealer="D1")
    number = shop.order("owner D1", ("A", 10)).number
    before = shop.see("owner D1", standing).balance
    used = shop.as_("owner D1", use_rebate, number=number, amount=300_00)
    assert (used.left, balance(shop)) == (200_00, 200_00)
    assert shop.see("owner D1", standing).balance == before + 300_00
    with pytest.raises(RebateShortError):
        shop.as_("owner D1", use_rebate, number=number, amount=200_01)
    with pytest.raises(RebateAmountError):
        shop.as_("owner D1", use_rebate, number=number, amount=900_00)
    assert shop.violations() == []


def test_rebate_of_a_cancelled_order_comes_back(shop: Shop) -> None:
    shop.as_("import", state_opening, amount=500_00, dealer="D1")
    number = shop.order("owner D1", ("A", 10)).number
    before = shop.see("owner D1", standing)
    shop.as_("owner D1", use_rebate, number=number, amount=300_00)
    shop.as_("owner D1", use_rebate, number=number, amount=100_00)
    shop.as_("owner D1", cancel_order, number=number)
    assert balance(shop) == 500_00
    assert shop.see("owner D1", standing).balance == before.balance
    assert sum(line.amount for line in shop.see("owner D1", balance_lines)) == 500_00
    assert shop.violations() == []


def test_rebate_used_earns_no_less(shop: Shop) -> None:
    agree(shop, bands={0: 1000})
    shop.as_("import", state_opening, amount=500_00, dealer="D1")
    number = buy(shop, 10)
    shop.as_("owner D1", use_rebate, number=number, amount=500_00)
    assert settle(shop) == 10_00


def test_tiers_that_would_earn_less_for_more_are_refused(shop: Shop) -> None:
    agree(shop)
    with pytest.raises(TiersError):
        agree(shop, bands={200_000_00: 1500})


def test_terms_stay_once_paid(shop: Shop) -> None:
    agree(shop)
    buy(shop, 10)
    settle(shop)
    agree(shop, name="another name")
    with pytest.raises(ProgrammeSettledError):
        agree(shop, kind="marginal")
    with pytest.raises(ProgrammeSettledError):
        agree(shop, name="another name", bands={**BANDS, 0: 500})


def test_an_opening_stated_again_corrects_by_the_difference(shop: Shop) -> None:
    for amount in (100_00, 100_00, 150_00, 80_00):
        shop.as_("import", state_opening, amount=amount, dealer="D1")
        assert balance(shop) == amount
