"""Returns are recorded by staff against what was shipped: what was said is taken down and passed on to them."""

from collections.abc import Sequence

from bot.dialog.api import Flow, Says, Turn, capped, choice, quantity, say
from bot.dialog.messages import Say
from bot.understand.types import Item, Return


def ask(turn: Turn, moves: Sequence[Return]) -> Says:
    """What was understood of it, and a person who can record it."""
    lines = [_line(turn, item) for move in moves for item in move.items]
    return (Say(key="returns.ask", lines=capped(lines), choices=(choice("returns.person", "person"),)),)


def _line(turn: Turn, item: Item) -> Say:
    product = turn.name(item.candidates[0]) if len(item.candidates) == 1 else item.text
    if item.qty is None:
        return say("returns.line_bare", product=product)
    return say("returns.line", product=product, qty=quantity(item.qty, item.unit or ""))


FLOW = Flow(name="returns", moves={Return: ask})
