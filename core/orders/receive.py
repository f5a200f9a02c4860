"""Goods arrived at the dealer."""

from dataclasses import dataclass

from sqlalchemy import bindparam, update

from core.db.scope import scoped
from core.db.session import Session
from core.orders.errors import NothingToReceiveError
from core.orders.locks import lines_of, locked_order
from core.orders.models import orders, shipments
from core.people.actor import Actor
from core.people.policy import require
from core.people.trail import trail

_receive = scoped(
    update(shipments)
    .where(shipments.c.order_id == bindparam("order"), shipments.c.received_at.is_(None))
    .values(received_at=bindparam("now"), received_by=bindparam("who"))
    .returning(shipments.c.value)
)
_close = scoped(
    update(orders)
    .where(orders.c.id == bindparam("order"))
    .values(state="closed", delivered_at=bindparam("now"))
)


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
    require(actor, "orders.confirm_receipt")
    bound, order, _ = locked_order(session, number)
    if order.state == "closed":
        return ReceiptConfirmed(number, bound.dealer_id, "delivered", repeated=True)
    lines = lines_of(bound, order.id)
    complete = all(line.shipped == line.base_qty for line in lines)
    arrived = (
        bound.execute(_receive, {"order": order.id, "now": bound.now, "who": actor.subject}).scalars().all()
    )
    if not arrived:
        if order.last_shipped_at is not None:
            return ReceiptConfirmed(number, bound.dealer_id, "partial", repeated=True)
        raise NothingToReceiveError(
            number=number,
            state=order.state,
            delivery="none",
        )
    if complete:
        bound.execute(_close, {"order": order.id, "now": bound.now})
    delivery = "delivered" if complete else "partial"
    trail(bound, actor, "orders.confirm_receipt", number, delivery=delivery)
    bound.report("orders.received", number=number, delivery=delivery, value=sum(arrived), by=actor.subject)
    return ReceiptConfirmed(number, bound.dealer_id, delivery, repeated=False)
