"""Reading rebates: balance and progress, the way to the next tier in goods, and the lines behind every figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, String, and_, case, func, select

from core.credit.rebate_models import rebate_ledger
from core.db.rows import json_rows
from core.db.scope import scoped
from core.db.session import Session
from core.orders.models import orders
from core.pricing.queries import LISTED, PRICE_COLUMNS, price_of_row, priced
from core.pricing.rules import line_total
from core.products.models import products
from core.rebates.books import books_of
from core.rebates.models import programmes
from core.rebates.programmes import Programme
from core.rebates.purchases import Bought
from core.rebates.rules import Tier, earned, next_tier, tier_at, units_for

SUGGESTED = 5
"""Of how many of its goods, the most bought first, one is suggested."""

_rows = json_rows("coach_skus", sku=String())
_goods = scoped(
    select(*PRICE_COLUMNS, products.c.default_unit, products.c.units, products.c.min_qty, products.c.multiple)
    .select_from(priced(_rows))
    .where(products.c.active, LISTED)
)
_claim = case((rebate_ledger.c.kind == "claim", func.replace(rebate_ledger.c.source, "claim:", "")), else_="")
_number = func.coalesce(orders.c.number, _claim).label("number")
_by_order = scoped(
    select(
        func.coalesce(programmes.c.code, "").label("programme"), _number,
        rebate_ledger.c.kind, func.sum(rebate_ledger.c.amount).label("amount"),
        func.max(rebate_ledger.c.at).label("at"),
    )
    .select_from(
        rebate_ledger.outerjoin(
            orders, and_(orders.c.dealer_id == rebate_ledger.c.dealer_id, orders.c.id == rebate_ledger.c.order_id)
        ).outerjoin(programmes, programmes.c.id == rebate_ledger.c.programme_id)
    )
    .group_by(programmes.c.code, _number, rebate_ledger.c.kind)
    .order_by(func.max(rebate_ledger.c.id).desc())
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a dealer stands in a programme, in minor units. base: bought and shipped, returns taken off."""

    programme: Programme
    bought: tuple[Bought, ...]
    base: int
    tier: Tier | None
    earned: int
    pending: int  # on order, counts once shipped
    next: Tier | None  # after that

    @property
    def missing(self) -> int:
        """What must be ordered beyond what is on order to be above the next tier's threshold; 0 at the top."""
        return self.next.above - self.base - self.pending + 1 if self.next else 0

    @property
    def expected(self) -> int:
        """What is earned when all that is on order has been shipped."""
        return self._earned(self.base + self.pending)

    def gain(self, more: int) -> int:
        """What ordering so much more would add."""
        return self._earned(self.base + self.pending + more) - self.expected

    def _earned(self, base: int) -> int:
        return earned(self.programme.kind, self.programme.tiers, base)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A dealer's rebates: what may be used now, and how the programmes stand."""

    balance: int
    progress: tuple[Progress, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """The goods that reach the next tier: so many of a unit, what they cost and what they gain."""

    programme: str
    sku: str
    units: int
    unit: str
    cost: int
    gain: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Part of a balance: what one order earned in a programme or what was used on it, or a claim; opening: number is ""."""

    programme: str
    number: str
    kind: str  # opening | earned | claim | used | released
    amount: int
    at: datetime


def standing(session: Session, *, since: datetime, until: datetime) -> Standing:
    """The balance of the session's dealer and its programmes that have days between two moments."""
    books = books_of(session, since=since, until=until)
    progress = tuple(
        progress_in(
            each, books.purchases.under(each), pending=books.pending(each) if each.ends > session.now else 0
        )
        for each in books.programmes
    )
    return Standing(balance=books.balance, progress=progress)


def progress_in(programme: Programme, bought: tuple[Bought, ...], *, pending: int = 0) -> Progress:
    """Where these purchases stand in a programme, and what follows when what is on order has been shipped."""
    base = sum(one.value for one in bought)
    return Progress(
        programme=programme,
        bought=bought,
        base=base,
        tier=tier_at(programme.tiers, base),
        earned=earned(programme.kind, programme.tiers, base),
        pending=pending,
        next=next_tier(programme.tiers, base + pending),
    )


def suggestions(
    session: Session, progress: Sequence[Progress], *, on: date, wanted: Sequence[str] = ()
) -> dict[str, Suggestion]:
    """By programme what to order to reach its next tier: goods asked for, else its product, else the most bought."""
    open_ = [each for each in progress if each.next]
    goods = {each.programme.code: _goods_for(each, wanted) for each in open_}
    skus = [{"sku": sku} for sku in dict.fromkeys(sku for several in goods.values() for sku in several)]
    if not skus:
        return {}
    known = {row.sku: row for row in session.execute(_goods, {"coach_skus": skus, "on": on})}
    found = {}
    for each in open_:
        priced_goods = [known[sku] for sku in goods[each.programme.code] if sku in known]
        made = next((one for row in priced_goods if (one := _suggestion(each, row))), None)
        if made is not None:
            found[each.programme.code] = made
    return found


def _goods_for(progress: Progress, wanted: Sequence[str]) -> list[str]:
    if progress.programme.sku:
        return [progress.programme.sku]
    sums: dict[str, int] = {}
    for one in progress.bought:
        sums[one.sku] = sums.get(one.sku, 0) + one.value
    most = sorted(sums, key=lambda sku: (-sums[sku], sku))
    everything = not progress.programme.category
    return [sku for sku in wanted if everything or sku in sums] + most[:SUGGESTED]


def _suggestion(progress: Progress, row: Row[Any]) -> Suggestion | None:
    price = price_of_row(row)
    if price is None or price.price <= 0:
        return None
    factor = int(row.units[row.default_unit]["factor"])
    units = units_for(
        progress.missing, price=price.price, price_factor=price.factor, factor=factor, least=row.min_qty,
        multiple=row.multiple,
    )  # fmt: skip
    cost = line_total(price.price, price.factor, units * factor)
    return Suggestion(
        programme=progress.programme.code, sku=row.sku, units=units, unit=row.default_unit, cost=cost,
        gain=progress.gain(cost),
    )  # fmt: skip


def balance_lines(session: Session) -> tuple[Line, ...]:
    """The lines whose sum is the dealer's balance, the latest first: by programme and order, by claim, and by use."""
    return tuple(
        Line(programme=row.programme, number=row.number, kind=row.kind, amount=int(row.amount), at=row.at)
        for row in session.execute(_by_order)
    )
