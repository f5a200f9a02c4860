"""What staff see before they decide: reviews with their arithmetic, and a dealer at a glance."""

from dataclasses import dataclass
from datetime import date, datetime

from core.db.session import Session
from core.orders.account import Account
from core.orders.queries import OrderSummary, OrderView


@dataclass(frozen=True, slots=True)
class Punctuality:
    """How an earlier order was paid. days_late 0: in time; due None: not due yet and not paid."""

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
    raise NotImplementedError


def review_card(session: Session, number: str) -> Review:
    """The arithmetic of one review. Raises OrderNotFoundError."""
    raise NotImplementedError


def dealer_overview(session: Session, *, dealer: str | None = None) -> DealerOverview:
    """A dealer of the region by code, or the one the session is bound to. Raises NotFoundError."""
    raise NotImplementedError
