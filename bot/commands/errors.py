"""Arguments that cannot be read."""

from core.kit.errors import DealerError


class BadArgumentError(DealerError):
    """No quantity, amount or day. Fields: value."""

    code = "commands.bad_argument"


class BadSpanError(DealerError):
    """No span of time. Fields: value."""

    code = "commands.bad_span"


class UnwritableError(DealerError):
    """A file that cannot be written, found out before anything was done. Fields: name, cause."""

    code = "commands.no_room"


class NoTalkError(DealerError):
    """Nobody of the dealer wrote anything in the time."""

    code = "commands.no_talk"
