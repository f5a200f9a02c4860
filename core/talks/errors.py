"""Refusals about talks."""

from core.kit.errors import DealerError


class TalkTakenError(DealerError):
    """A colleague has it already. Fields: name."""

    code = "talks.taken"


class TalkClosedError(DealerError):
    """It is over."""

    code = "talks.closed"
