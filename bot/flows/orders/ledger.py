"""What a message made of what was read back before it: kept in the ledger of corrections, and words that may be learned."""

from collections.abc import Iterator, Sequence

import msgspec

from bot.dialog.api import Turn
from bot.dialog.nicknames import consider
from bot.dialog.sheet import Edit, Sheet, Trouble, differences
from bot.dialog.state import Puzzle, ReadBack
from bot.understand.context import Asking, DraftLine, Question
from bot.understand.nicknames import word_key
from bot.understand.types import Add, Answer, Change, Move, Op, Problem, Remove, Replace, Undo
from core.corrections.service import Correction, record_corrections

MOST_PUZZLED = 8
_NOT_RIGHTS = ("", Op.MORE)  # questions whose answer adds


def remember(
    turn: Turn, before: Sheet, after: Sheet, moves: Sequence[Move], troubles: Sequence[Trouble]
) -> None:
    """Record what this message chose or corrected, and what it is taken to mean itself."""
    edits = differences(before.lines, after.lines)
    chosen = [*_picked(before, after, edits), *_named(turn, edits, troubles)]
    found = [_choice(turn, said, sku, candidates) for said, sku, candidates in chosen]
    found += _corrected(turn, edits, moves, before, after)
    if found:
        times = record_corrections(turn.session, turn.actor, by=turn.inbound.reference, found=found)
        for said, sku, _ in chosen:
            consider(turn, said, *times.get(word_key(said), (sku, 0)))
    turn.state.puzzled = tuple(
        Puzzle(said=each.text, qty=each.qty) for each in troubles if each.problem is Problem.UNKNOWN
    )[:MOST_PUZZLED]
    if turn.state.puzzled or set(after.questions) - set(before.questions):
        turn.state.asked_by = turn.inbound.reference
    picked = any(candidates for *_, candidates in chosen)
    answers = picked or any(isinstance(move, Answer) for move in moves)  # says nothing by itself
    if edits:
        turn.state.read = ReadBack(
            message=turn.inbound.reference,
            intent=turn.said.intent.value if turn.said and turn.said.intent and not answers else "",
            cart=before.lines,
            lines=after.lines,
            skus=tuple(edit.sku for edit in edits if edit.after is not None),
        )


def _picked(before: Sheet, after: Sheet, edits: Sequence[Edit]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Questions which of several products a word means that are answered now."""
    grown = {edit.sku for edit in edits if edit.after is not None}
    for asked in before.questions:
        if asked.asking is not Asking.PRODUCT or asked.about or not asked.text or asked in after.questions:
            continue
        chosen = (grown | _narrowed(asked, after)) & set(asked.candidates)
        if len(chosen) == 1 and len(asked.candidates) > 1:
            yield asked.text, chosen.pop(), asked.candidates


def _narrowed(asked: Question, after: Sheet) -> set[str]:
    """The product a question came down to, where only its quantity is still to be said."""
    return {
        question.candidates[0]
        for question in after.questions
        if question.text == asked.text and len(question.candidates) == 1
    }


def _named(
    turn: Turn, edits: Sequence[Edit], troubles: Sequence[Trouble]
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The product named after a word nobody knew, where both stood alone."""
    said = turn.said.moves if turn.said else ()
    adds = [move for move in said if isinstance(move, Add | Replace)]
    items = [item for move in adds for item in (move.items if isinstance(move, Add) else (move.item,))]
    added = [edit.sku for edit in edits if edit.after is not None]
    if troubles or not len(turn.state.puzzled) == len(added) == len(items) == 1:
        return
    puzzle, item = turn.state.puzzled[0], items[0]
    same = None in (puzzle.qty, item.qty) or puzzle.qty == item.qty
    if same and added[0] in item.candidates and word_key(item.text) != word_key(puzzle.said):
        yield puzzle.said, added[0], ()


def _choice(turn: Turn, said: str, sku: str, candidates: tuple[str, ...]) -> Correction:
    return Correction(
        kind="picked" if candidates else "named",
        message=turn.state.asked_by,
        word=word_key(said)[:80],
        sku=sku,
        candidates=candidates,
    )


def _corrected(
    turn: Turn, edits: Sequence[Edit], moves: Sequence[Move], before: Sheet, after: Sheet
) -> list[Correction]:
    """The lines read back last that this message sets right; more of the same, or something else beside it, is no correction."""
    read = turn.state.read
    settled = any(
        asked.about not in _NOT_RIGHTS for asked in before.questions if asked not in after.questions
    )
    rights = settled or any(
        isinstance(move, Remove | Replace | Undo) or (isinstance(move, Change) and move.op is not Op.MORE)
        for move in moves
    )
    touched = [edit for edit in edits if read and edit.sku in read.skus and edit.before is not None]
    if read is None or not rights or not touched:
        return []
    turn.touched.add("corrected")
    gone = all(edit.after is None for edit in touched)
    replaced = gone and any(edit.before is None for edit in edits)
    return [
        Correction(
            kind="replaced" if replaced else "removed" if gone else "changed",
            message=read.message,
            intent=read.intent,
            cart=_plain(read.cart),
            understood=_plain(read.lines),
            became=_plain(after.lines),
        )
    ]


def _plain(lines: Sequence[DraftLine]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = msgspec.to_builtins(lines)
    return found
