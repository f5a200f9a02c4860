"""Reading orders back: by reference, day and state, why they are late, and to order them again."""

from datetime import date

import pytest
from sqlalchemy import update

from core.db.scope import system
from core.kit.errors import NotFoundError
from core.orders.cancel import cancel_order
from core.orders.errors import OrderNotFoundError, ReferenceAmbiguousError
from core.orders.models import orders
from core.orders.queries import (
    last_order,
    open_orders,
    order_by_reference,
    orders_ending,
    orders_on,
    why_late,
)
from core.orders.receive import confirm_receipt
from core.orders.repeat import repeat_of, usual_lines
from core.orders.ship import ship_order
from core.orders.staff import dealer_overview
from core.orders.supply import receive_stock
from core.pricing.service import set_price
from core.products.models import products
from core.stock.service import plan_stock
from tests.core.shop import TODAY, ZONE, Shop


def renumber(shop: Shop, number: str, new: str) -> str:
    statement = system(update(orders).where(orders.c.number == number).values(number=new))
    shop.system(lambda session: session.execute(statement))
    return new


def test_an_order_is_found_by_its_number_or_the_end_of_it(shop: Shop) -> None:
    number = renumber(shop, shop.order("buyer D1", ("A", 1)).number, "260310-0031")
    for reference in (number, "0031", "31", "0310-0031", "10-0031", "03100031", " 0031 "):
        assert shop.see("buyer D1", order_by_reference, reference).number == number
    for reference in (number, "0031", "0310-0031", "03100031"):
        assert shop.see("sales", order_by_reference, reference).number == number


def test_an_end_that_fits_several_names_them(shop: Shop) -> None:
    renumber(shop, shop.order("buyer D1", ("A", 1)).number, "260310-0031")
    renumber(shop, shop.order("buyer D1", ("A", 1)).number, "260310-4031")
    with pytest.raises(ReferenceAmbiguousError) as refused:
        shop.see("buyer D1", order_by_reference, "031")
    assert refused.value.fields["numbers"] == ["260310-4031", "260310-0031"]
    found = shop.see("buyer D1", orders_ending, "031")
    assert [order.number for order in found] == ["260310-4031", "260310-0031"]


@pytest.mark.parametrize("reference", ["", "x", "9999", "%", "_031", "260310-0031'", "０３１"])
def test_anything_else_is_not_an_order(shop: Shop, reference: str) -> None:
    renumber(shop, shop.order("buyer D1", ("A", 1)).number, "260310-0031")
    for who in ("buyer D1", "sales"):
        with pytest.raises(OrderNotFoundError):
            shop.see(who, order_by_reference, reference)


def test_another_dealers_number_answers_like_one_that_is_not(shop: Shop) -> None:
    number = renumber(shop, shop.order("buyer D1", ("A", 1)).number, "260310-0031")
    for reference in (number, "0031"):
        with pytest.raises(OrderNotFoundError):
            shop.see("buyer D2", order_by_reference, reference)
    shop.hire("south", "sales", "south")
    with pytest.raises(OrderNotFoundError):
        shop.see("south", order_by_reference, number)
    assert shop.see("south", open_orders) == ()


def test_the_last_order_shows_its_lines_shipments_and_what_was_written(shop: Shop) -> None:
    assert shop.see("buyer D1", last_order) is None
    draft_id = shop.draft("buyer D1", ("A", 24), ("B", 1), texts=("两箱A一个B",))
    number = shop.confirm("buyer D1", draft_id).number
    shop.as_("buyer D1", cancel_order, number=shop.order("buyer D1", ("B", 2)).number)
    shop.as_(
        "warehouse", ship_order, number=number, source="s", lines={"A": 12}, carrier="德邦", tracking="T9"
    )
    order = shop.see("buyer D1", last_order)
    assert order is not None
    assert (order.number, order.texts, order.line_count, order.first_sku) == (number, ("两箱A一个B",), 2, "A")
    assert [(line.sku, line.shipped, line.reserved) for line in order.lines] == [("A", 12, 12), ("B", 0, 1)]
    (sent,) = order.shipments
    assert (sent.carrier, sent.tracking, sent.lines, sent.received_at) == ("德邦", "T9", {"A": 12}, None)
    assert (order.dealer_code, order.delivery, order.payment) == ("D1", "partial", "unpaid")


def test_open_orders_and_orders_of_a_day(shop: Shop) -> None:
    first = shop.order("buyer D1", ("A", 1)).number
    shop.as_("buyer D1", cancel_order, number=shop.order("buyer D1", ("A", 2)).number)
    shop.later(days=2)
    second = shop.order("buyer D1", ("A", 3)).number
    foreign = shop.order("buyer D2", ("A", 1)).number
    assert [order.number for order in shop.see("buyer D1", open_orders)] == [second, first]
    assert {order.number for order in shop.see("sales", open_orders)} == {first, second, foreign}
    assert len(shop.see("buyer D1", orders_on, first=TODAY)) == 2
    assert [each.number for each in shop.see("buyer D1", orders_on, first=date(2026, 3, 12))] == [second]
    both = shop.see("buyer D1", orders_on, first=TODAY, last=date(2026, 3, 12))
    assert len(both) == 3
    assert shop.see("buyer D1", orders_on, first=date(2026, 3, 11)) == ()


def test_why_an_order_is_late_says_what_it_waits_for(shop: Shop) -> None:
    shop.as_("warehouse", plan_stock, sku="A", inbound_on=date(2026, 3, 15), inbound_qty=240)
    actor = shop.people["buyer D1"]
    draft_id = shop.draft("buyer D1", ("A", 130), ("B", 1), deliver_on=date(2026, 3, 12))
    number = shop.confirm("buyer D1", draft_id, shortage="backorder").number

    def why() -> tuple[object, ...]:
        late = shop.see("buyer D1", why_late, actor, number)
        return late.code, late.days, late.since, late.waiting, late.inbound_on, late.tracking

    shop.later(days=4)
    assert why() == ("waiting_for_stock", 2, TODAY, ("A",), date(2026, 3, 15), "")
    shop.as_("warehouse", receive_stock, sku="A", base_qty=240, source="r")
    assert why() == ("to_be_shipped", 2, TODAY, (), None, "")
    shop.as_("warehouse", ship_order, number=number, source="s", tracking="T1")
    assert why() == ("on_the_way", 2, date(2026, 3, 14), (), None, "T1")
    shop.later(days=1)
    shop.as_("buyer D1", confirm_receipt, number=number)
    shop.later(days=9)
    assert why() == ("delivered", 3, date(2026, 3, 15), (), None, "T1")


def test_an_order_in_review_waits_for_a_decision(shop: Shop) -> None:
    number = shop.order("buyer D2", ("A", 72), over_credit="review").number
    late = shop.see("buyer D2", why_late, shop.people["buyer D2"], number)
    assert (late.code, late.days, late.deliver_on) == ("in_review", 0, None)


def test_the_last_order_again_is_priced_anew_with_the_difference(shop: Shop) -> None:
    shop.product("OLD", stock=10, price=600)
    number = shop.order("buyer D1", ("A", 12), ("OLD", 2), ("B", 12)).number
    shop.as_("admin", set_price, sku="A", unit="case", price=1100, valid_from=TODAY)
    shop.system(lambda s: s.execute(update(products).where(products.c.sku == "OLD").values(active=False)))
    actor = shop.people["buyer D1"]
    again = shop.see("buyer D1", repeat_of, actor)
    assert (again.number, again.gone, again.then_total, again.quote.total) == (number, ("OLD",), 1433, 1433)
    assert [(each.sku, each.then_total, each.now_total) for each in again.changes] == [
        ("A", 1000, 1100),
        ("OLD", 100, 0),
    ]
    assert [(line.sku, line.base_qty) for line in again.lines] == [("A", 12), ("B", 12)]
    assert shop.see("buyer D1", repeat_of, actor, number) == again
    with pytest.raises(OrderNotFoundError):
        shop.see("buyer D2", repeat_of, shop.people["buyer D2"])


def test_usual_lines_are_the_most_frequent_as_last_ordered(shop: Shop) -> None:
    for qty in (12, 24, 36):
        shop.order("buyer D1", ("A", qty), *([("B", 5)] if qty == 24 else []))
    usual = shop.see("buyer D1", usual_lines)
    assert [(line.sku, line.base_qty) for line in usual] == [("A", 36), ("B", 5)]
    assert shop.see("buyer D2", usual_lines) == ()
    shop.later(days=100)
    assert shop.see("buyer D1", usual_lines) == ()


def test_a_dealer_at_a_glance_within_the_region(shop: Shop) -> None:
    number = shop.order("buyer D1", ("A", 12)).number
    seen = shop.see("sales", dealer_overview, dealer="D1", zone=ZONE)
    assert (seen.code, seen.region, seen.account.exposure) == ("D1", "north", 1000)
    assert [order.number for order in seen.open_orders] == [number]
    shop.hire("south", "sales", "south")
    for code in ("D1", "NONE"):
        with pytest.raises(NotFoundError):
            shop.see("south", dealer_overview, dealer=code, zone=ZONE)
