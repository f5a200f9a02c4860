"""Refusals about rebates. Amounts in minor units."""

from core.kit.errors import DealerError, NotFoundError


class ProgrammeNotFoundError(NotFoundError):
    """No such programme. Fields: reference."""

    code = "rebates.not_found"


class RebateAmountError(DealerError):
    """An amount that is not positive, or more than the order still owes. Fields: amount, most."""

    code = "rebates.bad_amount"


class ProgrammeSettledError(DealerError):
    """Paid by this programme already: its terms stay. Fields: programme."""

    code = "rebates.settled"


class TiersError(DealerError):
    """More purchases would earn less. Fields: programme, above."""

    code = "rebates.tiers"
