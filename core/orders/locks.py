"""An order found by number and locked for change: first the dealer's account, then the order, then the stock of its lines.

Nobody takes these locks in another order, so that changes of orders wait for one another and never for ever.
"""

from typing import Any

from sqlalchemy import Row, bindparam, select

from core.credit.ledger import lock_account
from core.credit.queries import Standing
from core.db.scope import DealerScope, across, scoped
from core.db.session import Session
from core.orders.errors import OrderNotFoundError
from core.orders.models import order_lines, orders
from core.products.models import products
from core.stock.models import stock_items
from core.stock.movements import Stock
from core.stock.queries import item_of

_whose = across(select(orders.c.dealer_id).where(orders.c.number == bindparam("number")))
_order = scoped(select(orders).where(orders.c.number == bindparam("number")).with_for_update())
_lines = scoped(
    select(order_lines).where(order_lines.c.order_id == bindparam("order")).order_by(order_lines.c.line_no)
)
_goods = scoped(select(order_lines.c.product_id).where(order_lines.c.order_id == bindparam("order")))
_stock = (
    select(stock_items, products.c.sku)
    .select_from(stock_items.join(products, products.c.id == stock_items.c.product_id))
    .where(stock_items.c.product_id.in_(_goods))
    .order_by(stock_items.c.product_id)
    .with_for_update(of=stock_items)
    .execution_options(**_goods.get_execution_options())
)


def whose_order(session: Session, number: str) -> Session:
    """The session bound to the order's dealer. Raises OrderNotFoundError for one outside its scope."""
    if isinstance(session.scope, DealerScope):
        return session
    dealer_id = session.execute(_whose, {"number": number}).scalar()
    if dealer_id is None:
        raise OrderNotFoundError(reference=number)
    return session.for_dealer(dealer_id)


def locked_order(session: Session, number: str) -> tuple[Session, Row[Any], Standing]:
    """The order of this number with its account locked, and the session bound to its dealer. Raises OrderNotFoundError."""
    bound = whose_order(session, number)
    account = lock_account(bound)
    row = bound.execute(_order, {"number": number}).one_or_none()
    if row is None:
        raise OrderNotFoundError(reference=number)
    return bound, row, account


def locked_stock(session: Session, order_id: int) -> Stock:
    """The stock of the order's products, locked; its lines may be read for change only after this."""
    return {row.product_id: item_of(row) for row in session.execute(_stock, {"order": order_id})}


def lines_of(session: Session, order_id: int) -> list[Row[Any]]:
    """The order's lines."""
    return list(session.execute(_lines, {"order": order_id}))
