"""What purchases earn, as plain arithmetic: tiers, the way to the next one, and how a sum is spread over orders.

Rates are thousandths of a percent: 2 % is 2000. A tier holds for more than its `above`: exactly so much is still the tier below.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import gcd

from core.kit.money import share

SCALE = 100_000
WHOLE, MARGINAL = "whole", "marginal"


@dataclass(frozen=True, slots=True, order=True)
class Tier:
    """For purchases of more than `above`: this rate, of all of them (whole) or of what is above (marginal)."""

    above: int
    rate: int


def tier_at(tiers: Sequence[Tier], base: int) -> Tier | None:
    """The highest tier the purchases are above; tiers ascending."""
    reached = [tier for tier in tiers if base > tier.above]
    return reached[-1] if reached else None


def next_tier(tiers: Sequence[Tier], base: int) -> Tier | None:
    """The tier that comes next."""
    return next((tier for tier in tiers if base <= tier.above), None)


def earned(kind: str, tiers: Sequence[Tier], base: int) -> int:
    """What purchases earn in minor units, rounded half up once; tiers ascending."""
    if kind == WHOLE:
        tier = tier_at(tiers, base)
        return share(base, tier.rate, SCALE) if tier else 0
    tops = [tier.above for tier in tiers[1:]] + [max(base, 0)]
    weighted = sum(
        max(0, min(base, top) - tier.above) * tier.rate for tier, top in zip(tiers, tops, strict=True)
    )
    return share(weighted, 1, SCALE) if weighted else 0


def rising(tiers: Sequence[Tier]) -> bool:
    """Whether more purchases never earn less: each tier begins higher than the one before, at no smaller rate."""
    return all(low.above < high.above and low.rate <= high.rate for low, high in pairwise(tiers))


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """An amount over weights in proportion; the parts sum to it exactly. All weights zero: nothing can be spread."""
    whole, before, parts = sum(weights), 0, []
    if whole == 0:
        return [0 for _ in weights]
    for weight in weights:
        parts.append(share(amount, before + weight, whole) - share(amount, before, whole))
        before += weight
    return parts


def units_for(missing: int, *, price: int, price_factor: int, factor: int, least: int, multiple: int) -> int:
    """How many order units of `factor` base units cost at least `missing`, as few as the product's rules allow.

    price: minor units of `price_factor` base units; least, multiple: of base units.
    """
    step = max(multiple, 1) // gcd(factor, max(multiple, 1))  # units of a whole multiple
    for_money = -(-(2 * missing - 1) * price_factor // (2 * price * factor))  # a half is rounded up
    units = max(for_money, -(-least // factor), 1)
    return -(-units // step) * step
