"""Help for staff, the language, questions about stock, and what is no command."""

from collections.abc import Sequence

from bot.dialog.api import Flow, Says, Turn, choice, say
from bot.dialog.messages import Kind, Say
from bot.understand.types import (
    Ask,
    Help,
    Human,
    Language,
    Move,
    Social,
    Switch,
    Topic,
)
from core.people.service import set_locale
from core.stock.queries import stock_of

HELP = (
    ("orders.approve", "approve"),
    ("orders.ship", "ship"),
    ("orders.record_return", "return"),
    ("stock.receive", "receive"),
    ("stock.adjust", "count"),
    ("payments.record", "pay"),
    ("account.set_limit", "limit"),
    ("account.adjust", "adjust"),
    ("prices.set", "price"),
    ("dealers.read", "dealer"),
    ("orders.read", "order"),
    ("orders.prepare", "prepare"),
    ("members.invite", "invite"),
    ("staff.invite", "hire"),
    ("parked.act", "incidents"),
    ("talks.take", "talks"),
)


def help_(turn: Turn, _moves: Sequence[Move] = ()) -> Says:
    """What this person's role can do, each with an example to copy."""
    lines = tuple(say(f"desk.can.{name}") for action, name in HELP if turn.may(action))
    return (Say(key="desk.help", params={"role": say(f"alerts.role_{turn.actor.role}")}, lines=lines),)


def hello(turn: Turn) -> Says:
    """Somebody opened the chat."""
    return (
        Say(
            key="desk.hello", params={"name": turn.actor.name}, choices=(choice("joining.show_help", "help"),)
        ),
    )


def language(turn: Turn, moves: Sequence[Language]) -> Says:
    """Speak another language from the next word on."""
    assert turn.actor.person_id is not None
    set_locale(turn.session, person_id=turn.actor.person_id, locale=moves[-1].locale)
    return (say("desk.language"),)


def no_command(_turn: Turn, _moves: Sequence[Move] = ()) -> Says:
    """Nothing is done on a guess."""
    return (Say(key="desk.no_command", choices=(choice("joining.show_help", "help"),)),)


def stock(turn: Turn, moves: Sequence[Ask]) -> Says:
    """A question about stock in plain words."""
    skus = [sku for move in moves for item in move.items for sku in item.candidates]
    items = stock_of(turn.session, skus)
    if not items:
        return no_command(turn)
    lines = tuple(
        say(
            "desk.stock",
            product=turn.name(item.sku),
            unit=turn.product(item.sku).base_unit,
            on_hand=item.on_hand,
            available=item.available,
        )
        for item in items.values()
    )
    return (Say(key="", lines=lines),)


FLOW = Flow(
    name="desk",
    side="staff",
    moves={Help: help_, Language: language, Social: no_command, Human: no_command, Switch: no_command},
    topics={Topic.STOCK: stock},
    choices={"help": lambda turn, _arg: help_(turn)},
    kinds={Kind.ENTERED: hello},
)
