"""Refusals about prices."""

from core.kit.errors import DealerError


class NoPriceError(DealerError):
    """No valid price for this dealer yet. Fields: sku."""

    code = "prices.none"


class BadPriceError(DealerError):
    """A price that is not positive or beyond all bounds. Fields: sku, price."""

    code = "prices.bad_price"


class NoSuchUnitError(DealerError):
    """The product is not sold in this unit. Fields: sku, unit, units."""

    code = "prices.no_such_unit"
