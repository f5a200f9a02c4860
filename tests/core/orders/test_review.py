"""Orders over credit: one decision, once, in time, by whoever may."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.credit.queries import standing
from core.credit.service import set_credit_limit
from core.db.scope import system
from core.kit.errors import NotAllowedError
from core.orders.cancel import cancel_order
from core.orders.errors import (
    AlreadyDecidedError,
    OrderNotFoundError,
    OwnApprovalError,
    ReviewChangedError,
    ReviewExpiredError,
)
from core.orders.models import orders, overrides
from core.orders.payments import record_payment
from core.orders.review import approve_order, expire_reviews, reject_order
from core.orders.ship import ship_order
from core.orders.staff import pending_reviews, review_card
from core.stock.queries import stock_of
from tests.core.shop import ZONE, Shop


@pytest.fixture
def number(shop: Shop) -> str:
    """An order of 60.00 by a dealer with 50.00."""
    return shop.order("buyer D2", ("A", 72), over_credit="review").number


def test_approval_confirms_with_an_override_of_the_excess_and_counts_in_exposure(
    shop: Shop, number: str
) -> None:
    decided = shop.as_("sales", approve_order, number=number, shown_excess=1000)
    assert (decided.state, decided.excess, decided.repeated) == ("confirmed", 1000, False)
    assert shop.see("buyer D2", standing).exposure == 6000
    row = shop.rows(select(overrides.c.excess, overrides.c.approved_by))
    assert [tuple(each) for each in row] == [(1000, shop.people["sales"].staff_id)]
    assert shop.told("orders.approved")[0]["by"] == shop.people["sales"].subject
    assert shop.violations() == []


def test_approving_twice_is_one_effect(shop: Shop, number: str) -> None:
    shop.as_("sales", approve_order, number=number)
    again = shop.as_("admin", approve_order, number=number)
    assert again.repeated
    assert shop.see("buyer D2", standing).exposure == 6000
    assert len(shop.told("orders.approved")) == 1
    assert shop.violations() == []


def test_approval_without_excess_left_needs_no_override(shop: Shop, number: str) -> None:
    shop.as_("finance", record_payment, amount=1000, source="bank:1", dealer="D2")
    assert shop.as_("sales", approve_order, number=number).excess == 0
    assert shop.rows(select(overrides.c.id)) == []
    assert shop.violations() == []


def test_an_excess_that_grew_since_the_card_is_shown_again(shop: Shop, number: str) -> None:
    shop.order("owner D2", ("A", 24))
    with pytest.raises(ReviewChangedError) as refused:
        shop.as_("sales", approve_order, number=number, shown_excess=1000)
    assert refused.value.fields["excess"] == 3000
    assert shop.as_("sales", approve_order, number=number, shown_excess=3000).excess == 3000
    assert shop.violations() == []


def test_rejection_frees_the_stock_and_says_why(shop: Shop, number: str) -> None:
    decided = shop.as_("sales", reject_order, number=number, reason="逾期太多")
    assert decided.state == "cancelled"
    assert shop.see("buyer D2", stock_of, ["A"])["A"].reserved == 0
    assert shop.see("buyer D2", standing).exposure == 0
    assert shop.told("orders.rejected")[0]["reason"] == "逾期太多"
    assert shop.as_("sales", reject_order, number=number).repeated
    assert shop.violations() == []


def test_the_opposite_decision_comes_too_late(shop: Shop, number: str) -> None:
    shop.as_("sales", reject_order, number=number)
    with pytest.raises(AlreadyDecidedError):
        shop.as_("admin", approve_order, number=number)
    other = shop.order("buyer D2", ("A", 72), over_credit="review").number
    shop.as_("sales", approve_order, number=other)
    with pytest.raises(AlreadyDecidedError) as refused:
        shop.as_("admin", reject_order, number=other)
    assert refused.value.fields["state"] == "confirmed"


def test_a_review_cancelled_by_the_dealer_cannot_be_approved(shop: Shop, number: str) -> None:
    shop.as_("owner D2", cancel_order, number=number)
    with pytest.raises(AlreadyDecidedError):
        shop.as_("sales", approve_order, number=number)
    assert shop.violations() == []


def test_a_day_later_nothing_is_held_any_more(shop: Shop, number: str) -> None:
    shop.later(hours=23, minutes=59)
    assert shop.system(expire_reviews) == ()
    shop.later(minutes=1)
    with pytest.raises(ReviewExpiredError):
        shop.as_("sales", approve_order, number=number)
    (ended,) = shop.system(expire_reviews)
    assert (ended.number, ended.state) == (number, "cancelled")
    assert shop.system(expire_reviews) == ()
    assert [fact["number"] for fact in shop.told("orders.review_expired")] == [number]
    assert shop.see("buyer D2", stock_of, ["A"])["A"].reserved == 0
    assert shop.violations() == []


def test_sales_decide_in_their_region_only_and_another_answers_like_no_order(shop: Shop, number: str) -> None:
    shop.hire("south", "sales", "south")
    shop.hire("north", "sales", "north")
    for reference in (number, "260310-9999999"):
        with pytest.raises(OrderNotFoundError) as refused:
            shop.as_("south", approve_order, number=reference)
        assert refused.value.fields == {"reference": reference}
    assert shop.see("south", pending_reviews) == ()
    assert [each.number for each in shop.see("north", pending_reviews)] == [number]
    assert shop.as_("north", approve_order, number=number).state == "confirmed"


@pytest.mark.parametrize("who", ["owner D2", "buyer D2", "warehouse"])
def test_dealers_and_the_warehouse_decide_nothing(shop: Shop, number: str, who: str) -> None:
    for verb in (approve_order, reject_order):
        with pytest.raises(NotAllowedError):
            shop.as_(who, verb, number=number)


def test_who_prepared_an_order_does_not_approve_it(shop: Shop, number: str) -> None:
    subject = shop.people["sales"].subject
    shop.system(lambda s: s.execute(system(update(orders).values(prepared_by=subject))))
    with pytest.raises(OwnApprovalError):
        shop.as_("sales", approve_order, number=number)
    assert shop.as_("finance", approve_order, number=number).state == "confirmed"


def test_the_card_shows_the_arithmetic_and_how_earlier_orders_were_paid(shop: Shop) -> None:
    shop.as_("admin", set_credit_limit, credit_limit=4000, payment_days=10, dealer="D2")
    paid_in_time = shop.order("owner D2", ("A", 12)).number
    shop.as_("warehouse", ship_order, number=paid_in_time, source="s1")  # settled from the opening balance
    late = shop.order("owner D2", ("A", 60)).number
    shop.as_("warehouse", ship_order, number=late, source="s2")
    shop.later(days=19)
    number = shop.order("buyer D2", ("B", 60), ("A", 48), over_credit="review").number
    card = shop.see("sales", review_card, number, zone=ZONE)
    assert (card.account.overdue, card.account.oldest_overdue, card.account.oldest_overdue_days) == (
        1000,
        late,
        9,
    )
    assert (card.excess, card.exposure_after, card.available_after) == (2665, 5665, -2665)
    assert [(each.number, each.days_late, each.paid) for each in card.last_orders] == [
        (late, 9, False),
        (paid_in_time, 0, True),
    ]
    assert card.until == shop.now + timedelta(hours=24)
    shop.as_("sales", approve_order, number=number)
    with pytest.raises(OrderNotFoundError):
        shop.see("sales", review_card, number, zone=ZONE)
