"""Refusals about people."""

from core.kit.errors import DealerError


class BadRoleError(DealerError):
    """A role nobody can have there. Fields: role."""

    code = "people.bad_role"


class NotPendingError(DealerError):
    """Nobody waits for approval under this id any more. Fields: name, state."""

    code = "people.not_pending"


class LastAdminError(DealerError):
    """Revoking would leave the brand without an administrator. Fields: name."""

    code = "people.last_admin"


class NotBoundError(DealerError):
    """The person has no chat in this channel yet. Fields: channel."""

    code = "people.not_bound"


class OnlyChatError(DealerError):
    """Nobody unbinds the only chat they can be reached in: another one first. Fields: channel."""

    code = "people.only_chat"


class OneselfError(DealerError):
    """Nobody revokes himself: somebody else does. Fields: name."""

    code = "people.oneself"
