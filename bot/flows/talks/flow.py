"""A colleague takes a talk: from then on what he writes goes to the dealer's person, until he ends it."""

from dataclasses import replace

from bot.dialog.api import Flow, Says, Turn, choice, say
from bot.dialog.commands import Values, Verb, staff_flow, verb_of
from bot.dialog.messages import Kind, Say
from bot.store.media import ask_for, received, take_in_hand
from core.talks.service import close_talk, open_talks, say_in_talk, take_talk


def waiting(turn: Turn, _values: Values) -> Says:
    """Who waits for a person."""
    found = open_talks(turn.session)
    if not found:
        return (say("talks.nobody_waits"),)
    choices = tuple(choice("talks.take", "talk-take", talk.id, name=talk.member_name) for talk in found[:6])
    return (Say(key="talks.waiting", params={"count": len(found)}, choices=choices),)


def take(turn: Turn, talk: str) -> Says:
    """The button on "asks for a person"."""
    taken = take_talk(turn.session, turn.actor, talk_id=int(talk))
    turn.state.talking_to = taken.member_id
    return (say("talks.yours", name=taken.member_name),)


def end(turn: Turn, _values: Values) -> Says:
    """Back to work; the assistant answers the dealer again."""
    turn.state.talking_to = None
    talk = close_talk(turn.session, turn.actor)
    return (say("talks.ended", name=talk.member_name),)


def pass_on(turn: Turn) -> Says | None:
    """While a talk is held, every text but its end is the colleague's own words."""
    found = verb_of(turn.inbound.text)
    if turn.state.talking_to is None or (found and found[0] == "ending"):
        return _commands(turn)
    if say_in_talk(turn.session, turn.actor, text=turn.inbound.text) is None:
        turn.state.talking_to = None
        return (say("talks.over"),)
    return ()


def sent(turn: Turn) -> Says | None:
    """A picture or file of the colleague: for the dealer's person, once it is fetched."""
    if turn.state.talking_to is None or turn.inbound.media is None:
        return (say(f"dialog.kind.{turn.inbound.kind.value}"),)
    meant = replace(turn.inbound, media_group=_whose(turn))
    take_in_hand(turn.session, turn.actor.subject, [ask_for(turn.session, turn.actor.subject, meant)])
    return ()


def _whose(turn: Turn) -> str:
    """For whom a file is, kept with it: by the time it is fetched the colleague may talk to somebody else."""
    return f"talk:{turn.state.talking_to}"


def fetched(turn: Turn) -> Says:
    """It is here and is passed on, or the reason why not is said."""
    for one in received(turn.session, turn.actor.subject, (turn.inbound.text,)):
        if one.sha256 is None:
            return (say("dialog.not_passed_on"),)
        if one.group != _whose(turn):
            return (say("talks.file_late", name=one.called("file")),)
        file = f"file:{one.sha256}"
        if say_in_talk(turn.session, turn.actor, text=one.called("file"), file=file) is None:
            turn.state.talking_to = None
            return (say("talks.over"),)
    return ()


VERBS = (
    Verb(name="talks", policy="talks.take", run=waiting),
    Verb(name="ending", policy="talks.take", run=end),
)

_flow = staff_flow("talks", VERBS)
assert _flow.text is not None
_commands = _flow.text
FLOW: Flow = replace(
    _flow,
    text=pass_on,
    choices={**_flow.choices, "talk-take": take},
    kinds={Kind.PHOTO: sent, Kind.FILE: sent, Kind.FETCHED: fetched},
)
