"""Placing an order: what is confirmed is what was shown, and every refusal leaves nothing behind."""

import pytest
from core.orders.place import place_order
from tests.core.shop import Shop, open_shop
from tests.databases import Database


@pytest.fixture
def shop(database: Database) -> Shop:
    shop = open_shop(database, [("A", 120, 1000), ("B", 60, 333)])
    shop.dealer("D1", credit_limit=100_000)
    return shop


def test_an_order_within_credit_is_confirmed_and_reserves_its_stock(shop: Shop) -> None:
    placed = shop.order("buyer D1", ("A", 24), ("B", 5))
    assert placed.state == "confirmed"
    assert placed.total == 2000 + 139
    assert shop.violations() == []
