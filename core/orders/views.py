"""What is read of orders, as frozen values."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.orders.rules import delivery_of, payment_of


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

    id: int
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


def summary_of(row: Any) -> OrderSummary:
    """An order's row with its dealer and the sums over its lines."""
    return OrderSummary(**_summary(row))


def view_of(row: Any, lines: list[Any], shipments: list[Any]) -> OrderView:
    """The same with its lines and shipments."""
    return OrderView(
        **_summary(row),
        id=row.id,
        lines=tuple(OrderLineView(**line) for line in lines),
        shipments=tuple(_shipment(shipment) for shipment in shipments),
        ship_to=row.ship_to,
        note=row.note,
        texts=tuple(row.texts),
        confirmed_draft=row.confirmed_draft,
        prepared_by=row.prepared_by,
        shipped_value=row.shipped_value,
        returned_value=row.returned_value,
        paid=row.paid,
        excess=row.excess,
        review_until=row.review_until,
        delivered_at=row.delivered_at,
        cancelled_at=row.cancelled_at,
        reason=row.reason,
        cancellable=row.state in ("pending_review", "confirmed") and row.last_shipped_at is None,
    )


def _summary(row: Any) -> dict[str, Any]:
    return {
        "number": row.number,
        "dealer_id": row.dealer_id,
        "dealer_code": row.dealer_code,
        "dealer_name": row.dealer_name,
        "state": row.state,
        "delivery": delivery_of(
            base_qty=row.base_qty, shipped=row.shipped_qty, delivered=row.delivered_at is not None
        ),
        "payment": payment_of(total=row.total, paid=row.paid),
        "total": row.total,
        "currency": row.currency,
        "placed_at": row.placed_at,
        "placed_on": row.placed_on,
        "deliver_on": row.deliver_on,
        "line_count": row.line_count,
        "first_sku": row.first_sku,
    }


def _shipment(row: Any) -> ShipmentView:
    lines: dict[str, int] = {}
    for part in row.lines:
        lines[part["sku"]] = lines.get(part["sku"], 0) + part["base_qty"]
    return ShipmentView(
        carrier=row.carrier,
        tracking=row.tracking,
        value=row.value,
        lines=lines,
        shipped_at=row.shipped_at,
        received_at=row.received_at,
    )
