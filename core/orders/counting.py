"""Stock of many products at once, from a count or another system's file: one ledger row for each change."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.sql import true

from core.db.base import Id
from core.db.rows import json_rows
from core.db.session import Session
from core.orders.backorders import fill_backorders, tell_waiting
from core.people.actor import Actor
from core.people.policy import require
from core.people.trail import trail
from core.stock.models import stock_items
from core.stock.movements import Move, Stock, lock_stock, move_stock, report_crossings, write_stock_ledger
from core.stock.queries import StockItem

_opened = json_rows("opened", product_id=Id)
_open = (
    upsert(stock_items)
    .from_select(["product_id"], select(_opened.c.product_id).where(true()))
    .on_conflict_do_nothing(index_elements=["product_id"])
    .returning(stock_items.c.product_id)
)
_plan = (
    update(stock_items)
    .where(stock_items.c.product_id == bindparam("item"))
    .values(
        reorder_point=bindparam("point"),
        inbound_on=bindparam("expected_on"),
        inbound_qty=bindparam("expected_qty"),
    )
)


class Count(NamedTuple):
    """What is said of one product's stock, in base units; None keeps what is. inbound_qty 0: nothing is on its way."""

    product_id: int
    on_hand: int | None = None
    reorder_point: int | None = None
    inbound_on: date | None = None
    inbound_qty: int | None = None


class Counted(NamedTuple):
    """What became of a count: created | updated | unchanged | below_reserved (left as it was: orders hold more)."""

    done: str
    item: StockItem


def count_stock(session: Session, actor: Actor, counts: Sequence[Count], *, source: str) -> list[Counted]:
    """Bring stock to what was counted, and plans to what is stated. Products must differ; `source` must be new.

    A product never stocked before gets an opening entry, any other an adjustment. Raises NotAllowedError.
    """
    require(actor, "stock.adjust")
    opened = {"opened": [{"product_id": count.product_id} for count in counts]}
    new = set(session.execute(_open, opened).scalars())
    before = lock_stock(session, [count.product_id for count in counts])
    good = [
        count
        for count in counts
        if count.on_hand is None or count.on_hand >= before[count.product_id].reserved
    ]
    changes = {
        count.product_id: count.on_hand - before[count.product_id].on_hand
        for count in good
        if count.on_hand is not None and count.on_hand != before[count.product_id].on_hand
    }
    after = _move(session, actor, before, changes, new=new, source=source)
    after = _planned(session, after, good)
    report_crossings(session, before, after)
    if changes:
        trail(session, actor, "stock.count", source, products=len(changes))
    refused = {count.product_id for count in counts} - {count.product_id for count in good}
    return [_counted(count.product_id, before, after, new, refused) for count in counts]


def _move(
    session: Session, actor: Actor, before: Stock, changes: dict[int, int], *, new: set[int], source: str
) -> Stock:
    after = move_stock(session, before, [Move(product, on_hand=qty) for product, qty in changes.items()])
    for kind, of_kind in (("opening", changes.keys() & new), ("adjustment", changes.keys() - new)):
        entries = {product: changes[product] for product in of_kind}
        if entries:
            write_stock_ledger(session, entries, kind=kind, source=source, by=actor.subject)
    more = {product: after[product] for product, qty in changes.items() if qty > 0}
    if more:
        filled, _ = fill_backorders(session, more)
        tell_waiting(session, filled)
        after = {**after, **filled}
    return after


def _planned(session: Session, stock: Stock, counts: Sequence[Count]) -> Stock:
    """What is on its way and the reorder points, where they differ."""
    after = dict(stock)
    for count in counts:
        if count.reorder_point is None and count.inbound_on is None and count.inbound_qty is None:
            continue
        was = stock[count.product_id]
        item = replace(
            was,
            reorder_point=was.reorder_point if count.reorder_point is None else count.reorder_point,
            inbound_on=None if count.inbound_qty == 0 else count.inbound_on or was.inbound_on,
            inbound_qty=was.inbound_qty if count.inbound_qty is None else count.inbound_qty,
        )
        if item != was:
            after[count.product_id] = item
    changed = [
        item for product, item in after.items() if item is not stock[product] and item != stock[product]
    ]
    if changed:
        rows = [
            {
                "item": item.product_id,
                "point": item.reorder_point,
                "expected_on": item.inbound_on,
                "expected_qty": item.inbound_qty,
            }
            for item in changed
        ]
        session.execute(_plan, rows)
    return after


def _counted(product: int, before: Stock, after: Stock, new: set[int], refused: set[int]) -> Counted:
    if product in refused:
        return Counted("below_reserved", before[product])
    if product in new:
        return Counted("created", after[product])
    same = before[product] == after[product]
    return Counted("unchanged" if same else "updated", after[product])
