"""Orders over credit: approved, refused, or expired after a day."""

from dataclasses import dataclass

from core.db.session import Session
from core.people.actor import Actor


@dataclass(frozen=True, slots=True)
class ReviewDecided:
    """How a review ended. repeated: it had been decided so before and nothing happened now."""

    number: str
    dealer_id: int
    state: str  # confirmed | cancelled
    total: int
    excess: int
    repeated: bool


def approve_order(
    session: Session, actor: Actor, *, number: str, shown_excess: int | None = None
) -> ReviewDecided:
    """Confirm an order over credit, with an override row naming the approver and the excess as it is now.

    Raises OrderNotFoundError, AlreadyDecidedError, ReviewExpiredError, OwnApprovalError, and ReviewChangedError when
    the excess is above `shown_excess`.
    """
    raise NotImplementedError


def reject_order(session: Session, actor: Actor, *, number: str, reason: str = "") -> ReviewDecided:
    """Refuse an order in review: its stock is free again. Raises OrderNotFoundError, AlreadyDecidedError."""
    raise NotImplementedError


def expire_reviews(session: Session, *, limit: int = 100) -> tuple[ReviewDecided, ...]:
    """Cancel reviews whose day is over (a system session); each is a fact."""
    raise NotImplementedError
