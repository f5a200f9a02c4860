"""The arithmetic of who decides, which days count, and what an invoice's code says."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.claims.rules import MOST_DAYS, RANKS, decider, invoice_of, is_too_old, may_decide

LEVELS = st.dictionaries(st.sampled_from(RANKS), st.integers(0, 10**9))
AMOUNTS = st.integers(1, 2 * 10**9)


@given(LEVELS, AMOUNTS)
def test_an_administrator_decides_everything_and_a_larger_amount_never_a_lower_role(
    levels: dict[str, int], amount: int
) -> None:
    assert may_decide(levels, "admin", amount)
    able = [may_decide(levels, role, amount) for role in RANKS]
    assert able == sorted(able)
    assert RANKS.index(decider(levels, amount + 1)) >= RANKS.index(decider(levels, amount))
    assert not may_decide(levels, "owner", amount)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 800))
def test_this_years_expenses_and_those_of_ninety_days_may_be_claimed(today: date, ago: int) -> None:
    day = today - timedelta(days=ago)
    assert is_too_old(day, today) == (day.year < today.year and ago > MOST_DAYS)


def test_the_code_of_an_invoice_gives_its_number_amount_and_day() -> None:
    old = invoice_of("01,10,031002200311,12345678,94339.62,20260301,12345678901234567890,3F2A,")
    assert old is not None
    assert (old.identity, old.amount, old.day) == ("031002200311:12345678", 9_433_962, date(2026, 3, 1))
    digital = invoice_of("01,31,,24312000000012345678,260.00,20260301,,3F2A")
    assert digital is not None
    assert digital.identity == ":24312000000012345678"


@given(st.text(max_size=80))
def test_any_other_code_is_no_invoice(text: str) -> None:
    found = invoice_of(text)
    assert found is None or found.identity


def test_a_code_that_only_looks_like_one_is_no_invoice() -> None:
    for text in (
        "",
        "https://x.cn/01,31",
        "01,31,,123,260.00,20260301,,A",
        "02,31,,24312000000012345678,1,20260301,",
    ):
        assert invoice_of(text) is None
    odd = invoice_of("01,31,,24312000000012345678,1.2.3,20261341,,A")
    assert odd is not None
    assert (odd.amount, odd.day) == (None, None)
