"""Refusals about stock."""

from core.kit.errors import DealerError


class BadQuantityError(DealerError):
    """Zero, negative or beyond ten million base units. Fields: sku, base_qty, most."""

    code = "stock.bad_quantity"


class BelowReservedError(DealerError):
    """An adjustment would leave less than what is reserved for orders. Fields: sku, on_hand, reserved, change."""

    code = "stock.below_reserved"
