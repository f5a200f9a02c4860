"""All that a dealer's rebates are worked out from, read in one statement: balance, programmes with tiers, goods shipped and on order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import (
    Date,
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.types import TypeEngine

from core.credit.rebate_models import rebate_accounts, rebate_ledger
from core.db.base import Id, Json, Minor, UtcDateTime
from core.db.scope import DEALER, scoped
from core.db.session import Session
from core.dealers.models import dealers
from core.orders.models import order_lines, orders, shipments
from core.products.models import products
from core.rebates.models import programmes, tiers
from core.rebates.programmes import Programme
from core.rebates.purchases import Purchases
from core.rebates.rules import Tier

_dealer = bindparam(DEALER, type_=Id)
_COLUMNS: Mapping[str, TypeEngine[Any]] = {
    "part": String(), "id": Id, "line_no": Integer(), "base_qty": Minor(), "total": Minor(), "returned": Minor(),
    "shipped": Minor(), "above": Minor(), "rate": Integer(), "paid": Minor(), "number": String(), "state": String(),
    "code": String(), "name": String(), "whose": String(), "kind": String(), "sku": String(), "category": String(),
    "first_day": Date(), "last_day": Date(), "begins": UtcDateTime(), "ends": UtcDateTime(), "lines": Json(),
}  # fmt: skip
_OPEN = ("pending_review", "confirmed")


def _part(part: str, **columns: Any) -> Select[Any]:
    """One kind of rows of the statement; columns it has not are NULL."""
    given = {"part": literal(part, String()), **columns}
    return select(
        *(
            given[name].label(name) if name in given else cast(null(), kind).label(name)
            for name, kind in _COLUMNS.items()
        )
    )


_own = or_(
    programmes.c.whose == "all",
    programmes.c.whose
    == literal("level:", String).concat(
        select(dealers.c.level).where(dealers.c.id == _dealer).scalar_subquery()
    ),
    programmes.c.whose == bindparam("own", type_=String()),
)
_then = and_(
    programmes.c.begins < bindparam("until", type_=UtcDateTime()),
    programmes.c.ends > bindparam("since", type_=UtcDateTime()),
)
_touched = scoped(
    select(shipments.c.order_id).where(
        exists().where(
            _own,
            _then,
            shipments.c.shipped_at >= programmes.c.begins,
            shipments.c.shipped_at < programmes.c.ends,
        )
    )
)
_open_orders = scoped(select(orders.c.id).where(orders.c.state.in_(_OPEN)))
_sent, _sums = shipments.alias("sent"), rebate_ledger.alias("sums")
_paid = (
    select(func.coalesce(func.sum(_sums.c.amount), 0))
    .where(_sums.c.dealer_id == _dealer, _sums.c.programme_id == programmes.c.id)
    .correlate(programmes)
    .scalar_subquery()
)
_same = ("code", "name", "whose", "kind", "sku", "category", "first_day", "last_day", "begins", "ends")
_books = union_all(
    scoped(_part("balance", total=rebate_accounts.c.balance)),
    scoped(
        _part(
            "programme", id=programmes.c.id, above=tiers.c.above, rate=tiers.c.rate, paid=_paid,
            **{name: programmes.c[name] for name in _same},
        )
        .select_from(programmes.join(tiers, tiers.c.programme_id == programmes.c.id))
        .where(_own, _then)
    ),
    scoped(
        _part("sent", id=_sent.c.order_id, begins=_sent.c.shipped_at, lines=_sent.c.lines).where(
            _sent.c.order_id.in_(_touched)
        ),
        _sent,
    ),
    scoped(
        _part(
            "line", id=order_lines.c.order_id, category=products.c.category, number=orders.c.number,
            state=orders.c.state,
            **{name: order_lines.c[name] for name in ("line_no", "base_qty", "total", "returned", "shipped", "sku")},
        )
        .select_from(
            order_lines.join(
                orders,
                and_(orders.c.dealer_id == order_lines.c.dealer_id, orders.c.id == order_lines.c.order_id),
            ).join(products, products.c.id == order_lines.c.product_id)
        )
        .where(order_lines.c.order_id.in_(union(_touched, _open_orders)))
    ),
).execution_options(**_touched.get_execution_options())  # fmt: skip


@dataclass(frozen=True, slots=True)
class Books:
    """What was read: the balance in minor units, the programmes, earliest first, and the goods."""

    balance: int
    programmes: tuple[Programme, ...]
    purchases: Purchases
    on_order: tuple[Row[Any], ...]  # lines of which something is still to be shipped

    def pending(self, programme: Programme) -> int:
        """What is on order and would count in a programme once shipped, in minor units."""
        return sum(
            line.total * (line.base_qty - line.shipped) // line.base_qty
            for line in self.on_order
            if programme.counts(line.sku, line.category)
        )


def books_of(session: Session, *, since: datetime, until: datetime) -> Books:
    """The books of the session's dealer for the programmes that have days between two moments."""
    binds = {"own": f"dealer:{session.dealer_id}", "since": since, "until": until}
    rows: dict[str, list[Row[Any]]] = {"balance": [], "programme": [], "sent": [], "line": []}
    for row in session.execute(_books, binds):
        rows[row.part].append(row)
    lines = sorted(rows["line"], key=lambda row: (row.id, row.line_no))
    return Books(
        balance=rows["balance"][0].total if rows["balance"] else 0,
        programmes=_programmes(rows["programme"]),
        purchases=Purchases.of(lines, ((row.id, row.begins, row.lines) for row in rows["sent"])),
        on_order=tuple(row for row in lines if row.state in _OPEN and row.shipped < row.base_qty),
    )


def _programmes(rows: Sequence[Row[Any]]) -> tuple[Programme, ...]:
    ordered = sorted(rows, key=lambda row: (row.begins, row.id, row.above))
    return tuple(_programme(list(group)) for _, group in groupby(ordered, key=lambda row: row.id))


def _programme(rows: Sequence[Row[Any]]) -> Programme:
    row = rows[0]
    return Programme(
        id=row.id,
        paid=int(row.paid),
        tiers=tuple(Tier(each.above, each.rate) for each in rows),
        **{name: getattr(row, name) for name in _same},
    )
