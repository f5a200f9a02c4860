"""Rebate on the order in hand: said, shown with the draft, and taken when the order is placed; or on the last one placed."""

from collections.abc import Sequence
from dataclasses import replace

from bot.dialog.api import Says, Turn, ask_yes_no, choice, say
from bot.dialog.messages import Say
from bot.flows.orders import show
from bot.understand.types import UseRebate
from core.credit.rebate import rebate_balance
from core.orders.drafts import save_draft
from core.orders.queries import last_order
from core.orders.views import OrderView
from core.people.policy import require
from core.rebates.spend import use_rebate


def use(turn: Turn, moves: Sequence[UseRebate]) -> Says:
    """Use so much rebate on the draft, all there is, or none after all."""
    amount = moves[-1].amount
    return _use(turn, None if amount is None else int(amount * 100))


def use_choice(turn: Turn, arg: str) -> Says:
    """The same from a button: minor units."""
    return _use(turn, int(arg))


def _use(turn: Turn, amount: int | None) -> Says:
    if not turn.private:
        return (say("dialog.group.private"),)
    require(turn.actor, "rebates.use")
    order = None if turn.lines else _unpaid(turn)
    if not turn.lines and order is None:
        return (say("orders.rebate_empty"),)
    balance = rebate_balance(turn.session)
    wanted = balance if amount is None else amount
    if not balance and amount != 0:
        turn.explain("rebate-lines")
        return (say("orders.rebate_none"),)
    if wanted > balance:
        turn.explain("rebate-lines")
        ways = (choice("orders.rebate_take", "use-rebate", balance, amount=turn.money(balance)),)
        return (
            Say(
                key="orders.rebate_short",
                params={"balance": turn.money(balance), "amount": turn.money(wanted)},
                choices=ways,
            ),
        )
    if order is not None:
        return _ask(turn, order, wanted)
    assert turn.draft is not None
    if wanted != turn.state.rebate:  # buttons shown before mean another amount to pay
        turn.state.rebate = wanted
        turn.draft = save_draft(turn.session, turn.actor, replace(turn.draft))
    return show.read_back(turn)


def _unpaid(turn: Turn) -> OrderView | None:
    """With nothing in the draft, rebate is meant for the newest order, where that still owes something."""
    order = last_order(turn.session)
    return order if order is not None and order.paid < order.total else None


def _ask(turn: Turn, order: OrderView, wanted: int) -> Says:
    amount = min(wanted, order.total - order.paid)
    if not amount:
        return (say("orders.rebate_empty"),)
    figures = {"amount": turn.money(amount), "owed": turn.money(order.total - order.paid)}
    question = say("orders.rebate_on_order", number=order.number, **figures)
    return (ask_yes_no(turn, question, "rebate-on-order", f"{order.number}~{amount}"),)


def use_on_order(turn: Turn, arg: str) -> Says:
    """The yes to paying part of an order that is placed: its number and minor units."""
    number, _, amount = arg.partition("~")
    used = use_rebate(turn.session, turn.actor, number=number, amount=int(amount))
    figures = {"amount": turn.money(used.amount), "left": turn.money(used.left)}
    return (say("orders.rebate_used_on", number=number, **figures),)
