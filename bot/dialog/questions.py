"""The open question about goods, put into words: which product, how many, in which unit."""

from collections.abc import Sequence

from bot.dialog.api import SHOWN_LINES, Turn, choice, quantity, say
from bot.dialog.messages import Choice, Name, Quantity, Say
from bot.dialog.packs import factor_of, units_of
from bot.understand.catalogue import Product
from bot.understand.context import Asking, Question

HABIT = "habit"
"""What a question is about that doubts a quantity; behind it the likelier quantity and its unit."""


def open_question(turn: Turn) -> Say | None:
    """The question on the screen with its numbered options; None when nothing is asked."""
    if not turn.state.questions:
        return None
    turn.touched.add("question")
    question = turn.state.questions[0]
    words, choices = _words(turn, question)
    rest = len(turn.state.questions) - 1
    lines = (say("dialog.ask.more", count=rest),) if rest else ()
    return Say(key=words.key, params=words.params, lines=lines, choices=choices)


def pick_of(turn: Turn, arg: str) -> int | None:
    """The option (1-based) a button names; None when the button belongs to an older list."""
    serial, _, option = arg.partition("-")
    return int(option) if serial == str(turn.state.serial) and option.isdigit() else None


def habit_of(turn: Turn) -> Quantity | None:
    """The likelier quantity of the doubt on the screen; None when another question is, or none."""
    about = turn.state.questions[0].about.split(":") if turn.state.questions else []
    return quantity(about[1], about[2]) if about[:1] == [HABIT] else None


def _words(turn: Turn, question: Question) -> tuple[Say, tuple[Choice, ...]]:
    usual = habit_of(turn)
    if usual is not None and question.qty is not None:
        said = quantity(question.qty, question.unit or "")
        asked = say("dialog.ask.habit", product=turn.name(question.candidates[0]), usual=usual, qty=said)
        return asked, (
            choice("dialog.option.as_said", "habit-keep", qty=said),
            choice("dialog.option.usual", "habit-change", qty=usual),
        )
    if question.asking is Asking.PRODUCT:
        return _which(turn, question)
    product = turn.product(question.candidates[0])
    name = turn.name(product.sku)
    if question.asking is Asking.UNIT:
        units = units_of(product)
        choices = tuple(
            choice("dialog.option.unit", "pick", _arg(turn, at), unit=_one(product, unit))
            for at, unit in enumerate(units, 1)
        )
        return say("dialog.ask.unit", product=name), choices
    return say("dialog.ask.quantity", product=name, unit=_one(product, product.default_unit)), ()


def _which(turn: Turn, question: Question) -> tuple[Say, tuple[Choice, ...]]:
    shown = question.candidates[:SHOWN_LINES]
    labels = labels_of(turn, shown)
    choices = tuple(
        Choice(label=label, action="pick", arg=_arg(turn, at)) for at, label in enumerate(labels, 1)
    )
    products = [turn.product(sku) for sku in question.candidates]
    alike = len({product.name_zh for product in products}) == 1
    said = products[0].name_zh if alike or not question.text else question.text
    english = products[0].name_en if alike else question.text
    ask = say("dialog.ask.product", what=Name(zh=said, en=english or said), count=len(products))
    return ask, choices


def labels_of(turn: Turn, skus: Sequence[str]) -> tuple[Say, ...]:
    """What tells these products apart, each with its pack."""
    products = [turn.product(sku) for sku in skus]
    alike = len({product.name_zh for product in products}) == 1 and len({p.size for p in products}) == len(
        products
    )
    return tuple(
        say(
            "dialog.option.product",
            what=Name(zh=product.size) if alike and product.size else turn.name(product.sku),
            unit=_one(product, product.default_unit),
        )
        for product in products
    )


def _one(product: Product, unit: str) -> Say:
    """One pack of the product and what is in it."""
    factor = factor_of(product, unit) or 1
    if unit == product.base_unit:
        return say("dialog.pack.base", unit=quantity("1", unit))
    return say("dialog.pack", unit=quantity("1", unit), content=quantity(str(factor), product.base_unit))


def _arg(turn: Turn, at: int) -> str:
    return f"{turn.state.serial}-{at}"
