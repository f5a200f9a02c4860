"""Stock that changes what orders can have: receipts and adjustments; back-orders are filled first come first."""

from dataclasses import dataclass

from core.db.session import Session
from core.kit.errors import SourceUsedError
from core.orders.backorders import Filled, fill_backorders, tell_waiting
from core.people.actor import Actor
from core.people.policy import require
from core.people.trail import trail
from core.stock.errors import BadQuantityError, BelowReservedError
from core.stock.movements import (
    MAX_BASE_QTY,
    Move,
    Stock,
    move_stock,
    recorded_change,
    report_crossings,
    write_stock_ledger,
)
from core.stock.queries import StockItem
from core.stock.service import lock_stocked, note_arrival


@dataclass(frozen=True, slots=True)
class StockChanged:
    """The stock afterwards, and the back-orders it filled."""

    item: StockItem
    change: int
    filled: tuple[Filled, ...]
    repeated: bool


def receive_stock(
    session: Session, actor: Actor, *, sku: str, base_qty: int, source: str, reason: str = ""
) -> StockChanged:
    """Goods came in. Raises NotFoundError, BadQuantityError, SourceUsedError; the same `source` again changes nothing."""
    require(actor, "stock.receive")
    if not 0 < base_qty <= MAX_BASE_QTY:
        raise BadQuantityError(sku=sku, base_qty=base_qty, most=MAX_BASE_QTY)
    stock = lock_stocked(session, sku)
    (item,) = stock.values()
    before = recorded_change(session, item.product_id, source)
    if before is not None:
        return _again(item, before, base_qty, source)
    if item.inbound_qty:
        note_arrival(session, item, base_qty)
    return _change(session, actor, stock, change=base_qty, kind="receipt", source=source, reason=reason)


def adjust_stock(
    session: Session,
    actor: Actor,
    *,
    sku: str,
    source: str,
    reason: str,
    change: int | None = None,
    counted: int | None = None,
    opening: bool = False,
) -> StockChanged:
    """Correct the stock by a signed change, or to what was counted. Raises as receive_stock, and BelowReservedError."""
    require(actor, "stock.adjust")
    if (change is None) == (counted is None):
        raise ValueError("either change or counted")
    asked = counted if change is None else change
    if asked is None or abs(asked) > MAX_BASE_QTY or change == 0 or (counted is not None and counted < 0):
        raise BadQuantityError(sku=sku, base_qty=asked, most=MAX_BASE_QTY)
    stock = lock_stocked(session, sku)
    (item,) = stock.values()
    before = recorded_change(session, item.product_id, source)
    if before is not None:
        return _again(item, before, change, source)
    by = asked - item.on_hand if change is None else change
    if item.on_hand + by < item.reserved:
        raise BelowReservedError(sku=sku, on_hand=item.on_hand, reserved=item.reserved, change=by)
    kind = "opening" if opening else "adjustment"
    return _change(session, actor, stock, change=by, kind=kind, source=source, reason=reason)


def _change(
    session: Session, actor: Actor, stock: Stock, *, change: int, kind: str, source: str, reason: str
) -> StockChanged:
    (item,) = stock.values()
    after = move_stock(session, stock, [Move(item.product_id, on_hand=change)])
    write_stock_ledger(
        session, {item.product_id: change}, kind=kind, source=source, by=actor.subject, reason=reason[:200]
    )
    after, filled = fill_backorders(session, after)
    tell_waiting(session, after)
    report_crossings(session, stock, after)
    verb = "stock.receive" if kind == "receipt" else "stock.adjust"
    trail(
        session,
        actor,
        verb,
        item.sku,
        reason=reason,
        change=change,
        on_hand=[item.on_hand, item.on_hand + change],
    )
    return StockChanged(after[item.product_id], change, filled, repeated=False)


def _again(item: StockItem, before: int, change: int | None, source: str) -> StockChanged:
    if change is not None and before != change:
        raise SourceUsedError(source=source)
    return StockChanged(item, before, (), repeated=True)
