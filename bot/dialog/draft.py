"""The draft reducer: what a move makes of the draft order and its open questions. Pure; nothing here is placed.

Adding a product that is already there increases it; a change may set, raise, lower or scale; quantities are whole base units or
become a question; a target that fits several lines becomes a question (evaluation policy 5).
"""

from dataclasses import replace
from decimal import Decimal

from bot.dialog.packs import units_of
from bot.dialog.sheet import Hand, Lookup, Result, Sheet, Snag
from bot.understand.context import Asking, Question
from bot.understand.types import (
    Add,
    Answer,
    Change,
    Clear,
    Deliver,
    Item,
    Op,
    Problem,
    Remove,
    Replace,
    Target,
    TargetKind,
)

Edited = Add | Change | Remove | Replace | Clear | Answer | Deliver


def edit(sheet: Sheet, move: Edited, product: Lookup) -> Result:
    """What the move makes of the draft. The same move on the same draft gives the same result."""
    hand = Hand(sheet, product)
    match move:
        case Add():
            for item in move.items:
                _add(hand, item)
        case Change():
            _change(hand, move)
        case Remove():
            _remove(hand, move)
        case Replace():
            _replace(hand, move)
        case Answer():
            _answer(hand, move)
        case Clear():
            hand.clear()
        case Deliver():
            hand.deliver = move.day
    return hand.result()


def _add(hand: Hand, item: Item) -> None:
    if not item.candidates:
        hand.snag(Problem.UNKNOWN, text=item.text, qty=item.qty, unit=item.unit, near=item.near)
        return
    question = _question_of(hand, item)
    if len(item.candidates) == 1:
        hand.answered(item.candidates[0])
    hand.settle(question, base_qty=item.base_qty if item.resolved else None, problem=item.problem)


def _question_of(hand: Hand, item: Item) -> Question:
    qty, unit = item.qty, item.unit
    if len(item.candidates) == 1 and qty is None:
        # "the big one" beside the open question "which hammer, 3 cases": the quantity was said before.
        held = hand.asked_about(item.candidates[0])
        if held is not None and held.asking is Asking.PRODUCT and not held.about:
            qty, unit = held.qty, held.unit
    return Question(asking=Asking.PRODUCT, candidates=item.candidates, qty=qty, unit=unit, text=item.text)


# --- answers -------------------------------------------------------------------------------------------------------


def _answer(hand: Hand, said: Answer) -> None:
    at = _answered(hand, said)
    if at is None:
        hand.snag(Snag.NOTHING_ASKED, text=said.text)
        return
    question = hand.questions[at]
    narrowed = _narrowed(hand, question, said)
    if narrowed is None:
        hand.snag(Snag.NO_SUCH_OPTION, text=said.text, skus=question.candidates)
        return
    del hand.questions[at]
    if len(narrowed.candidates) > 1 and set(said.skus) == set(question.candidates):  # "both"
        for offset, sku in enumerate(narrowed.candidates):
            hand.settle(replace(narrowed, candidates=(sku,)), at=at + offset)
        return
    hand.settle(narrowed, at=at)


def _answered(hand: Hand, said: Answer) -> int | None:
    """Which question is meant: the one on the screen, or the first that has what was named."""
    goods = [at for at, question in enumerate(hand.questions) if question.candidates]
    if said.skus:
        goods = [at for at in goods if set(said.skus) & set(hand.questions[at].candidates)]
    return goods[0] if goods else None


def _narrowed(hand: Hand, question: Question, said: Answer) -> Question | None:
    """The question with what was answered filled in; None for an option that was not offered."""
    candidates, unit = question.candidates, question.unit
    if said.skus:
        candidates = tuple(sku for sku in candidates if sku in said.skus)
    if said.option is not None:
        of_units = question.asking is Asking.UNIT
        offered = units_of(hand.product(candidates[0])) if of_units else question.candidates
        if not said.option or not -len(offered) <= said.option <= len(offered):
            return None
        picked = offered[said.option - 1 if said.option > 0 else said.option]
        candidates, unit = (candidates, picked) if of_units else ((picked,), unit)
    qty = question.qty if said.qty is None else said.qty
    return replace(question, candidates=candidates, qty=qty, unit=said.unit or unit)


# --- changes -------------------------------------------------------------------------------------------------------


def _targets(hand: Hand, target: Target) -> list[str] | Snag:
    """The draft lines a target means."""
    held = list(hand.lines)
    match target.kind:
        case TargetKind.ALL:
            return held or Snag.NOT_IN_DRAFT
        case TargetKind.INDEX:
            at = target.index - 1 if target.index > 0 else target.index
            return [held[at]] if target.index and -len(held) <= at < len(held) else Snag.NO_SUCH_LINE
        case TargetKind.LAST:
            known = [sku for sku in hand.last if sku in hand.lines] or held[-1:]
            return known[:1] or Snag.NOT_IN_DRAFT
        case TargetKind.SKUS:
            return [sku for sku in held if sku in target.skus] or Snag.NOT_IN_DRAFT


def _open_at(hand: Hand, target: Target) -> int | None:
    """The open question a target means, where it means no line."""
    latest = hand.last[0] if hand.last else None
    for at, question in enumerate(hand.questions):
        if target.kind is TargetKind.SKUS and set(question.candidates) & set(target.skus):
            return at
        if target.kind is TargetKind.LAST and latest in question.candidates and latest not in hand.lines:
            return at
    return None


def _change(hand: Hand, move: Change) -> None:
    found = _targets(hand, move.target)
    at = _open_at(hand, move.target)
    if at is not None and (isinstance(found, Snag) or move.target.kind is TargetKind.LAST):
        _change_question(hand, at, move)
    elif isinstance(found, Snag):
        _change_absent(hand, move, found)
    elif len(found) > 1 and move.target.kind is TargetKind.SKUS:
        _ask_which(hand, found, move.op, move.qty, move)
    else:
        for sku in found:
            hand.alter(sku, move.op, move.qty, move.unit)


def _ask_which(hand: Hand, skus: list[str], op: Op, qty: Decimal | None, move: Change | Remove) -> None:
    unit = move.unit if isinstance(move, Change) else None
    hand.ask(
        Question(
            asking=Asking.PRODUCT,
            candidates=tuple(skus),
            qty=qty,
            unit=unit,
            text=move.target.text,
            about=op.value,
        )
    )


def _change_question(hand: Hand, at: int, move: Change) -> None:
    """A change of something still asked about: its quantity is changed, the question stays."""
    question = hand.questions[at]
    qty = question.qty if move.qty is None else move.qty
    if move.op is not Op.SET and move.qty is not None:
        if question.qty is None or move.unit not in (None, question.unit):
            hand.snag(Snag.NOT_IN_DRAFT, text=move.target.text, skus=question.candidates)
            return
        qty = _scaled(question.qty, move.op, move.qty)
    del hand.questions[at]
    hand.settle(replace(question, qty=qty, unit=move.unit or question.unit), at=at)


def _scaled(qty: Decimal, op: Op, by: Decimal) -> Decimal:
    return {Op.MORE: qty + by, Op.LESS: qty - by, Op.TIMES: qty * by}[op]


def _change_absent(hand: Hand, move: Change, snag: Snag) -> None:
    """More of what is not there yet is new, and so is "make it 3" before anything is there; other changes cannot be."""
    new = move.op is Op.MORE or (move.op is Op.SET and not hand.lines)
    if not new or move.target.kind is not TargetKind.SKUS or not move.target.skus or move.qty is None:
        hand.snag(snag, text=move.target.text, skus=move.target.skus, qty=move.qty, unit=move.unit)
        return
    hand.settle(
        Question(
            asking=Asking.PRODUCT,
            candidates=move.target.skus,
            qty=move.qty,
            unit=move.unit,
            text=move.target.text,
        )
    )


def _remove(hand: Hand, move: Remove) -> None:
    found = _targets(hand, move.target)
    at = _open_at(hand, move.target)
    if move.keep:
        _keep(hand, move.target, found)
    elif at is not None and (isinstance(found, Snag) or move.target.kind is TargetKind.LAST):
        del hand.questions[at]
    elif isinstance(found, Snag):
        hand.snag(found, text=move.target.text, skus=move.target.skus)
    elif len(found) > 1 and move.target.kind is TargetKind.SKUS:
        _ask_which(hand, found, Op.SET, Decimal(0), move)
    elif move.target.kind is TargetKind.ALL:
        hand.clear()
    else:
        for sku in found:
            del hand.lines[sku]
        hand.talk_about(*found)


def _keep(hand: Hand, target: Target, found: list[str] | Snag) -> None:
    if isinstance(found, Snag):
        hand.snag(found, text=target.text, skus=target.skus)
        return
    hand.lines = {sku: line for sku, line in hand.lines.items() if sku in found}
    hand.questions = [question for question in hand.questions if set(question.candidates) & set(found)]


def _replace(hand: Hand, move: Replace) -> None:
    found = _targets(hand, move.target)
    item = move.item
    if not item.candidates:
        hand.snag(Problem.UNKNOWN, text=item.text, near=item.near)
    elif isinstance(found, Snag):
        hand.snag(found, text=move.target.text, skus=move.target.skus)
    elif len(found) > 1:
        hand.snag(Snag.WHICH_LINE, text=move.target.text, skus=tuple(found))
    else:
        line = hand.lines[found[0]]
        qty, unit = (line.qty, line.unit) if item.qty is None else (item.qty, item.unit)
        hand.settle(
            Question(
                asking=Asking.PRODUCT,
                candidates=item.candidates,
                qty=qty,
                unit=unit,
                text=item.text,
                about=f"replace:{line.sku}",
            )
        )
