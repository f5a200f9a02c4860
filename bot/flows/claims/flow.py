"""An expense claim in hand: amount, day and category, said in any order and corrected freely.

Claims are not kept by the product yet. So the form says from its first word that it goes to a person, and handing it in does
exactly that: the sales contact gets it with every figure.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.dialog.api import Flow, Says, Turn, choice, say
from bot.dialog.messages import Say
from bot.dialog.texts import all_texts
from bot.understand.context import ClaimForm
from bot.understand.types import Ask, Claim, SubmitClaim, Topic
from core.kit.money import round_half_up
from core.talks.service import ask_for_person, say_in_talk

MISSING = ("category", "amount", "day")


def fill(turn: Turn, moves: Sequence[Claim]) -> Says:
    """Take down what was said; what is said later counts."""
    form = turn.state.claim or ClaimForm()
    for move in moves:
        form = replace(
            form,
            amount=form.amount if move.amount is None else move.amount,
            day=form.day if move.day is None else move.day,
            category=form.category if move.category is None else move.category,
            note=form.note or move.note,
        )
    first = turn.state.claim is None
    turn.state.claim, turn.state.claim_on_top = form, True
    return (_form(turn, form, first=first),)


def submit(turn: Turn, _moves: Sequence[SubmitClaim]) -> Says:
    """Hand it in: complete, it goes to the sales contact; else what is missing is asked."""
    form = turn.state.claim
    if form is None:
        return (say("claims.nothing"),)
    if any(getattr(form, name) is None for name in MISSING):
        turn.state.claim_on_top = True
        return (_form(turn, form, first=False),)
    text = turn.inbound.text
    told = f"{form.category} {form.amount} {form.day} {form.note or text}"
    if say_in_talk(turn.session, turn.actor, text=told) is None:
        ask_for_person(turn.session, turn.actor, text=told)
    turn.state.claim, turn.state.claim_on_top = None, False
    return (say("claims.handed", parts=tuple(_parts(turn, form))),)


def submit_now(turn: Turn, _arg: str = "") -> Says:
    """The same from a button or a yes."""
    return submit(turn, ())


def drop(turn: Turn, _arg: str = "") -> Says:
    """Forget the claim."""
    turn.state.claim, turn.state.claim_on_top = None, False
    return (say("dialog.cancelled"),)


def asked(_turn: Turn, _moves: Sequence[Ask]) -> Says:
    """Where a claim is: not known here."""
    return (Say(key="claims.not_here", choices=(choice("claims.person", "person"),)),)


def start(turn: Turn, _arg: str = "") -> Says:
    """From the four ways on."""
    return fill(turn, [Claim()])


def _form(turn: Turn, form: ClaimForm, *, first: bool) -> Say:
    missing = [name for name in MISSING if getattr(form, name) is None]
    parts = _parts(turn, form)
    lines = [say("claims.so_far", parts=tuple(parts))] if parts else []
    honest = [say("claims.to_person")] if first or not missing else []
    if missing:
        wanted = tuple(say(f"claims.{name}") for name in missing)
        return Say(key="claims.missing", params={"missing": wanted}, lines=(*lines, *honest))
    choices = (choice("claims.submit", "claim-submit"), choice("claims.drop", "claim-drop"))
    return Say(key="claims.complete", lines=(*lines, *honest), choices=choices)


def _parts(turn: Turn, form: ClaimForm) -> list[Say]:
    parts = []
    if form.category is not None:
        parts.append(say("claims.of_category", category=_category(form.category)))
    if form.amount is not None:
        parts.append(say("claims.of_amount", amount=turn.money(round_half_up(form.amount * 100))))
    if form.day is not None:
        parts.append(say("claims.of_day", day=form.day))
    return parts


def _category(code: str) -> Say | str:
    """A category of the brand's own has no other name than its code."""
    key = f"claims.category.{code}"
    return say(key) if all_texts().has(key) else code


FLOW = Flow(
    name="claims",
    moves={Claim: fill, SubmitClaim: submit},
    topics={Topic.CLAIM: asked},
    choices={"claim-submit": submit_now, "claim-drop": drop, "way-claim": start},
)
