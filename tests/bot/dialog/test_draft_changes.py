"""What changes, removals and replacements make of the draft."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialog.sheet import Sheet, Snag
from bot.understand.context import Asking
from bot.understand.types import (
    Answer,
    Change,
    Clear,
    Deliver,
    Item,
    Op,
    Problem,
    Remove,
    Replace,
)
from tests.bot.dialog.goods import line
from tests.bot.dialog.reducing import ALL, ASKED, BOTH, CART, LAST, add, at, do, either, item, of, quantities

# --- changing ---


@pytest.mark.parametrize(
    ("op", "qty", "unit", "left"),
    [
        (Op.SET, "5", "箱", 60),
        (Op.SET, "5", None, 60),
        (Op.SET, "30", "个", 30),
        (Op.SET, "0", None, None),
        (Op.MORE, "2", None, 60),
        (Op.LESS, "1", None, 24),
        (Op.LESS, "3", None, None),
        (Op.TIMES, "2", None, 72),
        (Op.TIMES, "0.5", None, 18),
    ],
)
def test_a_line_is_set_raised_lowered_and_scaled(
    op: Op, qty: str, unit: str | None, left: int | None
) -> None:
    sheet = do(CART, Change(target=of("T-1"), op=op, qty=Decimal(qty), unit=unit)).sheet
    assert quantities(sheet).get("T-1") == left
    assert quantities(sheet)["W-1"] == 20


def test_only_the_unit_changes() -> None:
    sheet = do(CART, Change(target=of("W-1"), op=Op.SET, unit="箱")).sheet
    assert sheet.lines[1] == line("W-1", "2", "箱")


def test_less_than_nothing_changes_nothing() -> None:
    result = do(CART, Change(target=of("T-1"), op=Op.LESS, qty=Decimal(4)))
    assert result.sheet.lines == CART.lines
    assert result.troubles[0].problem is Snag.BELOW_ZERO


def test_a_change_that_is_not_whole_is_asked() -> None:
    odd = Sheet(lines=(line("T-1", "5", "个"),))
    result = do(odd, Change(target=of("T-1"), op=Op.TIMES, qty=Decimal("0.5")))
    assert result.sheet.lines == odd.lines
    assert result.sheet.questions[0].asking is Asking.QUANTITY
    assert quantities(do(result.sheet, Answer(qty=Decimal(2))).sheet) == {"T-1": 2}


def test_a_change_that_fits_several_lines_is_asked() -> None:
    two = Sheet(lines=(line("T-1", "3", "箱"), line("T-2", "3", "箱")))
    asked = do(two, Change(target=of(*BOTH), op=Op.MORE, qty=Decimal(2))).sheet
    assert asked.lines == two.lines
    assert quantities(do(asked, Answer(option=2)).sheet) == {"T-1": 36, "T-2": 30}


@pytest.mark.parametrize(("index", "changed"), [(1, "T-1"), (2, "W-1"), (-1, "W-1")])
def test_lines_are_named_by_their_place(index: int, changed: str) -> None:
    result = do(CART, Change(target=at(index), op=Op.MORE, qty=Decimal(1)))
    assert [e.sku for e in result.edits] == [changed]


@pytest.mark.parametrize("index", [0, 3, -3])
def test_a_line_that_is_not_there_is_reported(index: int) -> None:
    result = do(CART, Change(target=at(index), op=Op.SET, qty=Decimal(1)))
    assert result.sheet.lines == CART.lines
    assert result.troubles[0].problem is Snag.NO_SUCH_LINE


def test_every_line_can_be_changed_at_once() -> None:
    assert quantities(do(CART, Change(target=ALL, op=Op.MORE, qty=Decimal(2))).sheet) == {
        "T-1": 60,
        "W-1": 40,
    }


def test_the_line_last_talked_about() -> None:
    talked = do(CART, add(item("T-1", "1"))).sheet
    assert quantities(do(talked, Change(target=LAST, op=Op.SET, qty=Decimal(9))).sheet)["T-1"] == 108


def test_a_correction_of_what_is_still_asked_changes_the_question() -> None:
    for target in (LAST, of(*BOTH)):
        base = Sheet(lines=(line("W-1", "2", "包"),)) if target is not LAST else CART
        asked = do(Sheet(lines=base.lines[-1:]), add(either("2"))).sheet
        sheet = do(asked, Change(target=target, op=Op.SET, qty=Decimal(7))).sheet
        assert sheet.questions[0].qty == 7
        assert sheet.lines == asked.lines


def test_more_of_what_is_not_there_is_new_and_a_change_of_it_is_not() -> None:
    assert quantities(do(CART, Change(target=of("T-2"), op=Op.MORE, qty=Decimal(2))).sheet)["T-2"] == 12
    result = do(CART, Change(target=of("T-2"), op=Op.SET, qty=Decimal(2)))
    assert result.sheet.lines == CART.lines
    assert result.troubles[0].problem is Snag.NOT_IN_DRAFT


# --- removing and replacing ---


def test_a_line_is_removed_or_everything_but_it() -> None:
    assert quantities(do(CART, Remove(target=of("T-1"))).sheet) == {"W-1": 20}
    assert quantities(do(CART, Remove(target=of("T-1"), keep=True)).sheet) == {"T-1": 36}
    assert quantities(do(CART, Remove(target=at(-1))).sheet) == {"T-1": 36}


def test_a_removal_that_fits_several_lines_is_asked() -> None:
    two = Sheet(lines=(line("T-1", "3", "箱"), line("T-2", "3", "箱")))
    asked = do(two, Remove(target=of(*BOTH))).sheet
    assert asked.lines == two.lines
    assert quantities(do(asked, Answer(skus=("T-1",))).sheet) == {"T-2": 18}


def test_what_is_still_asked_can_be_dropped() -> None:
    sheet = do(Sheet(), add(either("2")), Remove(target=of(*BOTH))).sheet
    assert sheet.questions == ()


def test_one_product_in_place_of_another_keeps_quantity_and_place() -> None:
    sheet = do(CART, Replace(target=of("T-1"), item=item("T-2", None))).sheet
    assert sheet.lines == (line("T-2", "3", "箱"), CART.lines[1])


def test_a_replacement_that_is_ambiguous_is_asked() -> None:
    asked = do(CART, Replace(target=of("W-1"), item=either("4"))).sheet
    assert asked.lines == CART.lines
    assert quantities(do(asked, Answer(option=2)).sheet) == {"T-1": 36, "T-2": 24}


def test_clearing_leaves_nothing() -> None:
    assert do(do(ASKED, Deliver(day=date(2026, 3, 12))).sheet, Clear()).sheet.lines == ()
    assert do(ASKED, Clear()).sheet.questions == ()


def test_the_day_wanted_is_set_and_unset() -> None:
    day = date(2026, 3, 12)
    assert do(CART, Deliver(day=day)).sheet.deliver == day
    assert do(CART, Deliver(day=day), Deliver(day=None)).sheet.deliver is None


def test_a_change_before_anything_is_there_is_new() -> None:
    assert quantities(do(Sheet(), Change(target=of("T-2"), op=Op.SET, qty=Decimal(2))).sheet) == {"T-2": 12}


def test_both_options_can_be_taken() -> None:
    assert quantities(do(ASKED, Answer(skus=BOTH)).sheet) == {"T-1": 36 + 24, "W-1": 20, "T-2": 12}


@given(st.permutations(["T-2", "T-1"]))
def test_options_are_numbered_the_same_however_they_were_found(found: list[str]) -> None:
    said = Item(text="保温杯", candidates=tuple(found), qty=Decimal(1), unit="箱", problem=Problem.AMBIGUOUS)
    assert do(Sheet(), add(said)).sheet.questions[0].candidates == ("T-1", "T-2")


@pytest.mark.parametrize(("op", "by", "left"), [(Op.MORE, "3", 5), (Op.LESS, "1", 1), (Op.TIMES, "2", 4)])
def test_what_is_still_asked_can_be_raised_lowered_and_scaled(op: Op, by: str, left: int) -> None:
    asked = do(Sheet(), add(either("2"))).sheet
    sheet = do(asked, Change(target=of(*BOTH), op=op, qty=Decimal(by))).sheet
    assert sheet.questions[0].qty == left


def test_what_is_asked_in_another_unit_is_not_added_up() -> None:
    asked = do(Sheet(), add(either("2"))).sheet
    result = do(asked, Change(target=of(*BOTH), op=Op.MORE, qty=Decimal(3), unit="个"))
    assert result.sheet.questions == asked.questions
    assert result.troubles[0].problem is Snag.NOT_IN_DRAFT


def test_more_of_an_unsaid_quantity_is_asked() -> None:
    asked = do(CART, Change(target=of("T-1"), op=Op.LESS)).sheet
    assert asked.lines == CART.lines
    assert quantities(do(asked, Answer(qty=Decimal(1))).sheet)["T-1"] == 24


def test_removing_everything_leaves_nothing() -> None:
    sheet = do(ASKED, Remove(target=ALL)).sheet
    assert (sheet.lines, sheet.questions) == ((), ())


@pytest.mark.parametrize(
    ("move", "problem"),
    [
        (Remove(target=of("T-2")), Snag.NOT_IN_DRAFT),
        (Remove(target=of("T-2"), keep=True), Snag.NOT_IN_DRAFT),
        (Remove(target=at(7)), Snag.NO_SUCH_LINE),
        (Replace(target=of("T-2"), item=item("W-1", "1")), Snag.NOT_IN_DRAFT),
        (Replace(target=of("T-1"), item=Item(text="水泥", problem=Problem.UNKNOWN)), Problem.UNKNOWN),
        (Change(target=ALL, op=Op.LESS, qty=Decimal(99)), Snag.BELOW_ZERO),
        (Change(target=of("T-1"), op=Op.SET, qty=Decimal(10**12)), Problem.TOO_LARGE),
        (Change(target=of("T-1"), op=Op.TIMES, qty=Decimal(10**12)), Problem.TOO_LARGE),
        (Change(target=of("T-1"), op=Op.MORE, qty=Decimal(833_332)), Problem.TOO_LARGE),
    ],
)
def test_what_cannot_be_done_changes_no_line(move: object, problem: Problem | Snag) -> None:
    result = do(CART, move)
    assert result.sheet.lines == CART.lines
    assert problem in {trouble.problem for trouble in result.troubles}


def test_replacing_one_of_several_lines_has_to_name_it() -> None:
    two = Sheet(lines=(line("T-1", "3", "箱"), line("T-2", "3", "箱")))
    result = do(two, Replace(target=of(*BOTH), item=item("W-1", "1")))
    assert result.sheet.lines == two.lines
    assert result.troubles[0].problem is Snag.WHICH_LINE


def test_replacing_by_what_is_there_already_adds_up() -> None:
    sheet = do(CART, Replace(target=of("T-1"), item=item("W-1", "1"))).sheet
    assert quantities(sheet) == {"W-1": 30}


def test_a_question_about_a_line_that_is_gone_makes_a_new_one() -> None:
    odd = Sheet(lines=(line("T-1", "5", "个"),))
    asked = do(odd, Change(target=of("T-1"), op=Op.TIMES, qty=Decimal("0.5"))).sheet
    assert do(asked, Remove(target=of("T-1")), Answer(qty=Decimal(2))).sheet.lines == ()


def test_a_dozen_is_twelve_even_where_it_is_no_pack() -> None:
    assert quantities(do(Sheet(), add(item("T-2", "2", "打"))).sheet) == {"T-2": 24}


def test_halves_stay_in_the_unit_they_were_said_in() -> None:
    sheet = do(CART, Change(target=of("T-1"), op=Op.MORE, qty=Decimal("0.5"))).sheet
    assert sheet.lines[0] == line("T-1", "3.5", "箱")
