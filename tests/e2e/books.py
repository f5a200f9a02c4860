"""The final state, read from the database: what two runs of one script must have in common."""

import time
from typing import Any

from sqlalchemy import func, select

from bot.store.models import parked
from core.audit.models import audit
from core.credit.models import account_ledger, accounts
from core.db.scope import system
from core.dealers.models import dealers
from core.orders.check import check
from core.orders.models import drafts, order_lines, orders, settlements, shipments
from core.orders.rules import delivery_of, payment_of
from core.people.models import identities, invites, members, staff
from core.products.models import products
from core.stock.models import stock_items, stock_ledger
from notifications.outbox.models import facts, outbox
from tests.databases import Database

Rows = list[tuple[Any, ...]]

_lines = (order_lines.c.sku, order_lines.c.base_qty, order_lines.c.unit, order_lines.c.qty, order_lines.c.price,
          order_lines.c.total, order_lines.c.reserved, order_lines.c.backordered, order_lines.c.shipped)  # fmt: skip
_orders = (orders.c.id, orders.c.state, orders.c.total, orders.c.paid, orders.c.shipped_value, orders.c.excess,
           orders.c.deliver_on, orders.c.note, orders.c.delivered_at, orders.c.texts, orders.c.ship_to)  # fmt: skip


def books(database: Database) -> dict[str, Any]:
    """Orders, ledgers, stock, people, drafts, audit and facts, without numbers, ids and times."""
    assert consistent(database) == []
    return {
        "orders": sorted(_order(database, row) for row in rows(database, select(*_orders, members.c.name, dealers.c.code)
                 .join(members, members.c.id == orders.c.member_id).join(dealers, dealers.c.id == orders.c.dealer_id))),
        "accounts": rows(database, select(dealers.c.code, accounts.c.credit_limit, accounts.c.balance, accounts.c.exposure)
                          .join(dealers, dealers.c.id == accounts.c.dealer_id)),
        "account ledger": rows(database, select(dealers.c.code, account_ledger.c.kind, account_ledger.c.amount)
                                .join(dealers, dealers.c.id == account_ledger.c.dealer_id)),
        "settlements": rows(database, select(orders.c.total, settlements.c.amount)
                             .join(orders, orders.c.id == settlements.c.order_id)),
        "stock": rows(database, select(products.c.sku, stock_items.c.on_hand, stock_items.c.reserved)
                       .join(products, products.c.id == stock_items.c.product_id)),
        "stock ledger": rows(database, select(products.c.sku, stock_ledger.c.kind, stock_ledger.c.qty)
                              .join(products, products.c.id == stock_ledger.c.product_id)),
        "members": rows(database, select(members.c.name, members.c.role, members.c.state)),
        "staff": rows(database, select(staff.c.name, staff.c.role, staff.c.state)),
        "identities": rows(database, select(identities.c.channel, func.count()).group_by(identities.c.channel)),
        "invites": rows(database, select(invites.c.state, func.count()).group_by(invites.c.state)),
        "drafts": [row for row in rows(database, select(members.c.name, drafts.c.place, drafts.c.lines)
                                        .join(members, members.c.id == drafts.c.member_id)) if row[2]],
        "audit": rows(database, select(audit.c.action, func.count()).group_by(audit.c.action)),
        "facts": rows(database, select(facts.c.kind, func.count()).group_by(facts.c.kind)),
    }  # fmt: skip


def consistent(database: Database) -> list[Any]:
    """Everything that does not add up."""
    with database.reader.connect() as connection:
        return check(connection)


def at_rest(database: Database, *, within: float = 20.0) -> None:
    """Wait until nothing is on its way: facts addressed, messages sent, nothing parked."""
    deadline = time.monotonic() + within
    waiting = {
        "facts": select(func.count()).select_from(facts).where(facts.c.addressed_at.is_(None)),
        "outbox": select(func.count()).select_from(outbox).where(outbox.c.state.in_(("pending", "claimed"))),
        "parked": select(func.count()).select_from(parked).where(parked.c.state == "waiting"),
    }
    while left := {name: count for name, query in waiting.items() if (count := rows(database, query)[0][0])}:
        assert time.monotonic() < deadline, f"still waiting: {left}"
        time.sleep(0.05)


def outbox_states(database: Database) -> dict[str, int]:
    """How many messages ended in which state."""
    return dict(rows(database, select(outbox.c.state, func.count()).group_by(outbox.c.state)))


def _order(database: Database, row: tuple[Any, ...]) -> str:
    (
        order_id,
        state,
        total,
        paid,
        shipped_value,
        excess,
        deliver_on,
        note,
        delivered_at,
        texts,
        ship_to,
        who,
        dealer,
    ) = row
    lines = rows(database, select(*_lines).where(order_lines.c.order_id == order_id))
    parcels = rows(database, select(shipments.c.carrier, shipments.c.tracking, shipments.c.value,
                                     shipments.c.received_at.is_not(None)).where(shipments.c.order_id == order_id))  # fmt: skip
    delivery = delivery_of(base_qty=sum(line[1] for line in lines), shipped=sum(line[8] for line in lines),
                           delivered=delivered_at is not None)  # fmt: skip
    payment = payment_of(total=total, paid=paid)
    return repr((dealer, who, state, delivery, payment, total, paid, shipped_value, excess, str(deliver_on), note, texts,
                 ship_to.get("name"), lines, parcels))  # fmt: skip


def rows(database: Database, query: Any) -> Rows:
    """What a query finds, sorted."""
    with database.reader.connect() as connection:
        return sorted((tuple(row) for row in connection.execute(system(query))), key=repr)
