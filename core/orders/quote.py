"""What a draft would cost and whether it can be had: two statements whatever the number of lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.credit.queries import Standing
from core.db.session import Session
from core.orders.drafts import DraftLine
from core.orders.errors import LineProblem, Shortage
from core.people.actor import Actor


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line as it was shown: base units and its total in minor units."""

    sku: str
    base_qty: int
    total: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What a person saw before confirming: the draft's version, the lines and the total. Plain values, kept in the dialogue's state."""

    version: int
    lines: tuple[ShownLine, ...]
    total: int


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """A draft line with its price and stock. price is minor units per `price_unit`; 0 with problem "no_price"."""

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
    available: int  # for this line, after the draft's earlier lines of the same product
    usable: int  # what "order what there is" would take
    partial_total: int
    inbound_on: date | None
    inbound_qty: int
    problem: LineProblem | None

    @property
    def short(self) -> int:
        """Base units that are missing."""
        return max(0, self.base_qty - self.available)


@dataclass(frozen=True, slots=True)
class Quote:
    """The whole draft: lines, totals, the account, and the number of an equal order of today."""

    lines: tuple[QuoteLine, ...]
    total: int
    partial_total: int
    account: Standing
    same_today: str  # number of an order of today with the same goods and quantities, or ""
    tax_included: bool

    @property
    def problems(self) -> tuple[LineProblem, ...]:
        """Lines that cannot be ordered at all."""
        return tuple(line.problem for line in self.lines if line.problem is not None)

    @property
    def shortages(self) -> tuple[Shortage, ...]:
        """Products of which there is too little."""
        raise NotImplementedError

    @property
    def excess(self) -> int:
        """How far the total is beyond the credit available; 0 when it fits."""
        return max(0, self.total - self.account.available)

    def shown(self, version: int, *, partial: bool = False) -> Shown:
        """What to keep when this quote is shown for a draft of that version; partial: with only what there is."""
        raise NotImplementedError


def quote(session: Session, actor: Actor, lines: Sequence[DraftLine]) -> Quote:
    """Price and availability of draft lines for the session's dealer on the actor's day."""
    raise NotImplementedError
