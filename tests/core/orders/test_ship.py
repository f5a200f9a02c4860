"""Shipping, receipt and cancelling: what leaves is paid for to the cent, and only what is left can be undone."""

import pytest
from sqlalchemy import select

from core.credit.queries import account_lines, standing
from core.kit.errors import NotAllowedError, SourceUsedError
from core.orders.cancel import cancel_order
from core.orders.errors import (
    NotCancellableError,
    NothingToReceiveError,
    NotShippableError,
    OrderNotFoundError,
    ShipQuantityError,
)
from core.orders.models import orders, shipments
from core.orders.queries import order_by_reference
from core.orders.receive import confirm_receipt
from core.orders.ship import ship_order
from core.stock.models import stock_ledger
from core.stock.queries import stock_of
from tests.core.shop import Shop


@pytest.fixture
def number(shop: Shop) -> str:
    return shop.order("buyer D1", ("A", 24), ("B", 7)).number  # 20.00 + 1.94


def test_shipping_all_moves_exposure_to_a_debt_and_stock_out(shop: Shop, number: str) -> None:
    shipped = shop.as_("warehouse", ship_order, number=number, source="s1", carrier="顺丰", tracking="SF1")
    assert (shipped.value, shipped.lines, shipped.rest) == (2194, {"A": 24, "B": 7}, 0)
    assert shipped.delivery == "shipped"
    account = shop.see("buyer D1", standing)
    assert (account.balance, account.exposure, account.available) == (-2194, 0, 97_806)
    stock = shop.see("buyer D1", stock_of, ["A", "B"])
    assert (stock["A"].on_hand, stock["A"].reserved, stock["B"].on_hand) == (96, 0, 53)
    (fact,) = shop.told("orders.shipped")
    assert (fact["carrier"], fact["tracking"], fact["rest"]) == ("顺丰", "SF1", 0)
    assert shop.violations() == []


def test_partial_shipments_sum_to_the_order_exactly(shop: Shop, number: str) -> None:
    values = [
        shop.as_("warehouse", ship_order, number=number, source=f"s{qty}{sku}", lines={sku: qty}).value
        for sku, qty in (("B", 1), ("B", 2), ("B", 4), ("A", 5), ("A", 19))
    ]
    assert (sum(values[:3]), sum(values)) == (194, 2194)
    assert shop.see("buyer D1", standing).exposure == 0
    assert shop.violations() == []


def test_a_partial_shipment_leaves_the_rest_confirmed(shop: Shop, number: str) -> None:
    shipped = shop.as_("warehouse", ship_order, number=number, source="s1", lines={"A": 12})
    assert (shipped.rest, shipped.delivery) == (19, "partial")
    order = shop.see("buyer D1", order_by_reference, number)
    assert (order.state, order.delivery, order.payment) == ("confirmed", "partial", "unpaid")
    assert shop.see("buyer D1", standing).exposure == 1194


def test_the_same_source_again_changes_nothing(shop: Shop, number: str) -> None:
    first = shop.as_("warehouse", ship_order, number=number, source="s1", lines={"A": 12}, tracking="T")
    again = shop.as_("warehouse", ship_order, number=number, source="s1", lines={"A": 12})
    assert (again.repeated, again.value, again.tracking) == (True, first.value, "T")
    assert len(shop.rows(select(shipments.c.id))) == 1
    other = shop.order("buyer D1", ("A", 1)).number
    with pytest.raises(SourceUsedError):
        shop.as_("warehouse", ship_order, number=other, source="s1")
    assert shop.violations() == []


@pytest.mark.parametrize("lines", [{"A": 25}, {"A": 0}, {"A": -1}, {"C": 1}, {}])
def test_more_than_is_reserved_is_not_shipped(shop: Shop, number: str, lines: dict[str, int]) -> None:
    with pytest.raises(ShipQuantityError):
        shop.as_("warehouse", ship_order, number=number, source="s1", lines=lines)
    assert shop.rows(select(shipments.c.id)) == []


def test_backordered_units_are_not_shipped_before_they_come(shop: Shop) -> None:
    number = shop.order("buyer D1", ("A", 132), shortage="backorder").number
    shipped = shop.as_("warehouse", ship_order, number=number, source="s1")
    assert (shipped.lines, shipped.rest, shipped.delivery) == ({"A": 120}, 12, "partial")
    with pytest.raises(NotShippableError):
        shop.as_("warehouse", ship_order, number=number, source="s2")
    assert shop.see("buyer D1", standing).exposure == 1000
    assert shop.violations() == []


def test_an_order_in_review_or_cancelled_is_not_shipped(shop: Shop, number: str) -> None:
    waiting = shop.order("buyer D2", ("A", 72), over_credit="review").number
    shop.as_("buyer D1", cancel_order, number=number)
    for each, state in ((waiting, "pending_review"), (number, "cancelled")):
        with pytest.raises(NotShippableError) as refused:
            shop.as_("warehouse", ship_order, number=each, source=shop.source())
        assert refused.value.fields["state"] == state


@pytest.mark.parametrize("who", ["owner D1", "sales", "finance"])
def test_only_the_warehouse_ships(shop: Shop, number: str, who: str) -> None:
    with pytest.raises(NotAllowedError):
        shop.as_(who, ship_order, number=number, source="s1")


def test_receipt_of_everything_closes_the_order(shop: Shop, number: str) -> None:
    with pytest.raises(NothingToReceiveError):
        shop.as_("buyer D1", confirm_receipt, number=number)
    shop.as_("warehouse", ship_order, number=number, source="s1", lines={"A": 24})
    first = shop.as_("buyer D1", confirm_receipt, number=number)
    assert (first.delivery, first.repeated) == ("partial", False)
    assert shop.as_("buyer D1", confirm_receipt, number=number).repeated
    shop.as_("warehouse", ship_order, number=number, source="s2")
    assert shop.as_("sales", confirm_receipt, number=number).delivery == "delivered"
    again = shop.as_("buyer D1", confirm_receipt, number=number)
    assert (again.delivery, again.repeated) == ("delivered", True)
    assert [fact["delivery"] for fact in shop.told("orders.received")] == ["partial", "delivered"]
    assert shop.see("buyer D1", order_by_reference, number).state == "closed"
    assert shop.violations() == []


def test_cancelling_frees_stock_and_exposure_once(shop: Shop, number: str) -> None:
    cancelled = shop.as_("buyer D1", cancel_order, number=number, reason="写错了")
    assert (cancelled.total, cancelled.repeated) == (2194, False)
    assert shop.see("buyer D1", standing).exposure == 0
    assert shop.see("buyer D1", stock_of, ["A"])["A"].reserved == 0
    assert shop.as_("sales", cancel_order, number=number).repeated
    assert [fact["reason"] for fact in shop.told("orders.cancelled")] == ["写错了"]
    assert shop.rows(select(orders.c.reason)) == [("写错了",)]
    assert shop.violations() == []


def test_after_the_first_shipment_nothing_is_cancelled(shop: Shop, number: str) -> None:
    shop.as_("warehouse", ship_order, number=number, source="s1", lines={"A": 1})
    with pytest.raises(NotCancellableError):
        shop.as_("buyer D1", cancel_order, number=number)
    assert not shop.see("buyer D1", order_by_reference, number).cancellable


@pytest.mark.parametrize("verb", [cancel_order, confirm_receipt])
def test_another_dealers_order_answers_like_none(shop: Shop, number: str, verb: object) -> None:
    answers = []
    for reference in (number, "260310-99999"):
        with pytest.raises(OrderNotFoundError) as refused:
            shop.as_("owner D2", verb, number=reference)  # type: ignore[arg-type]
        answers.append({**refused.value.fields, "reference": ""})
    assert answers[0] == answers[1]


def test_every_movement_is_in_the_ledgers_with_its_cause(shop: Shop, number: str) -> None:
    shop.as_("warehouse", ship_order, number=number, source="s1")
    (line,) = shop.see("owner D1", account_lines)
    assert (line.kind, line.amount, line.balance, line.order_number) == ("shipment", -2194, -2194, number)
    rows = shop.rows(
        select(stock_ledger.c.qty, stock_ledger.c.reason, stock_ledger.c.by)
        .where(stock_ledger.c.kind == "shipment")
        .order_by(stock_ledger.c.product_id)
    )
    by = shop.people["warehouse"].subject
    assert [tuple(row) for row in rows] == [(-24, number, by), (-7, number, by)]
