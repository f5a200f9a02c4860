"""Refusals about accounts."""

from core.kit.errors import DealerError


class BadAmountError(DealerError):
    """An amount that is zero, negative where it may not be, or beyond all bounds. Fields: amount, most."""

    code = "account.bad_amount"


class RebateShortError(DealerError):
    """There is less rebate. Fields: amount, balance."""

    code = "rebates.short"
