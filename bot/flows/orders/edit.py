"""Changing the draft: all the changes of one message together, saved once, answered once."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.dialog.api import Says, Turn, choice, note, say, stored
from bot.dialog.chosen import items_of
from bot.dialog.draft import Edited, edit
from bot.dialog.messages import Choice, Say
from bot.dialog.nicknames import meanings
from bot.dialog.questions import habit_of, open_question, pick_of
from bot.dialog.repair import second_look
from bot.dialog.sheet import Sheet, Trouble, differences
from bot.dialog.state import Snapshot
from bot.flows.orders import place, show
from bot.flows.orders.ledger import remember
from bot.understand.types import (
    Answer,
    Change,
    Clear,
    Confirm,
    Move,
    Note,
    Op,
    Problem,
    Remove,
    ShipTo,
    Target,
    TargetKind,
    Undo,
)
from core.dealers.queries import addresses_of
from core.orders.drafts import Draft, save_draft
from core.people.policy import require

MAX_NOTE = 500
MAX_TEXTS = 40


@dataclass(slots=True)
class _Work:
    """The draft while a message changes it."""

    sheet: Sheet
    address_id: int | None
    note: str
    troubles: list[Trouble] = field(default_factory=list)
    says: list[Say] = field(default_factory=list)
    choices: tuple[Choice, ...] = ()


def work(turn: Turn, moves: Sequence[Move]) -> Says:
    """What a message's moves make of the draft, and its confirm where it says so."""
    changes = [move for move in moves if not isinstance(move, Confirm)]
    wants_order = len(changes) < len(moves)
    if not changes:
        return place.confirm(turn)
    require(turn.actor, "orders.place")
    turn.state.claim_on_top = False
    before, shown = turn.sheet, turn.state.shown
    task = _Work(sheet=before, address_id=_draft(turn).address_id, note=_draft(turn).note)
    for move in changes:
        _take(turn, task, move)
    was_current = shown is not None and turn.draft is not None and shown.version == turn.draft.version
    _keep(turn, task, before, changes)
    remember(turn, before, task.sheet, changes, task.troubles)
    task.says[:0] = meanings(turn, items_of(changes))
    if was_current and task.sheet.lines == before.lines:
        _still_shown(turn)
        if wants_order and not task.troubles and not task.says:
            return place.confirm(turn)
    return _answer(turn, task, before)


def _still_shown(turn: Turn) -> None:
    """Only the day, the address, a note or a question is new: the goods and the money are those that were shown."""
    state = turn.state
    assert turn.draft is not None
    if state.shown is not None:
        state.shown = replace(state.shown, version=turn.draft.version)
    if state.shown_partial is not None:
        state.shown_partial = replace(state.shown_partial, version=turn.draft.version)


def _draft(turn: Turn) -> Draft:
    member = turn.actor.member_id
    assert member is not None
    return turn.draft or Draft(member_id=member, place=turn.inbound.place)


def _take(turn: Turn, task: _Work, move: Any) -> None:
    match move:
        case Undo():
            _go_back(turn, task, redo=move.redo)
        case ShipTo():
            _ship_to(turn, task, move.text)
        case Note():
            task.note = "；".join(filter(None, (task.note, move.text)))[:MAX_NOTE]
        case _:
            _edit(turn, task, move)


def _edit(turn: Turn, task: _Work, move: Edited) -> None:
    result = edit(task.sheet, move, turn.product)
    if isinstance(move, Clear):
        task.note, task.address_id = "", None
    task.sheet = result.sheet
    task.troubles += result.troubles


def _go_back(turn: Turn, task: _Work, *, redo: bool) -> None:
    now, state = _snapshot(task.sheet), turn.state
    # "Restore" brings back what was undone; where nothing was, it means what was changed.
    found = (redo and state.step_forward(now)) or (
        state.step_back(now) if not redo or not state.redo else None
    )
    if found is None:
        task.says.append(say("dialog.nothing.redo" if redo else "dialog.nothing.undo"))
        return
    task.sheet = replace(task.sheet, lines=found.lines, questions=found.questions, deliver=found.deliver)


def _ship_to(turn: Turn, task: _Work, text: str) -> None:
    known = addresses_of(turn.session)
    fitting = [each for each in known if text in each.name or each.name in text] or [
        each for each in known if text in each.address
    ]
    if len(fitting) == 1:
        task.address_id = fitting[0].id
        return
    names = tuple(choice("orders.address", "ship-to", each.id, name=each.name) for each in fitting or known)
    key = "orders.which_address" if fitting else "orders.no_such_address" if known else "orders.no_addresses"
    task.says.append(say(key, text=text))
    task.choices = names


def _snapshot(sheet: Sheet) -> Snapshot:
    return Snapshot(lines=sheet.lines, questions=sheet.questions, deliver=sheet.deliver)


def _keep(turn: Turn, task: _Work, before: Sheet, changes: Sequence[Move]) -> None:
    """Save the draft if it changed, remember how it was, and keep what is still to be asked."""
    draft, sheet = _draft(turn), task.sheet
    moved = _snapshot(sheet) != _snapshot(before)
    if moved and not any(isinstance(move, Undo) for move in changes):
        turn.state.remember(_snapshot(before))
    texts = draft.texts
    if moved and turn.inbound.text:
        texts = (*texts, turn.inbound.text)[-MAX_TEXTS:]
    wanted = replace(
        draft,
        lines=stored(sheet.lines),
        deliver_on=sheet.deliver,
        address_id=task.address_id,
        note=task.note,
        texts=texts,
    )
    if wanted != draft:
        turn.draft = save_draft(turn.session, turn.actor, wanted)
    note(turn, sheet)


def _answer(turn: Turn, task: _Work, before: Sheet) -> Says:
    edits = differences(before.lines, task.sheet.lines)
    found = [*show.troubles(turn, task.troubles), *task.says]
    if task.choices:
        *rest, last = found
        return (*rest, Say(key=last.key, params=last.params, choices=task.choices))
    if edits:
        return (*found, *show.changed(turn, edits))
    question = open_question(turn)
    if question is not None:
        return (*found, question)
    if found:
        nobody = task.troubles and all(each.problem is Problem.UNKNOWN for each in task.troubles)
        return (say("proposals.wait"),) if nobody and not task.says and second_look(turn) else found
    return show.read_back(turn)


# --- choices -------------------------------------------------------------------------------------------------------


def pick(turn: Turn, arg: str) -> Says:
    """An option of the open question; a button of an older question shows the present one."""
    option = pick_of(turn, arg)
    if option is not None:
        return work(turn, [Answer(option=option)])
    question = open_question(turn)
    return (say("dialog.choice.old"), question) if question else (say("dialog.choice.gone"),)


def as_usual(turn: Turn, _arg: str) -> Says:
    """The doubted quantity is the usual one."""
    usual = habit_of(turn)
    if usual is None:
        return show.read_back(turn)
    target = Target(kind=TargetKind.SKUS, skus=turn.state.questions[0].candidates)
    return work(turn, [Change(target=target, op=Op.SET, qty=usual.value, unit=usual.unit)])


def clear(turn: Turn, _arg: str) -> Says:
    """Empty the draft; undo brings it back."""
    return work(turn, [Clear()])


def drop(turn: Turn, arg: str) -> Says:
    """Take one line off the draft."""
    return work(turn, [Remove(target=Target(kind=TargetKind.SKUS, skus=(arg,)))])


def to_address(turn: Turn, arg: str) -> Says:
    """Send the draft to one of the dealer's addresses."""
    known = {str(each.id): each.id for each in addresses_of(turn.session)}
    if arg not in known:
        return (say("dialog.choice.gone"),)
    draft = _draft(turn)
    turn.draft = save_draft(turn.session, turn.actor, replace(draft, address_id=known[arg]))
    return show.read_back(turn)


def undo(turn: Turn, _arg: str) -> Says:
    """The last change back."""
    return work(turn, [Undo()])
