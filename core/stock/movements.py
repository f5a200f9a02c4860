"""How stock changes: rows locked in the order of product ids, changed all together by one guarded statement.

Whoever moves stock, or an order line's reserved and back-ordered quantities, holds these locks first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Integer, String, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from core.db.base import Id, UtcDateTime
from core.db.rows import json_rows
from core.db.session import Fact, Session
from core.products.models import products
from core.stock.models import stock_items, stock_ledger
from core.stock.queries import StockItem, item_of

MAX_BASE_QTY = 10**7
"""Base units one line, receipt or adjustment may have at most."""

_skus = json_rows("lock_skus", sku=String())
_ids = json_rows("lock_ids", product_id=Id)
_moves = json_rows("stock_moves", product_id=Id, on_hand=Integer(), reserved=Integer())
_entries = json_rows("stock_entries", product_id=Id, qty=Integer())
_locked = stock_items.join(products, products.c.id == stock_items.c.product_id)
_lock_skus = (
    select(stock_items, products.c.sku)
    .select_from(_skus.join(products, products.c.sku == _skus.c.sku).join(
        stock_items, stock_items.c.product_id == products.c.id))
    .order_by(stock_items.c.product_id)
    .with_for_update(of=stock_items)
)  # fmt: skip
_lock_ids = (
    select(stock_items, products.c.sku)
    .select_from(_ids.join(_locked, stock_items.c.product_id == _ids.c.product_id))
    .order_by(stock_items.c.product_id)
    .with_for_update(of=stock_items)
)
_open = (
    upsert(stock_items)
    .values(product_id=bindparam("product_id"))
    .on_conflict_do_nothing(index_elements=["product_id"])
)
_move = (
    update(stock_items)
    .where(
        stock_items.c.product_id == _moves.c.product_id,
        stock_items.c.reserved + _moves.c.reserved >= 0,
        stock_items.c.on_hand + _moves.c.on_hand >= stock_items.c.reserved + _moves.c.reserved,
    )
    .values(
        on_hand=stock_items.c.on_hand + _moves.c.on_hand, reserved=stock_items.c.reserved + _moves.c.reserved
    )
    .returning(stock_items.c.product_id, stock_items.c.on_hand, stock_items.c.reserved)
)
_write = insert(stock_ledger).from_select(
    ["product_id", "kind", "qty", "source", "reason", "by", "at"],
    select(
        _entries.c.product_id,
        bindparam("kind", type_=String()),
        _entries.c.qty,
        bindparam("source", type_=String()),
        bindparam("reason", type_=String()),
        bindparam("by", type_=String()),
        bindparam("at", type_=UtcDateTime()),
    ),
)
_recorded = select(stock_ledger.c.qty).where(
    stock_ledger.c.product_id == bindparam("product_id"), stock_ledger.c.source == bindparam("source")
)

Stock = dict[int, StockItem]
"""Locked stock by product id."""


@dataclass(frozen=True, slots=True)
class Move:
    """Signed changes of one product."""

    product_id: int
    on_hand: int = 0
    reserved: int = 0


def lock_stock_of_skus(session: Session, skus: Iterable[str]) -> Stock:
    """Lock the stock of these products; one never stocked is absent."""
    rows = session.execute(_lock_skus, {"lock_skus": [{"sku": sku} for sku in sorted(set(skus))]})
    return {row.product_id: item_of(row) for row in rows}


def lock_stock(session: Session, product_ids: Iterable[int]) -> Stock:
    """Lock the stock of these products; one never stocked is absent."""
    rows = session.execute(
        _lock_ids, {"lock_ids": [{"product_id": each} for each in sorted(set(product_ids))]}
    )
    return {row.product_id: item_of(row) for row in rows}


def open_stock(session: Session, product_id: int) -> None:
    """Give a product its stock row if it has none."""
    session.execute(_open, {"product_id": product_id})


def move_stock(session: Session, stock: Stock, moves: Sequence[Move]) -> Stock:
    """Apply changes to locked stock; what it is afterwards. One move a product.

    Callers check against the locked quantities first; a guard that fails here is a bug and undoes everything.
    """
    wanted = [move for move in moves if move.on_hand or move.reserved]
    if not wanted:
        return stock
    rows = session.execute(
        _move,
        {
            "stock_moves": [
                {"product_id": move.product_id, "on_hand": move.on_hand, "reserved": move.reserved}
                for move in wanted
            ]
        },
    ).all()
    if len(rows) != len(wanted):
        raise RuntimeError("stock changed under its lock")
    moved = {
        row.product_id: replace(stock[row.product_id], on_hand=row.on_hand, reserved=row.reserved)
        for row in rows
    }
    return {**stock, **moved}


def write_stock_ledger(
    session: Session, entries: Mapping[int, int], *, kind: str, source: str, by: str, reason: str = ""
) -> None:
    """Record signed changes of on_hand by product id, all from one source."""
    session.execute(
        _write,
        {
            "stock_entries": [{"product_id": each, "qty": qty} for each, qty in sorted(entries.items())],
            "kind": kind,
            "source": source,
            "reason": reason,
            "by": by,
            "at": session.now,
        },
    )


def recorded_change(session: Session, product_id: int, source: str) -> int | None:
    """What this source changed before; None when it is new."""
    qty: int | None = session.execute(_recorded, {"product_id": product_id, "source": source}).scalar()
    return qty


def report_crossings(session: Session, before: Stock, after: Stock) -> None:
    """Facts for products that fell below their reorder point, or came back to it. They concern staff, no dealer."""
    for product_id, item in sorted(after.items()):
        was = before[product_id].low
        if item.low == was:
            continue
        data: dict[str, object] = {
            "sku": item.sku,
            "available": item.available,
            "reorder_point": item.reorder_point,
        }
        if item.low:
            data["inbound_on"] = item.inbound_on.isoformat() if item.inbound_on else None
            data["inbound_qty"] = item.inbound_qty
        session.facts.append(Fact("stock.low" if item.low else "stock.recovered", None, data))
