"""Refusals about nicknames."""

from core.kit.errors import DealerError


class TooManyNicknamesError(DealerError):
    """A dealer has as many as are kept. Fields: most."""

    code = "nicknames.too_many"
