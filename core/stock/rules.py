"""How long stock lasts and how much to order, in whole base units. Pure arithmetic."""

from fractions import Fraction
from math import ceil, floor

WINDOW = 30
"""Days of shipments the daily sale is averaged over."""
AHEAD = 30
"""Days of sale an order of more should last beyond the reorder point."""
TOO_MUCH = 180
"""Days of cover from which there is too much."""
ENOUGH = 150
"""Days of cover under which too much is over: lower, so that a sale or two does not make it news again."""


def cover_days(available: int, shipped: int) -> int | None:
    """Whole days the available stock lasts at the sale of the window; None where nothing was sold."""
    return floor(Fraction(max(0, available) * WINDOW, shipped)) if shipped > 0 else None


def suggested_qty(*, available: int, inbound: int, reorder_point: int, shipped: int, pack: int) -> int:
    """How much to order so that, with what is on its way, the reorder point and the days ahead are covered.

    Whole packs, rounded up; 0 when there is enough.
    """
    wanted = reorder_point + Fraction(shipped * AHEAD, WINDOW)
    missing = wanted - available - inbound
    return ceil(missing / pack) * pack if missing > 0 else 0
