"""What purchases earn: tiers, their edges, and the way to the next one."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kit.money import share
from core.rebates.rules import (
    MARGINAL,
    SCALE,
    WHOLE,
    Tier,
    earned,
    next_tier,
    rising,
    spread,
    tier_at,
    units_for,
)

amounts = st.integers(0, 10**12)


@st.composite
def tiers(draw: st.DrawFn) -> list[Tier]:
    """Some rising tiers."""
    aboves = sorted(draw(st.sets(st.integers(0, 10**10), min_size=1, max_size=6)))
    rates = sorted(draw(st.lists(st.integers(0, SCALE), min_size=len(aboves), max_size=len(aboves))))
    return [Tier(above, rate) for above, rate in zip(aboves, rates, strict=True)]


@pytest.mark.parametrize(
    ("base", "rate"), [(0, None), (1, 1000), (100_000_00, 1000), (100_000_01, 2000), (300_000_00, 2000)]
)
def test_exactly_the_threshold_is_still_the_tier_below(base: int, rate: int | None) -> None:
    bands = [Tier(0, 1000), Tier(100_000_00, 2000), Tier(300_000_00, 3000)]
    reached = tier_at(bands, base)
    assert (reached.rate if reached else None) == rate


@given(tiers(), amounts, amounts, st.sampled_from([WHOLE, MARGINAL]))
def test_more_purchases_never_earn_less(bands: list[Tier], base: int, more: int, kind: str) -> None:
    assert rising(bands)
    assert 0 <= earned(kind, bands, base) <= earned(kind, bands, base + more)


@given(tiers(), amounts)
def test_bands_are_continuous_and_never_earn_more_than_the_whole(bands: list[Tier], base: int) -> None:
    step = earned(MARGINAL, bands, base + 1) - earned(MARGINAL, bands, base)
    assert 0 <= step <= 1  # a cent more never earns more than a cent
    assert earned(MARGINAL, bands, base) <= earned(WHOLE, bands, base)


@given(tiers(), amounts)
def test_bands_are_each_cents_own_rate_added_up(bands: list[Tier], base: int) -> None:
    tops = [tier.above for tier in bands[1:]] + [base]
    right = sum(
        (Fraction(max(0, min(base, top) - tier.above) * tier.rate, SCALE)
         for tier, top in zip(bands, tops, strict=True)),
        Fraction(0),
    )  # fmt: skip
    assert earned(MARGINAL, bands, base) == int(right + Fraction(1, 2))


@given(tiers(), amounts)
def test_the_next_tier_is_reached_by_what_is_missing_and_not_by_less(bands: list[Tier], base: int) -> None:
    ahead = next_tier(bands, base)
    if ahead is None:
        assert tier_at(bands, base) == bands[-1]
        return
    missing = ahead.above - base + 1
    assert tier_at(bands, base + missing) == ahead
    assert tier_at(bands, base + missing - 1) != ahead


@given(st.integers(-(10**12), 10**12), st.lists(amounts, max_size=12))
def test_a_spread_sums_exactly(amount: int, weights: list[int]) -> None:
    parts = spread(amount, weights)
    assert sum(parts) == (amount if sum(weights) else 0)


@given(
    st.integers(1, 10**9), st.integers(1, 10**6), st.integers(1, 60), st.integers(1, 60), st.integers(0, 200),
    st.integers(1, 60),
)  # fmt: skip
def test_no_fewer_units_would_do_by_brute_force(
    missing: int, price: int, price_factor: int, factor: int, least: int, multiple: int
) -> None:
    def enough(units: int) -> bool:
        base_qty = units * factor
        fits = base_qty >= least and base_qty % multiple == 0
        return fits and share(price, base_qty, price_factor) >= missing

    units = units_for(
        missing, price=price, price_factor=price_factor, factor=factor, least=least, multiple=multiple
    )
    assert units > 0
    assert enough(units)
    assert not any(enough(fewer) for fewer in range(max(1, units - 130), units))


def test_falling_rates_do_not_rise() -> None:
    assert not rising([Tier(0, 2000), Tier(100, 1000)])
