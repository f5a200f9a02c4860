"""Verbs of stock that touch no order."""

from datetime import date

from core.db.session import Session
from core.people.actor import Actor
from core.stock.queries import StockItem


def plan_stock(
    session: Session,
    actor: Actor,
    *,
    sku: str,
    reorder_point: int | None = None,
    inbound_on: date | None = None,
    inbound_qty: int | None = None,
) -> StockItem:
    """Set the reorder point, or what is on its way (inbound_qty 0: nothing); None keeps what is. Raises NotFoundError, BadQuantityError."""
    raise NotImplementedError
