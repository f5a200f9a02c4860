"""Chit-chat gets one short sentence, a complaint a person; nothing here changes anything."""

from collections.abc import Sequence

from bot.dialog.api import Flow, Says, Turn, choice, say
from bot.dialog.messages import Say
from bot.understand.types import Intent, Social


def answer(_turn: Turn, moves: Sequence[Social]) -> Says:
    """One short sentence."""
    intent = moves[0].intent
    if intent is Intent.COMPLAINT:
        return (Say(key="smalltalk.complaint", choices=(choice("smalltalk.person", "person"),)),)
    return (say("smalltalk.outside" if intent is Intent.OUT_OF_SCOPE else "smalltalk.chat"),)


FLOW = Flow(name="smalltalk", moves={Social: answer})
