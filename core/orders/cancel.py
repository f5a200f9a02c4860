"""Cancelling an order, until its first shipment."""

from dataclasses import dataclass

from core.db.session import Session
from core.people.actor import Actor


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """repeated: it had been cancelled before."""

    number: str
    dealer_id: int
    total: int
    repeated: bool


def cancel_order(session: Session, actor: Actor, *, number: str, reason: str = "") -> OrderCancelled:
    """Cancel: stock and exposure are free again. Raises OrderNotFoundError, NotCancellableError."""
    raise NotImplementedError
