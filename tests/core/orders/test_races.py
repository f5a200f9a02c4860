"""Real threads on both databases: nothing is sold, spent or decided twice. `make faults` runs 300 rounds of each."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from core.credit.queries import standing
from core.credit.service import set_credit_limit
from core.kit.errors import DealerError
from core.orders.cancel import cancel_order
from core.orders.models import orders, overrides
from core.orders.payments import record_payment
from core.orders.review import approve_order, expire_reviews, reject_order
from core.orders.ship import ship_order
from core.orders.supply import adjust_stock, receive_stock
from core.stock.queries import stock_of
from tests.core.shop import Shop, open_shop
from tests.databases import Database

ROUNDS = int(os.environ.get("RACE_ROUNDS", "30"))


@pytest.fixture
def shop(database: Database) -> Shop:
    shop = open_shop(database)
    for code in ("D1", "D2", "D3"):
        shop.dealer(code, credit_limit=10**9)
    return shop


def race(*verbs: Callable[[], Any]) -> list[Any]:
    """Run all at the same moment; what each answered, a refusal as itself."""
    barrier = Barrier(len(verbs))

    def run(verb: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return verb()
        except DealerError as refused:
            return refused

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(run, verbs))


def done(results: list[Any]) -> list[Any]:
    return [result for result in results if not isinstance(result, DealerError)]


def test_the_last_units_are_sold_once(shop: Shop) -> None:
    for number in range(ROUNDS):
        sku = f"P{number}"
        shop.product(sku, stock=3, price=120)
        held = shop.order("buyer D3", (sku, 1)).number
        drafts = {who: shop.draft(who, (sku, 2)) for who in ("buyer D1", "owner D1", "buyer D2")}
        results = race(
            *[partial(shop.confirm, who, draft, again=True) for who, draft in drafts.items()],
            partial(shop.as_, "buyer D3", cancel_order, number=held),
            partial(shop.as_, "warehouse", adjust_stock, sku=sku, change=-1, reason="", source=shop.source()),
        )
        assert len(done(results[:3])) <= 1, results
        item = shop.see("admin", stock_of, [sku])[sku]
        assert 0 <= item.reserved <= item.on_hand <= 3
    assert shop.violations() == []


def test_credit_for_one_order_is_not_spent_on_two(shop: Shop) -> None:
    shop.product("A", stock=10**6, price=1200)
    for number in range(ROUNDS):
        code = f"R{number}"
        shop.dealer(code, credit_limit=10_000)
        drafts = {who: shop.draft(f"{who} {code}", ("A", 60)) for who in ("owner", "buyer")}
        results = race(
            *[partial(shop.confirm, f"{who} {code}", draft, again=True)
              for who, draft in drafts.items()],
            partial(shop.as_, "finance", set_credit_limit, credit_limit=6000, dealer=code),
        )  # fmt: skip
        assert len(done(results[:2])) == 1, results
        assert shop.see(f"owner {code}", standing).exposure == 6000
    assert shop.violations() == []


def test_one_decision_wins(shop: Shop) -> None:
    shop.product("A", stock=10**6, price=1200)
    shop.dealer("P", credit_limit=0)
    for _ in range(ROUNDS):
        number = shop.order("buyer P", ("A", 12), over_credit="review").number
        results = race(
            partial(shop.as_, "sales", approve_order, number=number),
            partial(shop.as_, "admin", reject_order, number=number),
            partial(shop.as_, "finance", approve_order, number=number),
            partial(shop.as_, "owner P", cancel_order, number=number),
        )
        state = shop.rows(select(orders.c.state).where(orders.c.number == number))[0].state
        approvals = [result for result in done([results[0], results[2]]) if not result.repeated]
        assert state in ("confirmed", "cancelled")
        assert len(approvals) <= 1
        assert len(shop.told("orders.approved")) == len(shop.rows(select(overrides.c.id)))
        if state == "confirmed":
            shop.as_("warehouse", ship_order, number=number, source=number)
    assert shop.violations() == []


def test_expiry_and_approval_at_the_same_moment_leave_one_of_them(shop: Shop) -> None:
    shop.product("A", stock=10**6, price=1200)
    shop.dealer("P", credit_limit=0)
    for _ in range(ROUNDS):
        number = shop.order("buyer P", ("A", 12), over_credit="review").number
        start = shop.now
        late = Shop(shop.database, now=start, people=shop.people)
        late.later(hours=25)
        race(
            partial(shop.as_, "sales", approve_order, number=number),
            partial(late.system, expire_reviews),
        )
    states = {row.state for row in shop.rows(select(orders.c.state))}
    assert states <= {"confirmed", "cancelled"}
    assert shop.violations() == []


def test_one_payment_told_twice_is_booked_once(shop: Shop) -> None:
    shop.product("A", stock=10**6, price=1200)
    for number in range(ROUNDS):
        shipped = shop.order("buyer D1", ("A", 12)).number
        shop.as_("warehouse", ship_order, number=shipped, source=shipped)
        before = shop.see("owner D1", standing).balance
        pay = partial(shop.as_, "finance", record_payment, amount=700, source=f"bank:{number}", dealer="D1")
        results = race(pay, pay, pay)
        assert sorted(result.repeated for result in results) == [False, True, True]
        assert shop.see("owner D1", standing).balance == before + 700
    assert shop.violations() == []


def test_receipts_shipments_and_cancels_of_waiting_orders_never_block_one_another(shop: Shop) -> None:
    for number in range(ROUNDS):
        a, b = f"A{number}", f"B{number}"
        shop.product(a, stock=5, price=1200)
        shop.product(b, stock=5, price=1200)
        first = shop.order("buyer D1", (a, 10), (b, 10), shortage="backorder").number
        second = shop.order("buyer D2", (b, 10), (a, 10), shortage="backorder").number
        results = race(
            partial(shop.as_, "warehouse", receive_stock, sku=a, base_qty=10, source=shop.source()),
            partial(shop.as_, "warehouse", receive_stock, sku=b, base_qty=10, source=shop.source()),
            partial(shop.as_, "buyer D1", cancel_order, number=first),
            partial(shop.as_, "warehouse", ship_order, number=second, source=second),
        )
        unexpected = [each for each in results[:2] if isinstance(each, DealerError)]
        assert unexpected == []
    assert shop.violations() == []
