"""Stock that comes in goes to back-orders first come first, then to whoever waits with a draft."""

import pytest
from sqlalchemy import select

from core.kit.errors import NotAllowedError, NotFoundError, SourceUsedError
from core.orders.cancel import cancel_order
from core.orders.errors import DraftEmptyError
from core.orders.models import order_lines, waits
from core.orders.returns import record_return
from core.orders.review import approve_order
from core.orders.ship import ship_order
from core.orders.supply import adjust_stock, receive_stock
from core.orders.waits import wait_for_stock
from core.stock.errors import BadQuantityError, BelowReservedError
from core.stock.models import stock_ledger
from core.stock.queries import low_stock, stock_of
from core.stock.service import plan_stock
from tests.core.shop import Shop


def receive(shop: Shop, base_qty: int, sku: str = "A") -> list[tuple[str, int]]:
    changed = shop.as_("warehouse", receive_stock, sku=sku, base_qty=base_qty, source=shop.source())
    return [(each.number, each.base_qty) for each in changed.filled]


def test_receipts_fill_backorders_first_come_first_and_tell_each_dealer_once(shop: Shop) -> None:
    shop.dealer("D3", credit_limit=100_000)
    first = shop.order("buyer D1", ("A", 130), shortage="backorder").number
    second = shop.order("buyer D3", ("A", 20), ("A", 5), shortage="backorder").number
    assert receive(shop, 20) == [(first, 10), (second, 10)]
    assert receive(shop, 100) == [(second, 10), (second, 5)]
    facts = shop.told("orders.backorder_filled")
    assert [(fact["number"], fact["lines"]) for fact in facts] == [
        (first, {"A": 10}),
        (second, {"A": 10}),
        (second, {"A": 15}),
    ]
    dealers = [fact.dealer_id for fact in shop.facts if fact.kind == "orders.backorder_filled"]
    d1, d3 = (shop.people[f"buyer {code}"].dealer_id for code in ("D1", "D3"))
    assert dealers == [d1, d3, d3]
    assert shop.see("admin", stock_of, ["A"])["A"].available == 85
    assert shop.violations() == []


def test_a_filled_backorder_ships_at_its_exact_value(shop: Shop) -> None:
    number = shop.order("buyer D1", ("B", 70), shortage="backorder").number  # 19.43
    values = [shop.as_("warehouse", ship_order, number=number, source="s1").value]
    receive(shop, 10, "B")
    values.append(shop.as_("warehouse", ship_order, number=number, source="s2").value)
    assert sum(values) == 1943
    assert shop.violations() == []


def test_what_one_dealer_cancels_fills_anothers_backorder(shop: Shop) -> None:
    held = shop.order("buyer D1", ("A", 120)).number
    shop.dealer("D3", credit_limit=100_000)
    waiting = shop.order("buyer D3", ("A", 30), shortage="backorder").number
    shop.as_("buyer D1", cancel_order, number=held)
    assert shop.told("orders.backorder_filled") == [{"number": waiting, "lines": {"A": 30}}]
    assert shop.violations() == []


def test_returned_goods_fill_backorders(shop: Shop) -> None:
    sent = shop.order("buyer D1", ("A", 120)).number
    shop.as_("warehouse", ship_order, number=sent, source="s")
    waiting = shop.order("buyer D1", ("A", 5), shortage="backorder").number
    shop.as_("warehouse", record_return, number=sent, lines={"A": 3}, reason="", source="r")
    assert shop.told("orders.backorder_filled") == [{"number": waiting, "lines": {"A": 3}}]
    assert shop.violations() == []


def test_an_order_in_review_is_not_filled_before_its_approval(shop: Shop) -> None:
    number = shop.order("buyer D2", ("A", 130), shortage="backorder", over_credit="review").number
    assert receive(shop, 30) == []
    shop.as_("sales", approve_order, number=number)
    assert shop.rows(select(order_lines.c.reserved, order_lines.c.backordered)) == [(130, 0)]
    assert shop.violations() == []


def test_the_same_receipt_twice_is_one(shop: Shop) -> None:
    first = shop.as_("warehouse", receive_stock, sku="A", base_qty=5, source="doc:1")
    again = shop.as_("warehouse", receive_stock, sku="A", base_qty=5, source="doc:1")
    assert (first.item.on_hand, again.item.on_hand, again.repeated) == (125, 125, True)
    with pytest.raises(SourceUsedError):
        shop.as_("warehouse", receive_stock, sku="A", base_qty=6, source="doc:1")
    assert shop.violations() == []


@pytest.mark.parametrize("base_qty", [0, -1, 10**7 + 1])
def test_receipts_out_of_bounds_are_refused(shop: Shop, base_qty: int) -> None:
    with pytest.raises(BadQuantityError):
        shop.as_("warehouse", receive_stock, sku="A", base_qty=base_qty, source="x")


def test_an_adjustment_never_takes_what_orders_hold(shop: Shop) -> None:
    shop.order("buyer D1", ("A", 100))
    with pytest.raises(BelowReservedError) as refused:
        shop.as_("warehouse", adjust_stock, sku="A", change=-21, reason="盘亏", source="x")
    assert refused.value.fields == {"sku": "A", "on_hand": 120, "reserved": 100, "change": -21}
    changed = shop.as_("warehouse", adjust_stock, sku="A", counted=100, reason="盘亏", source="x")
    assert (changed.change, changed.item.available) == (-20, 0)
    row = shop.rows(select(stock_ledger.c.kind, stock_ledger.c.qty, stock_ledger.c.reason).where(
        stock_ledger.c.source == "x"))  # fmt: skip
    assert [tuple(each) for each in row] == [("adjustment", -20, "盘亏")]
    assert shop.violations() == []


@pytest.mark.parametrize("how", [{"change": 0}, {"change": 10**7 + 1}, {"counted": -1}])
def test_adjustments_out_of_bounds_are_refused(shop: Shop, how: dict[str, int]) -> None:
    with pytest.raises(BadQuantityError):
        shop.as_("warehouse", adjust_stock, sku="A", reason="", source="x", **how)


@pytest.mark.parametrize("who", ["owner D1", "sales", "finance"])
def test_only_the_warehouse_moves_stock(shop: Shop, who: str) -> None:
    with pytest.raises(NotAllowedError):
        shop.as_(who, receive_stock, sku="A", base_qty=1, source="x")
    with pytest.raises(NotAllowedError):
        shop.as_(who, adjust_stock, sku="A", change=1, reason="", source="x")
    with pytest.raises(NotAllowedError):
        shop.as_(who, plan_stock, sku="A", reorder_point=1)


def test_an_unknown_product_has_no_stock(shop: Shop) -> None:
    with pytest.raises(NotFoundError):
        receive(shop, 1, "NONE")


def test_falling_below_the_reorder_point_and_coming_back_are_facts_once_each(shop: Shop) -> None:
    shop.as_("warehouse", plan_stock, sku="A", reorder_point=50, inbound_qty=240)
    shop.order("buyer D1", ("A", 70))  # 50 left: not below
    assert shop.told("stock.low") == []
    held = shop.order("buyer D1", ("A", 1)).number
    shop.order("buyer D1", ("A", 9))
    assert [(fact["sku"], fact["available"], fact["inbound_qty"]) for fact in shop.told("stock.low")] == [
        ("A", 49, 240)
    ]
    assert [item.sku for item in shop.see("warehouse", low_stock)] == ["A"]
    shop.as_("buyer D1", cancel_order, number=held)
    assert shop.told("stock.recovered") == []
    receive(shop, 100)
    assert [fact["available"] for fact in shop.told("stock.recovered")] == [141]
    assert shop.see("warehouse", low_stock) == ()


def test_stock_that_fills_backorders_at_once_has_not_recovered(shop: Shop) -> None:
    shop.as_("warehouse", plan_stock, sku="A", reorder_point=10)
    shop.order("buyer D1", ("A", 220), shortage="backorder")
    receive(shop, 100)
    assert (len(shop.told("stock.low")), len(shop.told("stock.recovered"))) == (1, 0)


def test_who_waits_is_told_once_when_all_of_it_can_be_had(shop: Shop) -> None:
    draft_id = shop.draft("buyer D1", ("A", 150), ("B", 70))
    assert shop.as_("buyer D1", wait_for_stock, draft_id=draft_id) == 2
    receive(shop, 50)
    assert shop.told("drafts.can_be_filled") == []
    receive(shop, 10, "B")
    member = shop.people["buyer D1"].member_id
    assert shop.told("drafts.can_be_filled") == [
        {"draft_id": draft_id, "member_id": member, "place": "private"}
    ]
    receive(shop, 10, "B")
    assert len(shop.told("drafts.can_be_filled")) == 1
    assert shop.rows(select(waits.c.id)) == []


def test_a_draft_that_no_longer_wants_it_is_forgotten_silently(shop: Shop) -> None:
    draft_id = shop.draft("buyer D1", ("A", 150))
    shop.as_("buyer D1", wait_for_stock, draft_id=draft_id)
    shop.draft("buyer D1", ("B", 1))
    receive(shop, 50)
    assert shop.told("drafts.can_be_filled") == []
    assert shop.rows(select(waits.c.id)) == []


def test_ordering_the_draft_ends_the_wait(shop: Shop) -> None:
    draft_id = shop.draft("buyer D1", ("A", 121))
    shop.as_("buyer D1", wait_for_stock, draft_id=draft_id)
    shop.confirm("buyer D1", draft_id, shortage="backorder")
    assert shop.rows(select(waits.c.id)) == []
    assert shop.violations() == []


def test_backorders_come_before_those_who_wait(shop: Shop) -> None:
    draft_id = shop.draft("buyer D1", ("A", 125))
    shop.as_("buyer D1", wait_for_stock, draft_id=draft_id)
    shop.dealer("D3", credit_limit=100_000)
    shop.order("buyer D3", ("A", 130), shortage="backorder")
    receive(shop, 10)
    assert shop.told("drafts.can_be_filled") == []
    receive(shop, 125)
    assert len(shop.told("drafts.can_be_filled")) == 1


def test_nobody_waits_with_an_empty_or_foreign_draft(shop: Shop) -> None:
    empty = shop.draft("buyer D1")
    with pytest.raises(DraftEmptyError):
        shop.as_("buyer D1", wait_for_stock, draft_id=empty)
    for who in ("owner D1", "buyer D2"):
        with pytest.raises(NotFoundError):
            shop.as_(who, wait_for_stock, draft_id=empty)


def test_a_long_queue_is_filled_to_its_end_however_it_is_read(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.orders.backorders.BATCH", 2)
    shop.order("buyer D1", ("A", 120))
    waiting = [shop.order("buyer D1", ("A", 2), ("A", 1), shortage="backorder").number for _ in range(3)]
    assert receive(shop, 8) == [(number, qty) for number in waiting for qty in (2, 1)][:5]
    assert shop.violations() == []
