"""Refusals about drafts and orders. Money in minor units, quantities in base units; lists hold the named values below."""

from dataclasses import dataclass
from datetime import date

from core.kit.errors import DealerError, NotFoundError, StaleError


@dataclass(frozen=True, slots=True)
class QuantityChange:
    """A line of the draft that is not what was shown; 0 means absent."""

    sku: str
    shown: int
    now: int


@dataclass(frozen=True, slots=True)
class TotalChange:
    """A line whose total is not what was shown."""

    sku: str
    shown: int
    now: int


@dataclass(frozen=True, slots=True)
class Shortage:
    """A product of which there is too little; `usable` respects its smallest quantity and multiple."""

    sku: str
    name_zh: str
    name_en: str
    wanted: int
    available: int
    usable: int
    inbound_on: date | None
    inbound_qty: int


@dataclass(frozen=True, slots=True)
class LineProblem:
    """Why a line cannot be ordered at all: not_found | inactive | not_listed | no_price | min_qty | multiple | bad_quantity."""

    sku: str
    name_zh: str
    name_en: str
    code: str
    limit: int = 0  # the smallest quantity, the multiple or the largest quantity
    successor: str = ""


class DraftEmptyError(DealerError):
    """Nothing to order."""

    code = "orders.draft_empty"


class DraftChangedError(StaleError):
    """The draft is not the one that was shown. Fields: changes (QuantityChange), version."""

    code = "orders.draft_changed"


class PriceChangedError(StaleError):
    """A price is not the one that was shown. Fields: changes (TotalChange), total, shown_total."""

    code = "orders.price_changed"


class LinesRefusedError(DealerError):
    """Lines that cannot be ordered. Fields: problems (LineProblem)."""

    code = "orders.lines_refused"


class ShortageError(DealerError):
    """Too little stock, or less than was shown. Fields: shortages (Shortage), partial_possible."""

    code = "orders.shortage"


class OverCreditError(DealerError):
    """Beyond the credit available.

    Fields: credit_limit, balance, exposure, available, total, excess, overdue, oldest_overdue (order number or ""),
    oldest_overdue_on (its due day or None).
    """

    code = "orders.over_credit"


class SameOrderTodayError(DealerError):
    """The same goods and quantities were ordered today already. Fields: number."""

    code = "orders.same_order_today"


class DealerSuspendedError(DealerError):
    """The dealer may not order at present."""

    code = "orders.dealer_suspended"


class TooLargeError(DealerError):
    """More lines or money than one order may have. Fields: lines, most_lines, total, most_total."""

    code = "orders.too_large"


class OrderNotFoundError(NotFoundError):
    """No such order, or another dealer's. Fields: reference."""

    code = "orders.not_found"


class ReferenceAmbiguousError(DealerError):
    """Several orders end with these characters. Fields: reference, numbers."""

    code = "orders.reference_ambiguous"


class AlreadyDecidedError(DealerError):
    """The review was decided otherwise before. Fields: number, state, reason."""

    code = "orders.already_decided"


class ReviewExpiredError(DealerError):
    """The review's time is over; stock and price are no longer held. Fields: number, until."""

    code = "orders.review_expired"


class ReviewChangedError(StaleError):
    """The excess grew since the card was shown. Fields: number, shown_excess, excess."""

    code = "orders.review_changed"


class OwnApprovalError(DealerError):
    """Who prepared an order may not approve it. Fields: number."""

    code = "orders.own_approval"


class NotCancellableError(DealerError):
    """Shipped in part or closed. Fields: number, state, delivery."""

    code = "orders.not_cancellable"


class NotShippableError(DealerError):
    """Not confirmed, or nothing of it is reserved. Fields: number, state, delivery."""

    code = "orders.not_shippable"


class ShipQuantityError(DealerError):
    """More than is reserved for the order. Fields: number, sku, asked, reserved."""

    code = "orders.ship_quantity"


class NothingToReceiveError(DealerError):
    """Nothing of the order is on its way. Fields: number, state, delivery."""

    code = "orders.nothing_to_receive"


class ReturnQuantityError(DealerError):
    """More than was shipped and not yet returned. Fields: number, sku, asked, returnable."""

    code = "orders.return_quantity"
