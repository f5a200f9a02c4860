"""Verbs of the account."""

from core.credit.queries import Standing
from core.db.session import Session
from core.people.actor import Actor


def set_credit_limit(
    session: Session,
    actor: Actor,
    *,
    credit_limit: int | None = None,
    payment_days: int | None = None,
    dealer: str | None = None,
    reason: str = "",
) -> Standing:
    """Set the limit (minor units) or the days to pay, or both; None keeps what is.

    A limit below what is in use is allowed: nothing more can be ordered until it fits. Raises NotFoundError, BadAmountError.
    """
    raise NotImplementedError
