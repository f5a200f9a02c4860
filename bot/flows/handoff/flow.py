"""A person takes over: the assistant is silent until he or the dealer ends it."""

from collections.abc import Sequence

from bot.dialog.api import Flow, Says, Turn, say
from bot.dialog.messages import Kind
from bot.store.media import ask_for, received, take_in_hand
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


def sent(turn: Turn) -> Says | None:
    """A picture or file while a person has the conversation: it is for him, once it is fetched."""
    if not turn.state.with_person:
        return None
    if turn.inbound.media is not None:
        take_in_hand(
            turn.session, turn.actor.subject, [ask_for(turn.session, turn.actor.subject, turn.inbound)]
        )
    return ()


def fetched(turn: Turn) -> Says | None:
    """It is here and is passed on, or the reason why not is said."""
    if not turn.state.with_person:
        return None
    for one in received(turn.session, turn.actor.subject, (turn.inbound.text,)):
        if one.sha256 is None:
            return (say("dialog.not_passed_on"),)
        say_in_talk(turn.session, turn.actor, text=one.called("file"), file=f"file:{one.sha256}")
    return ()


FLOW = Flow(
    name="handoff",
    moves={Human: human},
    choices={"person": ask, "way-person": ask, "person-back": back},
    kinds={Kind.PHOTO: sent, Kind.FILE: sent, Kind.FETCHED: fetched},
)
