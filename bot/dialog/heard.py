"""How a dealer's message was heard, in one word, for the rates that tell a brand how well it is understood."""

from bot.dialog.api import Turn
from bot.dialog.messages import Kind
from bot.dialog.state import Dialogue
from bot.understand.types import Human, Social

HEARD = ("understood", "asked", "corrected", "given_up")
"""understood: acted on. asked: a question came back. corrected: it sets right what was read back before it. given_up: not
understood twice, or a person asked for after a miss or in the middle of a question."""


def heard_as(turn: Turn, before: Dialogue) -> str:
    """One of HEARD; "" for buttons, small talk, staff, and what is said to a person."""
    after, said = turn.state, turn.said
    if turn.actor.side != "dealer" or turn.inbound.kind is not Kind.TEXT or before.with_person:
        return ""
    moves = said.moves if said else ()
    if after.misses > 1 or (
        any(isinstance(move, Human) for move in moves) and (before.misses or before.questions)
    ):
        return "given_up"
    if after.misses:
        return "asked"
    if "corrected" in turn.touched:
        return "corrected"
    if not moves or all(isinstance(move, Social) for move in moves):
        return ""
    new = set(after.questions) - set(before.questions)
    unknown = after.puzzled and after.puzzled != before.puzzled
    return "asked" if new or unknown else "understood"
