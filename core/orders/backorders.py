"""Stock that became free goes to back-orders, first come first, and then to those who wait with a draft.

Whose stock is free is nobody's matter: this runs for all dealers, with the products' stock rows locked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, and_, bindparam, delete, literal_column, select, update

from core.audit.service import record
from core.db.base import Id
from core.db.rows import json_rows
from core.db.scope import system
from core.db.session import Fact, Session
from core.orders.models import drafts, order_lines, orders, waits
from core.products.models import products
from core.stock.models import stock_items
from core.stock.movements import Move, Stock, move_stock

BATCH = 500
"""Back-ordered lines looked at for one change of stock."""

_products = json_rows("freed", product_id=Id)
_fills = json_rows("fills", line_id=Id, qty=Integer())
_waiting_lines = system(
    select(
        order_lines.c.id,
        order_lines.c.dealer_id,
        order_lines.c.product_id,
        order_lines.c.sku,
        order_lines.c.backordered,
        orders.c.number,
    )
    .select_from(
        _products.join(
            order_lines,
            and_(
                order_lines.c.product_id == _products.c.product_id,
                order_lines.c.backordered > literal_column("0"),
            ),
        ).join(
            orders, and_(orders.c.dealer_id == order_lines.c.dealer_id, orders.c.id == order_lines.c.order_id)
        )
    )
    .where(orders.c.state == "confirmed")
    .order_by(orders.c.id, order_lines.c.id)
    .limit(bindparam("limit"))
)
_fill = system(
    update(order_lines)
    .where(order_lines.c.id == _fills.c.line_id, order_lines.c.backordered >= _fills.c.qty)
    .values(
        reserved=order_lines.c.reserved + _fills.c.qty, backordered=order_lines.c.backordered - _fills.c.qty
    )
    .returning(order_lines.c.id)
)
_waiting_drafts = system(
    select(
        waits.c.draft_id,
        waits.c.dealer_id,
        waits.c.member_id,
        drafts.c.place,
        drafts.c.lines,
        products.c.sku,
        stock_items.c.on_hand,
        stock_items.c.reserved,
    )
    .select_from(
        waits.join(drafts, and_(drafts.c.dealer_id == waits.c.dealer_id, drafts.c.id == waits.c.draft_id))
        .join(products, products.c.id == waits.c.product_id)
        .outerjoin(stock_items, stock_items.c.product_id == waits.c.product_id)
    )
    .where(
        waits.c.draft_id.in_(
            select(waits.c.draft_id).where(waits.c.product_id.in_(select(_products.c.product_id)))
        )
    )
    .order_by(waits.c.draft_id)
)
_forget = system(delete(waits).where(waits.c.draft_id == bindparam("draft")))


@dataclass(frozen=True, slots=True)
class Filled:
    """A back-order that got stock."""

    number: str
    dealer_id: int
    sku: str
    base_qty: int


def fill_backorders(session: Session, stock: Stock) -> tuple[Stock, tuple[Filled, ...]]:
    """Reserve locked stock for back-orders while there is any, tell each order's dealer; the stock afterwards."""
    left = {product_id: item.available for product_id, item in stock.items() if item.available > 0}
    if not left:
        return stock, ()
    everybody = session.as_system("fill back-orders")
    rows = everybody.execute(_waiting_lines, {"freed": _ids(left), "limit": BATCH}).all()
    fills: list[tuple[int, int, Filled]] = []
    for row in rows:
        take = min(row.backordered, left[row.product_id])
        if take > 0:
            left[row.product_id] -= take
            fills.append((row.id, row.product_id, Filled(row.number, row.dealer_id, row.sku, take)))
    if not fills:
        return stock, ()
    kept = everybody.execute(
        _fill, {"fills": [{"line_id": line_id, "qty": filled.base_qty} for line_id, _, filled in fills]}
    ).all()
    if len(kept) != len(fills):
        raise RuntimeError("a back-order changed under its stock's lock")
    moves: dict[int, int] = {}
    for _, product_id, filled in fills:
        moves[product_id] = moves.get(product_id, 0) + filled.base_qty
    after = move_stock(everybody, stock, [Move(each, reserved=qty) for each, qty in moves.items()])
    done = tuple(filled for _, _, filled in fills)
    _tell(everybody, done)
    if len(rows) == BATCH:
        after, more = fill_backorders(session, after)
        return after, done + more
    return after, done


def tell_waiting(session: Session, stock: Stock) -> None:
    """Report drafts whose whole want can be had now, once, and forget those that want no longer."""
    everybody = session.as_system("tell who waits for stock")
    freed = [product_id for product_id, item in stock.items() if item.available > 0]
    if not freed:
        return
    by_draft: dict[int, list[Any]] = {}
    for row in everybody.execute(_waiting_drafts, {"freed": _ids(freed)}):
        by_draft.setdefault(row.draft_id, []).append(row)
    for draft_id, rows in by_draft.items():
        wants = {row.sku: _wanted(row) for row in rows}
        still = any(wants.values())
        if any((row.on_hand or 0) - (row.reserved or 0) < wants[row.sku] for row in rows):
            continue
        everybody.execute(_forget, {"draft": draft_id})
        if still:
            first = rows[0]
            data = {"draft_id": draft_id, "member_id": first.member_id, "place": first.place}
            session.facts.append(Fact("drafts.can_be_filled", first.dealer_id, data))


def _wanted(row: Any) -> int:
    """What the draft wants now, which may be less or more than when the wait began."""
    return sum(line["base_qty"] for line in row.lines if line["sku"] == row.sku)


def _tell(everybody: Session, filled: Iterable[Filled]) -> None:
    by_order: dict[tuple[int, str], dict[str, int]] = {}
    for each in filled:
        lines = by_order.setdefault((each.dealer_id, each.number), {})
        lines[each.sku] = lines.get(each.sku, 0) + each.base_qty
    for (dealer_id, number), lines in by_order.items():
        bound = everybody.for_dealer(dealer_id)
        record(
            bound,
            actor="system:stock",
            action="orders.fill_backorder",
            object_type="orders",
            object_ref=number,
            detail=lines,
        )
        bound.report("orders.backorder_filled", number=number, lines=lines)


def _ids(product_ids: Iterable[int]) -> list[dict[str, int]]:
    return [{"product_id": each} for each in sorted(product_ids)]
