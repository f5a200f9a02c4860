"""Rebate on the order in hand: said, shown with the draft, and taken when the order is placed."""

from collections.abc import Sequence
from dataclasses import replace

from bot.dialog.api import Says, Turn, choice, say
from bot.dialog.messages import Say
from bot.flows.orders import show
from bot.understand.types import UseRebate
from core.credit.rebate import rebate_balance
from core.orders.drafts import save_draft
from core.people.policy import require


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
    if turn.draft is None or not turn.lines:
        return (say("orders.rebate_empty"),)
    balance = rebate_balance(turn.session)
    short = amount is not None and amount > balance
    if short or not balance:
        turn.explain("rebate-lines")
    wanted = balance if amount is None else amount
    if not balance and amount != 0:
        return (say("orders.rebate_none"),)
    if wanted > balance:
        ways = (choice("orders.rebate_take", "use-rebate", balance, amount=turn.money(balance)),)
        return (
            Say(
                key="orders.rebate_short",
                params={"balance": turn.money(balance), "amount": turn.money(wanted)},
                choices=ways,
            ),
        )
    if wanted != turn.state.rebate:  # buttons shown before mean another amount to pay
        turn.state.rebate = wanted
        turn.draft = save_draft(turn.session, turn.actor, replace(turn.draft))
    return show.read_back(turn)
