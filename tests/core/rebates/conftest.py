"""A shop with programmes: goods at 100.00 a piece and 50.00 a piece, dealers with credit enough to buy for a quarter."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from core.orders.ship import ship_order
from core.rebates.service import Terms, put_programme, put_tiers
from tests.core.shop import Shop, open_shop
from tests.databases import Database, Databases

FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)
BANDS = {0: 1000, 100_000_00: 2000, 300_000_00: 3000}
"""1 % up to 100,000, 2 % up to 300,000, 3 % above: the bands of every example."""


def trade(database: Database) -> Shop:
    shop = open_shop(database, [("A", 100_000, 1200_00), ("B", 100_000, 600_00)])
    shop.dealer("D1", credit_limit=10**10, level="gold")
    return shop


def agree(
    shop: Shop, code: str = "Q1", *, kind: str = "whole", bands: dict[int, int] = BANDS, **terms: Any
) -> None:
    """A programme for the first quarter."""
    values = {"name": f"programme {code}", "whose": "all", "first_day": FIRST, "last_day": LAST, **terms}
    shop.as_("import", put_programme, terms=Terms(code=code, kind=kind, **values))
    shop.as_("import", put_tiers, programme=code, wanted=bands)


def buy(shop: Shop, pieces: int, sku: str = "A", who: str = "owner D1") -> str:
    """Order and ship; the order's number."""
    number = shop.order(who, (sku, pieces)).number
    shop.as_("warehouse", ship_order, number=number, source=shop.source())
    return number


@pytest.fixture
def shop(database: Database) -> Shop:
    return trade(database)


@pytest.fixture
def sqlite_factory(all_databases: Databases) -> Iterator[Callable[[], Database]]:
    """A new SQLite database each time it is called."""
    made: list[Database] = []

    def make() -> Database:
        while made:
            one = made.pop()
            one.close()
            all_databases.drop(one.url)
        made.append(Database(all_databases.sqlite_url()))
        return made[0]

    yield make
    for one in made:
        one.close()
        all_databases.drop(one.url)
