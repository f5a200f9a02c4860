"""The habit guard: a quantity far from what this dealer usually takes, or likely said in the wrong unit, gets one question."""

from collections.abc import Sequence

from bot.dialog.api import Turn
from bot.dialog.packs import factor_of, line_of
from bot.dialog.questions import HABIT
from bot.dialog.sheet import Edit
from bot.understand.context import Asking, Question
from core.orders.quote import Quote
from core.orders.rules import usual_qty


def doubt(turn: Turn, edits: Sequence[Edit], quoted: Quote) -> None:
    """Ask about the quantities that have just come into the draft and do not look like this dealer's; each product once."""
    recent = {line.sku: line.recent for line in quoted.lines}
    for each in edits:
        line = each.after
        if line is None or each.sku in turn.state.trusted:
            continue
        product = turn.product(each.sku)
        factors = [pack.factor for pack in product.units.values()]
        usual = usual_qty(
            line.base_qty, factor_of(product, line.unit) or 1, recent.get(each.sku, ()), factors
        )
        if not usual:
            continue
        other = line_of(product, usual, line.unit, product.default_unit, *product.units)
        about = f"{HABIT}:{other.qty.normalize():f}:{other.unit}"
        question = Question(
            asking=Asking.QUANTITY, candidates=(each.sku,), qty=line.qty, unit=line.unit, about=about
        )
        turn.state.questions = (*turn.state.questions, question)
        turn.state.trusted = (*turn.state.trusted, each.sku)
        turn.state.serial += 1
