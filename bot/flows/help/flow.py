"""Help: what this person's role allows, what is open right now, each with a sentence to copy."""

from collections.abc import Sequence

from bot.dialog.api import Flow, Says, Turn, say
from bot.dialog.messages import Say
from bot.understand.types import Help

# What a person may do and the line that shows how it is said.
_ABLE = (
    ("orders.place", "help.order"),
    ("orders.place", "help.change"),
    ("orders.place", "help.repeat"),
    ("stock.read", "help.stock"),
    ("orders.read", "help.status"),
    ("account.read", "help.account"),
    ("members.invite", "help.invite"),
)


def asked(turn: Turn, _moves: Sequence[Help]) -> Says:
    """Help, asked in words."""
    return show(turn)


def show(turn: Turn, _arg: str = "") -> Says:
    """What this person can do."""
    lines = [say(key) for action, key in _ABLE if turn.may(action)]
    if turn.several_dealers:
        lines.append(say("help.switch"))
    lines += [say("help.settings"), say("help.person")]
    if turn.state.questions:
        lines.append(say("help.question_open"))
    elif turn.lines:
        lines.append(say("help.draft_open", count=len(turn.lines)))
    return (Say(key="help.head", params={"name": turn.actor.name}, lines=tuple(lines)),)


FLOW = Flow(name="help", moves={Help: asked}, choices={"help": show})
