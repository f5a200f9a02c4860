"""A brand of drinks with a dealer on credit, and everybody's chat."""

from datetime import date

import pytest
from sqlalchemy import insert

from core.db.scope import system
from core.dealers.models import addresses
from core.pricing.service import set_price
from core.products.models import catalogue
from tests.core.shop import open_shop
from tests.databases import Database
from tests.world import World, open_world

GOODS = (
    ("T-100", "茉莉花茶", "jasmine tea", "500ml", 1200, 60_00),
    ("T-101", "茉莉花茶", "jasmine tea", "1L", 600, 90_00),
    ("G-200", "绿茶", "green tea", "500ml", 24, 55_00),
    ("C-1", "可乐", "cola", "330ml", 2400, 48_00),
)
PACKS = {"瓶": {"factor": 1}, "箱": {"factor": 12, "names": []}}
SYNONYMS = {"箱": ["件", "case", "cases", "carton"], "瓶": ["bottle", "bottles"]}


@pytest.fixture
def world(database: Database) -> World:
    return drinks(database)


def drinks(database: Database) -> World:
    shop = open_shop(database)
    brand = {
        "id": 1,
        "brand": "Spring",
        "revision": 1,
        "unit_synonyms": SYNONYMS,
        "expense_categories": {"transport": ["运费", "freight"], "display": ["陈列"]},
    }
    shop.system(lambda session: session.execute(insert(catalogue), brand))
    for sku, zh, en, size, stock, price in GOODS:
        shop.product(
            sku,
            stock=stock,
            name_zh=zh,
            name_en=en,
            size=size,
            base_unit="瓶",
            default_unit="箱",
            units=PACKS,
        )
        shop.as_("import", set_price, sku=sku, unit="箱", price=price, valid_from=date(2026, 1, 1))
    dealer = shop.dealer("north", credit_limit=2000_00, name="城北商行")
    rows = [
        {"dealer_id": dealer, "name": "城北仓", "address": "北街1号", "is_default": True},
        {"dealer_id": dealer, "name": "城南店", "address": "南街2号", "is_default": False},
    ]
    shop.system(lambda session: session.execute(system(insert(addresses)), rows))
    world = open_world(database, shop)
    for who in ("sales", "warehouse", "finance", "admin", "owner north", "buyer north", "finance north"):
        world.bind(who)
    return world
