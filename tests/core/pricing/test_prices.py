"""Prices: which one holds for whom and since when, and who may set them."""

from datetime import date

import pytest
from sqlalchemy import select, update

from core.db.scope import system
from core.dealers.models import dealers
from core.kit.errors import NotAllowedError, NotFoundError
from core.people.policy import POLICY
from core.pricing.errors import BadPriceError, NoSuchUnitError
from core.pricing.models import level_prices
from core.pricing.queries import Price, prices_of
from core.pricing.rules import MAX_PRICE
from core.pricing.service import set_price
from core.products.models import products
from tests.core.shop import TODAY, Shop, open_shop
from tests.databases import Database


@pytest.fixture
def shop(database: Database) -> Shop:
    shop = open_shop(database)
    shop.dealer("D1", level="B")
    shop.dealer("D2")
    shop.product("A")
    return shop


def put(shop: Shop, price: int, since: str, unit: str = "case", **whom: str) -> None:
    shop.as_(
        "admin", set_price, sku="A", unit=unit, price=price, valid_from=date.fromisoformat(since), **whom
    )


def price(shop: Shop, who: str = "buyer D1", on: date = TODAY) -> Price | None:
    return shop.see(who, prices_of, ["A"], on=on).get("A")


def test_there_is_no_price_until_one_is_set(shop: Shop) -> None:
    assert price(shop) is None


def test_a_dealers_own_price_goes_before_its_levels_before_everybodys(shop: Shop) -> None:
    put(shop, 1200, "2026-01-01")
    put(shop, 1100, "2026-01-02", level="B")
    put(shop, 90, "2026-01-03", unit="piece", dealer="D1")
    mine, other = price(shop), price(shop, "buyer D2")
    assert mine is not None
    assert other is not None
    assert (mine.price, mine.unit, mine.factor, mine.source) == (90, "piece", 1, "dealer:2026-01-03")
    assert (other.price, other.unit, other.factor, other.source) == (1200, "case", 12, "all:2026-01-01")


def test_a_level_price_names_its_level(shop: Shop) -> None:
    put(shop, 1200, "2026-01-09")
    put(shop, 1100, "2026-01-02", level="B")
    put(shop, 1000, "2026-01-02", level="A")
    mine = price(shop)
    assert mine is not None
    assert (mine.price, mine.source) == (1100, "level:B:2026-01-02")


def test_the_newest_price_that_is_valid_on_the_day_holds_and_the_last_one_set_for_a_day_wins(
    shop: Shop,
) -> None:
    put(shop, 1300, "2026-04-01")
    put(shop, 1200, "2026-01-01")
    put(shop, 1250, "2026-03-01")
    put(shop, 1260, "2026-03-01")
    seen = [
        price(shop, on=date.fromisoformat(day))
        for day in ("2025-12-31", "2026-02-28", "2026-03-01", "2026-04-01")
    ]
    assert [each and each.price for each in seen] == [None, 1200, 1260, 1300]


def test_prices_are_added_never_changed(shop: Shop) -> None:
    put(shop, 1200, "2026-01-01")
    put(shop, 1100, "2026-01-01")
    rows = shop.rows(select(level_prices.c.price).order_by(level_prices.c.id))
    assert [row.price for row in rows] == [1200, 1100]


def test_a_product_out_of_sale_or_outside_the_assortment_has_no_price_to_see(shop: Shop) -> None:
    put(shop, 1200, "2026-01-01")
    shop.dealer("D3", listed_only=True)
    assert price(shop, "buyer D3") is None
    shop.list_for("D3", "A")
    assert price(shop, "buyer D3") is not None
    shop.system(lambda session: session.execute(update(products).values(active=False)))
    assert price(shop, "buyer D3") is None


def test_a_dealer_of_no_level_is_not_of_a_level_named_nothing(shop: Shop) -> None:
    put(shop, 1200, "2026-01-01", level="")
    other = price(shop, "buyer D2")
    assert other is not None
    assert other.source == "all:2026-01-01"


def test_setting_a_price_is_a_fact_with_its_unit_and_day(shop: Shop) -> None:
    put(shop, 1200, "2026-01-01", dealer="D1")
    (fact,) = shop.told("prices.changed")
    assert (fact["sku"], fact["price"], fact["unit"], fact["valid_from"]) == ("A", 1200, "case", "2026-01-01")
    owner = shop.rows(select(dealers.c.id).where(dealers.c.code == "D1"))[0].id
    assert [each.dealer_id for each in shop.facts if each.kind == "prices.changed"] == [owner]


@pytest.mark.parametrize("amount", [0, -1, MAX_PRICE + 1])
def test_prices_out_of_bounds_are_refused(shop: Shop, amount: int) -> None:
    with pytest.raises(BadPriceError):
        put(shop, amount, "2026-01-01")


def test_units_products_and_dealers_must_exist(shop: Shop) -> None:
    with pytest.raises(NoSuchUnitError) as refused:
        put(shop, 1, "2026-01-01", unit="pallet")
    assert refused.value.fields["units"] == ["piece", "case"]
    with pytest.raises(NotFoundError):
        put(shop, 1, "2026-01-01", dealer="NOBODY")
    with pytest.raises(NotFoundError):
        shop.as_("admin", set_price, sku="NONE", unit="case", price=1, valid_from=TODAY)


def test_only_admin_and_finance_set_prices(shop: Shop) -> None:
    assert {role for (side, role), actions in POLICY.items() if "prices.set" in actions and side == "staff"} == {
        "admin", "finance",
    }  # fmt: skip
    for who in ("owner D1", "sales", "warehouse"):
        with pytest.raises(NotAllowedError):
            shop.as_(who, set_price, sku="A", unit="case", price=1, valid_from=TODAY)


def test_another_dealers_own_price_is_not_seen(shop: Shop) -> None:
    put(shop, 77, "2026-01-01", dealer="D2")
    assert price(shop) is None
    assert shop.rows(system(select(level_prices.c.id))) == []
