"""The books for others to read: money as decimal strings, quantities in base units, dealers by code."""

from collections.abc import Callable
from itertools import groupby
from typing import Any

from sqlalchemy import and_, func, select

from bot.files.master import MASTER
from bot.files.plans import PLANS
from bot.files.rebates import rebates_rows
from bot.store.models import parked
from core.claims.models import claims
from core.contracts.queries import all_contracts
from core.credit.models import accounts
from core.db.scope import system
from core.db.session import Session
from core.dealers.models import dealers
from core.kit.money import Money
from core.nicknames.queries import all_nicknames
from core.orders.models import order_lines, orders
from core.orders.rules import delivery_of, payment_of
from core.people.models import members
from core.products.models import products
from core.stock.models import stock_items
from notifications.outbox.models import outbox

Row = dict[str, Any]

_orders = system(
    select(
        orders, dealers.c.code,
        order_lines.c.sku, order_lines.c.base_qty, order_lines.c.unit, order_lines.c.qty,
        order_lines.c.total.label("line_total"), order_lines.c.shipped, order_lines.c.backordered,
    )
    .select_from(
        orders.join(dealers, dealers.c.id == orders.c.dealer_id).join(
            order_lines,
            and_(order_lines.c.dealer_id == orders.c.dealer_id, order_lines.c.order_id == orders.c.id),
        )
    )
    .order_by(orders.c.id, order_lines.c.line_no)
)  # fmt: skip
_stock = (
    select(
        products.c.sku,
        func.coalesce(stock_items.c.on_hand, 0).label("on_hand"),
        func.coalesce(stock_items.c.reserved, 0).label("reserved"),
        func.coalesce(stock_items.c.reorder_point, 0).label("reorder_point"),
        stock_items.c.inbound_on,
        func.coalesce(stock_items.c.inbound_qty, 0).label("inbound_qty"),
    )
    .select_from(products.outerjoin(stock_items, stock_items.c.product_id == products.c.id))
    .order_by(products.c.id)
)
_accounts = system(
    select(
        dealers.c.code,
        func.coalesce(accounts.c.credit_limit, 0).label("credit_limit"),
        func.coalesce(accounts.c.balance, 0).label("balance"),
        func.coalesce(accounts.c.exposure, 0).label("exposure"),
    )
    .select_from(dealers.outerjoin(accounts, accounts.c.dealer_id == dealers.c.id))
    .order_by(dealers.c.id)
)
_members = system(
    select(dealers.c.code, members.c.name, members.c.phone, members.c.role, members.c.state)
    .select_from(members.join(dealers, dealers.c.id == members.c.dealer_id))
    .order_by(members.c.id)
)
_claims = system(
    select(claims, dealers.c.code)
    .join(dealers, dealers.c.id == claims.c.dealer_id)
    .order_by(claims.c.submitted_at, claims.c.id)
)
_outbox = select(outbox).order_by(outbox.c.id)
_dead = select(parked).where(parked.c.state == "dead").order_by(parked.c.id)


def export_rows(session: Session, kind: str) -> list[Row]:
    """All rows of a kind, in a system session. Raises KeyError for a kind there is not."""
    return EXPORTS[kind](session)


def orders_rows(session: Session) -> list[Row]:
    """Orders with their lines and what the dealer wrote."""
    rows = session.execute(_orders).mappings()
    return [_order(list(lines)) for _, lines in groupby(rows, key=lambda row: row["id"])]


def stock_rows(session: Session) -> list[Row]:
    """Stock of every product; one never stocked is zero."""
    return [
        {
            "sku": row.sku,
            "on_hand": row.on_hand,
            "reserved": row.reserved,
            "available": row.on_hand - row.reserved,
            "reorder_point": row.reorder_point,
            "inbound_on": row.inbound_on.isoformat() if row.inbound_on else "",
            "inbound_qty": row.inbound_qty,
        }
        for row in session.execute(_stock)
    ]


def accounts_rows(session: Session) -> list[Row]:
    """Every dealer's account. available = limit + balance - exposure."""
    return [
        {
            "dealer": row.code,
            "limit": _money(row.credit_limit),
            "balance": _money(row.balance),
            "exposure": _money(row.exposure),
            "available": _money(row.credit_limit + row.balance - row.exposure),
        }
        for row in session.execute(_accounts)
    ]


def members_rows(session: Session) -> list[Row]:
    """The people of every dealer; state says who has joined."""
    return [
        {
            "dealer": row["code"],
            **{name: row[name] for name in ("name", "phone", "role", "state")},
        }
        for row in session.execute(_members).mappings()
    ]


def claims_rows(session: Session) -> list[Row]:
    """Expense claims. approved is zero unless paid."""
    return [
        {
            "number": row["number"],
            "dealer": row["code"],
            "amount": _money(row["amount"]),
            "approved": _money(row["approved"]),
            "state": row["state"],
            "category": row["category"],
            "date": row["spent_on"].isoformat(),
            "pay_to": row["pay_to"],
        }
        for row in session.execute(_claims).mappings()
    ]


def outbox_rows(session: Session) -> list[Row]:
    """What was or is to be sent. recipient: as whom somebody is addressed."""
    return [
        {
            "recipient": row.subject,
            "channel": row.channel,
            "kind": row.kind,
            "state": row.state,
            "key": row.key,
        }
        for row in session.execute(_outbox)
    ]


def deadletters_rows(session: Session) -> list[Row]:
    """Messages that were given up on, for somebody to look at."""
    return [
        {
            "reference": row.reference,
            "channel": row.channel,
            "sender": row.sender,
            "text": (row.inbound or {}).get("text", ""),
            "cause": row.cause,
            "attempts": row.attempts,
            "first_at": row.first_at.isoformat(),
        }
        for row in session.execute(_dead)
    ]


def contracts_rows(session: Session) -> list[Row]:
    """Contracts and what was decided about them; file is the name of the paper that is kept."""
    return [
        {
            "dealer": dealer,
            "number": each.number,
            "start": each.starts_on.isoformat(),
            "end": each.ends_on.isoformat(),
            "file": each.file_name,
            "decision": each.decision,
        }
        for dealer, each in all_contracts(session)
    ]


def nicknames_rows(session: Session) -> list[Row]:
    """Dealers' own words for products; one that many share may be worth an alias."""
    return [
        {"dealer": dealer, "word": word, "sku": sku, "since": since.isoformat()}
        for dealer, word, sku, since in all_nicknames(session)
    ]


EXPORTS: dict[str, Callable[[Session], list[Row]]] = {
    "orders": orders_rows,
    "stock": stock_rows,
    "accounts": accounts_rows,
    "members": members_rows,
    "outbox": outbox_rows,
    "deadletters": deadletters_rows,
    "contracts": contracts_rows,
    "nicknames": nicknames_rows,
    "claims": claims_rows,
    "rebates": rebates_rows,
    **PLANS,
    **MASTER,
}


def _order(lines: list[Any]) -> Row:
    first = lines[0]
    return {
        "number": first["number"],
        "dealer": first["code"],
        "state": first["state"],
        "delivery": delivery_of(
            base_qty=sum(line["base_qty"] for line in lines),
            shipped=sum(line["shipped"] for line in lines),
            delivered=first["delivered_at"] is not None,
        ),
        "payment": payment_of(total=first["total"], paid=first["paid"]),
        "total": _money(first["total"]),
        "placed_at": first["placed_at"].isoformat(),
        "text": "\n".join(first["texts"]),
        "lines": [
            {
                "sku": line["sku"],
                "base_qty": line["base_qty"],
                "unit": line["unit"],
                "qty": line["qty"],
                "line_total": _money(line["line_total"]),
                "shipped": line["shipped"],
                "backordered": line["backordered"],
            }
            for line in lines
        ],
    }


def _money(minor: int) -> str:
    return str(Money(minor).amount)
