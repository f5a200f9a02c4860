"""Payments, adjustments and returns: which orders they settle, exactly once."""

import pytest
from sqlalchemy import select

from core.credit.errors import BadAmountError
from core.credit.queries import account_lines, standing
from core.kit.errors import NotAllowedError, NotFoundError, SourceUsedError
from core.orders.account import account_of
from core.orders.cancel import cancel_order
from core.orders.errors import OrderNotFoundError, ReturnQuantityError
from core.orders.models import orders, settlements
from core.orders.payments import adjust_balance, record_payment
from core.orders.queries import order_by_reference
from core.orders.receive import confirm_receipt
from core.orders.returns import record_return
from core.orders.ship import ship_order
from core.stock.queries import stock_of
from tests.core.shop import ZONE, Shop


def shipped(shop: Shop, who: str, *lines: tuple[str, int]) -> str:
    number = shop.order(who, *lines).number
    shop.as_("warehouse", ship_order, number=number, source=shop.source())
    return number


def paid(shop: Shop, number: str) -> tuple[int, str]:
    order = shop.see("admin", order_by_reference, number)
    return order.paid, order.payment


def pay(shop: Shop, amount: int, number: str | None = None, dealer: str = "D1") -> dict[str, int]:
    return shop.as_("finance", record_payment, amount=amount, source=shop.source(), dealer=dealer,
                    order_number=number).settled  # fmt: skip


def test_a_payment_settles_the_oldest_shipped_order_first(shop: Shop) -> None:
    first = shipped(shop, "buyer D1", ("A", 12))
    shop.later(hours=1)
    second = shipped(shop, "buyer D1", ("A", 24))
    assert pay(shop, 1500) == {first: 1000, second: 500}
    assert (paid(shop, first), paid(shop, second)) == ((1000, "paid"), (500, "partial"))
    assert shop.see("owner D1", standing).balance == -1500
    assert shop.violations() == []


def test_a_payment_settles_the_order_it_names_before_older_ones(shop: Shop) -> None:
    first = shipped(shop, "buyer D1", ("A", 12))
    second = shipped(shop, "buyer D1", ("A", 24))
    assert pay(shop, 2500, second) == {second: 2000, first: 500}
    assert shop.violations() == []


def test_money_beyond_all_orders_settles_the_next_shipment(shop: Shop) -> None:
    assert pay(shop, 700) == {}
    number = shipped(shop, "buyer D1", ("A", 12))
    assert paid(shop, number) == (700, "partial")
    assert shop.see("owner D1", standing).available == 99_700
    assert shop.violations() == []


def test_prepaid_orders_are_paid_when_they_ship(shop: Shop) -> None:
    number = shipped(shop, "buyer D2", ("A", 60))
    assert paid(shop, number) == (5000, "paid")
    assert shop.see("owner D2", standing).available == 0
    assert shop.violations() == []


def test_a_payment_may_name_an_order_not_yet_shipped_and_is_kept_for_it(shop: Shop) -> None:
    named = shop.order("buyer D1", ("A", 12)).number
    assert pay(shop, 1000, named) == {named: 1000}
    other = shipped(shop, "buyer D1", ("A", 12))
    assert paid(shop, other) == (0, "unpaid")
    shop.as_("warehouse", ship_order, number=named, source="s")
    assert (paid(shop, named), paid(shop, other)) == ((1000, "paid"), (0, "unpaid"))
    assert shop.violations() == []


def test_cancelling_a_paid_order_frees_its_money_for_the_next_shipment(shop: Shop) -> None:
    named = shop.order("buyer D1", ("A", 12)).number
    pay(shop, 1000, named)
    shop.as_("buyer D1", cancel_order, number=named)
    assert shop.violations() == []
    other = shipped(shop, "buyer D1", ("A", 6))
    assert paid(shop, other) == (500, "paid")
    assert shop.violations() == []


def test_an_opening_debt_is_not_mistaken_for_free_credit(shop: Shop) -> None:
    shop.dealer("D3", credit_limit=50_000, balance=-3000)
    assert pay(shop, 3000, dealer="D3") == {}
    number = shipped(shop, "buyer D3", ("A", 12))
    assert paid(shop, number) == (0, "unpaid")
    assert shop.see("owner D3", standing).balance == -1000
    assert shop.violations() == []


def test_the_same_payment_twice_is_one(shop: Shop) -> None:
    number = shipped(shop, "buyer D1", ("A", 12))
    first = shop.as_("finance", record_payment, amount=400, source="bank:7", dealer="D1")
    again = shop.as_("finance", record_payment, amount=400, source="bank:7", dealer="D1")
    assert (first.repeated, again.repeated) == (False, True)
    assert again.settled == first.settled == {number: 400}
    assert shop.see("owner D1", standing).balance == -600
    with pytest.raises(SourceUsedError):
        shop.as_("finance", record_payment, amount=401, source="bank:7", dealer="D1")
    assert len(shop.told("payments.recorded")) == 1
    assert shop.violations() == []


def test_a_payment_for_an_order_finds_its_dealer(shop: Shop) -> None:
    number = shipped(shop, "buyer D1", ("A", 12))
    credited = shop.as_("finance", record_payment, amount=1000, source="b", order_number=number)
    assert credited.dealer_id == shop.people["buyer D1"].dealer_id


@pytest.mark.parametrize("amount", [0, -1, 10**15 + 1])
def test_payments_out_of_bounds_are_refused(shop: Shop, amount: int) -> None:
    with pytest.raises(BadAmountError):
        pay(shop, amount)


@pytest.mark.parametrize("amount", [0, 10**15 + 1, -(10**15) - 1])
def test_adjustments_out_of_bounds_are_refused(shop: Shop, amount: int) -> None:
    with pytest.raises(BadAmountError):
        shop.as_("finance", adjust_balance, amount=amount, source="x", reason="", dealer="D1")


def test_payments_for_unknown_dealers_and_foreign_or_cancelled_orders_are_refused(shop: Shop) -> None:
    number = shop.order("buyer D1", ("A", 12)).number
    with pytest.raises(NotFoundError):
        pay(shop, 1, dealer="NOBODY")
    with pytest.raises(OrderNotFoundError):
        pay(shop, 1, number, dealer="D2")
    shop.as_("buyer D1", cancel_order, number=number)
    with pytest.raises(OrderNotFoundError):
        pay(shop, 1, number)


@pytest.mark.parametrize("who", ["owner D1", "sales", "warehouse"])
def test_only_finance_records_money(shop: Shop, who: str) -> None:
    for verb, more in ((record_payment, {}), (adjust_balance, {"reason": "x"})):
        with pytest.raises(NotAllowedError):
            shop.as_(who, verb, amount=1, source="x", dealer="D1", **more)  # type: ignore[arg-type]


def test_an_adjustment_is_a_line_of_the_account(shop: Shop) -> None:
    number = shipped(shop, "buyer D1", ("A", 12))
    up = shop.as_("finance", adjust_balance, amount=300, source="a1", reason="运费补贴", dealer="D1")
    down = shop.as_("finance", adjust_balance, amount=-50, source="a2", reason="手续费", dealer="D1")
    assert (up.settled, down.settled, down.balance) == ({number: 300}, {}, -750)
    lines = shop.see("owner D1", account_lines)
    assert [(line.kind, line.amount, line.balance, line.reason) for line in lines] == [
        ("adjustment", -50, -750, "手续费"),
        ("adjustment", 300, -700, "运费补贴"),
        ("shipment", -1000, -1000, ""),
    ]
    assert shop.violations() == []


def test_overdue_counts_shipments_past_their_days_less_what_is_paid(shop: Shop) -> None:
    number = shop.order("buyer D1", ("A", 36)).number
    shop.as_("warehouse", ship_order, number=number, source="s1", lines={"A": 12})
    shop.later(days=20)
    shop.as_("warehouse", ship_order, number=number, source="s2")
    account = shop.see("owner D1", account_of, zone=ZONE)
    assert (account.overdue, account.unpaid, account.oldest_overdue) == (0, 3000, "")
    shop.later(days=10)
    assert shop.see("owner D1", account_of, zone=ZONE).overdue == 0  # the thirtieth day is in time
    shop.later(days=1)
    account = shop.see("owner D1", account_of, zone=ZONE)
    assert (account.overdue, account.oldest_overdue, account.oldest_overdue_days) == (1000, number, 1)
    pay(shop, 400)
    assert shop.see("owner D1", account_of, zone=ZONE).overdue == 600
    shop.later(days=20)
    assert shop.see("owner D1", account_of, zone=ZONE).overdue == 2600


def test_a_return_gives_back_exact_value_and_stock(shop: Shop) -> None:
    number = shipped(shop, "buyer D1", ("B", 7))  # 1.94
    values = [
        shop.as_(
            "finance", record_return, number=number, lines={"B": qty}, reason="破损", source=f"r{qty}"
        ).value
        for qty in (1, 2, 4)
    ]
    assert sum(values) == 194
    assert shop.see("owner D1", standing).balance == 0
    assert shop.see("owner D1", stock_of, ["B"])["B"].on_hand == 60
    order = shop.see("owner D1", order_by_reference, number)
    assert (order.returned_value, order.paid, order.lines[0].returned) == (194, 194, 7)
    assert shop.violations() == []


def test_broken_goods_come_back_without_stock(shop: Shop) -> None:
    number = shipped(shop, "buyer D1", ("A", 12))
    shop.as_(
        "warehouse", record_return, number=number, lines={"A": 3}, reason="摔坏", source="r", restock=False
    )
    assert shop.see("owner D1", stock_of, ["A"])["A"].on_hand == 108
    assert shop.see("owner D1", standing).balance == -750
    assert shop.violations() == []


def test_a_return_of_a_paid_order_pays_the_next_oldest(shop: Shop) -> None:
    first = shipped(shop, "buyer D1", ("A", 12))
    second = shipped(shop, "buyer D1", ("A", 12))
    pay(shop, 1000, first)
    shop.as_("finance", record_return, number=first, lines={"A": 12}, reason="", source="r")
    assert (paid(shop, first), paid(shop, second)) == ((1000, "paid"), (1000, "paid"))
    assert shop.see("owner D1", standing).balance == 0
    assert shop.violations() == []


@pytest.mark.parametrize("lines", [{"A": 13}, {"A": 0}, {"A": -1}, {"B": 1}, {}])
def test_more_than_was_shipped_does_not_come_back(shop: Shop, lines: dict[str, int]) -> None:
    number = shipped(shop, "buyer D1", ("A", 12))
    with pytest.raises(ReturnQuantityError):
        shop.as_("finance", record_return, number=number, lines=lines, reason="", source="r")


def test_the_same_return_twice_is_one(shop: Shop) -> None:
    number = shipped(shop, "buyer D1", ("A", 12))
    first = shop.as_("finance", record_return, number=number, lines={"A": 5}, reason="", source="r")
    again = shop.as_("finance", record_return, number=number, lines={"A": 5}, reason="", source="r")
    assert (again.repeated, again.value) == (True, first.value)
    other = shipped(shop, "buyer D1", ("A", 12))
    with pytest.raises(SourceUsedError):
        shop.as_("finance", record_return, number=other, lines={"A": 5}, reason="", source="r")
    assert shop.violations() == []


def test_a_closed_order_can_still_be_paid_and_returned(shop: Shop) -> None:
    number = shipped(shop, "buyer D1", ("A", 12))
    shop.as_("buyer D1", confirm_receipt, number=number)
    shop.as_("finance", record_return, number=number, lines={"A": 6}, reason="", source="r")
    assert pay(shop, 500, number) == {number: 500}
    order = shop.see("buyer D1", order_by_reference, number)
    assert (order.state, order.delivery, order.payment) == ("closed", "delivered", "paid")
    assert shop.violations() == []


def test_settlements_are_never_changed_only_added_to(shop: Shop) -> None:
    named = shop.order("buyer D1", ("A", 12)).number
    pay(shop, 1000, named)
    shop.as_("buyer D1", cancel_order, number=named)
    amounts = shop.rows(select(settlements.c.amount).order_by(settlements.c.id))
    assert [row.amount for row in amounts] == [1000, -1000]
    assert shop.rows(select(orders.c.paid)) == [(0,)]
