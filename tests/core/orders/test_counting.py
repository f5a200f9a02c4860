"""Counting many products at once: what orders hold stays, back-orders are filled, one ledger row a change."""

import pytest
from sqlalchemy import select

from core.kit.errors import NotAllowedError
from core.orders.counting import Count, Counted, count_stock
from core.orders.models import order_lines
from core.products.models import products
from core.stock.models import stock_items, stock_ledger
from tests.core.shop import Shop, open_shop
from tests.databases import Database


@pytest.fixture
def shop(database: Database) -> Shop:
    shop = open_shop(database, [("A", 120, 12_000), ("B", 24, 12_000), ("C", 0, 12_000)])
    shop.dealer("north", credit_limit=100_000_000)
    return shop


def count(shop: Shop, source: str = "count:1", who: str = "import", **given: int) -> dict[str, Counted]:
    ids = {row.sku: row.id for row in shop.rows(select(products.c.sku, products.c.id))}
    counts = [Count(product_id=ids[sku], on_hand=on_hand) for sku, on_hand in given.items()]
    found = shop.as_(who, lambda session, actor: count_stock(session, actor, counts, source=source))
    return dict(zip(given, found, strict=True))


def test_fewer_than_orders_hold_is_refused_for_that_product_only(shop: Shop) -> None:
    shop.order("buyer north", ("A", 60))
    found = count(shop, A=59, B=30)
    assert {sku: one.done for sku, one in found.items()} == {"A": "below_reserved", "B": "updated"}
    assert found["A"].item.reserved == 60
    assert count(shop, "count:2", A=60)["A"].done == "updated"
    assert shop.violations() == []


def test_what_was_counted_fills_back_orders_first_come_first(shop: Shop) -> None:
    first = shop.order("buyer north", ("B", 36), shortage="backorder")
    second = shop.order("owner north", ("B", 24), shortage="backorder")
    count(shop, B=48)
    lines = shop.rows(select(order_lines.c.reserved, order_lines.c.backordered).order_by(order_lines.c.id))
    assert [tuple(line) for line in lines] == [(36, 0), (12, 12)]
    filled = [(told["number"], told["lines"]) for told in shop.told("orders.backorder_filled")]
    assert filled == [(first.number, {"B": 12}), (second.number, {"B": 12})]
    assert shop.violations() == []


def test_each_change_is_one_row_of_the_ledger_and_none_is_no_row(shop: Shop) -> None:
    before = len(shop.rows(select(stock_ledger)))
    found = count(shop, A=120, B=20, C=5)
    assert {sku: one.done for sku, one in found.items()} == {"A": "unchanged", "B": "updated", "C": "created"}
    rows = shop.rows(select(stock_ledger.c.kind, stock_ledger.c.qty).order_by(stock_ledger.c.id))[before:]
    assert sorted(tuple(row) for row in rows) == [("adjustment", -4), ("opening", 5)]


def test_plans_change_only_where_they_are_stated(shop: Shop) -> None:
    [product] = shop.rows(select(products.c.id).where(products.c.sku == "A"))
    plan = Count(product_id=product.id, reorder_point=200)
    shop.as_("import", lambda session, actor: count_stock(session, actor, [plan], source="plan"))
    [item] = shop.rows(select(stock_items).where(stock_items.c.product_id == product.id))
    assert (item.on_hand, item.reorder_point) == (120, 200)
    assert [told["sku"] for told in shop.told("stock.low")] == ["A"]


def test_only_who_may_adjust_stock_may_count(shop: Shop) -> None:
    with pytest.raises(NotAllowedError):
        count(shop, who="sales", A=1)
