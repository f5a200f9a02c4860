"""A second look at a message nobody understood: its lines are checked, shown and asked; a yes adds them like a written list."""

from bot.dialog import repair
from bot.dialog.api import Flow, Says, Turn, ask_yes_no, quantity, say
from bot.dialog.messages import Kind, Say
from bot.store.second import look_of
from bot.understand.proposed import as_list, checked
from bot.understand.types import Item
from core.products.queries import assortment_of


def looked(turn: Turn) -> Says:
    """The result is here: what stands of it is proposed; where nothing stands, it was not understood.

    A person of the brand who has taken the conversation meanwhile is not interrupted.
    """
    if turn.state.with_person:
        return ()
    items = _items(turn, turn.inbound.text)
    if not items or turn.state.asking is not None:
        return repair.told_not_understood(turn)
    lines = tuple(
        say(
            "proposals.line",
            product=turn.name(item.candidates[0]),
            qty=quantity(str(item.qty), item.unit or ""),
        )
        for item in items
    )
    return (ask_yes_no(turn, Say(key="proposals.ask", lines=lines), "proposal-take", turn.inbound.text),)


def take(turn: Turn, look: str) -> Says:
    """Yes: the lines are heard as if they had been written."""
    items = _items(turn, look)
    if not items:
        return (say("dialog.choice.gone"),)
    turn.listed = as_list(items)
    return ()


def _items(turn: Turn, look_id: str) -> tuple[Item, ...]:
    look = look_of(turn.session, turn.actor.subject, look_id)
    if look is None:
        return ()
    assortment = frozenset(assortment_of(turn.session)) if turn.listed_only else None
    return checked(look.answer, look.inbound.text, turn.index, assortment)


FLOW = Flow(name="proposals", kinds={Kind.LOOKED: looked}, choices={"proposal-take": take})
