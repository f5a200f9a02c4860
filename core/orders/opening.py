"""Orders that were open elsewhere when the brand moved here: what is still to be shipped of them, with its price.

They hold stock (what there is; the rest is back-ordered) and credit like any other. Over credit is not asked about: they
were agreed before. Nobody is told.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from sqlalchemy import String, and_, case, insert, select

from core.credit.many import expose_accounts, lock_accounts
from core.db.base import Id
from core.db.rows import json_rows
from core.db.scope import system
from core.db.session import Session
from core.dealers.models import addresses
from core.kit.clock import business_day
from core.kit.money import MAX_MINOR
from core.orders.models import order_lines, orders
from core.orders.rules import fingerprint
from core.people.actor import Actor
from core.people.models import members
from core.people.policy import require
from core.people.trail import trail_each
from core.pricing.queries import prices_of
from core.pricing.rules import line_total
from core.products.queries import Goods
from core.stock.movements import Move, lock_stock, move_stock

SOURCE = "file"

_dealers = json_rows("order_dealers", dealer_id=Id)
_wanted = json_rows("order_numbers", number=String())
_owners = system(
    select(members.c.dealer_id, members.c.id)
    .select_from(_dealers.join(members, members.c.dealer_id == _dealers.c.dealer_id))
    .where(members.c.state != "revoked")
    .order_by(case((members.c.role == "owner", 0), (members.c.role == "buyer", 1), else_=2), members.c.id)
)
SHIP_TO = ("name", "receiver", "phone", "address")
_addresses = system(
    select(addresses.c.dealer_id, *(addresses.c[name] for name in SHIP_TO))
    .select_from(_dealers.join(addresses, addresses.c.dealer_id == _dealers.c.dealer_id))
    .order_by(addresses.c.is_default.desc(), addresses.c.id)
)
_same = system(
    select(orders.c.id, orders.c.number, orders.c.dealer_id, orders.c.fingerprint)
    .select_from(_wanted.join(orders, orders.c.number == _wanted.c.number))
)  # fmt: skip
_unshipped = system(
    select(orders.c.number, orders.c.dealer_id, order_lines.c.sku,
           (order_lines.c.base_qty - order_lines.c.shipped).label("left"))
    .select_from(
        _wanted.join(orders, orders.c.number == _wanted.c.number).join(
            order_lines,
            and_(order_lines.c.dealer_id == orders.c.dealer_id, order_lines.c.order_id == orders.c.id),
        )
    )
    .where(order_lines.c.base_qty > order_lines.c.shipped)
)  # fmt: skip
_add_orders = system(insert(orders))
_add_lines = system(insert(order_lines))
_New = tuple[dict[str, Any], list[dict[str, Any]]]
"""An order's row and its lines'."""


class OpenLine(NamedTuple):
    """What is still to be shipped of a line. price: minor units per `unit`; None takes the price list of the order's day."""

    product: Goods
    unit: str
    qty: int
    price: int | None = None

    @property
    def base_qty(self) -> int:
        """Base units still to be shipped."""
        return self.qty * int(self.product.units[self.unit]["factor"])


class OpenOrder(NamedTuple):
    """An order as its dealer knows it. placed_on None: today."""

    number: str
    lines: Sequence[OpenLine]
    placed_on: date | None = None
    deliver_on: date | None = None
    note: str = ""


def put_open_orders(session: Session, actor: Actor, asked: Sequence[tuple[int, OpenOrder]]) -> list[str]:
    """Bring in orders by their numbers, each with its dealer's id, in a system session; numbers must differ.

    created | unchanged (it is here with these goods, or they are left of it) | number_taken (with others, or another dealer's) | no_member |
    no_price | too_large for each. Raises NotAllowedError.
    """
    require(actor, "orders.bring")
    here = {row.number: (row.dealer_id, row.fingerprint) for row in session.execute(_same, _numbers(asked))}
    left = _left_of(session, asked) if here else {}
    dealers = sorted({dealer for dealer, order in asked if order.number not in here})
    places = {"order_dealers": [{"dealer_id": dealer} for dealer in dealers]}
    owners: dict[int, int] = {}
    for row in session.execute(_owners, places):
        owners.setdefault(row.dealer_id, row.id)
    ship_to: dict[int, dict[str, str]] = {}
    for address in session.execute(_addresses, places).mappings():
        ship_to.setdefault(address["dealer_id"], {name: address[name] for name in SHIP_TO})
    outcomes: list[str] = []
    new: list[_New] = []
    for dealer, order in asked:
        goods = fingerprint((line.product.sku, line.base_qty) for line in order.lines)
        if order.number in here:
            same = (dealer, goods) in (here[order.number], left.get(order.number))
            outcomes.append("unchanged" if same else "number_taken")
        elif dealer not in owners:
            outcomes.append("no_member")
        else:
            day = order.placed_on or business_day(session.now, actor.zone)
            lines = _priced(session.for_dealer(dealer), order, day)
            total = sum(line["total"] for line in lines or ())
            outcomes.append("no_price" if lines is None else "too_large" if total > MAX_MINOR else "created")
            if lines and total <= MAX_MINOR:
                values = _row(session, actor, order, day)
                whose = {"dealer_id": dealer, "member_id": owners[dealer], "ship_to": ship_to.get(dealer, {})}
                new.append(({**values, **whose, "total": total, "fingerprint": goods}, lines))
    if new:
        _bring(session, actor, new)
    return outcomes


def _bring(session: Session, actor: Actor, new: Sequence[_New]) -> None:
    """Accounts are locked first, then stock; it is given out in the order of the file."""
    exposed: dict[int, int] = {}
    for row, _ in new:
        exposed[row["dealer_id"]] = exposed.get(row["dealer_id"], 0) + row["total"]
    lock_accounts(session, exposed)
    expose_accounts(session, exposed)
    session.execute(_add_orders, [row for row, _ in new])
    written = session.execute(_same, {"order_numbers": [{"number": row["number"]} for row, _ in new]})
    ids = {row.number: row.id for row in written}
    stock = lock_stock(session, {line["product_id"] for _, lines in new for line in lines})
    free = {product: item.available for product, item in stock.items()}
    reserved: dict[int, int] = {}
    rows: list[dict[str, Any]] = []
    for row, lines in new:
        for line in lines:
            product, wanted = line["product_id"], line["base_qty"]
            got = max(0, min(wanted, free.get(product, 0)))
            if got:
                free[product] -= got
                reserved[product] = reserved.get(product, 0) + got
            whose = {"dealer_id": row["dealer_id"], "order_id": ids[row["number"]]}
            rows.append({**line, **whose, "reserved": got, "backordered": wanted - got})
    session.execute(_add_lines, rows)
    move_stock(session, stock, [Move(product, reserved=qty) for product, qty in reserved.items()])
    trail_each(session, actor, "orders.bring", [
        (row["dealer_id"], row["number"], {"total": row["total"], "lines": len(lines)})
        for row, lines in new
    ])  # fmt: skip


def _left_of(session: Session, asked: Sequence[tuple[int, OpenOrder]]) -> dict[str, tuple[int, str]]:
    """What is still to be shipped of orders that are here, as their dealer and a fingerprint by number."""
    left: dict[str, list[tuple[str, int]]] = {}
    whose: dict[str, int] = {}
    for row in session.execute(_unshipped, _numbers(asked)):
        whose[row.number] = row.dealer_id
        left.setdefault(row.number, []).append((row.sku, row.left))
    return {number: (whose[number], fingerprint(goods)) for number, goods in left.items()}


def _numbers(asked: Sequence[tuple[int, OpenOrder]]) -> dict[str, Any]:
    return {"order_numbers": [{"number": order.number} for _, order in asked]}


def _priced(session: Session, order: OpenOrder, day: date) -> list[dict[str, Any]] | None:
    """The lines as rows; None when one has no price. An order has each product once."""
    unpriced = [line.product.sku for line in order.lines if line.price is None]
    listed = prices_of(session, unpriced, on=day) if unpriced else {}
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
    noon = datetime.combine(day, time(12), tzinfo=actor.zone).astimezone(UTC)
    return {
        "number": order.number,
        "prepared_by": "",
        "state": "confirmed",
        "currency": actor.currency,
        "deliver_on": order.deliver_on,
        "note": order.note,
        "texts": [],
        "confirmed_draft": {},
        "placed_at": min(noon, session.now),
        "placed_on": day,
        "excess": 0,
        "review_until": None,
    }
