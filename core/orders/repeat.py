"""Ordering again: an earlier order at today's prices, and what a dealer usually takes."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, select

from core.db.base import Id
from core.db.scope import DEALER, scoped
from core.db.session import Session
from core.orders.drafts import DraftLine
from core.orders.errors import OrderNotFoundError
from core.orders.models import order_lines, orders
from core.orders.queries import order_by_reference
from core.orders.quote import Quote, quote
from core.people.actor import Actor

GONE = {"not_found", "inactive", "not_listed", "no_price"}
"""Problems for which a line cannot be ordered again at all."""

USUAL_DAYS = 90

_dealer = bindparam(DEALER, type_=Id)
_last = (
    select(orders.c.id)
    .where(orders.c.dealer_id == _dealer, orders.c.state != "cancelled")
    .order_by(orders.c.placed_on.desc(), orders.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_last_lines = scoped(
    select(
        orders.c.number,
        order_lines.c.sku,
        order_lines.c.base_qty,
        order_lines.c.unit,
        order_lines.c.qty,
        order_lines.c.total,
    )
    .select_from(
        order_lines.join(
            orders, and_(orders.c.dealer_id == order_lines.c.dealer_id, orders.c.id == order_lines.c.order_id)
        )
    )
    .where(order_lines.c.order_id == _last)
    .order_by(order_lines.c.line_no)
)
_often = (
    select(func.max(order_lines.c.id).label("line_id"), func.count().label("times"))
    .select_from(
        orders.join(
            order_lines,
            and_(order_lines.c.dealer_id == orders.c.dealer_id, order_lines.c.order_id == orders.c.id),
        )
    )
    .where(
        orders.c.dealer_id == _dealer,
        orders.c.placed_on >= bindparam("since"),
        orders.c.state != "cancelled",
    )
    .group_by(order_lines.c.product_id)
    .order_by(func.count().desc(), func.max(order_lines.c.id).desc())
    .limit(bindparam("limit"))
    .subquery()
)
_usual = scoped(
    select(order_lines.c.sku, order_lines.c.base_qty, order_lines.c.unit, order_lines.c.qty)
    .select_from(_often.join(order_lines, order_lines.c.id == _often.c.line_id))
    .order_by(_often.c.times.desc(), order_lines.c.id.desc())
)


@dataclass(frozen=True, slots=True)
class LineRepriced:
    """A line of an earlier order at today's price; now_total 0 when it cannot be had any more."""

    sku: str
    name_zh: str
    name_en: str
    base_qty: int
    then_total: int
    now_total: int


@dataclass(frozen=True, slots=True)
class Repeat:
    """An earlier order as new draft lines, quoted today, and what differs. Lines that can no longer be ordered are in `gone`."""

    number: str
    lines: tuple[DraftLine, ...]
    quote: Quote
    then_total: int
    changes: tuple[LineRepriced, ...]
    gone: tuple[str, ...]  # skus


def repeat_of(session: Session, actor: Actor, reference: str | None = None) -> Repeat:
    """The last order, or the one named, to be ordered again. Raises OrderNotFoundError."""
    rows: list[Any]
    if reference is None:
        rows = list(session.execute(_last_lines))
        if not rows:
            raise OrderNotFoundError(reference="")
        number = rows[0].number
    else:
        order = order_by_reference(session, reference)
        rows, number = list(order.lines), order.number
    lines = tuple(DraftLine(row.sku, row.base_qty, row.unit, row.qty) for row in rows)
    quoted = quote(session, actor, lines)
    pairs = list(zip(rows, lines, quoted.lines, strict=True))
    changes = tuple(
        LineRepriced(
            now.sku, now.name_zh, now.name_en, now.base_qty, then.total, 0 if _gone(now) else now.total
        )
        for then, _, now in pairs
        if _gone(now) or then.total != now.total
    )
    kept = [(line, now) for _, line, now in pairs if not _gone(now)]
    return Repeat(
        number=number,
        lines=tuple(line for line, _ in kept),
        quote=_without_gone(quoted),
        then_total=sum(row.total for row in rows),
        changes=changes,
        gone=tuple(now.sku for _, _, now in pairs if _gone(now)),
    )


def usual_lines(session: Session, *, limit: int = 8) -> tuple[DraftLine, ...]:
    """What the dealer ordered most often in the last 90 days, each as it was last ordered."""
    since = session.now.date() - timedelta(days=USUAL_DAYS)
    rows = session.execute(_usual, {"since": since, "limit": limit})
    return tuple(DraftLine(row.sku, row.base_qty, row.unit, row.qty) for row in rows)


def _gone(line: Any) -> bool:
    return line.problem is not None and line.problem.code in GONE


def _without_gone(quoted: Quote) -> Quote:
    lines = tuple(line for line in quoted.lines if not _gone(line))
    if len(lines) == len(quoted.lines):
        return quoted
    return replace(
        quoted,
        lines=lines,
        total=sum(line.total for line in lines),
        partial_total=sum(line.partial_total for line in lines),
        same_today="",
    )
