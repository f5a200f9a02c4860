"""Shipping: stock leaves, exposure becomes debt, credits that are free settle it."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.db.session import Session
from core.people.actor import Actor


@dataclass(frozen=True, slots=True)
class OrderShipped:
    """A shipment. lines: base units by sku; rest: base units of the order still to ship."""

    number: str
    dealer_id: int
    carrier: str
    tracking: str
    value: int
    lines: dict[str, int]
    rest: int
    delivery: str
    repeated: bool


def ship_order(
    session: Session,
    actor: Actor,
    *,
    number: str,
    source: str,
    lines: Mapping[str, int] | None = None,
    carrier: str = "",
    tracking: str = "",
) -> OrderShipped:
    """Ship what is reserved (None), or these base units by sku. The same `source` again changes nothing.

    Raises OrderNotFoundError, NotShippableError, ShipQuantityError, SourceUsedError.
    """
    raise NotImplementedError
