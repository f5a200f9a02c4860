"""Rules that decide money hold for any input."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.orders.rules import (
    Progress,
    delivery_of,
    fingerprint,
    lateness,
    numbers_ending,
    order_number,
    payment_of,
    split_by_line,
    usable_qty,
    value_of,
)
from core.pricing.rules import MAX_PRICE, line_total

MOST = 10**7
prices = st.integers(1, MAX_PRICE)
factors = st.integers(1, MOST)
quantities = st.integers(1, MOST)


@given(prices, factors, quantities)
def test_a_line_is_rounded_half_up_exactly_once(price: int, factor: int, qty: int) -> None:
    exact = Fraction(price * qty, factor)
    assert line_total(price, factor, qty) == (2 * exact + 1) // 2


@pytest.mark.parametrize(("price", "factor", "qty", "total"), [(1, 2, 1, 1), (1, 3, 1, 0), (333, 12, 7, 194)])
def test_halves_go_up(price: int, factor: int, qty: int, total: int) -> None:
    assert line_total(price, factor, qty) == total


@given(st.integers(0, 10**15), st.lists(st.integers(1, 10**6), min_size=1, max_size=9), st.integers(0, 10**6))
def test_partial_shipments_sum_to_the_line_exactly(total: int, parts: list[int], rest: int) -> None:
    base_qty = sum(parts) + rest
    values = [
        value_of(total, base_qty, before=sum(parts[:index]), more=part) for index, part in enumerate(parts)
    ]
    if rest:
        values.append(value_of(total, base_qty, before=sum(parts), more=rest))
    assert sum(values) == total
    assert all(value >= 0 for value in values)


@given(st.integers(0, 10**15), st.integers(1, MOST), st.data())
def test_what_comes_back_is_never_worth_more_than_what_went(
    total: int, base_qty: int, data: st.DataObject
) -> None:
    shipped = data.draw(st.integers(1, base_qty))
    returned = data.draw(st.integers(0, shipped))
    assert value_of(total, base_qty, before=0, more=returned) <= value_of(
        total, base_qty, before=0, more=shipped
    )


@given(st.integers(0, MOST), st.integers(0, 1000), st.integers(0, 1000))
def test_what_can_be_had_is_whole_multiples_and_never_more_than_there_is(
    available: int, min_qty: int, multiple: int
) -> None:
    usable = usable_qty(available, min_qty=min_qty, multiple=multiple)
    assert 0 <= usable <= available
    assert usable % max(multiple, 1) == 0
    assert usable == 0 or usable >= min_qty
    if usable == 0 and available >= max(multiple, 1):
        assert available - available % max(multiple, 1) < min_qty


lines = st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 50)), max_size=6)


@given(lines, st.randoms(use_true_random=False))
def test_a_fingerprint_knows_goods_and_quantities_only(wanted: list[tuple[str, int]], random: object) -> None:
    shuffled = list(wanted)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    split = [part for sku, qty in shuffled for part in ((sku, qty - 1), (sku, 1))]
    assert fingerprint(shuffled) == fingerprint(wanted) == fingerprint(split)


@given(lines, lines)
def test_different_goods_have_different_fingerprints(
    a: list[tuple[str, int]], b: list[tuple[str, int]]
) -> None:
    def sums(wanted: list[tuple[str, int]]) -> dict[str, int]:
        return {sku: sum(qty for each, qty in wanted if each == sku) for sku, _ in wanted}

    assert (fingerprint(a) == fingerprint(b)) == (sums(a) == sums(b))


@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 9)), max_size=5), st.integers(0, 20))
def test_a_split_fills_the_first_lines_first_and_takes_no_more_than_asked(
    rows: list[tuple[str, int]], asked: int
) -> None:
    numbered = [(line_no, sku, most) for line_no, (sku, most) in enumerate(rows, start=1)]
    parts = split_by_line({"A": asked}, numbered)
    room = {line_no: most for line_no, sku, most in numbered if sku == "A"}
    assert sum(parts.values()) == min(asked, sum(room.values()))
    unfilled = [line_no for line_no in room if parts.get(line_no, 0) < room[line_no]]
    assert all(later not in parts for later in room if unfilled and later > unfilled[0])


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)), st.integers(0, 17))
def test_a_number_is_its_day_and_at_least_four_digits(day: date, attempt: int) -> None:
    start, _, digits = order_number(day, attempt).partition("-")
    assert start == f"{day:%y%m%d}"
    assert len(digits) == 4 + attempt // 3
    assert digits.isdigit()


@given(
    st.dates(date(2025, 1, 1), date(2090, 1, 1)),
    st.integers(0, 399),
    st.integers(0, 9999),
    st.integers(4, 10),
)
def test_every_tail_of_a_recent_number_leads_back_to_it(today: date, back: int, tail: int, size: int) -> None:
    number = f"{today - timedelta(days=back):%y%m%d}-{tail:04}"
    assert number in numbers_ending(number.replace("-", "")[-size:], today)
    assert number in numbers_ending(number[-size - 1 :] if size > 4 else number, today)


@pytest.mark.parametrize(
    ("base_qty", "shipped", "delivered", "expected"),
    [(5, 0, False, "none"), (5, 4, False, "partial"), (5, 5, False, "shipped"), (5, 5, True, "delivered")],
)
def test_delivery_follows_from_quantities(
    base_qty: int, shipped: int, delivered: bool, expected: str
) -> None:
    assert delivery_of(base_qty=base_qty, shipped=shipped, delivered=delivered) == expected


@pytest.mark.parametrize(("total", "paid", "expected"), [(9, 0, "unpaid"), (9, 8, "partial"), (9, 9, "paid")])
def test_payment_follows_from_amounts(total: int, paid: int, expected: str) -> None:
    assert payment_of(total=total, paid=paid) == expected


def test_the_expected_day_is_unknown_when_one_product_has_none() -> None:
    day = date(2026, 3, 10)
    order = Progress(
        number="N", state="confirmed", placed_on=day, deliver_on=None, shipped_on=None, ended_on=None,
        waiting={"A": day + timedelta(days=3), "B": day + timedelta(days=5)}, complete=False,
    )  # fmt: skip
    assert lateness(order, day).inbound_on == day + timedelta(days=5)
    unknown = Progress(
        number="N", state="confirmed", placed_on=day, deliver_on=None, shipped_on=None, ended_on=None,
        waiting={"A": day, "B": None}, complete=False,
    )  # fmt: skip
    assert lateness(unknown, day).inbound_on is None
    ended = Progress(
        number="N", state="cancelled", placed_on=day, deliver_on=day, shipped_on=None, ended_on=day,
        waiting={}, complete=False,
    )  # fmt: skip
    assert (lateness(ended, day + timedelta(days=9)).code, lateness(ended, day + timedelta(days=9)).days) == (
        "cancelled",
        0,
    )
