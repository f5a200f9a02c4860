"""What staff see before they decide: reviews with their arithmetic, and a dealer at a glance."""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy import bindparam, func, literal_column, select

from core.db.base import Id, UtcDateTime
from core.db.scope import DEALER, across, scoped
from core.db.session import Session
from core.dealers.queries import at_dealer, dealer_by_id
from core.orders.account import Account, account_of
from core.orders.errors import OrderNotFoundError
from core.orders.locks import whose_order
from core.orders.models import orders, settlements, shipments
from core.orders.queries import open_orders, order_by_reference, summaries
from core.orders.rules import due_on
from core.orders.views import OrderSummary, OrderView, summary_of

_pending = summaries(
    across,
    (orders.c.state == literal_column("'pending_review'")) & orders.c.review_until.is_not(None),
    orders.c.review_until,
    orders.c.id,
)
_dealer = bindparam(DEALER, type_=Id)
_last_shipped = scoped(
    select(
        orders.c.number,
        orders.c.shipped_value,
        orders.c.paid,
        select(func.min(shipments.c.shipped_at, type_=UtcDateTime()))
        .where(shipments.c.dealer_id == _dealer, shipments.c.order_id == orders.c.id)
        .correlate(orders)
        .scalar_subquery()
        .label("shipped_at"),
        select(func.max(settlements.c.at, type_=UtcDateTime()))
        .where(settlements.c.dealer_id == _dealer, settlements.c.order_id == orders.c.id)
        .correlate(orders)
        .scalar_subquery()
        .label("settled_at"),
    )
    .where(orders.c.last_shipped_at.is_not(None), orders.c.state != "cancelled")
    .order_by(orders.c.placed_on.desc(), orders.c.id.desc())
    .limit(bindparam("limit"))
)


@dataclass(frozen=True, slots=True)
class Punctuality:
    """How an earlier order was paid: days_late counts to the day it was settled, or to today while it is not."""

    number: str
    due_on: date
    days_late: int
    paid: bool


@dataclass(frozen=True, slots=True)
class Review:
    """An order over credit with what a yes would do."""

    order: OrderView
    account: Account
    excess: int  # as it is now
    exposure_after: int
    available_after: int
    last_orders: tuple[Punctuality, ...]  # newest first, at most three
    until: datetime


@dataclass(frozen=True, slots=True)
class DealerOverview:
    """A dealer at a glance."""

    code: str
    name: str
    region: str
    level: str
    state: str
    account: Account
    open_orders: tuple[OrderSummary, ...]
    last_orders: tuple[Punctuality, ...]


def pending_reviews(session: Session, *, limit: int = 20) -> tuple[OrderSummary, ...]:
    """Orders that wait for a decision in the region, the most urgent first."""
    return tuple(summary_of(row) for row in session.execute(_pending, {"limit": limit}))


def review_card(session: Session, number: str, *, zone: tzinfo) -> Review:
    """The arithmetic of one review; due days are those of `zone`. Raises OrderNotFoundError, also when it is decided."""
    bound = whose_order(session, number)
    order = order_by_reference(bound, number)
    if order.review_until is None:
        raise OrderNotFoundError(reference=number)
    account = account_of(bound, zone=zone)
    return Review(
        order=order,
        account=account,
        excess=max(0, order.total - account.available),
        exposure_after=account.exposure + order.total,
        available_after=account.available - order.total,
        last_orders=punctuality(bound, payment_days=account.payment_days, zone=zone),
        until=order.review_until,
    )


def dealer_overview(session: Session, *, dealer: str | None = None, zone: tzinfo) -> DealerOverview:
    """A dealer of the region by code, or the one the session is bound to. Raises NotFoundError."""
    bound = at_dealer(session, dealer)
    who = dealer_by_id(bound, bound.dealer_id)
    account = account_of(bound, zone=zone)
    return DealerOverview(
        code=who.code,
        name=who.name,
        region=who.region,
        level=who.level,
        state=who.state,
        account=account,
        open_orders=open_orders(bound, limit=8),
        last_orders=punctuality(bound, payment_days=account.payment_days, zone=zone),
    )


def punctuality(
    session: Session, *, payment_days: int, zone: tzinfo, limit: int = 3
) -> tuple[Punctuality, ...]:
    """How the dealer paid his last shipped orders, newest first."""
    today = session.now.astimezone(zone).date()
    found = []
    for row in session.execute(_last_shipped, {"limit": limit}):
        due = due_on(row.shipped_at.astimezone(zone).date(), payment_days)
        paid = row.paid >= row.shipped_value
        until = row.settled_at.astimezone(zone).date() if paid and row.settled_at else today
        found.append(Punctuality(row.number, due, max(0, (until - due).days), paid))
    return tuple(found)
