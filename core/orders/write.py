"""Writing a new order: its row under an unused number, and all its lines in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, String, bindparam, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from core.db.base import Id
from core.db.rows import json_rows
from core.db.scope import DEALER, scoped
from core.db.session import Session
from core.orders.drafts import Draft
from core.orders.models import order_lines, orders
from core.orders.quote import QuoteLine, Shown
from core.orders.rules import order_number
from core.people.actor import Actor

ATTEMPTS = 18
"""Tries for an unused number, three of each length from four digits on."""

_rows = json_rows(
    "new_lines",
    line_no=Integer(),
    product_id=Id,
    sku=String(),
    unit=String(),
    qty=String(),
    base_qty=Integer(),
    price=BigInteger(),
    price_unit=String(),
    price_factor=Integer(),
    price_source=String(),
    total=BigInteger(),
    reserved=Integer(),
    backordered=Integer(),
)
_order = scoped(upsert(orders).on_conflict_do_nothing(index_elements=["number"]).returning(orders.c.id))
_lines = scoped(
    insert(order_lines).from_select(
        ["dealer_id", "order_id", *(column.key for column in _rows.c)],
        select(bindparam(DEALER, type_=Id), bindparam("order", type_=Id), *_rows.c),
    )
)


@dataclass(frozen=True, slots=True)
class NewOrder:
    """Everything a new order is made of. excess > 0: over credit, kept for review until `until`. paid: at once."""

    draft: Draft
    ship_to: dict[str, str]
    fingerprint: str
    shown: Shown
    lines: tuple[QuoteLine, ...]
    total: int
    excess: int
    until: datetime | None
    placed_on: date
    paid: int


def insert_order(session: Session, actor: Actor, new: NewOrder) -> tuple[int, str]:
    """Write the order with its lines; its id and number."""
    row = _row(session, actor, new)
    for attempt in range(ATTEMPTS):
        number = order_number(new.placed_on, attempt)
        order_id = insert_numbered(session, {**row, "number": number})
        if order_id is not None:
            insert_lines(session, order_id, _line_rows(new))
            return order_id, number
    raise RuntimeError("no unused order number")


def insert_numbered(session: Session, row: Mapping[str, Any]) -> int | None:
    """Write an order's row; its id, or None when the number is in use."""
    order_id: int | None = session.execute(_order, row).scalar()
    return order_id


def insert_lines(session: Session, order_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write an order's lines in one statement."""
    session.execute(_lines, {"order": order_id, "new_lines": rows})


def _row(session: Session, actor: Actor, new: NewOrder) -> dict[str, Any]:
    return {
        "member_id": actor.member_id,
        "prepared_by": new.draft.prepared_by,
        "state": "pending_review" if new.excess else "confirmed",
        "total": new.total,
        "paid": new.paid,
        "currency": actor.currency,
        "deliver_on": new.draft.deliver_on,
        "ship_to": new.ship_to,
        "note": new.draft.note,
        "texts": list(new.draft.texts),
        "confirmed_draft": {**asdict(new.shown), "draft_lines": [asdict(line) for line in new.draft.lines]},
        "fingerprint": new.fingerprint,
        "placed_at": session.now,
        "placed_on": new.placed_on,
        "excess": new.excess,
        "review_until": new.until,
    }


def _line_rows(new: NewOrder) -> list[dict[str, Any]]:
    return [
        {
            "line_no": line_no,
            "product_id": line.product_id,
            "sku": line.sku,
            "unit": line.unit,
            "qty": line.qty,
            "base_qty": line.base_qty,
            "price": line.price,
            "price_unit": line.price_unit,
            "price_factor": line.price_factor,
            "price_source": line.price_source,
            "total": line.total,
            "reserved": line.base_qty - line.short,
            "backordered": line.short,
        }
        for line_no, line in enumerate(new.lines, start=1)
    ]
