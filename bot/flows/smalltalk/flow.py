"""Chit-chat gets one short sentence, a complaint a person; nothing here changes anything."""

from collections.abc import Sequence

from bot.dialog.api import Flow, Says, Turn, choice, say
from bot.dialog.messages import Say
from bot.understand.normalise import normalise
from bot.understand.phrases import says
from bot.understand.types import Intent, Social


def answer(turn: Turn, moves: Sequence[Social]) -> Says:
    """One short sentence."""
    intent = moves[0].intent
    if intent is Intent.COMPLAINT:
        return (Say(key="smalltalk.complaint", choices=(choice("smalltalk.person", "person"),)),)
    if intent is Intent.OUT_OF_SCOPE:
        return (say("smalltalk.outside"),)
    thanked = says("thanks", normalise(turn.inbound.text).text)
    return (say("smalltalk.welcome" if thanked else "smalltalk.chat"),)


FLOW = Flow(name="smalltalk", moves={Social: answer})
