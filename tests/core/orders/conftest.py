"""A shop with two dealers: D1 on credit, D2 paying before delivery."""

import pytest

from tests.core.shop import Shop, open_shop
from tests.databases import Database


@pytest.fixture
def shop(database: Database) -> Shop:
    shop = open_shop(database, [("A", 120, 1000), ("B", 60, 333)])
    shop.dealer("D1", credit_limit=100_000)
    shop.dealer("D2", balance=5_000, payment_days=0)
    return shop
