"""Refusals about claims. Amounts in minor units."""

from core.kit.errors import DealerError, NotFoundError, StaleError


class ClaimNotFoundError(NotFoundError):
    """No such claim of this dealer. Fields: reference."""

    code = "claims.not_found"


class ClaimAmountError(DealerError):
    """An amount that is not positive or beyond all bounds. Fields: amount."""

    code = "claims.bad_amount"


class FutureExpenseError(DealerError):
    """The day of the expense has not come yet. Fields: day."""

    code = "claims.in_future"


class TooOldError(DealerError):
    """The expense is too long ago. Fields: day, days."""

    code = "claims.too_old"


class OutOfPeriodError(DealerError):
    """There are budgets for this expense, but none for its day. Fields: day."""

    code = "claims.out_of_period"


class OverBudgetError(DealerError):
    """The budget has less left. Fields: amount, left."""

    code = "claims.over_budget"


class ReceiptUsedError(DealerError):
    """The same file or invoice is on another claim. Fields: number (of the other claim), identity."""

    code = "claims.receipt_used"


class ReceiptUsedElsewhereError(ReceiptUsedError):
    """The same, on a claim the dealer may not know of. Fields: identity."""

    code = "claims.receipt_used_elsewhere"


class SameClaimError(DealerError):
    """A claim with the same category, day and amount is there. Fields: number."""

    code = "claims.same"


class ClaimDecidedError(StaleError):
    """It has been decided or withdrawn. Fields: number, state."""

    code = "claims.decided"


class OwnClaimError(DealerError):
    """Nobody decides his own claim. Fields: number."""

    code = "claims.own"


class LevelError(DealerError):
    """The amount, with what else is claimed for that kind and day, is above what this role decides.

    Fields: number, amount, role (who decides it).
    """

    code = "claims.above_level"


class PartialReasonError(DealerError):
    """Less than was claimed needs a reason. Fields: number."""

    code = "claims.partial_reason"
