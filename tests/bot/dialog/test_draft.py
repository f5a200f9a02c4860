"""What each move makes of the draft."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialog.draft import edit
from bot.dialog.packs import MAX_BASE, to_base
from bot.dialog.sheet import Result, Sheet, Snag
from bot.understand.types import (
    Add,
    Answer,
    Asking,
    Change,
    Clear,
    Deliver,
    DraftLine,
    Item,
    Op,
    Problem,
    Question,
    Remove,
    Replace,
    Target,
    TargetKind,
)
from tests.bot.dialog.goods import PRODUCTS, line

BOTH = ("T-1", "T-2")


def do(sheet: Sheet, *moves: object) -> Result:
    result = Result(sheet=sheet)
    for move in moves:
        result = edit(result.sheet, move, PRODUCTS.__getitem__)  # type: ignore[arg-type]
    return result


def item(sku: str, qty: str | None, unit: str | None = None, **more: object) -> Item:
    product = PRODUCTS[sku]
    figure = Decimal(qty) if qty is not None else None
    said = unit or (product.default_unit if qty is not None else None)
    base = to_base(product, figure, said) if figure is not None and said else None
    whole = base if isinstance(base, int) else None
    problem = base if isinstance(base, Problem) else Problem.NO_QUANTITY if figure is None else None
    return Item(text=sku, candidates=(sku,), qty=figure, unit=said, base_qty=whole, problem=problem, **more)  # type: ignore[arg-type]


def either(qty: str | None, unit: str | None = "箱") -> Item:
    figure = Decimal(qty) if qty is not None else None
    return Item(
        text="保温杯",
        candidates=BOTH,
        qty=figure,
        unit=unit if figure is not None else None,
        problem=Problem.AMBIGUOUS,
    )


def add(*items: Item) -> Add:
    return Add(items=items)


def of(*skus: str) -> Target:
    return Target(kind=TargetKind.SKUS, skus=skus)


def at(index: int) -> Target:
    return Target(kind=TargetKind.INDEX, index=index)


LAST, ALL = Target(kind=TargetKind.LAST), Target(kind=TargetKind.ALL)
CART = Sheet(lines=(line("T-1", "3", "箱"), line("W-1", "2", "包")))


def quantities(sheet: Sheet) -> dict[str, int]:
    return {held.sku: held.base_qty for held in sheet.lines}


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

ASKED = do(CART, add(either("2"))).sheet


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
