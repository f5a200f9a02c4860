"""Amounts of money as dealers write them."""

import itertools
import json
import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understand.money import scan_money
from bot.understand.normalise import normalise

_ROWS = Path(__file__).parents[2] / "eval" / "values.jsonl"
MONEY = [
    row for line in _ROWS.read_text("utf-8").splitlines() if (row := json.loads(line))["kind"] == "money"
]


@pytest.mark.parametrize("row", MONEY, ids=lambda r: r["id"])
def test_amounts_of_a_text(row: dict[str, object]) -> None:
    found = [round(float(m.value), 4) for m in scan_money(normalise(str(row["input"])).text)]
    assert found == [round(x["value"], 4) for x in row["expected"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("三千六", "CNY"), ("50块", "CNY"), ("¥20", "CNY"), ("$20", "USD"), ("20美元", "USD"), ("HK$8", "HKD"),
        ("港币八百", "HKD"), ("€5", "EUR"), ("5英镑", "GBP"), ("3000日元", "JPY"), ("rmb 5", "CNY"), ("5 bucks", "USD"),
    ],
)  # fmt: skip
def test_currency_is_the_one_named_else_the_local_one(text: str, currency: str) -> None:
    assert [m.currency for m in scan_money(normalise(text).text)] == [currency]


def test_a_bare_amount_is_in_the_local_currency() -> None:
    amount = scan_money("freight was 320", local="SGD")[0]
    assert (amount.value, amount.currency, amount.bare) == (Decimal(320), "SGD", True)


@pytest.mark.parametrize(
    "text",
    ["要3箱锤子", "4分管2个", "内六角1箱", "M8膨胀螺丝8箱", "订单0312", "3块砖", "元旦放假", "3月8号", "2026-03-08",
     "18811112222", "3 cases of hammers", "on 9 March", "5%", "几百块", "没钱", "第三次", "6*100"],
)  # fmt: skip
def test_quantities_sizes_codes_and_days_are_no_money(text: str) -> None:
    assert scan_money(normalise(text).text) == []


def test_place_of_an_amount_is_where_it_was_said() -> None:
    text = "货架费900块, 3月1日"
    amount = scan_money(text)[0]
    assert text[amount.start : amount.end] == "900块"


_NOISE = st.text(
    st.sampled_from("0123456789一二十百千万块元毛角分半多$¥.,k w美usdcents and零把上"), max_size=60
)


@given(st.one_of(_NOISE, st.text(max_size=60)))
def test_no_text_is_too_odd(text: str) -> None:
    found = scan_money(normalise(text).text)
    assert all(a.start < a.end <= b.start for a, b in itertools.pairwise(found))
    assert all(m.value.is_finite() for m in found)


@given(st.decimals(min_value="0.01", max_value=10**7, places=2))
def test_figures_with_a_sign_are_read_back(value: Decimal) -> None:
    assert [m.value for m in scan_money(f"¥{value:,}")] == [value]


@pytest.mark.parametrize(
    "piece",
    ["1", "一", "$", "1块", "块", "$1-", "a buck ", "零五毛", "1到", "1 and ", "usd ", "多", "between "],
)
def test_long_texts_stay_cheap(piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    start = time.process_time()
    scan_money(text)
    assert time.process_time() - start < 1
