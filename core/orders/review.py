"""Orders over credit: approved, refused, or expired after a day."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, insert, literal_column, select, update

from core.audit.service import record
from core.credit.ledger import expose
from core.db.scope import across, scoped
from core.db.session import Session
from core.orders.backorders import fill_backorders
from core.orders.errors import (
    AlreadyDecidedError,
    OwnApprovalError,
    ReviewChangedError,
    ReviewExpiredError,
)
from core.orders.locks import locked_order, locked_stock
from core.orders.models import orders, overrides
from core.orders.release import release_order
from core.people.actor import Actor
from core.people.policy import require
from core.people.trail import trail
from core.stock.movements import report_crossings

EXPIRED = "expired"
"""The reason kept on an order whose review nobody decided in time."""

_approve = scoped(
    update(orders)
    .where(orders.c.id == bindparam("order"), orders.c.state == "pending_review")
    .values(state="confirmed", excess=bindparam("now_excess"), review_until=None)
    .returning(orders.c.id)
)
_override = scoped(insert(overrides))
_expired = across(
    select(orders.c.dealer_id, orders.c.number)
    .where(
        orders.c.state == literal_column("'pending_review'"),
        orders.c.review_until <= bindparam("now"),
    )
    .order_by(orders.c.review_until)
    .limit(bindparam("limit"))
)


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
    require(actor, "orders.approve")
    bound, order, account = locked_order(session, number)
    if order.state != "pending_review":
        return _decided(bound, order, wanted=("confirmed", "closed"))
    if order.review_until <= session.now:
        raise ReviewExpiredError(number=number, until=order.review_until)
    if order.prepared_by == actor.subject and actor.role != "admin":
        raise OwnApprovalError(number=number)
    excess = max(0, order.total - account.available)
    if shown_excess is not None and excess > shown_excess:
        raise ReviewChangedError(number=number, shown_excess=shown_excess, excess=excess)
    bound.execute(_approve, {"order": order.id, "now_excess": excess}).one()
    if excess:
        bound.execute(
            _override,
            {"order_id": order.id, "excess": excess, "approved_by": actor.staff_id, "at": session.now},
        )
    expose(bound, order.total)
    stock = locked_stock(bound, order.id)
    after, _ = fill_backorders(bound, stock)
    report_crossings(bound, stock, after)
    trail(bound, actor, "orders.approve", number, total=order.total, excess=excess)
    bound.report("orders.approved", number=number, total=order.total, excess=excess, by=actor.subject)
    return ReviewDecided(number, bound.dealer_id, "confirmed", order.total, excess, repeated=False)


def reject_order(session: Session, actor: Actor, *, number: str, reason: str = "") -> ReviewDecided:
    """Refuse an order in review: its stock is free again. Raises OrderNotFoundError, AlreadyDecidedError."""
    require(actor, "orders.approve")
    bound, order, _ = locked_order(session, number)
    if order.state != "pending_review":
        return _decided(bound, order, wanted=("cancelled",))
    release_order(bound, order, reason=reason)
    trail(bound, actor, "orders.reject", number, reason=reason, total=order.total, excess=order.excess)
    bound.report("orders.rejected", number=number, total=order.total, reason=reason, by=actor.subject)
    return ReviewDecided(number, bound.dealer_id, "cancelled", order.total, order.excess, repeated=False)


def expire_reviews(session: Session, *, limit: int = 100) -> tuple[ReviewDecided, ...]:
    """Cancel reviews whose day is over (a system session); each is a fact."""
    ended = []
    for found in session.execute(_expired, {"now": session.now, "limit": limit}).all():
        bound, order, _ = locked_order(session.for_dealer(found.dealer_id), found.number)
        if order.state != "pending_review" or order.review_until > session.now:
            continue  # decided while we waited for its account
        release_order(bound, order, reason=EXPIRED)
        record(
            bound,
            actor="system:schedule",
            action="orders.expire_review",
            object_type="orders",
            object_ref=order.number,
            detail={"total": order.total, "excess": order.excess},
        )
        bound.report("orders.review_expired", number=order.number, total=order.total)
        ended.append(
            ReviewDecided(
                order.number, bound.dealer_id, "cancelled", order.total, order.excess, repeated=False
            )
        )
    return tuple(ended)


def _decided(session: Session, order: Row[Any], *, wanted: tuple[str, ...]) -> ReviewDecided:
    """The same decision again changes nothing; the opposite one comes too late. Raises AlreadyDecidedError."""
    if order.state not in wanted:
        raise AlreadyDecidedError(number=order.number, state=order.state, reason=order.reason)
    return ReviewDecided(
        order.number, session.dealer_id, order.state, order.total, order.excess, repeated=True
    )
