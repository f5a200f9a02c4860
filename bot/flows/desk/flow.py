"""Help for staff, the language, questions about stock, and what is no command."""

from collections.abc import Sequence

from bot.dialog.api import Flow, Says, Turn, choice, say
from bot.dialog.messages import Kind, Say
from bot.understand.normalise import normalise
from bot.understand.phrases import says
from bot.understand.types import (
    Ask,
    Confirm,
    Help,
    Human,
    Intent,
    Language,
    Move,
    No,
    Social,
    Stop,
    Switch,
    Topic,
    Yes,
)
from core.people.service import set_locale
from core.stock.queries import stock_of

HELP: dict[str, tuple[tuple[str, str], ...]] = {
    "decide": (("orders.approve", "approve"), ("claims.approve", "claims")),
    "send": (("orders.ship", "ship"), ("orders.record_return", "return")),
    "stock": (("stock.receive", "receive"), ("stock.adjust", "count"), ("stock.plan", "plan")),
    "money": (("payments.record", "pay"), ("account.set_limit", "limit"), ("account.adjust", "adjust")),
    "price": (("prices.set", "price"),),
    "look": (("dealers.read", "dealer"), ("orders.read", "order")),
    "agreed": (("contracts.decide", "contracts"), ("rebates.read", "rebates"), ("rebates.settle", "settle")),
    "dealers": (("orders.prepare", "prepare"), ("members.invite", "invite"), ("members.read", "bound")),
    "people": (("staff.invite", "hire"), ("talks.take", "talks"), ("parked.act", "incidents")),
}
"""A line of the help -> what it offers to whom: the action it needs, and how it is said."""


def help_(turn: Turn, _moves: Sequence[Move] = ()) -> Says:
    """What this person's role can do, a line for each kind of work, each with words to copy."""
    offered = {
        line: tuple(say(f"desk.can.{name}") for action, name in pieces if turn.may(action))
        for line, pieces in HELP.items()
    }
    lines = [say(f"desk.line.{line}", pieces=pieces) for line, pieces in offered.items() if pieces]
    lines.append(say("desk.line.own"))
    role = say(f"alerts.role_{turn.actor.role}")
    return (Say(key="desk.help", params={"role": role}, lines=tuple(lines)),)


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


def chat(turn: Turn, moves: Sequence[Social]) -> Says:
    """A courtesy gets one; nothing else is talked about here."""
    if not moves or moves[0].intent is not Intent.CHITCHAT:
        return no_command(turn)
    thanked = says("thanks", normalise(turn.inbound.text).text)
    return (say("desk.welcome" if thanked else "desk.here"),)


def nothing_open(_turn: Turn, _moves: Sequence[Move] = ()) -> Says:
    """A yes or no to nothing."""
    return (say("dialog.nothing_open"),)


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
    moves={
        Help: help_,
        Language: language,
        Social: chat,
        Human: no_command,
        Switch: no_command,
        Confirm: nothing_open,
        Yes: nothing_open,
        No: nothing_open,
        Stop: nothing_open,
    },
    topics={Topic.STOCK: stock},
    choices={"help": lambda turn, _arg: help_(turn)},
    kinds={Kind.ENTERED: hello},
)
