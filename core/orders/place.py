"""Placing an order: the draft becomes an order, or a refusal that says by how much it does not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.db.session import Session
from core.orders.quote import QuoteLine, Shown
from core.people.actor import Actor


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """An order that now exists. state: confirmed, or pending_review until `review_until`."""

    number: str
    state: str
    total: int
    currency: str
    lines: tuple[QuoteLine, ...]  # as ordered
    backordered: dict[str, int]  # base units by sku that follow when stock comes
    excess: int
    review_until: datetime | None


def place_order(
    session: Session,
    actor: Actor,
    *,
    draft_id: int,
    shown: Shown,
    shortage: Literal["refuse", "partial", "backorder"] = "refuse",
    over_credit: Literal["refuse", "review"] = "refuse",
    again: bool = False,
) -> OrderPlaced:
    """Order the member's draft as it was shown; the draft is empty afterwards.

    Raises DraftChangedError, DraftEmptyError, LinesRefusedError, ShortageError, PriceChangedError, OverCreditError,
    SameOrderTodayError (unless `again`), NoAddressError, DealerSuspendedError, TooLargeError, NotFoundError.
    """
    raise NotImplementedError
