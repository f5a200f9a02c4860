"""Reading stock. All quantities are whole base units."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import String, bindparam, exists, func, literal_column, not_, or_, select

from core.db.base import Id
from core.db.rows import json_rows
from core.db.scope import DEALER, scoped
from core.db.session import Session
from core.dealers.models import dealers
from core.products.models import assortments, products
from core.stock.models import stock_items


@dataclass(frozen=True, slots=True)
class StockItem:
    """What there is of one product. available = on_hand - reserved."""

    product_id: int
    sku: str
    on_hand: int
    reserved: int
    reorder_point: int
    inbound_on: date | None
    inbound_qty: int

    @property
    def available(self) -> int:
        """What can still be ordered now."""
        return self.on_hand - self.reserved

    @property
    def low(self) -> bool:
        """Whether it is below its reorder point."""
        return self.available < self.reorder_point


_columns = (
    products.c.id.label("product_id"),
    products.c.sku,
    func.coalesce(stock_items.c.on_hand, 0).label("on_hand"),
    func.coalesce(stock_items.c.reserved, 0).label("reserved"),
    func.coalesce(stock_items.c.reorder_point, 0).label("reorder_point"),
    stock_items.c.inbound_on,
    func.coalesce(stock_items.c.inbound_qty, 0).label("inbound_qty"),
)
_rows = json_rows("stock_skus", sku=String())
_stocked = _rows.join(products, products.c.sku == _rows.c.sku).outerjoin(
    stock_items, stock_items.c.product_id == products.c.id
)
_dealer = bindparam(DEALER, type_=Id)
_all = select(*_columns).select_from(_stocked)
_listed = scoped(
    select(*_columns)
    .select_from(_stocked.join(dealers, dealers.c.id == _dealer))
    .where(
        products.c.active,
        or_(
            not_(dealers.c.listed_only),
            exists().where(assortments.c.dealer_id == _dealer, assortments.c.product_id == products.c.id),
        ),
    )
)
_low = (
    select(*_columns)
    .select_from(stock_items.join(products, products.c.id == stock_items.c.product_id))
    .where(
        stock_items.c.on_hand - stock_items.c.reserved - stock_items.c.reorder_point < literal_column("0"),
        products.c.active,
    )
    .order_by(stock_items.c.product_id)
    .limit(bindparam("limit"))
)


def stock_of(session: Session, skus: Sequence[str]) -> dict[str, StockItem]:
    """Stock by sku; a product unknown or outside the dealer's assortment is absent, one never stocked is zero."""
    statement = _all if session.scope.dealer_id is None else _listed
    rows = session.execute(statement, {"stock_skus": [{"sku": sku} for sku in dict.fromkeys(skus)]})
    return {row.sku: item_of(row) for row in rows}


def low_stock(session: Session, *, limit: int = 50) -> tuple[StockItem, ...]:
    """Products below their reorder point."""
    return tuple(item_of(row) for row in session.execute(_low, {"limit": limit}))


def item_of(row: Any) -> StockItem:
    """A row with the columns of a stock item and its sku."""
    return StockItem(
        product_id=row.product_id,
        sku=row.sku,
        on_hand=row.on_hand,
        reserved=row.reserved,
        reorder_point=row.reorder_point,
        inbound_on=row.inbound_on,
        inbound_qty=row.inbound_qty,
    )
