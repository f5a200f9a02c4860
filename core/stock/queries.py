"""Reading stock. All quantities are whole base units."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.db.session import Session


@dataclass(frozen=True, slots=True)
class StockItem:
    """What there is of one product. available = on_hand - reserved."""

    product_id: int
    sku: str
    on_hand: int
    reserved: int
    reorder_point: int
    inbound_on: date | None
    inbound_qty: int

    @property
    def available(self) -> int:
        """What can still be ordered now."""
        return self.on_hand - self.reserved

    @property
    def low(self) -> bool:
        """Whether it is below its reorder point."""
        return self.available < self.reorder_point


def stock_of(session: Session, skus: Sequence[str]) -> dict[str, StockItem]:
    """Stock by sku; a product unknown or outside the dealer's assortment is absent, one never stocked is zero."""
    raise NotImplementedError


def low_stock(session: Session, *, limit: int = 50) -> tuple[StockItem, ...]:
    """Products below their reorder point."""
    raise NotImplementedError
