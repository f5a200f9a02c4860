"""What is repaired once for all flows: options by number, yes, no, never mind, and what was not understood.

Each answers in words, or with the choice the person made.
"""

from dataclasses import replace

from bot.dialog.api import Says, Turn, ask_yes_no, choice, say
from bot.dialog.messages import Kind, Say
from bot.dialog.questions import habit_of, open_question
from bot.dialog.state import Offer
from bot.store.second import ask_for
from bot.understand.normalise import normalise
from bot.understand.phrases import says
from bot.understand.types import Stop

WAYS = ("order", "status", "claim", "person")


def number(turn: Turn, option: int | None) -> Says | Offer:
    """A bare number picks from the one list that is open; it places nothing that is not on the screen right now."""
    offers = turn.state.offers
    if option is None:
        return told_not_understood(turn)
    if not offers:
        return (say("dialog.number.nothing"),)
    if not option or not -len(offers) <= option <= len(offers):
        return (say("dialog.number.none", number=option, count=len(offers)),)
    picked = offers[option - 1 if option > 0 else option]
    return on_screen(turn, picked)


def on_screen(turn: Turn, picked: Offer) -> Offer:
    """The choice, or the draft again where it would place what the last reply did not show."""
    return Offer(action="draft") if picked.action == "confirm" and not turn.state.fresh else picked


def yes(turn: Turn) -> Says | Offer:
    """A bare yes answers the question with yes and no, or the read-back that has just asked to be confirmed."""
    state = turn.state
    if state.asking is not None:
        asked = state.asking
        state.asking = None
        return Offer(action=asked.about, arg=asked.arg)
    if state.claim is not None and state.claim_on_top:
        return Offer(action="claim-submit")
    if state.questions:
        return _asked(turn) if habit_of(turn) is None else Offer(action="habit-keep")
    if state.fresh and state.offers and state.offers[0].action == "confirm":
        return state.offers[0]
    return (say("dialog.nothing_open" if turn.actor.side == "staff" else "dialog.nothing.yes"),)


def no(turn: Turn) -> Says | Offer:
    """A bare no drops the question it answers and nothing else."""
    state = turn.state
    if state.asking is not None:
        state.asking = None
        return (say("dialog.dropped"),)
    if state.claim is not None and state.claim_on_top:
        return _drop_claim(turn)
    if state.questions:
        return _drop_question(turn)
    if state.offers and state.offers[0].action == "confirm":
        return (say("dialog.kept"),)
    return (say("dialog.nothing.no"),)


def stop(turn: Turn, move: Stop) -> Says | Offer:
    """Drop what is in hand: the question, else the claim, else the draft."""
    state = turn.state
    if move.what != "draft" and state.asking is not None:
        state.asking = None
        return (say("dialog.cancelled"),)
    if state.claim is not None and (move.what == "claim" or (not move.what and state.claim_on_top)):
        return _drop_claim(turn)
    if not move.what and state.questions:
        return _drop_question(turn)
    if move.what != "claim" and (turn.lines or state.questions):
        of_one = len(turn.lines) > 1 and says("unwanted", normalise(turn.inbound.text).text)
        return _drop_goods(turn) if of_one else Offer(action="clear")
    shown = next((offer for offer in state.offers if offer.action == "cancel-ask"), None)
    if shown is not None and state.fresh:  # an order was just looked at
        return shown
    state.offers = ()
    return (say("dialog.nothing.cancel"),)


def _drop_goods(turn: Turn) -> Says | Offer:
    """Of several lines the one that the last change was about goes; where it was about more, it is asked first."""
    before = {line.sku: line for line in turn.state.undo[-1].lines} if turn.state.undo else {}
    changed = [line.sku for line in turn.lines if before.get(line.sku) != line]
    kept = len(before.keys() - {line.sku for line in turn.lines}) == 0
    if len(changed) == 1 and kept and turn.state.last_skus[:1] == (changed[0],):
        return Offer(action="drop", arg=changed[0])
    return (ask_yes_no(turn, say("dialog.clear", count=len(turn.lines)), "clear"),)


def not_understood(turn: Turn) -> Says:
    """A model has a second look where there is one; otherwise it is said at once."""
    return (say("proposals.wait"),) if second_look(turn) else told_not_understood(turn)


def second_look(turn: Turn) -> bool:
    """Let a model look at this text, where there is one and nothing is asked; whether it will."""
    written = turn.inbound.kind is Kind.TEXT and turn.private and not turn.listed
    idle = not turn.state.questions and turn.state.asking is None
    looking = turn.second_looks and written and idle and turn.actor.side == "dealer"
    return looking and ask_for(turn.session, turn.actor.subject, turn.inbound)


def told_not_understood(turn: Turn) -> Says:
    """First a hint with the open question, if there is one; the second time four ways on."""
    state = turn.state
    state.misses += 1
    if state.misses == 1:
        question = open_question(turn)
        return (say("dialog.miss.question"), question) if question else (say("dialog.miss.first"),)
    choices = tuple(choice(f"dialog.option.{way}", "way", way) for way in WAYS)
    return (Say(key="dialog.miss.second", choices=choices),)


def _drop_claim(turn: Turn) -> Says:
    turn.state.claim, turn.state.claim_on_top = None, False
    return (say("dialog.cancelled"),)


def _drop_question(turn: Turn) -> Says:
    if habit_of(turn) is not None:  # not this many; then how many?
        doubt = turn.state.questions[0]
        plain = replace(doubt, qty=None, unit=None, about="set")
        turn.state.questions = (plain, *turn.state.questions[1:])
        turn.state.serial += 1
        return _asked(turn)
    turn.state.questions = turn.state.questions[1:]
    turn.state.serial += 1
    turn.state.offers = ()
    return (say("dialog.cancelled"), *_asked(turn))


def _asked(turn: Turn) -> Says:
    question = open_question(turn)
    return (question,) if question else ()
