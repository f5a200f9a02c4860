"""Stock as it is read, planned and locked."""

from datetime import date

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from core.kit.errors import NotFoundError
from core.products.models import products
from core.stock.errors import BadQuantityError
from core.stock.models import stock_items
from core.stock.movements import Move, lock_stock, lock_stock_of_skus, move_stock
from core.stock.queries import StockItem, low_stock, stock_of
from core.stock.service import plan_stock
from tests.core.shop import Shop, open_shop
from tests.databases import Database


@pytest.fixture
def shop(database: Database) -> Shop:
    shop = open_shop(database, [("A", 12, 100), ("B", 0, 100)])
    shop.dealer("D1", listed_only=True)
    shop.dealer("D2")
    shop.list_for("D1", "A")
    return shop


def test_a_product_never_stocked_is_zero_and_an_unknown_one_absent(shop: Shop) -> None:
    stock = shop.see("buyer D2", stock_of, ["A", "B", "NONE", "A"])
    assert set(stock) == {"A", "B"}
    assert stock["A"] == StockItem(stock["A"].product_id, "A", 12, 0, 0, None, 0)
    assert (stock["B"].on_hand, stock["B"].available, stock["B"].low) == (0, 0, False)


def test_a_dealer_sees_its_assortment_only_and_staff_see_all(shop: Shop) -> None:
    assert set(shop.see("buyer D1", stock_of, ["A", "B"])) == {"A"}
    assert set(shop.see("warehouse", stock_of, ["A", "B"])) == {"A", "B"}
    shop.system(lambda session: session.execute(update(products).values(active=False)))
    assert shop.see("buyer D2", stock_of, ["A"]) == {}
    assert set(shop.see("warehouse", stock_of, ["A"])) == {"A"}


def test_a_plan_keeps_what_it_does_not_name(shop: Shop) -> None:
    day = date(2026, 4, 1)
    shop.as_("warehouse", plan_stock, sku="A", reorder_point=5, inbound_on=day, inbound_qty=24)
    item = shop.as_("warehouse", plan_stock, sku="A", reorder_point=6)
    assert (item.reorder_point, item.inbound_on, item.inbound_qty, item.on_hand) == (6, day, 24, 12)
    item = shop.as_("warehouse", plan_stock, sku="A", inbound_qty=0)
    assert (item.reorder_point, item.inbound_on, item.inbound_qty) == (6, None, 0)
    assert shop.see("warehouse", stock_of, ["A"])["A"] == item


def test_a_reorder_point_above_what_there_is_makes_it_low(shop: Shop) -> None:
    shop.as_("warehouse", plan_stock, sku="A", reorder_point=13)
    assert [item.sku for item in shop.see("warehouse", low_stock)] == ["A"]
    assert [fact["sku"] for fact in shop.told("stock.low")] == ["A"]
    shop.as_("warehouse", plan_stock, sku="A", reorder_point=12)
    assert [fact["sku"] for fact in shop.told("stock.recovered")] == ["A"]


@pytest.mark.parametrize("how", [{"reorder_point": -1}, {"inbound_qty": 10**7 + 1}])
def test_plans_out_of_bounds_are_refused(shop: Shop, how: dict[str, int]) -> None:
    with pytest.raises(BadQuantityError):
        shop.as_("warehouse", plan_stock, sku="A", **how)
    with pytest.raises(NotFoundError):
        shop.as_("warehouse", plan_stock, sku="NONE", reorder_point=1)


def test_stock_is_locked_in_the_order_of_product_ids_whatever_was_asked(shop: Shop) -> None:
    shop.product("C", stock=1)
    shop.product("0", stock=1)
    stock = shop.system(lambda session: lock_stock_of_skus(session, ["C", "0", "A", "NONE"]))
    assert list(stock) == sorted(stock)
    assert {item.sku for item in stock.values()} == {"A", "C", "0"}


@pytest.mark.parametrize("move", [{"reserved": 13}, {"on_hand": -13}, {"reserved": -1}])
def test_a_move_beyond_what_there_is_undoes_everything(shop: Shop, move: dict[str, int]) -> None:
    product_id = shop.see("warehouse", stock_of, ["A"])["A"].product_id

    def careless(session: object) -> None:
        stock = lock_stock(session, [product_id])  # type: ignore[arg-type]
        move_stock(session, stock, [Move(product_id, **move)])  # type: ignore[arg-type]

    with pytest.raises(RuntimeError):
        shop.system(careless)
    assert shop.see("warehouse", stock_of, ["A"])["A"].available == 12


def test_the_database_itself_refuses_to_reserve_more_than_there_is(shop: Shop) -> None:
    with pytest.raises(IntegrityError):
        shop.system(lambda session: session.execute(update(stock_items).values(reserved=13)))
