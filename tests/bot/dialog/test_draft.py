"""What each move makes of the draft."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialog.packs import MAX_BASE
from bot.dialog.sheet import Sheet, Snag
from bot.understand.context import Asking, DraftLine, Question
from bot.understand.types import Answer, Item, Problem
from tests.bot.dialog.goods import PRODUCTS, line
from tests.bot.dialog.reducing import ASKED, BOTH, CART, add, do, either, item, quantities

# --- adding ---


def test_adding_a_product_already_there_increases_it() -> None:
    result = do(CART, add(item("T-1", "2")))
    assert result.sheet.lines[0] == line("T-1", "5", "箱")
    assert [(e.sku, e.before and e.before.base_qty, e.after and e.after.base_qty) for e in result.edits] == [
        ("T-1", 36, 60)
    ]


def test_mixed_units_add_up_in_base_units() -> None:
    result = do(CART, add(item("T-1", "5", "个")))
    assert result.sheet.lines[0] == line("T-1", "41", "个")


def test_an_ambiguous_product_is_asked_and_changes_no_line() -> None:
    result = do(CART, add(either("3")))
    assert result.sheet.lines == CART.lines
    assert result.sheet.questions == (
        Question(asking=Asking.PRODUCT, candidates=BOTH, qty=Decimal(3), unit="箱", text="保温杯"),
    )


def test_the_same_question_is_not_asked_twice() -> None:
    assert len(do(Sheet(), add(either("3")), add(either("3"))).sheet.questions) == 1


def test_an_unknown_product_is_reported_and_never_inserted() -> None:
    unknown = Item(text="水泥", qty=Decimal(20), unit="箱", problem=Problem.UNKNOWN, near=("W-1",))
    result = do(CART, add(unknown))
    assert result.sheet.lines == CART.lines
    assert [(t.problem, t.text, t.near) for t in result.troubles] == [(Problem.UNKNOWN, "水泥", ("W-1",))]


def test_a_product_without_quantity_is_asked_how_many() -> None:
    assert do(Sheet(), add(item("W-1", None))).sheet.questions[0].asking is Asking.QUANTITY


@pytest.mark.parametrize(
    ("sku", "qty", "unit", "problem", "asking"),
    [
        ("T-2", "1", "托", Problem.UNIT_UNKNOWN, Asking.UNIT),
        ("T-1", "0.3", "箱", Problem.NOT_WHOLE, Asking.QUANTITY),
        ("T-1", "0", "箱", Problem.NOT_POSITIVE, Asking.QUANTITY),
        ("T-1", "-2", "箱", Problem.NOT_POSITIVE, Asking.QUANTITY),
        ("T-1", "99999999999", "箱", Problem.TOO_LARGE, Asking.QUANTITY),
    ],
)
def test_a_quantity_that_cannot_be_is_asked_again(
    sku: str, qty: str, unit: str, problem: Problem, asking: Asking
) -> None:
    result = do(Sheet(), add(item(sku, qty, unit)))
    assert not result.sheet.lines
    assert result.troubles[0].problem is problem
    assert result.sheet.questions[0].asking is asking


def test_a_word_that_fits_two_units_is_asked() -> None:
    said = Item(
        text="毛巾",
        candidates=("W-1",),
        qty=Decimal(2),
        unit="箱",
        base_qty=None,
        problem=Problem.UNIT_AMBIGUOUS,
    )
    assert do(Sheet(), add(said)).sheet.questions[0].asking is Asking.UNIT


def test_a_sum_beyond_reason_is_refused() -> None:
    huge = Sheet(lines=(DraftLine(sku="T-1", base_qty=MAX_BASE, unit="个", qty=Decimal(MAX_BASE)),))
    result = do(huge, add(item("T-1", "1")))
    assert result.sheet.lines == huge.lines
    assert result.troubles[0].problem is Problem.TOO_LARGE


@given(st.permutations(["T-1:2:箱", "T-1:7:个", "T-2:3:箱", "W-1:1:箱", "W-1:5:条", "T-1:1:托"]))
def test_the_order_of_adds_does_not_matter(said: list[str]) -> None:
    sheet = do(Sheet(), *(add(item(*one.split(":"))) for one in said)).sheet
    assert quantities(sheet) == {"T-1": 24 + 7 + 480, "T-2": 18, "W-1": 105}


@given(st.lists(st.tuples(st.sampled_from(sorted(PRODUCTS)), st.integers(1, 50)), min_size=1, max_size=8))
def test_several_messages_give_the_same_draft_as_one(said: list[tuple[str, int]]) -> None:
    items = [item(sku, str(qty)) for sku, qty in said]
    apart, together = do(Sheet(), *(add(one) for one in items)), do(Sheet(), add(*items))
    assert apart.sheet.lines == together.sheet.lines


@given(st.lists(st.tuples(st.sampled_from(sorted(PRODUCTS)), st.integers(1, 900)), max_size=8))
def test_what_a_line_says_is_what_it_comes_to(said: list[tuple[str, int]]) -> None:
    sheet = do(Sheet(), *(add(item(sku, str(qty), PRODUCTS[sku].base_unit)) for sku, qty in said)).sheet
    for held in sheet.lines:
        assert held.qty * PRODUCTS[held.sku].units[held.unit].factor == held.base_qty


# --- answering ---


@pytest.mark.parametrize(
    ("answer", "sku"),
    [
        (Answer(option=1), "T-1"),
        (Answer(option=2), "T-2"),
        (Answer(option=-1), "T-2"),
        (Answer(skus=("T-2",)), "T-2"),
    ],
)
def test_an_answer_settles_the_question(answer: Answer, sku: str) -> None:
    sheet = do(ASKED, answer).sheet
    assert not sheet.questions
    expected = quantities(CART)
    expected[sku] = expected.get(sku, 0) + 2 * PRODUCTS[sku].units["箱"].factor
    assert quantities(sheet) == expected


def test_an_option_that_was_not_offered_changes_nothing() -> None:
    result = do(ASKED, Answer(option=3))
    assert result.sheet.questions == ASKED.questions
    assert result.troubles[0].problem is Snag.NO_SUCH_OPTION


def test_an_answer_may_bring_another_quantity() -> None:
    assert quantities(do(ASKED, Answer(option=2, qty=Decimal(5))).sheet)["T-2"] == 30


def test_which_and_how_many_are_asked_one_after_the_other() -> None:
    asked = do(Sheet(), add(either(None))).sheet
    chosen = do(asked, Answer(option=1)).sheet
    assert chosen.questions[0].asking is Asking.QUANTITY
    assert quantities(do(chosen, Answer(qty=Decimal(4))).sheet) == {"T-1": 48}


def test_a_unit_is_answered_by_number() -> None:
    asked = do(Sheet(), add(item("T-2", "4", "托"))).sheet
    assert quantities(do(asked, Answer(option=1)).sheet) == {"T-2": 24}


def test_naming_one_in_full_answers_with_the_quantity_said_before() -> None:
    sheet = do(ASKED, add(item("T-2", None))).sheet
    assert not sheet.questions
    assert quantities(sheet)["T-2"] == 12


def test_an_answer_goes_to_the_question_that_has_it() -> None:
    two = do(Sheet(), add(either("2")), add(item("W-1", None))).sheet
    sheet = do(two, Answer(skus=("W-1",), qty=Decimal(3))).sheet
    assert quantities(sheet) == {"W-1": 30}
    assert sheet.questions == two.questions[:1]


def test_an_answer_to_nothing_is_reported() -> None:
    assert do(CART, Answer(option=1)).troubles[0].problem is Snag.NOTHING_ASKED
