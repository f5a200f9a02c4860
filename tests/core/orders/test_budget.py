"""How many statements a read takes, whatever it finds."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from core.credit.queries import account_lines
from core.db.session import Session
from core.orders.account import account_of
from core.orders.drafts import draft_of
from core.orders.queries import last_order, open_orders, order_by_reference, orders_on, why_late
from core.orders.repeat import repeat_of, usual_lines
from core.orders.ship import ship_order
from core.orders.staff import dealer_overview, pending_reviews, review_card
from core.pricing.queries import prices_of
from core.stock.queries import stock_of
from tests.core.shop import TODAY, ZONE, Shop, open_shop
from tests.databases import Database

SKUS = [f"P{number}" for number in range(12)]


@pytest.fixture
def shop(sqlite: Database) -> Shop:
    shop = open_shop(sqlite, [(sku, 100, 120) for sku in SKUS])
    shop.dealer("D1", credit_limit=10_000)
    shop.dealer("D2")
    for _ in range(3):
        number = shop.order("buyer D1", *[(sku, 2) for sku in SKUS]).number
        shop.as_("warehouse", ship_order, number=number, source=number, lines={"P0": 1})
        shop.as_("warehouse", ship_order, number=number, source=f"{number} rest")
    shop.order("buyer D2", *[(sku, 2) for sku in SKUS], over_credit="review")
    return shop


def statements(shop: Shop, who: str, query: Callable[[Session], Any]) -> int:
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(("SELECT", "WITH")):
            seen.append(statement)

    event.listen(shop.database.engine, "before_cursor_execute", note)
    shop.run(shop.scope(who), query)
    event.remove(shop.database.engine, "before_cursor_execute", note)
    return len(seen)


def test_reads_of_a_dealer_stay_within_three_statements(shop: Shop) -> None:
    actor = shop.people["buyer D1"]
    number = shop.see("buyer D1", open_orders)[0].number
    budget: dict[str, tuple[int, Callable[[Session], Any]]] = {
        "stock": (1, lambda session: stock_of(session, SKUS)),
        "prices": (1, lambda session: prices_of(session, SKUS, on=TODAY)),
        "open orders": (1, open_orders),
        "orders of a day": (1, lambda session: orders_on(session, first=TODAY)),
        "usual lines": (1, usual_lines),
        "draft": (1, lambda session: draft_of(session, member_id=actor.member_id or 0)),
        "account": (2, lambda session: account_of(session, zone=ZONE)),
        "account lines": (2, account_lines),
        "last order": (3, last_order),
        "by number": (3, lambda session: order_by_reference(session, number)),
        "by tail": (3, lambda session: order_by_reference(session, number[-4:])),
        "why late": (3, lambda session: why_late(session, actor, number)),
        "repeat": (3, lambda session: repeat_of(session, actor)),
    }
    taken = {name: statements(shop, "buyer D1", query) for name, (_, query) in budget.items()}
    assert {name: count for name, count in taken.items() if count > budget[name][0]} == {}


def test_reads_of_staff_stay_small(shop: Shop) -> None:
    number = shop.see("sales", pending_reviews)[0].number
    budget: dict[str, tuple[int, Callable[[Session], Any]]] = {
        "pending reviews": (1, pending_reviews),
        "open orders": (1, open_orders),
        "by number": (3, lambda session: order_by_reference(session, number)),
        "review card": (7, lambda session: review_card(session, number, zone=ZONE)),
        "dealer": (6, lambda session: dealer_overview(session, dealer="D1", zone=ZONE)),
    }
    taken = {name: statements(shop, "sales", query) for name, (_, query) in budget.items()}
    assert {name: count for name, count in taken.items() if count > budget[name][0]} == {}
