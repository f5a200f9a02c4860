"""What a dealer bought in a programme's days: shipped order lines with what came back of them taken off.

Units come back first in, first out, as their values do (core.orders.returns), so that what a return takes off belongs to the days
in which those units were shipped. Nothing depends on the order in which shipments were written down.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, select

from core.db.base import UtcDateTime
from core.db.scope import scoped
from core.db.session import Session
from core.orders.models import order_lines, orders, shipments
from core.orders.rules import value_of
from core.products.models import products
from core.rebates.programmes import Programme

_within = and_(
    shipments.c.shipped_at >= bindparam("begins", type_=UtcDateTime()),
    shipments.c.shipped_at < bindparam("ends", type_=UtcDateTime()),
)
_touched = scoped(select(shipments.c.order_id).where(_within))
_sent = shipments.alias("sent")
_shipments = scoped(
    select(_sent.c.order_id, _sent.c.shipped_at, _sent.c.lines)
    .where(_sent.c.order_id.in_(_touched))
    .order_by(_sent.c.order_id, _sent.c.shipped_at, _sent.c.id),
    _sent,
)
_lines = scoped(
    select(
        order_lines.c.order_id.label("id"), orders.c.number, order_lines.c.line_no, order_lines.c.sku,
        order_lines.c.base_qty, order_lines.c.total, order_lines.c.returned, products.c.category,
    )
    .select_from(
        order_lines.join(
            orders, and_(orders.c.dealer_id == order_lines.c.dealer_id, orders.c.id == order_lines.c.order_id)
        ).join(products, products.c.id == order_lines.c.product_id)
    )
    .where(order_lines.c.order_id.in_(_touched))
    .order_by(order_lines.c.order_id, order_lines.c.line_no)
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """One order line's part in a programme's days, in minor units, what came back taken off."""

    order_id: int
    number: str
    sku: str
    value: int


@dataclass(frozen=True, slots=True)
class Purchases:
    """Order lines and their shipments, enough for every programme within the days they were read for."""

    lines: tuple[Row[Any], ...]  # id: of the order
    sent: Mapping[
        tuple[int, int], Sequence[tuple[datetime, int]]
    ]  # by order and line: when, how many base units

    @classmethod
    def of(
        cls, lines: Iterable[Row[Any]], shipments: Iterable[tuple[int, datetime, Sequence[Mapping[str, Any]]]]
    ) -> "Purchases":
        """Of order lines and of shipments: order, moment, and the parts of its lines."""
        sent: dict[tuple[int, int], list[tuple[datetime, int]]] = {}
        parts = [(order, at, part) for order, at, parts in list(shipments) for part in parts]
        for order, at, part in parts:
            sent.setdefault((order, part["line_no"]), []).append((at, part["base_qty"]))
        return cls(tuple(lines), sent)

    def under(self, programme: Programme) -> tuple[Bought, ...]:
        """What counts in a programme, by order line."""
        return tuple(
            Bought(order_id=line.id, number=line.number, sku=line.sku, value=value)
            for line in self.lines
            if programme.counts(line.sku, line.category)
            and (value := self._value(line, programme.begins, programme.ends))
        )

    def _value(self, line: Row[Any], begins: datetime, ends: datetime) -> int:
        sent = self.sent.get((line.id, line.line_no), ())
        first = sum(qty for at, qty in sent if at < begins)
        last = sum(qty for at, qty in sent if at < ends)
        kept = max(line.returned, first)
        return value_of(line.total, line.base_qty, before=kept, more=last - kept) if last > kept else 0


def purchases_of(session: Session, programmes: Sequence[Programme]) -> Purchases:
    """What the session's dealer bought in the days of these programmes, in two statements."""
    if not programmes:
        return Purchases((), {})
    days = {"begins": min(one.begins for one in programmes), "ends": max(one.ends for one in programmes)}
    shipped = ((row.order_id, row.shipped_at, row.lines) for row in session.execute(_shipments, days))
    return Purchases.of(session.execute(_lines, days), shipped)


def by_order(bought: Sequence[Bought]) -> dict[int, int]:
    """Minor units by order."""
    sums: dict[int, int] = {}
    for one in bought:
        sums[one.order_id] = sums.get(one.order_id, 0) + one.value
    return sums
