"""The one rule of an order line's money."""

from core.kit.money import share

MAX_PRICE = 10**12
"""Minor units a priced unit may cost at most."""


def line_total(price: int, price_factor: int, base_qty: int) -> int:
    """Minor units of `base_qty` base units at `price` per `price_factor` base units, rounded half up, once."""
    return share(price, base_qty, price_factor)
