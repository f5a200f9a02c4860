"""A refusal is an exception with a code and named fields; its words come from the texts, never from here."""

from typing import Any, ClassVar


class DealerError(Exception):
    """A business refusal. `code` names its text; keyword arguments are the text's parameters."""

    code: ClassVar[str] = "refused"

    def __init__(self, **fields: Any) -> None:
        super().__init__(self.code, fields)
        self.fields = fields


class NotFoundError(DealerError):
    """No such thing, or another dealer's: the answer is the same."""

    code = "not_found"


class NotAllowedError(DealerError):
    """This person may not do that."""

    code = "not_allowed"


class StaleError(DealerError):
    """What was confirmed is no longer what was shown."""

    code = "stale"


class SourceUsedError(DealerError):
    """The same source was recorded before with other contents; it happens once. Fields: source."""

    code = "source_used"
