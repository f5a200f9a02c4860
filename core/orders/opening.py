"""Orders that were open elsewhere when the brand moved here: what is still to be shipped of them, with its price.

They hold stock (what there is; the rest is back-ordered) and credit like any other. Over credit is not asked about: they
were agreed before. Nobody is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import bindparam, case, select

from core.credit.ledger import expose, open_account
from core.db.scope import scoped
from core.db.session import Session
from core.dealers.queries import addresses_of
from core.kit.clock import business_day
from core.kit.money import MAX_MINOR
from core.orders.models import orders
from core.orders.rules import fingerprint
from core.orders.write import insert_lines, insert_numbered
from core.people.actor import Actor
from core.people.models import members
from core.people.policy import require
from core.people.trail import trail
from core.pricing.queries import prices_of
from core.pricing.rules import line_total
from core.products.queries import ProductView
from core.stock.movements import Move, lock_stock, move_stock

SOURCE = "file"

_owner = scoped(
    select(members.c.id)
    .where(members.c.state != "revoked")
    .order_by(case((members.c.role == "owner", 0), (members.c.role == "buyer", 1), else_=2), members.c.id)
    .limit(1)
)
_same = scoped(select(orders.c.fingerprint).where(orders.c.number == bindparam("number")))


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLine:
    """What is still to be shipped of a line. price: minor units per `unit`; None takes the price list of the order's day."""

    product: ProductView
    unit: str
    qty: int
    price: int | None = None

    @property
    def base_qty(self) -> int:
        """Base units still to be shipped."""
        return self.qty * int(self.product.units[self.unit]["factor"])


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOrder:
    """An order as its dealer knows it. placed_on None: today."""

    number: str
    lines: Sequence[OpenLine]
    placed_on: date | None = None
    deliver_on: date | None = None
    note: str = ""


def put_open_order(session: Session, actor: Actor, order: OpenOrder) -> str:
    """Bring in an order of the session's dealer by its number.

    created | unchanged (it is here with these goods) | number_taken (with others, or another dealer's) | no_member |
    no_price | too_large. Raises NotAllowedError.
    """
    require(actor, "orders.bring")
    asked = fingerprint((line.product.sku, line.base_qty) for line in order.lines)
    known = session.execute(_same, {"number": order.number}).scalar()
    if known is not None:
        return "unchanged" if known == asked else "number_taken"
    member = session.execute(_owner).scalar()
    if member is None:
        return "no_member"
    day = order.placed_on or business_day(session.now, actor.zone)
    rows = _priced(session, order, day)
    if rows is None:
        return "no_price"
    total = sum(row["total"] for row in rows)
    if total > MAX_MINOR:
        return "too_large"
    return _bring(session, actor, order, {**_row(session, actor, order, day), "member_id": member,
                                          "total": total, "fingerprint": asked}, rows)  # fmt: skip


def _bring(
    session: Session, actor: Actor, order: OpenOrder, row: Mapping[str, Any], rows: list[dict[str, Any]]
) -> str:
    order_id = insert_numbered(session, row)
    if order_id is None:  # another dealer's
        return "number_taken"
    open_account(session)
    expose(session, row["total"])
    stock = lock_stock(session, [line["product_id"] for line in rows])
    free = {product: item.available for product, item in stock.items()}
    for line in rows:
        line["reserved"] = max(0, min(line["base_qty"], free.get(line["product_id"], 0)))
        line["backordered"] = line["base_qty"] - line["reserved"]
    insert_lines(session, order_id, rows)
    move_stock(session, stock, [Move(line["product_id"], reserved=line["reserved"]) for line in rows])
    shown = [{name: line[name] for name in ("sku", "base_qty", "reserved", "total")} for line in rows]
    trail(session, actor, "orders.bring", order.number, total=row["total"], lines=shown)
    return "created"


def _priced(session: Session, order: OpenOrder, day: date) -> list[dict[str, Any]] | None:
    """The lines as rows; None when one has no price. An order has each product once."""
    listed = prices_of(session, [line.product.sku for line in order.lines if line.price is None], on=day)
    rows = []
    for line_no, line in enumerate(order.lines, start=1):
        own = {"price": line.price, "unit": line.unit, "factor": line.product.units[line.unit]["factor"],
               "source": f"{SOURCE}:{day.isoformat()}"}  # fmt: skip
        if line.price is None:
            price = listed.get(line.product.sku)
            if price is None:
                return None
            own = {**asdict(price), "source": price.source}
        rows.append(
            {
                "line_no": line_no,
                "product_id": line.product.id,
                "sku": line.product.sku,
                "unit": line.unit,
                "qty": str(line.qty),
                "base_qty": line.base_qty,
                "price": own["price"],
                "price_unit": own["unit"],
                "price_factor": own["factor"],
                "price_source": own["source"],
                "total": line_total(own["price"], own["factor"], line.base_qty),
            }
        )
    return rows


def _row(session: Session, actor: Actor, order: OpenOrder, day: date) -> dict[str, Any]:
    address = next(iter(addresses_of(session)), None)
    names = ("name", "receiver", "phone", "address")
    noon = datetime.combine(day, time(12), tzinfo=actor.zone).astimezone(UTC)
    return {
        "number": order.number,
        "prepared_by": "",
        "state": "confirmed",
        "currency": actor.currency,
        "deliver_on": order.deliver_on,
        "ship_to": {name: getattr(address, name) for name in names} if address else {},
        "note": order.note,
        "texts": [],
        "confirmed_draft": {},
        "placed_at": min(noon, session.now),
        "placed_on": day,
        "excess": 0,
        "review_until": None,
    }
