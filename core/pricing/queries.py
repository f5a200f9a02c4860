"""Reading prices: a dealer's own newest valid one before its level's before everybody's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    Date,
    FromClause,
    Join,
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    not_,
    or_,
    select,
)

from core.db.base import Id
from core.db.rows import json_rows
from core.db.scope import DEALER, scoped
from core.db.session import Session
from core.dealers.models import dealers
from core.pricing.models import dealer_prices, level_prices
from core.products.models import assortments, products

_dealer = bindparam(DEALER, type_=Id)
_on = bindparam("on", type_=Date)
_own = dealer_prices.alias("own_price")
_level = level_prices.alias("level_price")
_common = level_prices.alias("common_price")


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


def _newest(table: FromClause, *conditions: Any) -> Any:
    return (
        select(table.c.id)
        .where(table.c.product_id == products.c.id, table.c.valid_from <= _on, *conditions)
        .order_by(table.c.valid_from.desc(), table.c.id.desc())
        .limit(1)
        .correlate(products, dealers)
        .scalar_subquery()
    )


def priced(rows: FromClause) -> Join:
    """Products of `rows` (column sku) with the session's dealer and its prices on the day bound as `on`."""
    own, level, common = dealer_prices.alias(), level_prices.alias(), level_prices.alias()
    return (
        rows.join(products, products.c.sku == rows.c.sku)
        .join(dealers, dealers.c.id == _dealer)
        .outerjoin(
            _own, and_(_own.c.id == _newest(own, own.c.dealer_id == _dealer), _own.c.dealer_id == _dealer)
        )
        .outerjoin(
            _level,
            and_(dealers.c.level != "", _level.c.id == _newest(level, level.c.level == dealers.c.level)),
        )
        .outerjoin(_common, _common.c.id == _newest(common, common.c.level == ""))
    )


LISTED = or_(
    not_(dealers.c.listed_only),
    exists().where(assortments.c.dealer_id == _dealer, assortments.c.product_id == products.c.id),
)
"""Whether the dealer may order the product."""

PRICE_COLUMNS = (
    products.c.id.label("product_id"),
    products.c.sku.label("sku"),
    func.coalesce(_own.c.unit, _level.c.unit, _common.c.unit).label("price_unit"),
    func.coalesce(_own.c.factor, _level.c.factor, _common.c.factor).label("price_factor"),
    func.coalesce(_own.c.price, _level.c.price, _common.c.price).label("price"),
    func.coalesce(_own.c.valid_from, _level.c.valid_from, _common.c.valid_from).label("valid_from"),
    case((_own.c.id.is_not(None), "dealer"), (_level.c.id.is_not(None), "level"), else_="all").label(
        "price_list"
    ),
    case((_own.c.id.is_(None), func.coalesce(_level.c.level, "")), else_="").label("price_level"),
    products.c.tax_rate.label("tax_rate"),
    products.c.tax_included.label("tax_included"),
)


def price_of_row(row: Any) -> Price | None:
    """The price in a row of PRICE_COLUMNS; None when there is none."""
    if row.price is None:
        return None
    return Price(
        product_id=row.product_id,
        sku=row.sku,
        unit=row.price_unit,
        factor=row.price_factor,
        price=row.price,
        price_list=row.price_list,
        level=row.price_level,
        valid_from=row.valid_from,
        tax_rate=row.tax_rate,
        tax_included=row.tax_included,
    )


_rows = json_rows("price_skus", sku=String())
_prices = scoped(select(*PRICE_COLUMNS).select_from(priced(_rows)).where(products.c.active, LISTED))


def prices_of(session: Session, skus: Sequence[str], *, on: date) -> dict[str, Price]:
    """Prices of the session's dealer by sku on a day; a product without one, or outside the assortment, is absent."""
    rows = session.execute(_prices, {"price_skus": [{"sku": sku} for sku in dict.fromkeys(skus)], "on": on})
    prices = (price_of_row(row) for row in rows)
    return {price.sku: price for price in prices if price is not None}
