"""Reading orders: one, several, and why one is late."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.db.session import Session
from core.orders.drafts import DraftLine
from core.orders.quote import Quote
from core.orders.rules import Lateness
from core.people.actor import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLineView:
    """A line as ordered and where its base units are."""

    line_no: int
    product_id: int
    sku: str
    name_zh: str
    name_en: str
    base_unit: str
    unit: str
    qty: str
    base_qty: int
    price: int
    price_unit: str
    price_factor: int
    price_source: str
    total: int
    reserved: int
    backordered: int
    shipped: int
    returned: int
    inbound_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentView:
    """lines: base units by sku."""

    carrier: str
    tracking: str
    value: int
    lines: dict[str, int]
    shipped_at: datetime
    received_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSummary:
    """An order in a list."""

    number: str
    dealer_id: int
    dealer_code: str
    dealer_name: str
    state: str
    delivery: str  # none | partial | shipped | delivered
    payment: str  # unpaid | partial | paid
    total: int
    currency: str
    placed_at: datetime
    placed_on: date
    deliver_on: date | None
    line_count: int
    first_sku: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView(OrderSummary):
    """An order with everything kept of it."""

    lines: tuple[OrderLineView, ...]
    shipments: tuple[ShipmentView, ...]
    ship_to: dict[str, Any]
    note: str
    texts: tuple[str, ...]
    confirmed_draft: dict[str, Any]
    prepared_by: str
    shipped_value: int
    returned_value: int
    paid: int
    excess: int
    review_until: datetime | None
    delivered_at: datetime | None
    cancelled_at: datetime | None
    reason: str
    cancellable: bool


def order_by_reference(session: Session, reference: str) -> OrderView:
    """The order with this number, or whose number ends with these characters (staff: at least the four last).

    Raises OrderNotFoundError (another dealer's answers the same), ReferenceAmbiguousError.
    """
    raise NotImplementedError


def orders_ending(session: Session, reference: str, *, limit: int = 8) -> tuple[OrderSummary, ...]:
    """Orders whose number ends with these characters, newest first."""
    raise NotImplementedError


def last_order(session: Session) -> OrderView | None:
    """The dealer's newest order that was not cancelled; None when there is none."""
    raise NotImplementedError


def open_orders(session: Session, *, limit: int = 20) -> tuple[OrderSummary, ...]:
    """Orders in review or confirmed, newest first; staff not bound to a dealer see their region's."""
    raise NotImplementedError


def orders_on(
    session: Session, *, first: date, last: date | None = None, limit: int = 20
) -> tuple[OrderSummary, ...]:
    """Orders placed on a day, or from the first to the last day, newest first."""
    raise NotImplementedError


def why_late(session: Session, actor: Actor, reference: str) -> Lateness:
    """Where the order stands against its delivery day. Raises as order_by_reference."""
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class LineRepriced:
    """A line of an earlier order at today's price; now_total 0 when it cannot be had any more."""

    sku: str
    name_zh: str
    name_en: str
    base_qty: int
    then_total: int
    now_total: int


@dataclass(frozen=True, slots=True)
class Repeat:
    """An earlier order as new draft lines, quoted today, and what differs. Lines that can no longer be ordered are in `gone`."""

    number: str
    lines: tuple[DraftLine, ...]
    quote: Quote
    then_total: int
    changes: tuple[LineRepriced, ...]
    gone: tuple[str, ...]  # skus


def repeat_of(session: Session, actor: Actor, reference: str | None = None) -> Repeat:
    """The last order, or the one named, to be ordered again. Raises OrderNotFoundError."""
    raise NotImplementedError


def usual_lines(session: Session, *, limit: int = 8) -> tuple[DraftLine, ...]:
    """What the dealer ordered most often in the last 90 days, each as it was last ordered."""
    raise NotImplementedError
