"""A person takes over: the assistant is silent until he or the dealer ends it."""

from collections.abc import Sequence

from bot.dialog.api import Flow, Says, Turn, say
from bot.understand.types import Human
from core.talks.service import ask_for_person, close_talk, say_in_talk, talk_of_member


def human(turn: Turn, moves: Sequence[Human]) -> Says:
    """Ask for a person, pass words on to him, or come back."""
    if any(move.back for move in moves):
        return back(turn)
    if turn.state.with_person:
        say_in_talk(turn.session, turn.actor, text=turn.inbound.text)
        return ()
    return ask(turn)


def ask(turn: Turn, _arg: str = "") -> Says:
    """Hand the conversation over; what was said goes with it."""
    ask_for_person(turn.session, turn.actor, text=turn.inbound.text)
    turn.state.with_person = True
    turn.state.asking = None
    return (say("handoff.asked"),)


def back(turn: Turn, _arg: str = "") -> Says:
    """The assistant answers again; the draft is as it was."""
    turn.state.with_person = False
    member = turn.actor.member_id
    if member is not None and talk_of_member(turn.session, member) is not None:
        close_talk(turn.session, turn.actor)
    return (say("handoff.back"),)


FLOW = Flow(
    name="handoff", moves={Human: human}, choices={"person": ask, "way-person": ask, "person-back": back}
)
