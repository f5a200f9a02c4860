"""Numerals, quantities and the numbers of a text."""

import itertools
import json
import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understand.normalise import normalise
from bot.understand.numerals import Part, number_at, parse_en, parse_zh, read_quantity, scan_numbers

_ROWS = Path(__file__).parents[2] / "eval" / "values.jsonl"
NUMBERS = [
    row for line in _ROWS.read_text("utf-8").splitlines() if (row := json.loads(line))["kind"] == "number"
]
UNITS = ("cases", "case", "cartons", "boxes", "箱", "把", "打", "件", "瓶", "托")


def is_unit(text: str, pos: int) -> tuple[str, int] | None:
    return next(((u, pos + len(u)) for u in UNITS if text.startswith(u, pos)), None)


@pytest.mark.parametrize("row", NUMBERS, ids=lambda r: r["id"])
def test_numbers_of_a_text(row: dict[str, object]) -> None:
    found = [round(float(n.value), 4) for n in scan_numbers(normalise(str(row["input"])).text)]
    assert found == [round(x["value"], 4) for x in row["expected"]]  # type: ignore[attr-defined]


NUMERALS = [
    ("一百八", "180"), ("两千五", "2500"), ("三万二", "32000"), ("一百零五", "105"), ("一千零八十", "1080"),
    ("十", "10"), ("廿五", "25"), ("俩", "2"), ("仨", "3"), ("半", "0.5"), ("壹仟贰佰叁拾肆", "1234"),
    ("三点五", "3.5"), ("三分之一", "0.3333333333333333333333333333"), ("二零二六", "2026"), ("一亿零三百", "100000300"),
    ("3千2", "3200"), ("1万2千", "12000"), ("8万7", "87000"), ("3k5", "3500"), ("2w5", "25000"), ("1.2万", "12000"),
    ("1,280.50", "1280.50"), ("0.75", "0.75"), ("one thousand two hundred and five", "1205"),
    ("two and a half", "2.5"), ("half a dozen", "6"), ("a dozen", "12"), ("3 dozen", "36"), ("fifteen hundred", "1500"),
    ("two and a half dozen", "30"), ("a couple of", "2"), ("one and three quarters", "1.75"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), NUMERALS)
def test_numeral_at_a_place_is_read_to_its_end(text: str, value: str) -> None:
    numeral = number_at(f"{text} ", 0)
    assert numeral is not None
    assert (numeral.value, numeral.end) == (Decimal(value), len(text))


@pytest.mark.parametrize(
    ("text", "value"),
    [("十来箱", 10), ("二十多箱", 20), ("十几个", 10), ("十多万", 100000), ("20多", 20), ("两三箱", 2)],
)
def test_vague_numerals_add_nothing_and_say_so(text: str, value: int) -> None:
    numeral = number_at(text, 0)
    assert numeral is not None
    assert numeral.value == value
    assert numeral.approximate


@pytest.mark.parametrize(
    "text",
    [
        "9" * 5000,
        "亿" * 20,
        "一亿亿亿",
        "万" * 5000,
        "nine million million million million",
        "1e99",
        "9^99",
        "9" * 15 + "w" * 2,
    ],
)
def test_giant_numbers_are_never_computed(text: str) -> None:
    assert all(number.value < 10**20 for number in scan_numbers(text))
    assert all(
        n is None or n.value < 10**20 for n in (number_at(text, pos) for pos in range(min(len(text), 50)))
    )


@pytest.mark.parametrize("text", ["几箱", "锤子", "some", "", "-", "of", "分之", "点五", "9" * 40, "一" * 40])
def test_what_is_no_numeral_is_none(text: str) -> None:
    assert number_at(text, 0) is None


def _parts(*parts: tuple[str, str | None]) -> tuple[Part, ...]:
    return tuple(Part(Decimal(value), unit) for value, unit in parts)


QUANTITIES = [
    ("3箱", _parts(("3", "箱"))), ("三箱半", _parts(("3.5", "箱"))), ("半箱", _parts(("0.5", "箱"))),
    ("一箱半", _parts(("1.5", "箱"))), ("2箱零5把", _parts(("2", "箱"), ("5", "把"))),
    ("2箱加5把", _parts(("2", "箱"), ("5", "把"))), ("两打", _parts(("2", "打"))), ("3 箱", _parts(("3", "箱"))),
    ("1/2箱", _parts(("0.5", "箱"))), ("half a case", _parts(("0.5", "case"))),
    ("two and a half cases", _parts(("2.5", "cases"))), ("3 dozen cases", _parts(("36", "cases"))),
    ("2箱5把", _parts(("2", "箱"), ("5", "把"))), ("3/4扳手", None), ("2 cases and 5 boxes", _parts(("2", "cases"), ("5", "boxes"))),
    ("half a dozen cases", _parts(("6", "cases"))), ("a couple of cases", _parts(("2", "cases"))),
    ("120", _parts(("120", None))), ("1.5箱", _parts(("1.5", "箱"))), ("三十多箱", _parts(("30", "箱"))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "parts"), QUANTITIES)
def test_quantity_forms(text: str, parts: tuple[Part, ...] | None) -> None:
    quantity = read_quantity(text, 0, is_unit)
    assert (quantity.parts if quantity else None) == parts
    assert quantity is None or quantity.end == len(text)


def test_a_second_unit_without_a_joint_belongs_to_what_follows() -> None:
    quantity = read_quantity("2箱5把起子", 0, is_unit)
    assert quantity is not None
    assert (quantity.parts, quantity.end) == (_parts(("2", "箱")), 2)


def test_a_fraction_without_a_unit_is_a_size_and_not_a_quantity() -> None:
    quantity = read_quantity("2 3/4 elbows", 0, is_unit)
    assert quantity is not None
    assert (quantity.parts, quantity.end) == (_parts(("2", None)), 1)


@pytest.mark.parametrize(
    ("text", "value"), [("2-3箱", 2), ("10到15箱", 10), ("三箱多", 3), ("3箱左右", 3), ("两三箱", 2)]
)
def test_rough_quantities_say_so(text: str, value: int) -> None:
    quantity = read_quantity(text, 0, is_unit)
    assert quantity is not None
    assert (quantity.parts, quantity.approximate) == ((Part(Decimal(value), "箱"),), True)


def test_dozens_without_a_unit_count_pieces() -> None:
    quantity = read_quantity("half a dozen big hammers", 0, is_unit)
    assert quantity is not None
    assert quantity.parts == (Part(Decimal(6), None, pieces=True),)


def _spell_zh(number: int) -> str:
    """The textbook spelling of 0..99999999."""
    digits, powers = "零一二三四五六七八九", ("", "十", "百", "千")

    def section(value: int) -> str:
        spelled, zero = "", False
        for power in (3, 2, 1, 0):
            digit = value // 10**power % 10
            if digit:
                spelled += ("零" if zero and spelled else "") + digits[digit] + powers[power]
                zero = False
            else:
                zero = True
        return spelled

    high, low = divmod(number, 10000)
    if not high:
        return section(low) or "零"
    gap = "零" if low and low < 1000 else ""
    return f"{section(high)}万{gap}{section(low)}"


@given(st.integers(0, 99_999_999))
def test_spelled_out_chinese_numbers_are_read_back(number: int) -> None:
    assert parse_zh(_spell_zh(number)) == number


def _spell_en(number: int) -> str:
    ones = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ]
    tens = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    if number < 20:
        return ones[number]
    if number < 100:
        return tens[number // 10] + (f"-{ones[number % 10]}" if number % 10 else "")
    for power, name in ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= power:
            rest = number % power
            joint = " and " if rest and rest < 100 else " " if rest else ""
            return f"{_spell_en(number // power)} {name}{joint}{_spell_en(rest) if rest else ''}"
    raise AssertionError(number)


@given(st.integers(0, 999_999_999_999))
def test_spelled_out_english_numbers_are_read_back(number: int) -> None:
    assert parse_en(_spell_en(number)) == number


@given(st.decimals(0, 10**9, places=2))
def test_grouped_figures_are_read_back(value: Decimal) -> None:
    numeral = number_at(f"{value:,}", 0)
    assert numeral is not None
    assert numeral.value == value


_NOISE = st.text(
    st.sampled_from("0123456789一二十百千万亿点分之半多来几k w.,/*-x箱零又 andhlfozeut"), max_size=60
)


@given(st.one_of(_NOISE, st.text(max_size=60)))
def test_no_text_is_too_odd(text: str) -> None:
    normal = normalise(text).text
    numbers = scan_numbers(normal)
    assert all(a.end <= b.start for a, b in itertools.pairwise(numbers))
    for pos in range(len(normal)):
        read_quantity(normal, pos, is_unit)


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "一",
        "1,",
        "1.",
        "万",
        "half ",
        "one ",
        "1/",
        "1箱\n",
        "三分之",
        "点",
        "and a half ",
        "-",
        "1k",
        "十百",
    ],
)
def test_long_texts_stay_cheap(piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    start = time.process_time()
    scan_numbers(text)
    assert time.process_time() - start < 0.5
