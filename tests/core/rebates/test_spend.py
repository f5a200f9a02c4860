"""Rebate used in the act of ordering comes to the same as used on the order afterwards, and is never used twice."""

from typing import Any

import pytest
from sqlalchemy import select

from core.credit.errors import RebateShortError
from core.credit.models import account_ledger
from core.credit.queries import standing
from core.credit.rebate import rebate_balance
from core.credit.rebate_models import rebate_ledger
from core.orders.cancel import cancel_order
from core.orders.errors import OverCreditError
from core.orders.models import orders, settlements
from core.rebates.spend import state_opening, use_rebate
from tests.core.rebates.conftest import trade
from tests.core.rebates.test_close import together
from tests.core.shop import Shop
from tests.databases import Database


def books(shop: Shop) -> dict[str, list[Any]]:
    kept = {
        "account": select(account_ledger.c.kind, account_ledger.c.amount).order_by(account_ledger.c.id),
        "rebate": select(rebate_ledger.c.kind, rebate_ledger.c.amount).order_by(rebate_ledger.c.id),
        "settled": select(settlements.c.amount).order_by(settlements.c.id),
        "orders": select(orders.c.total, orders.c.paid).order_by(orders.c.id),
    }
    rows = {name: [tuple(row) for row in shop.rows(statement)] for name, statement in kept.items()}
    seen = shop.see("owner D1", standing)
    return {**rows, "standing": [seen.balance, seen.exposure], "left": [shop.see("owner D1", rebate_balance)]}


def test_used_at_once_or_afterwards_the_books_are_the_same(all_databases: Any) -> None:
    made = []
    for at_once in (True, False):
        database = Database(all_databases.sqlite_url())
        shop = trade(database)
        shop.as_("import", state_opening, amount=100_00, dealer="D1")
        placed = shop.order("owner D1", ("A", 3), **({"rebate": 60_00} if at_once else {}))
        if not at_once:
            shop.as_("owner D1", use_rebate, number=placed.number, amount=60_00)
        assert shop.violations() == []
        made.append(books(shop))
        database.close()
    assert made[0] == made[1]


def test_never_more_than_the_order_costs_is_used(database: Database) -> None:
    shop = trade(database)
    shop.as_("import", state_opening, amount=1000_00, dealer="D1")
    placed = shop.order("owner D1", ("A", 2), rebate=900_00)
    assert (placed.rebate, placed.rebate_left) == (200_00, 800_00)
    shop.as_("owner D1", cancel_order, number=placed.number)
    assert shop.see("owner D1", rebate_balance) == 1000_00
    assert shop.violations() == []


def test_too_little_rebate_places_nothing(database: Database) -> None:
    shop = trade(database)
    shop.as_("import", state_opening, amount=10_00, dealer="D1")
    with pytest.raises(RebateShortError):
        shop.order("owner D1", ("A", 2), rebate=10_01)
    assert shop.rows(select(orders)) == []
    assert shop.see("owner D1", rebate_balance) == 10_00
    assert shop.violations() == []


def test_rebate_counts_before_credit_does(database: Database) -> None:
    shop = trade(database)
    shop.dealer("D9", credit_limit=100_00)
    shop.as_("import", state_opening, amount=100_00, dealer="D9")
    with pytest.raises(OverCreditError):
        shop.order("owner D9", ("A", 2), rebate=99_99)
    assert shop.order("owner D9", ("A", 2), rebate=100_00).state == "confirmed"
    assert shop.see("owner D9", standing).available == 0


def test_orders_placed_at_once_share_one_balance(database: Database) -> None:
    shop = trade(database)
    shop.as_("import", state_opening, amount=100_00, dealer="D1")
    refused: list[int] = []

    def place(number: int) -> None:
        try:
            shop.order("owner D1", ("A", 1 + number), rebate=30_00, place=f"place{number}")
        except RebateShortError:
            refused.append(number)

    together(shop, *[lambda number=number: place(number) for number in range(6)])
    assert len(refused) == 3
    assert shop.see("owner D1", rebate_balance) == 10_00
    assert len(shop.rows(select(orders))) == 3
    assert shop.violations() == []
