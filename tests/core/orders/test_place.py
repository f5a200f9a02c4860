"""Placing an order: what is confirmed is what was shown, and every refusal leaves nothing behind."""

import itertools
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event, insert, select, update

from core.credit.queries import Standing, standing
from core.db.scope import scoped, system
from core.db.session import Session
from core.dealers.models import addresses, dealers
from core.kit.errors import NotAllowedError, NotFoundError
from core.orders.drafts import DraftLine, draft_by_id, draft_of, save_draft
from core.orders.errors import (
    DealerSuspendedError,
    DraftChangedError,
    DraftEmptyError,
    LinesRefusedError,
    OverCreditError,
    PriceChangedError,
    SameOrderTodayError,
    ShortageError,
    TooLargeError,
)
from core.orders.models import order_lines, orders
from core.orders.place import place_order
from core.orders.quote import Shown, quote
from core.orders.rules import MAX_LINES
from core.pricing.service import set_price
from core.products.models import products
from core.stock.queries import stock_of
from tests.core.shop import TODAY, Shop


def test_an_order_within_credit_is_confirmed_reserves_stock_and_counts_in_exposure(shop: Shop) -> None:
    placed = shop.order("buyer D1", ("A", 24), ("B", 5))
    assert (placed.state, placed.total, placed.excess) == ("confirmed", 2000 + 139, 0)
    assert shop.see("buyer D1", standing) == Standing(100_000, 0, 2139, 30)
    stock = shop.see("buyer D1", stock_of, ["A", "B"])
    assert (stock["A"].reserved, stock["B"].reserved) == (24, 5)
    assert shop.told("orders.placed") == [
        {"number": placed.number, "total": 2139, "currency": "CNY", "prepared_by": "",
         "by": shop.people["buyer D1"].subject}
    ]  # fmt: skip
    assert shop.violations() == []


def test_the_draft_is_empty_afterwards_and_its_version_is_spent(shop: Shop) -> None:
    draft_id = shop.draft("buyer D1", ("A", 12), texts=("一箱A",), note="快")
    shop.confirm("buyer D1", draft_id)
    draft = shop.see("buyer D1", draft_by_id, draft_id)
    assert (draft.lines, draft.texts, draft.note, draft.version) == ((), (), "", 2)


def test_a_confirm_of_an_older_version_is_refused_with_the_difference(shop: Shop) -> None:
    draft_id = shop.draft("buyer D1", ("A", 12))
    shown = quoted(shop, "buyer D1", draft_id)
    shop.draft("buyer D1", ("A", 24), ("B", 1))
    with pytest.raises(DraftChangedError) as refused:
        shop.as_("buyer D1", place_order, draft_id=draft_id, shown=shown)
    changes = [(change.sku, change.shown, change.now) for change in refused.value.fields["changes"]]
    assert changes == [("A", 12, 24), ("B", 0, 1)]


def test_an_empty_draft_is_refused(shop: Shop) -> None:
    draft_id = shop.draft("buyer D1")
    with pytest.raises(DraftEmptyError):
        shop.confirm("buyer D1", draft_id)


def test_a_price_that_changed_since_it_was_shown_is_refused_with_both_totals(shop: Shop) -> None:
    draft_id = shop.draft("buyer D1", ("A", 12), ("B", 12))
    shown = quoted(shop, "buyer D1", draft_id)
    shop.as_("admin", set_price, sku="A", unit="case", price=1100, valid_from=TODAY)
    with pytest.raises(PriceChangedError) as refused:
        shop.as_("buyer D1", place_order, draft_id=draft_id, shown=shown)
    (change,) = refused.value.fields["changes"]
    assert (change.sku, change.shown, change.now) == ("A", 1000, 1100)
    assert (refused.value.fields["shown_total"], refused.value.fields["total"]) == (1333, 1433)
    assert shop.rows(select(orders.c.id)) == []


def test_money_a_client_makes_up_is_refused(shop: Shop) -> None:
    draft_id = shop.draft("buyer D1", ("A", 12))
    shown = quoted(shop, "buyer D1", draft_id)
    with pytest.raises(PriceChangedError):
        shop.as_("buyer D1", place_order, draft_id=draft_id, shown=replace(shown, total=1))


def test_too_little_stock_is_refused_with_what_there_is(shop: Shop) -> None:
    with pytest.raises(ShortageError) as refused:
        shop.order("buyer D1", ("A", 121))
    (short,) = refused.value.fields["shortages"]
    assert (short.sku, short.wanted, short.available, short.usable) == ("A", 121, 120, 120)
    assert refused.value.fields["partial_possible"]
    assert shop.violations() == []


def test_partial_orders_only_what_there_is(shop: Shop) -> None:
    placed = shop.order("buyer D1", ("A", 144), ("B", 12), shortage="partial")
    assert placed.total == 10_000 + 333
    assert [(line.sku, line.base_qty, line.unit, line.qty) for line in placed.lines] == [
        ("A", 120, "piece", "120"),
        ("B", 12, "piece", "12"),
    ]
    assert placed.backordered == {}
    assert shop.violations() == []


def test_partial_keeps_the_unit_as_ordered_where_that_is_exact(shop: Shop) -> None:
    draft_id = write(shop, DraftLine("A", 144, "case", "12"))
    placed = shop.confirm("buyer D1", draft_id, shortage="partial")
    assert [(line.unit, line.qty) for line in placed.lines] == [("case", "10")]


def test_partial_drops_what_is_below_its_smallest_quantity_or_multiple(shop: Shop) -> None:
    shop.product("M", stock=20, price=1200, min_qty=24, multiple=12)
    shop.product("N", stock=20, price=1200, multiple=12)
    placed = shop.order("buyer D1", ("M", 36), ("N", 36), ("A", 1), shortage="partial")
    assert [(line.sku, line.base_qty) for line in placed.lines] == [("N", 12), ("A", 1)]


def test_two_lines_of_one_product_share_its_stock(shop: Shop) -> None:
    with pytest.raises(ShortageError) as refused:
        shop.order("buyer D1", ("A", 100), ("A", 21))
    (short,) = refused.value.fields["shortages"]
    assert (short.wanted, short.available) == (21, 20)
    placed = shop.order("buyer D1", ("A", 100), ("A", 20))
    assert shop.rows(select(order_lines.c.reserved).order_by(order_lines.c.line_no)) == [(100,), (20,)]
    assert placed.total == 8333 + 1667
    assert shop.violations() == []


def test_a_backorder_reserves_what_there_is_and_counts_in_exposure_wholly(shop: Shop) -> None:
    placed = shop.order("buyer D1", ("A", 132), shortage="backorder")
    assert (placed.total, placed.backordered) == (11_000, {"A": 12})
    assert shop.see("buyer D1", standing).exposure == 11_000
    assert shop.see("buyer D1", stock_of, ["A"])["A"].available == 0
    assert shop.violations() == []


def test_over_credit_is_refused_with_its_arithmetic(shop: Shop) -> None:
    with pytest.raises(OverCreditError) as refused:
        shop.order("buyer D2", ("A", 72))
    fields = refused.value.fields
    assert (fields["credit_limit"], fields["balance"], fields["exposure"]) == (0, 5000, 0)
    assert (fields["available"], fields["total"], fields["excess"]) == (5000, 6000, 1000)
    assert (fields["overdue"], fields["oldest_overdue"]) == (0, "")
    assert shop.violations() == []


def test_prepaid_money_can_be_ordered_for_to_the_last_cent(shop: Shop) -> None:
    assert shop.order("buyer D2", ("A", 60)).state == "confirmed"
    with pytest.raises(OverCreditError):
        shop.order("buyer D2", ("B", 1))


def test_over_credit_can_wait_for_review_with_stock_reserved_and_outside_exposure(shop: Shop) -> None:
    placed = shop.order("buyer D2", ("A", 72), over_credit="review")
    assert (placed.state, placed.excess) == ("pending_review", 1000)
    assert placed.review_until is not None
    assert (placed.review_until - shop.now).total_seconds() == 24 * 3600
    assert shop.see("buyer D2", standing).exposure == 0
    assert shop.see("buyer D2", stock_of, ["A"])["A"].reserved == 72
    (fact,) = shop.told("orders.review_asked")
    assert (fact["total"], fact["excess"]) == (6000, 1000)
    assert shop.violations() == []


def test_the_same_order_twice_in_a_day_needs_a_second_word(shop: Shop) -> None:
    first = shop.order("buyer D1", ("A", 6), ("B", 6))
    with pytest.raises(SameOrderTodayError) as refused:
        shop.order("owner D1", ("B", 6), ("A", 3), ("A", 3), again=False)
    assert refused.value.fields["number"] == first.number
    assert shop.order("owner D1", ("B", 6), ("A", 6)).number != first.number
    shop.later(days=1)
    assert shop.order("owner D1", ("B", 6), ("A", 6), again=False).state == "confirmed"


def test_every_line_that_cannot_be_ordered_is_named(shop: Shop) -> None:
    shop.product("OLD", price=100, active=False, successor="A")
    shop.product("FREE")
    shop.product("MIN", stock=100, price=100, min_qty=24)
    shop.product("MULT", stock=100, price=100, multiple=12)
    with pytest.raises(LinesRefusedError) as refused:
        shop.order("buyer D1", ("GONE", 1), ("OLD", 1), ("FREE", 1), ("MIN", 23), ("MULT", 13), ("A", 1))
    problems = [
        (each.sku, each.code, each.limit, each.successor) for each in refused.value.fields["problems"]
    ]
    assert problems == [
        ("GONE", "not_found", 0, ""),
        ("OLD", "inactive", 0, "A"),
        ("FREE", "no_price", 0, ""),
        ("MIN", "min_qty", 24, ""),
        ("MULT", "multiple", 12, ""),
    ]


@pytest.mark.parametrize("base_qty", [0, -1, -(10**9), 10**7 + 1, 10**9])
def test_zero_negative_and_absurd_quantities_are_refused(shop: Shop, base_qty: int) -> None:
    with pytest.raises(LinesRefusedError) as refused:
        shop.order("buyer D1", ("A", base_qty), shortage="backorder")
    assert refused.value.fields["problems"][0].code == "bad_quantity"


def test_a_dealer_with_an_assortment_orders_nothing_else(shop: Shop) -> None:
    shop.dealer("D3", credit_limit=9000, listed_only=True)
    shop.list_for("D3", "B")
    with pytest.raises(LinesRefusedError) as refused:
        shop.order("buyer D3", ("A", 1), ("B", 1))
    assert [(each.sku, each.code) for each in refused.value.fields["problems"]] == [("A", "not_listed")]
    assert shop.order("buyer D3", ("B", 1)).state == "confirmed"


def test_a_suspended_dealer_is_refused(shop: Shop) -> None:
    shop.system(lambda s: s.execute(update(dealers).where(dealers.c.code == "D1").values(state="suspended")))
    with pytest.raises(DealerSuspendedError):
        shop.order("buyer D1", ("A", 1))


def test_more_lines_than_an_order_may_have_are_refused(shop: Shop) -> None:
    with pytest.raises(TooLargeError):
        shop.order("buyer D1", *[("A", 1)] * (MAX_LINES + 1), shortage="backorder")


def test_more_money_than_an_order_may_have_is_refused(shop: Shop) -> None:
    shop.product("GOLD", price=10**12)
    with pytest.raises(TooLargeError):
        shop.order("buyer D1", ("GOLD", 10**6), shortage="backorder", over_credit="review")


@pytest.mark.parametrize("who", ["finance D1", "admin"])
def test_only_owners_and_buyers_order(shop: Shop, who: str) -> None:
    draft_id = shop.draft("buyer D1", ("A", 1))
    shown = quoted(shop, "buyer D1", draft_id)
    with pytest.raises(NotAllowedError):
        shop.as_(who, place_order, draft_id=draft_id, shown=shown)


@pytest.mark.parametrize("who", ["owner D1", "buyer D2"])
def test_another_members_draft_is_answered_like_one_that_is_not(shop: Shop, who: str) -> None:
    draft_id = shop.draft("buyer D1", ("A", 1))
    shown = quoted(shop, "buyer D1", draft_id)
    with pytest.raises(NotFoundError):
        shop.as_(who, place_order, draft_id=draft_id, shown=shown)


def test_the_order_keeps_what_was_written_what_was_shown_and_where_it_goes(shop: Shop) -> None:
    def add(session: Session) -> int:
        statement = scoped(insert(addresses).returning(addresses.c.id))
        session.execute(statement, {"name": "总店", "address": "x", "is_default": True})
        return int(session.execute(statement, {"name": "城南仓", "address": "y 9"}).scalar_one())

    address_id = shop.run(shop.scope("buyer D1"), add)
    draft_id = shop.draft("buyer D1", ("A", 12), texts=("A一箱", "送城南"), note="卸货慢点",
                          deliver_on=date(2026, 3, 12), address_id=address_id)  # fmt: skip
    shop.confirm("buyer D1", draft_id)
    other = shop.order("buyer D1", ("B", 12))
    kept, default = shop.rows(select(orders).order_by(orders.c.id))
    assert kept.ship_to == {"name": "城南仓", "receiver": "", "phone": "", "address": "y 9"}
    assert (kept.texts, kept.note, kept.deliver_on) == (["A一箱", "送城南"], "卸货慢点", date(2026, 3, 12))
    assert kept.confirmed_draft["lines"] == [{"sku": "A", "base_qty": 12, "total": 1000}]
    assert (default.number, default.ship_to["name"]) == (other.number, "总店")


def test_a_draft_prepared_by_staff_is_confirmed_by_the_dealer(shop: Shop) -> None:
    member = shop.people["owner D1"].member_id
    assert member is not None

    def prepare(session: Session) -> int:
        actor = shop.people["sales"]
        bound = session.for_dealer(shop.people["owner D1"].dealer_id or 0)
        draft = draft_of(bound, member_id=member, place="prepared")
        return save_draft(bound, actor, replace(draft, lines=(DraftLine("A", 12, "case", "1"),))).id

    draft_id = shop.run(shop.scope("sales"), prepare)
    placed = shop.confirm("owner D1", draft_id)
    (row,) = shop.rows(select(orders.c.prepared_by, orders.c.member_id))
    assert tuple(row) == (shop.people["sales"].subject, member)
    assert shop.told("orders.placed")[0]["number"] == placed.number


def test_numbers_carry_the_brands_day_and_say_nothing_of_how_many_there_are(shop: Shop) -> None:
    shop.later(hours=16)  # 01:00 on the next day in Shanghai
    numbers = [shop.order("buyer D1", ("A", 1)).number for _ in range(8)]
    assert all(number.startswith("260311-") and len(number) == 11 for number in numbers)
    steps = {int(b[7:]) - int(a[7:]) for a, b in itertools.pairwise(numbers)}
    assert steps != {1}


def test_a_crowded_day_gets_longer_numbers(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.orders.rules.secrets.randbelow", lambda most: 7)
    assert shop.order("buyer D1", ("A", 1)).number == "260310-0007"
    assert shop.order("buyer D1", ("A", 1)).number == "260310-00007"


@pytest.mark.parametrize("count", [1, 50])
def test_a_confirm_takes_ten_statements_whatever_the_number_of_lines(shop: Shop, count: int) -> None:
    for number in range(count):
        shop.product(f"P{number}", stock=10, price=120)
    draft_id = shop.draft("buyer D1", *[(f"P{number}", 1) for number in range(count)])
    shown = quoted(shop, "buyer D1", draft_id)
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")):
            seen.append(statement)

    event.listen(shop.database.engine, "before_cursor_execute", note)
    shop.as_("buyer D1", place_order, draft_id=draft_id, shown=shown)
    event.remove(shop.database.engine, "before_cursor_execute", note)
    assert len(seen) == 10, "\n".join(seen)


def test_a_quote_takes_one_statement(shop: Shop) -> None:
    draft_id = shop.draft("buyer D1", *[("A", 1), ("B", 2)] * 20)
    actor = shop.people["buyer D1"]
    lines = shop.see("buyer D1", draft_by_id, draft_id).lines
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(("SELECT", "WITH")):
            seen.append(statement)

    event.listen(shop.database.engine, "before_cursor_execute", note)
    shop.see("buyer D1", quote, actor, lines)
    event.remove(shop.database.engine, "before_cursor_execute", note)
    assert len(seen) == 1


def test_a_refused_confirm_leaves_nothing(shop: Shop) -> None:
    draft_id = shop.draft("buyer D2", ("A", 72))
    with pytest.raises(OverCreditError):
        shop.confirm("buyer D2", draft_id)
    assert shop.see("buyer D2", draft_by_id, draft_id).version == 1
    assert shop.rows(select(orders.c.id)) == []
    assert shop.told("orders.placed") == []


def test_a_price_of_its_own_level_or_all_is_charged_in_that_order(shop: Shop) -> None:
    shop.system(lambda s: s.execute(system(update(dealers).where(dealers.c.code == "D1").values(level="B"))))
    shop.product("P", stock=100, price=1200)
    totals = [shop.order("buyer D1", ("P", 12)).total]
    shop.as_("admin", set_price, sku="P", unit="case", price=1100, valid_from=date(2026, 1, 1), level="B")
    totals.append(shop.order("buyer D1", ("P", 12)).total)
    shop.as_("admin", set_price, sku="P", unit="piece", price=80, valid_from=date(2026, 1, 1), dealer="D1")
    totals.append(shop.order("buyer D1", ("P", 12)).total)
    assert totals == [1200, 1100, 960]
    sources = shop.rows(select(order_lines.c.price_source).order_by(order_lines.c.id))
    assert [row.price_source for row in sources] == [
        "all:2026-01-01",
        "level:B:2026-01-01",
        "dealer:2026-01-01",
    ]
    assert shop.rows(select(products.c.id).where(products.c.sku == "none")) == []


def quoted(shop: Shop, who: str, draft_id: int) -> Shown:
    draft = shop.see(who, draft_by_id, draft_id)
    return shop.see(who, quote, shop.people[who], draft.lines).shown(draft.version)


def write(shop: Shop, *lines: DraftLine) -> int:
    actor = shop.people["buyer D1"]

    def save(session: Session) -> int:
        draft = draft_of(session, member_id=actor.member_id or 0)
        return save_draft(session, actor, replace(draft, lines=lines)).id

    return shop.run(shop.scope("buyer D1"), save)
