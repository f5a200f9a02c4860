"""Pure rules of orders: splits that sum exactly, derived states, lateness, numbers."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.kit.money import share

REVIEW_TIME = timedelta(hours=24)
"""How long an order over credit keeps its stock and price while it waits for a decision."""

MAX_LINES = 200


@dataclass(frozen=True, slots=True)
class Lateness:
    """Where an order stands against its day.

    code: cancelled | delivered | on_the_way | in_review | waiting_for_stock | to_be_shipped. days > 0: late by so many.
    """

    number: str
    code: str
    deliver_on: date | None
    days: int
    since: date | None  # of what `code` names: placed, shipped or delivered on
    waiting: tuple[str, ...]  # skus that wait for stock
    inbound_on: date | None  # the day all of it is expected, None when unknown
    carrier: str
    tracking: str


def value_of(total: int, base_qty: int, *, before: int, more: int) -> int:
    """What `more` base units of a line are worth when `before` of its `base_qty` went already.

    The difference of two rounded cumulative values, so that the parts of a line always sum to its total.
    """
    return share(total, before + more, base_qty) - share(total, before, base_qty)


def usable_qty(available: int, *, min_qty: int, multiple: int) -> int:
    """The most that can be ordered of what there is, in whole multiples; 0 when that is below the smallest quantity."""
    usable = available - available % max(multiple, 1)
    return usable if usable > 0 and usable >= min_qty else 0


def fingerprint(quantities: Iterable[tuple[str, int]]) -> str:
    """Equal for equal goods and base quantities, whatever the order and split of lines."""
    totals: dict[str, int] = {}
    for sku, base_qty in quantities:
        totals[sku] = totals.get(sku, 0) + base_qty
    text = "\n".join(f"{sku}\t{base_qty}" for sku, base_qty in sorted(totals.items()))
    return hashlib.sha256(text.encode()).hexdigest()


def order_number(day: date, attempt: int) -> str:
    """A random number of the day that tells nothing of how many there are: YYMMDD-NNNN, longer after crowded attempts."""
    digits = 4 + attempt // 3
    return f"{day:%y%m%d}-{secrets.randbelow(10**digits):0{digits}}"


def delivery_of(*, base_qty: int, shipped: int, delivered: bool) -> str:
    """The delivery none | partial | shipped | delivered, from sums over the lines."""
    if delivered:
        return "delivered"
    if shipped == 0:
        return "none"
    return "shipped" if shipped >= base_qty else "partial"


def payment_of(*, total: int, paid: int) -> str:
    """The payment unpaid | partial | paid."""
    if paid >= total:
        return "paid"
    return "partial" if paid else "unpaid"


def due_on(shipped_on: date, payment_days: int) -> date:
    """The last day on which a shipment is paid in time."""
    return shipped_on + timedelta(days=payment_days)


def split_by_line(wanted: Mapping[str, int], lines: Iterable[tuple[int, str, int]]) -> dict[int, int]:
    """Spread base units by sku over lines of (line number, sku, at most), the first lines first.

    What no line can take is left out: compare the sums.
    """
    left = dict(wanted)
    parts: dict[int, int] = {}
    for line_no, sku, most in lines:
        take = min(left.get(sku, 0), most)
        if take > 0:
            parts[line_no] = take
            left[sku] -= take
    return parts


def moment(at: datetime) -> str:
    """A moment as facts and audit rows carry it."""
    return at.isoformat()
