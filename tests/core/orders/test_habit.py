"""What counts as a quantity this dealer does not usually take."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.orders.rules import HABIT_TIMES, usual_qty

CASE, PACK, PIECE = 24, 6, 1
FACTORS = (CASE, PACK, PIECE)


@pytest.mark.parametrize(
    ("base_qty", "factor", "recent", "meant"),
    [
        (30 * CASE, CASE, (3 * CASE, 3 * CASE, 4 * CASE), 3 * CASE),  # ten times the usual
        (1, PIECE, (24, 48, 48), 24),  # one bottle where a case is usual
        (3, PIECE, (3 * CASE, 5 * CASE), 3 * CASE),  # 3 bottles said, 3 cases meant
        (3 * CASE, CASE, (3 * PACK, 3 * PACK), 3 * PACK),  # cases said, packs meant, within five times
        (5 * CASE, CASE, (CASE, CASE), 0),  # five times exactly
        (30 * CASE, CASE, (3 * CASE,), 0),  # one order is no habit
        (30 * CASE, CASE, (3 * CASE, 3 * CASE, 30 * CASE), 0),  # taken before
        (30 * CASE, CASE, (), 0),
    ],
)
def test_a_quantity_far_from_the_usual_or_in_a_likely_wrong_unit_is_doubted(
    base_qty: int, factor: int, recent: tuple[int, ...], meant: int
) -> None:
    assert usual_qty(base_qty, factor, recent, FACTORS) == meant


@given(st.integers(1, 10_000), st.lists(st.integers(1, 10_000), max_size=9), st.sampled_from(FACTORS))
def test_what_is_proposed_was_taken_before_and_is_another_quantity(
    base_qty: int, recent: list[int], factor: int
) -> None:
    meant = usual_qty(base_qty, factor, recent, FACTORS)
    assert not meant or (meant in recent and meant != base_qty)


@given(st.integers(1, 1000), st.integers(2, 9))
def test_quantities_around_the_usual_are_never_doubted_in_a_product_of_one_unit(
    usual: int, orders: int
) -> None:
    for base_qty in (usual, usual * HABIT_TIMES, -(-usual // HABIT_TIMES)):
        assert usual_qty(base_qty, 1, [usual] * orders, (1,)) == 0
