"""Pure rules of orders: splits that sum exactly, derived states, lateness, numbers."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median_low

from core.kit.money import share

REVIEW_TIME = timedelta(hours=24)
"""How long an order over credit keeps its stock and price while it waits for a decision."""

MAX_LINES = 200

HABIT_TIMES = 5
"""How many times more, or less, than usual a quantity is asked about."""

MOST_DIGITS = 9
"""Of an order number after its day."""


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


def usual_qty(base_qty: int, factor: int, recent: Sequence[int], factors: Iterable[int]) -> int:
    """What was more likely meant by a quantity that does not look like this dealer's; 0 when it does.

    recent: base units of earlier orders, at least two to know a habit by. A quantity taken before is never doubted. factor: of
    the unit it was said in; factors: of the product's other units, one of which may have been meant.
    """
    if len(recent) < 2 or base_qty in recent:
        return 0
    usual = median_low(recent)
    meant = (base_qty * other // factor for other in factors if other != factor)
    slip = next((each for each in meant if each in recent), 0)
    far = base_qty > HABIT_TIMES * usual or base_qty * HABIT_TIMES < usual
    return slip or (usual if far else 0)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What lateness is judged by: days are the brand's."""

    number: str
    state: str
    placed_on: date
    deliver_on: date | None
    shipped_on: date | None  # the last shipment
    ended_on: date | None  # delivered or cancelled
    waiting: Mapping[str, date | None]  # skus with back-ordered units, and when stock is expected
    complete: bool  # nothing is left to ship
    carrier: str = ""
    tracking: str = ""


def lateness(order: Progress, today: date) -> Lateness:
    """Where an order stands against its day, and what it waits for."""
    code, since = _stands(order)
    inbound = [order.waiting[sku] for sku in order.waiting]
    known = [day for day in inbound if day is not None]
    until = order.ended_on or today
    return Lateness(
        number=order.number,
        code=code,
        deliver_on=order.deliver_on,
        days=max(0, (until - order.deliver_on).days) if order.deliver_on else 0,
        since=since,
        waiting=tuple(order.waiting),
        inbound_on=max(known) if known and len(known) == len(inbound) else None,
        carrier=order.carrier,
        tracking=order.tracking,
    )


def _stands(order: Progress) -> tuple[str, date | None]:
    if order.state == "cancelled":
        return "cancelled", order.ended_on
    if order.state == "closed":
        return "delivered", order.ended_on
    if order.state == "pending_review":
        return "in_review", order.placed_on
    if order.waiting:
        return "waiting_for_stock", order.placed_on
    if order.complete:
        return "on_the_way", order.shipped_on
    return "to_be_shipped", order.placed_on


def numbers_ending(reference: str, today: date) -> tuple[str, ...]:
    """Order numbers of the last 400 days that a reference of at least four digits may stand for.

    "0031", "1008-0031" and "10080031" are tails of 261008-0031; a longer tail of digits alone may be number or day.
    """
    digits = reference.replace("-", "")
    if not digits.isascii() or not digits.isdigit() or len(digits) < 4:
        return ()
    splits = (
        [reference.rsplit("-", 1)]
        if "-" in reference
        else [[digits[:-size], digits[-size:]] for size in range(4, min(len(digits), MOST_DIGITS) + 1)]
    )
    days = [f"{today - timedelta(days=back):%y%m%d}" for back in range(400)]
    return tuple(f"{day}-{tail}" for day_tail, tail in splits for day in days if day.endswith(day_tail))


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
