"""How long stock lasts: what is low or far too much, with what is on its way and how much to order."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Subquery,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    update,
)

from core.db.base import Id
from core.db.session import Session
from core.kit.clock import business_day
from core.people.actor import Actor
from core.people.policy import require
from core.people.trail import trail
from core.products.models import products
from core.stock.models import stock_items, stock_ledger
from core.stock.rules import TOO_MUCH, WINDOW, cover_days, suggested_qty
from core.stock.service import lock_stocked

SNOOZE = timedelta(days=3)
"""How long nobody is told of a product that was put off."""


@dataclass(frozen=True, slots=True)
class Cover:
    """One product's stock in days. cover None: nothing was sold in the window; suggested 0: enough is on its way."""

    product_id: int
    sku: str
    name_zh: str
    name_en: str
    size: str
    unit: str
    available: int
    reorder_point: int
    inbound_qty: int
    inbound_on: date | None
    cover: int | None
    suggested: int
    snoozed_until: date | None
    high_since: date | None

    @property
    def low(self) -> bool:
        """Below its reorder point."""
        return self.available < self.reorder_point

    @property
    def high(self) -> bool:
        """More than half a year of sale."""
        return self.cover is not None and self.cover >= TOO_MUCH

    def quiet(self, today: date) -> bool:
        """Somebody put it off until a later day."""
        return self.snoozed_until is not None and today < self.snoozed_until


def _with_sales(*only: ColumnElement[bool]) -> tuple[Select[Any], Subquery]:
    """Stocked products with what was shipped of them since a moment. only: limits the shipments that are summed."""
    sold = (
        select(
            stock_ledger.c.product_id,
            func.cast(func.sum(-stock_ledger.c.qty), Integer).label("shipped"),
        )
        .where(
            stock_ledger.c.kind == literal_column("'shipment'"),
            stock_ledger.c.at >= bindparam("since"),
            *only,
        )
        .group_by(stock_ledger.c.product_id)
        .subquery("sold")
    )
    stocked = stock_items.join(products, products.c.id == stock_items.c.product_id)
    columns = (
        products.c.id,
        products.c.sku,
        products.c.name_zh,
        products.c.name_en,
        products.c.size,
        products.c.base_unit,
        products.c.default_unit,
        products.c.units,
        stock_items,
        func.coalesce(sold.c.shipped, 0).label("shipped"),
    )
    joined = stocked.outerjoin(sold, sold.c.product_id == stock_items.c.product_id)
    return select(*columns).select_from(joined), sold


WITH_SALES, _sold = _with_sales()
"""Every stocked product with what was shipped of it since a moment."""
_available = stock_items.c.on_hand - stock_items.c.reserved
_notable = WITH_SALES.where(
    products.c.active,
    or_(
        _available - stock_items.c.reorder_point < literal_column("0"),
        _available * WINDOW >= _sold.c.shipped * TOO_MUCH,
    ),
).order_by(products.c.sku)
_product = bindparam("product", type_=Id)
_one = _with_sales(stock_ledger.c.product_id == _product)[0].where(products.c.id == _product)
_id = select(products.c.id).where(products.c.sku == bindparam("sku"))
_want = (
    update(stock_items)
    .where(
        stock_items.c.product_id == bindparam("product"),
        or_(stock_items.c.wanted_on.is_(None), stock_items.c.wanted_on < bindparam("today")),
    )
    .values(wanted_on=bindparam("today"))
    .returning(stock_items.c.product_id)
)
_snooze = (
    update(stock_items)
    .where(
        stock_items.c.product_id == bindparam("product"),
        or_(stock_items.c.snoozed_until.is_(None), stock_items.c.snoozed_until < bindparam("until")),
    )
    .values(snoozed_until=bindparam("until"))
    .returning(stock_items.c.product_id)
)


def notable_stock(session: Session) -> tuple[Cover, ...]:
    """Everything below its reorder point, or lasting too long."""
    rows = session.execute(_notable, {"since": session.now - timedelta(days=WINDOW)}).mappings()
    return tuple(cover_from(row) for row in rows)


def cover_of(session: Session, sku: str) -> Cover | None:
    """One product's cover; None where it was never stocked."""
    product = session.execute(_id, {"sku": sku}).scalar()
    values = {"product": product, "since": session.now - timedelta(days=WINDOW)}
    row = session.execute(_one, values).mappings().one_or_none()
    return None if row is None else cover_from(row)


def snooze_stock(session: Session, actor: Actor, *, sku: str) -> tuple[date, bool]:
    """Tell nobody of this product's stock for some days: until when, and whether that is new. Raises NotFoundError."""
    require(actor, "stock.plan")
    (item,) = lock_stocked(session, sku).values()
    until = business_day(session.now, actor.zone) + SNOOZE
    new = session.execute(_snooze, {"product": item.product_id, "until": until}).scalar() is not None
    if new:
        trail(session, actor, "stock.snooze", sku, until=until.isoformat())
        session.report("stock.snoozed", sku=sku, by=actor.subject)
    return until, new


def ask_to_buy(session: Session, actor: Actor, *, sku: str) -> tuple[Cover, bool]:
    """Ask whoever buys for what is suggested of a product: its cover, and whether that is new today.

    Nothing is asked for while enough is on its way (suggested 0). Raises NotFoundError.
    """
    require(actor, "stock.plan")
    (item,) = lock_stocked(session, sku).values()
    found = cover_of(session, sku)
    assert found is not None
    today = business_day(session.now, actor.zone)
    if (
        not found.suggested
        or not session.execute(_want, {"product": item.product_id, "today": today}).scalar()
    ):
        return found, False
    trail(session, actor, "stock.want", sku, base_qty=found.suggested)
    session.report("stock.wanted", sku=sku, base_qty=found.suggested, by=actor.subject, name=actor.name)
    return found, True


def cover_from(row: Any) -> Cover:
    """A row of a stocked product with its sales."""
    available = row["on_hand"] - row["reserved"]
    pack = row["units"].get(row["default_unit"], {"factor": 1})["factor"]
    return Cover(
        product_id=row["id"],
        sku=row["sku"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        size=row["size"],
        unit=row["base_unit"],
        available=available,
        reorder_point=row["reorder_point"],
        inbound_qty=row["inbound_qty"],
        inbound_on=row["inbound_on"],
        cover=cover_days(available, row["shipped"]),
        suggested=suggested_qty(
            available=available,
            inbound=row["inbound_qty"],
            reorder_point=row["reorder_point"],
            shipped=row["shipped"],
            pack=pack,
        ),
        snoozed_until=row["snoozed_until"],
        high_since=row["high_since"],
    )
