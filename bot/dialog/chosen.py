"""What a word was chosen to mean: one of several candidates, or the goods named after a word nobody knew. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.dialog.sheet import Sheet, differences
from bot.understand.context import Asking, Question
from bot.understand.nicknames import word_key
from bot.understand.types import Add, Item, Move, Replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Puzzle:
    """A word nobody knew, with its quantity."""

    said: str
    qty: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A word, the product it was chosen to mean, and what else it could have meant; no candidates: nobody knew it."""

    said: str
    sku: str
    candidates: tuple[str, ...] = ()


def picked(before: Sheet, after: Sheet) -> Iterator[Chosen]:
    """Questions which of several products a word means that are answered now."""
    grown = {edit.sku for edit in differences(before.lines, after.lines) if edit.after is not None}
    for asked in before.questions:
        if asked.asking is not Asking.PRODUCT or asked.about or not asked.text or asked in after.questions:
            continue
        chosen = (grown | _narrowed(asked, after)) & set(asked.candidates)
        if len(chosen) == 1 and len(asked.candidates) > 1:
            yield Chosen(said=asked.text, sku=chosen.pop(), candidates=asked.candidates)


def named(puzzled: Sequence[Puzzle], moves: Sequence[Move]) -> Iterator[Chosen]:
    """The one product named after the one word nobody knew, in the same quantity where both have one."""
    items = list(items_of(moves))
    if not len(puzzled) == len(items) == 1 or not items[0].resolved:
        return
    puzzle, item = puzzled[0], items[0]
    same = None in (puzzle.qty, item.qty) or puzzle.qty == item.qty
    if same and word_key(item.text) != word_key(puzzle.said):
        yield Chosen(said=puzzle.said, sku=item.candidates[0])


def items_of(moves: Sequence[Move]) -> Iterator[Item]:
    """The goods that were named for the draft."""
    for move in moves:
        if isinstance(move, Add):
            yield from move.items
        elif isinstance(move, Replace):
            yield move.item


def _narrowed(asked: Question, after: Sheet) -> set[str]:
    """The product a question came down to, where only its quantity is still to be said."""
    return {
        question.candidates[0]
        for question in after.questions
        if question.text == asked.text and len(question.candidates) == 1
    }
