"""Reading prices: a dealer's own newest valid one before its level's before everybody's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.db.session import Session


@dataclass(frozen=True, slots=True)
class Price:
    """Minor units per `unit` of `factor` base units, and where it comes from."""

    product_id: int
    sku: str
    unit: str
    factor: int
    price: int
    price_list: str  # dealer | level | all
    level: str  # of the list, "" unless price_list is level
    valid_from: date
    tax_rate: int  # hundredths of a percent
    tax_included: bool

    @property
    def source(self) -> str:
        """As kept on an order line: "dealer:2026-01-01", "level:B:2026-01-01", "all:2026-01-01"."""
        parts = (self.price_list, self.level, self.valid_from.isoformat())
        return ":".join(part for part in parts if part)


def prices_of(session: Session, skus: Sequence[str], *, on: date) -> dict[str, Price]:
    """Prices of the session's dealer by sku on a day; a product without one, or outside the assortment, is absent."""
    raise NotImplementedError
