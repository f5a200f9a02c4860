"""Refusals about contracts."""

from core.kit.errors import DealerError


class BadTermError(DealerError):
    """A contract would end before it begins. Fields: number, start, end."""

    code = "contracts.bad_term"


class OtherDealerError(DealerError):
    """The number belongs to another dealer's contract. Fields: number."""

    code = "contracts.other_dealer"


class TermChangedError(DealerError):
    """The term is no longer the one that was shown. Fields: number, shown, ends_on."""

    code = "contracts.term_changed"
