"""Every statement of the verbs and reads finds its rows by an index, on both databases."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import event

from core.credit.queries import account_lines
from core.credit.service import set_credit_limit
from core.orders.account import account_of
from core.orders.cancel import cancel_order
from core.orders.drafts import drafts_prepared
from core.orders.payments import adjust_balance, record_payment
from core.orders.queries import last_order, open_orders, order_by_reference, orders_on
from core.orders.receive import confirm_receipt
from core.orders.repeat import repeat_of, usual_lines
from core.orders.returns import record_return
from core.orders.review import approve_order, expire_reviews, reject_order
from core.orders.ship import ship_order
from core.orders.staff import dealer_overview, pending_reviews, review_card
from core.orders.supply import adjust_stock, receive_stock
from core.orders.waits import wait_for_stock
from core.pricing.queries import prices_of
from core.stock.queries import low_stock, stock_of
from core.stock.service import plan_stock
from tests.core.shop import TODAY, ZONE, Shop

PARTIAL = ("ix_orders_review", "ix_orders_open", "ix_orders_unsettled", "ix_order_lines_backordered",
           "ix_order_lines_reserved", "ix_stock_items_low")  # fmt: skip
NEWEST_FIRST = "ix_orders_placed_on_id"
"""Walked from its end until the limit is reached."""


def everything(shop: Shop) -> None:
    """Each verb and each read once."""
    actor = shop.people["buyer D1"]
    shop.as_("warehouse", plan_stock, sku="A", reorder_point=50, inbound_on=date(2026, 4, 1), inbound_qty=9)
    first = shop.order("buyer D1", ("A", 130), ("B", 1), shortage="backorder").number
    waiting = shop.draft("owner D1", ("A", 5))
    shop.as_("owner D1", wait_for_stock, draft_id=waiting)
    shop.as_("warehouse", receive_stock, sku="A", base_qty=500, source="r1")
    shop.as_("warehouse", receive_stock, sku="A", base_qty=500, source="r1")
    shop.as_("warehouse", adjust_stock, sku="A", change=-1, source="a1", reason="")
    shop.as_("warehouse", ship_order, number=first, source="s1", lines={"A": 12})
    shop.as_("warehouse", ship_order, number=first, source="s1", lines={"A": 12})
    shop.as_("warehouse", ship_order, number=first, source="s2")
    shop.as_("buyer D1", confirm_receipt, number=first)
    shop.as_("finance", record_payment, amount=500, source="p1", dealer="D1", order_number=first)
    shop.as_("finance", record_payment, amount=500, source="p1", dealer="D1")
    shop.as_("finance", adjust_balance, amount=99_999, source="b1", reason="", dealer="D1")
    shop.as_("finance", record_return, number=first, lines={"A": 3}, reason="", source="x1")
    shop.as_("finance", set_credit_limit, credit_limit=90_000, dealer="D1")
    paid = shop.order("buyer D1", ("B", 2)).number
    shop.as_("warehouse", ship_order, number=paid, source="s3")
    named = shop.order("buyer D1", ("B", 3)).number
    shop.as_("finance", record_payment, amount=10, source="p2", dealer="D1", order_number=named)
    shop.as_("buyer D1", cancel_order, number=named)
    reviews = [shop.order("buyer D2", ("A", 72 + n), over_credit="review").number for n in range(3)]
    shop.see("sales", pending_reviews)
    shop.see("sales", review_card, reviews[0], zone=ZONE)
    shop.as_("sales", approve_order, number=reviews[0])
    shop.as_("sales", reject_order, number=reviews[1])
    shop.later(days=2)
    shop.system(expire_reviews)
    for who in ("buyer D1", "sales"):
        shop.see(who, open_orders)
        shop.see(who, orders_on, first=TODAY)
        shop.see(who, order_by_reference, first)
        shop.see(who, last_order)
        shop.see(who, stock_of, ["A", "B"])
    shop.see("buyer D1", repeat_of, actor)
    shop.see("buyer D1", usual_lines)
    shop.see("buyer D1", account_of, zone=ZONE)
    shop.see("buyer D1", account_lines)
    shop.see("buyer D1", prices_of, ["A", "B"], on=TODAY)
    shop.see("buyer D1", drafts_prepared, member_id=actor.member_id)
    shop.see("warehouse", low_stock)
    shop.see("sales", dealer_overview, dealer="D1", zone=ZONE)


@contextmanager
def recorded(shop: Shop) -> Iterator[dict[str, Any]]:
    """Every statement with one set of its parameters."""
    seen: dict[str, Any] = {}

    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith(("SELECT", "WITH", "UPDATE", "DELETE", "INSERT")):
            seen.setdefault(statement, parameters)

    event.listen(shop.database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(shop.database.engine, "before_cursor_execute", note)


def test_no_statement_reads_a_whole_table(shop: Shop) -> None:
    with recorded(shop) as seen:
        everything(shop)
    assert len(seen) > 60
    sqlite = shop.database.name == "sqlite"
    scans = _sqlite_scans if sqlite else _postgresql_scans
    found = {statement: scans(shop, statement, parameters) for statement, parameters in seen.items()}
    bad = [f"{plan}\n{statement}" for statement, plan in found.items() if plan]
    assert not bad, "\n\n".join(bad)


def _sqlite_scans(shop: Shop, statement: str, parameters: Any) -> list[str]:
    def explain(session: Any) -> list[str]:
        cursor = session.connection.connection.cursor()
        rows = cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
        return [row[3] for row in rows]

    harmless = r"SCAN (\(subquery|json_each|anon_\d|\w+_rows|(\d+ )?CONSTANT ROW)"
    return [
        line
        for line in shop.system(explain)
        if line.startswith("SCAN")
        and not re.match(harmless, line)
        and not line.endswith((*PARTIAL, NEWEST_FIRST))
    ]


def _postgresql_scans(shop: Shop, statement: str, parameters: Any) -> list[str]:
    def explain(session: Any) -> list[str]:
        cursor = session.connection.connection.cursor()
        cursor.execute("SET LOCAL enable_seqscan = off")
        rows = cursor.execute(f"EXPLAIN {statement}", parameters).fetchall()
        return [row[0].strip() for row in rows]

    return [line for line in shop.system(explain) if "Seq Scan on" in line]
