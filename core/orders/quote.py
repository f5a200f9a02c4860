"""What a draft would cost and whether it can be had: one statement whatever the number of lines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Integer, String, and_, bindparam, cast, func, select

from core.credit.models import accounts
from core.credit.queries import NOTHING, STANDING_COLUMNS, Standing, standing_of
from core.db.base import Id
from core.db.rows import json_rows
from core.db.scope import DEALER, scoped
from core.db.session import Session
from core.dealers.models import dealers
from core.kit.clock import business_day
from core.orders.drafts import DraftLine
from core.orders.errors import LineProblem, Shortage
from core.orders.models import order_lines, orders
from core.orders.rules import fingerprint, usable_qty
from core.people.actor import Actor
from core.pricing.queries import LISTED, PRICE_COLUMNS, price_of_row, priced
from core.pricing.rules import line_total
from core.products.models import products
from core.stock.models import stock_items
from core.stock.movements import MAX_BASE_QTY

HABIT_ORDERS = 20
"""How many of the dealer's newest orders tell what it usually takes."""

_newest = (
    select(orders.c.dealer_id, orders.c.id)
    .where(orders.c.dealer_id == bindparam(DEALER, type_=Id), orders.c.state != "cancelled")
    .order_by(orders.c.placed_on.desc(), orders.c.id.desc())
    .limit(HABIT_ORDERS)
    .subquery()
)
_taken = (
    select(
        order_lines.c.dealer_id,
        order_lines.c.product_id,
        func.aggregate_strings(cast(order_lines.c.base_qty, String), ",").label("recent"),
    )
    .select_from(
        _newest.join(
            order_lines,
            and_(order_lines.c.order_id == _newest.c.id, order_lines.c.dealer_id == _newest.c.dealer_id),
        )
    )
    .group_by(order_lines.c.dealer_id, order_lines.c.product_id)
    .subquery()
)
_rows = json_rows("quote_lines", sku=String(), line_no=Integer())
_goods = (
    select(
        _rows.c.line_no,
        *PRICE_COLUMNS,
        products.c.name_zh,
        products.c.name_en,
        products.c.base_unit,
        products.c.min_qty,
        products.c.multiple,
        products.c.active,
        products.c.successor,
        LISTED.label("listed"),
        func.coalesce(stock_items.c.on_hand - stock_items.c.reserved, 0).label("available"),
        stock_items.c.inbound_on,
        func.coalesce(stock_items.c.inbound_qty, 0).label("inbound_qty"),
        func.coalesce(_taken.c.recent, "").label("recent"),
    )
    .select_from(
        priced(_rows)
        .outerjoin(stock_items, stock_items.c.product_id == products.c.id)
        .outerjoin(
            _taken,
            and_(_taken.c.product_id == products.c.id, _taken.c.dealer_id == bindparam(DEALER, type_=Id)),
        )
    )
    .order_by(_rows.c.line_no)
)
_priced_goods = scoped(_goods)
SAME_TODAY = (
    select(func.max(orders.c.number))
    .where(
        orders.c.dealer_id == bindparam(DEALER, type_=Id),
        orders.c.fingerprint == bindparam("fingerprint"),
        orders.c.placed_on == bindparam("today"),
        orders.c.state != "cancelled",
    )
    .scalar_subquery()
    .label("same_today")
)
"""Number of an order of the dealer and day with this fingerprint."""
_dealer = select(*STANDING_COLUMNS, SAME_TODAY).select_from(
    dealers.outerjoin(accounts, accounts.c.dealer_id == dealers.c.id)
)
_account = scoped(_dealer.where(dealers.c.id == bindparam(DEALER, type_=Id)))
_quoted = scoped(
    _goods.add_columns(*STANDING_COLUMNS, SAME_TODAY).outerjoin(
        accounts, accounts.c.dealer_id == dealers.c.id
    )
)


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
    recent: tuple[int, ...] = ()  # base units of the dealer's recent orders of it

    @property
    def short(self) -> int:
        """Base units that are missing."""
        return max(0, self.base_qty - self.available)

    @property
    def shortage(self) -> Shortage:
        """The line as a shortage."""
        return Shortage(
            sku=self.sku,
            name_zh=self.name_zh,
            name_en=self.name_en,
            wanted=self.base_qty,
            available=self.available,
            usable=self.usable,
            inbound_on=self.inbound_on,
            inbound_qty=self.inbound_qty,
        )


@dataclass(frozen=True, slots=True)
class Quote:
    """The whole draft: lines, totals, the account, and the number of an equal order of today."""

    lines: tuple[QuoteLine, ...]
    total: int
    partial_total: int
    account: Standing
    same_today: str  # number of an order of today with the same goods and quantities, or ""

    @property
    def problems(self) -> tuple[LineProblem, ...]:
        """Lines that cannot be ordered at all."""
        return tuple(line.problem for line in self.lines if line.problem is not None)

    @property
    def shortages(self) -> tuple[Shortage, ...]:
        """Products of which there is too little."""
        return tuple(line.shortage for line in self.lines if line.short and line.problem is None)

    @property
    def excess(self) -> int:
        """How far the total is beyond the credit available; 0 when it fits."""
        return max(0, self.total - self.account.available)

    def shown(self, version: int, *, partial: bool = False) -> Shown:
        """What to keep when this quote is shown for a draft of that version; partial: with only what there is."""
        if partial:
            lines = [
                ShownLine(line.sku, line.usable, line.partial_total) for line in self.lines if line.usable
            ]
            return Shown(version, tuple(lines), self.partial_total)
        return Shown(
            version,
            tuple(ShownLine(line.sku, line.base_qty, line.total) for line in self.lines),
            self.total,
        )


def quote(session: Session, actor: Actor, lines: Sequence[DraftLine]) -> Quote:
    """Price and availability of draft lines for the session's dealer on the actor's day."""
    today = business_day(session.now, actor.zone)
    order = fingerprint((line.sku, line.base_qty) for line in lines)
    found = session.execute(_quoted, {**_wanted(lines, today), "fingerprint": order, "today": today}).all()
    row = found[0] if found else session.execute(_account, {"fingerprint": order, "today": today}).one()
    quoted = _lines_of(lines, found)
    return Quote(
        lines=quoted,
        total=sum(line.total for line in quoted),
        partial_total=sum(line.partial_total for line in quoted),
        account=NOTHING if row.credit_limit is None else standing_of(row),
        same_today=row.same_today or "",
    )


def quote_lines(session: Session, lines: Sequence[DraftLine], *, on: date) -> tuple[QuoteLine, ...]:
    """Each draft line with its price on a day and what there is for it, in one statement."""
    return _lines_of(lines, session.execute(_priced_goods, _wanted(lines, on)))


def _wanted(lines: Sequence[DraftLine], on: date) -> dict[str, Any]:
    return {
        "quote_lines": [{"sku": line.sku, "line_no": line_no} for line_no, line in enumerate(lines)],
        "on": on,
    }


def _lines_of(lines: Sequence[DraftLine], found: Iterable[Any]) -> tuple[QuoteLine, ...]:
    """The lines with what was found of their products; the draft's earlier lines take from the stock first."""
    goods = {row.line_no: row for row in found}
    left: dict[str, int] = {}
    quoted = []
    for line_no, line in enumerate(lines):
        row = goods.get(line_no)
        if row is None:
            quoted.append(_unknown(line))
            continue
        available = left.setdefault(line.sku, row.available)
        quoted.append(_line(line, row, available))
        left[line.sku] = max(0, available - line.base_qty)
    return tuple(quoted)


def _line(line: DraftLine, row: Any, available: int) -> QuoteLine:
    price = price_of_row(row)
    problem = _problem(line, row, priced=price is not None)
    usable = 0
    if problem is None:
        usable = min(line.base_qty, usable_qty(available, min_qty=row.min_qty, multiple=row.multiple))
    sound = price is not None and (problem is None or problem.code != "bad_quantity")
    return QuoteLine(
        product_id=row.product_id,
        sku=line.sku,
        name_zh=row.name_zh,
        name_en=row.name_en,
        base_unit=row.base_unit,
        unit=line.unit,
        qty=line.qty,
        base_qty=line.base_qty,
        price=price.price if price else 0,
        price_unit=price.unit if price else "",
        price_factor=price.factor if price else 1,
        price_source=price.source if price else "",
        total=line_total(price.price, price.factor, line.base_qty) if price and sound else 0,
        available=available,
        usable=usable,
        partial_total=line_total(price.price, price.factor, usable) if price and usable else 0,
        inbound_on=row.inbound_on,
        inbound_qty=row.inbound_qty,
        problem=problem,
        recent=tuple(int(base_qty) for base_qty in row.recent.split(",") if base_qty),
    )


def _problem(line: DraftLine, row: Any, *, priced: bool) -> LineProblem | None:
    checks = (
        ("bad_quantity", 0 < line.base_qty <= MAX_BASE_QTY, MAX_BASE_QTY),
        ("not_listed", row.listed, 0),
        ("inactive", row.active, 0),
        ("no_price", priced, 0),
        ("min_qty", line.base_qty >= row.min_qty, row.min_qty),
        ("multiple", line.base_qty % max(row.multiple, 1) == 0, row.multiple),
    )
    for code, fine, limit in checks:
        if not fine:
            successor = row.successor if code == "inactive" else ""
            return LineProblem(line.sku, row.name_zh, row.name_en, code, limit, successor)
    return None


def _unknown(line: DraftLine) -> QuoteLine:
    return QuoteLine(
        product_id=0,
        sku=line.sku,
        name_zh=line.sku,
        name_en=line.sku,
        base_unit="",
        unit=line.unit,
        qty=line.qty,
        base_qty=line.base_qty,
        price=0,
        price_unit="",
        price_factor=1,
        price_source="",
        total=0,
        available=0,
        usable=0,
        partial_total=0,
        inbound_on=None,
        inbound_qty=0,
        problem=LineProblem(line.sku, line.sku, line.sku, "not_found"),
    )
