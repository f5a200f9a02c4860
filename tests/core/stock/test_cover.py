"""Days of cover and suggested quantities: properties of the arithmetic."""

from hypothesis import given
from hypothesis import strategies as st

from core.stock.rules import AHEAD, WINDOW, cover_days, suggested_qty

counts = st.integers(0, 100_000)


@given(available=counts, shipped=st.integers(1, 100_000))
def test_the_stock_lasts_the_whole_days_of_cover_and_not_one_more(available: int, shipped: int) -> None:
    days = cover_days(available, shipped)
    assert days is not None
    assert days * shipped <= available * WINDOW < (days + 1) * shipped


def test_what_does_not_sell_has_no_cover() -> None:
    assert cover_days(100, 0) is None


@given(available=counts, inbound=counts, reorder_point=counts, shipped=counts, pack=st.integers(1, 500))
def test_a_suggestion_is_whole_packs_just_enough_for_the_days_ahead(
    available: int, inbound: int, reorder_point: int, shipped: int, pack: int
) -> None:
    qty = suggested_qty(
        available=available, inbound=inbound, reorder_point=reorder_point, shipped=shipped, pack=pack
    )
    missing = reorder_point * WINDOW + shipped * AHEAD - (available + inbound) * WINDOW
    assert qty % pack == 0
    assert qty * WINDOW >= missing
    assert qty == 0 or (qty - pack) * WINDOW < missing
