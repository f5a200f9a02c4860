"""Cancelling an order, until its first shipment."""

from dataclasses import dataclass

from core.db.session import Session
from core.orders.errors import NotCancellableError
from core.orders.locks import locked_order
from core.orders.release import release_order
from core.people.actor import Actor
from core.people.policy import require
from core.people.trail import trail


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """repeated: it had been cancelled before."""

    number: str
    dealer_id: int
    total: int
    repeated: bool


def cancel_order(session: Session, actor: Actor, *, number: str, reason: str = "") -> OrderCancelled:
    """Cancel: stock and exposure are free again. Raises OrderNotFoundError, NotCancellableError."""
    require(actor, "orders.cancel")
    bound, order, _ = locked_order(session, number)
    if order.state == "cancelled":
        return OrderCancelled(number, bound.dealer_id, order.total, repeated=True)
    if order.state == "closed" or order.last_shipped_at is not None:
        raise NotCancellableError(
            number=number, state=order.state, delivery="delivered" if order.delivered_at else "shipped"
        )
    release_order(bound, order, reason=reason)
    trail(bound, actor, "orders.cancel", number, reason=reason, was=order.state, total=order.total)
    bound.report("orders.cancelled", number=number, total=order.total, reason=reason, by=actor.subject)
    return OrderCancelled(number, bound.dealer_id, order.total, repeated=False)
