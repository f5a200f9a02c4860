"""What a message made of what was read back before it: kept in the ledger of corrections, and words that may be learned."""

from collections.abc import Sequence

import msgspec

from bot.dialog.api import Turn
from bot.dialog.chosen import Chosen, Puzzle, named, picked
from bot.dialog.nicknames import consider
from bot.dialog.sheet import Edit, Sheet, Trouble, differences
from bot.dialog.state import ReadBack
from bot.understand.context import DraftLine
from bot.understand.nicknames import word_key
from bot.understand.types import Answer, Change, Move, Op, Problem, Remove, Replace, TargetKind, Undo
from core.corrections.service import Correction, record_corrections

MOST_PUZZLED = 8
_NOT_RIGHTS = ("", Op.MORE)  # questions whose answer adds


def remember(
    turn: Turn, before: Sheet, after: Sheet, moves: Sequence[Move], troubles: Sequence[Trouble]
) -> None:
    """Record what this message chose or corrected, and what it is taken to mean itself."""
    edits = differences(before.lines, after.lines)
    chosen = list(picked(before, after))
    if not troubles:
        chosen += named(turn.state.puzzled, turn.said.moves if turn.said else ())
    found = [_choice(turn, each) for each in chosen]
    found += _corrected(turn, edits, moves, before, after)
    if found:
        times = record_corrections(turn.session, turn.actor, by=turn.inbound.reference, found=found)
        for each in chosen:
            consider(turn, each.said, *times.get(word_key(each.said), (each.sku, 0)))
    turn.state.puzzled = tuple(
        Puzzle(said=each.text, qty=each.qty) for each in troubles if each.problem is Problem.UNKNOWN
    )[:MOST_PUZZLED]
    if turn.state.puzzled or set(after.questions) - set(before.questions):
        turn.state.asked_by = turn.inbound.reference
    answers = any(each.candidates for each in chosen) or any(isinstance(move, Answer) for move in moves)
    if edits:
        turn.state.read = ReadBack(
            message=turn.inbound.reference,
            intent=turn.said.intent.value if turn.said and turn.said.intent and not answers else "",
            cart=before.lines,
            lines=after.lines,
            skus=tuple(edit.sku for edit in edits if edit.after is not None),
        )


def _choice(turn: Turn, chosen: Chosen) -> Correction:
    return Correction(
        kind="picked" if chosen.candidates else "named",
        message=turn.state.asked_by,
        word=word_key(chosen.said)[:80],
        sku=chosen.sku,
        candidates=chosen.candidates,
    )


def _corrected(
    turn: Turn, edits: Sequence[Edit], moves: Sequence[Move], before: Sheet, after: Sheet
) -> list[Correction]:
    """The lines read back last that this message sets right; more of the same, or something else beside it, is no correction."""
    read = turn.state.read
    settled = any(
        asked.about not in _NOT_RIGHTS for asked in before.questions if asked not in after.questions
    )
    rights = settled or any(map(_sets_right, moves))
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


def _sets_right(move: Move) -> bool:
    """Whether a move says that lines are not as they should be; more of something does not, nor giving up the whole draft."""
    if isinstance(move, Remove):
        return move.keep or move.target.kind is not TargetKind.ALL
    return isinstance(move, Replace | Undo) or (isinstance(move, Change) and move.op is not Op.MORE)


def _plain(lines: Sequence[DraftLine]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = msgspec.to_builtins(lines)
    return found
