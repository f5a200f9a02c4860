"""Stock there is far too much of: told once when it comes to that, and again only after it has gone down."""

from datetime import date, timedelta

from sqlalchemy import Date, Integer, bindparam, update

from core.db.base import Id
from core.db.rows import json_rows
from core.db.session import Session
from core.stock.cover import WITH_SALES, Cover, cover_from, notable_stock
from core.stock.models import stock_items
from core.stock.movements import lock_stock
from core.stock.rules import ENOUGH, WINDOW

_marked = WITH_SALES.where(stock_items.c.high_since.is_not(None))
_rows = json_rows("surplus", product_id=Id, is_high=Integer())
_mark = (
    update(stock_items)
    .where(stock_items.c.product_id == _rows.c.product_id, _rows.c.is_high == 1)
    .values(high_since=bindparam("day", type_=Date()))
)
_unmark = (
    update(stock_items)
    .where(stock_items.c.product_id == _rows.c.product_id, _rows.c.is_high == 0)
    .values(high_since=None)
)


def find_surplus(session: Session, today: date) -> tuple[Cover, ...]:
    """Note what has become far too much since last asked, and what is no longer. Returns what is new.

    What is not sold at all any more stays as it was noted: its cover has no figure that could have gone down.
    """
    since = {"since": session.now - timedelta(days=WINDOW)}
    new = [item for item in notable_stock(session) if item.high and not item.low and item.high_since is None]
    marked = [cover_from(row) for row in session.execute(_marked, since).mappings()]
    over = [item for item in marked if item.low or (item.cover is not None and item.cover < ENOUGH)]
    rows = [{"product_id": item.product_id, "is_high": 1} for item in new]
    rows += [{"product_id": item.product_id, "is_high": 0} for item in over]
    if rows:
        lock_stock(session, [row["product_id"] for row in rows])
    if new:
        session.execute(_mark, {"surplus": rows, "day": today})
    if over:
        session.execute(_unmark, {"surplus": rows})
    return tuple(new)
