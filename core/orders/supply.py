"""Stock that changes what orders can have: receipts and adjustments; back-orders are filled first come first."""

from dataclasses import dataclass

from core.db.session import Session
from core.people.actor import Actor
from core.stock.queries import StockItem


@dataclass(frozen=True, slots=True)
class Filled:
    """A back-order that got stock."""

    number: str
    dealer_id: int
    sku: str
    base_qty: int


@dataclass(frozen=True, slots=True)
class StockChanged:
    """The stock afterwards, and the back-orders it filled."""

    item: StockItem
    change: int
    filled: tuple[Filled, ...]
    repeated: bool


def receive_stock(
    session: Session, actor: Actor, *, sku: str, base_qty: int, source: str, reason: str = ""
) -> StockChanged:
    """Goods came in. Raises NotFoundError, BadQuantityError, SourceUsedError; the same `source` again changes nothing."""
    raise NotImplementedError


def adjust_stock(
    session: Session,
    actor: Actor,
    *,
    sku: str,
    source: str,
    reason: str,
    change: int | None = None,
    counted: int | None = None,
    opening: bool = False,
) -> StockChanged:
    """Correct the stock by a signed change, or to what was counted. Raises as receive_stock, and BelowReservedError."""
    raise NotImplementedError
