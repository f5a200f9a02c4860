"""Goods arrived at the dealer."""

from dataclasses import dataclass

from core.db.session import Session
from core.people.actor import Actor


@dataclass(frozen=True, slots=True)
class ReceiptConfirmed:
    """delivery: delivered when nothing is left to ship, else partial. repeated: it had been confirmed before."""

    number: str
    dealer_id: int
    delivery: str
    repeated: bool


def confirm_receipt(session: Session, actor: Actor, *, number: str) -> ReceiptConfirmed:
    """The dealer, or staff for him, says that what was shipped arrived. An order fully shipped and received is closed.

    Raises OrderNotFoundError, NothingToReceiveError.
    """
    raise NotImplementedError
