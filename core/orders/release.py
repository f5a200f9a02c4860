"""An order that ends without being shipped: its stock, exposure and settlements are free again."""

from typing import Any

from sqlalchemy import Row, bindparam, literal_column, update

from core.credit.ledger import expose
from core.credit.rebate import release_rebate
from core.db.scope import scoped
from core.db.session import Session
from core.orders.backorders import fill_backorders, tell_waiting
from core.orders.locks import lines_of, locked_stock
from core.orders.models import order_lines, orders
from core.orders.settle import release_settlements
from core.stock.movements import Move, move_stock, report_crossings

_free_lines = scoped(
    update(order_lines)
    .where(order_lines.c.order_id == bindparam("order"))
    .values(reserved=literal_column("0"), backordered=literal_column("0"))
)
_end = scoped(
    update(orders)
    .where(orders.c.id == bindparam("order"))
    .values(state="cancelled", cancelled_at=bindparam("now"), reason=bindparam("why"), review_until=None)
)


def release_order(session: Session, order: Row[Any], *, reason: str) -> None:
    """Cancel a locked order nothing of which was shipped; others that waited for its stock get it."""
    stock = locked_stock(session, order.id)
    reserved: dict[int, int] = {}
    for line in lines_of(session, order.id):
        reserved[line.product_id] = reserved.get(line.product_id, 0) + line.reserved
    session.execute(_free_lines, {"order": order.id})
    after = move_stock(session, stock, [Move(each, reserved=-qty) for each, qty in reserved.items()])
    if order.state == "confirmed":
        expose(session, -order.total)
    if order.paid:
        release_settlements(session, order.id)
        release_rebate(session, order_id=order.id, number=order.number)
    session.execute(_end, {"order": order.id, "now": session.now, "why": reason[:300]})
    freed = {each: after[each] for each, qty in reserved.items() if qty}
    filled, _ = fill_backorders(session, freed)
    tell_waiting(session, filled)
    report_crossings(session, stock, {**after, **filled})
