"""The account in figures and the movements behind them. Offers are not kept here: never invented."""

from collections.abc import Sequence

from bot.dialog.api import SHOWN_LINES, Flow, MoveHandler, Says, Turn, capped, choice, say
from bot.dialog.messages import Say
from bot.understand.types import Ask, Topic
from core.credit.queries import account_lines, standing
from core.orders.account import account_of, exposed_by_order
from core.people.policy import require

FEW = 4
"""Orders and movements told of in one explanation; what is left is summed."""
_FIGURES = ("available", "credit_limit", "balance", "exposure")


def account(turn: Turn, _moves: Sequence[Ask]) -> Says:
    """Available, limit, balance, what is on order, and what is overdue."""
    return see(turn)


def see(turn: Turn, _arg: str = "") -> Says:
    """The same from a button."""
    if not turn.private:
        return (say("dialog.group.private"),)
    require(turn.actor, "account.read")
    turn.explain("account-why")
    seen = account_of(turn.session, zone=turn.actor.zone)
    lines = [
        say("account.limit", limit=turn.money(seen.credit_limit)),
        say("account.owed" if seen.balance < 0 else "account.balance", balance=turn.money(abs(seen.balance))),
        say("account.exposure", exposure=turn.money(seen.exposure)),
    ]
    if seen.overdue:
        lines.append(
            say(
                "account.overdue",
                overdue=turn.money(seen.overdue),
                number=seen.oldest_overdue,
                days=seen.oldest_overdue_days,
            )
        )
    return (
        Say(
            key="account.available",
            params={"available": turn.money(seen.available)},
            lines=tuple(lines),
            choices=(choice("account.lines_button", "account-lines"),),
        ),
    )


def movements(turn: Turn, _arg: str = "") -> Says:
    """The newest movements, each with the balance after it."""
    if not turn.private:
        return (say("dialog.group.private"),)
    require(turn.actor, "account.read")
    turn.explain("account-why")
    lines = _moved(turn, SHOWN_LINES)
    if not lines:
        return (say("account.no_lines"),)
    return (Say(key="account.lines", lines=capped(lines)),)


def _moved(turn: Turn, most: int) -> list[Say]:
    return [
        say(
            f"account.moved.{line.kind}",
            day=line.at.astimezone(turn.actor.zone).date(),
            amount=turn.money(line.amount),
            balance=turn.money(line.balance),
            what=line.order_number or line.reason,
        )
        for line in account_lines(turn.session, limit=most)
    ]


def why(turn: Turn, _arg: str = "") -> Says:
    """The sum behind what may still be ordered: each order not shipped yet, and the newest movements of the balance."""
    if not turn.private:
        return (say("dialog.group.private"),)
    require(turn.actor, "account.read")
    seen = standing(turn.session)
    figures = {name: turn.money(getattr(seen, name)) for name in _FIGURES}
    on_order = list(exposed_by_order(turn.session).items())
    lines = [
        say("account.on_order", number=number, value=turn.money(value)) for number, value in on_order[:FEW]
    ]
    if rest := sum(value for _, value in on_order[FEW:]):
        lines.append(say("account.on_order_rest", count=len(on_order) - FEW, value=turn.money(rest)))
    said = [Say(key="account.why", params=figures)]
    if lines:
        said.append(Say(key="account.exposure", params=figures, lines=tuple(lines)))
    if moved := _moved(turn, FEW):
        said.append(Say(key="account.balance_from", params=figures, lines=tuple(moved)))
    return said


def not_here(topic: Topic) -> MoveHandler:
    """An honest answer for what is not kept here."""

    def answer(_turn: Turn, _moves: Sequence[Ask]) -> Says:
        return (Say(key=f"account.not_here.{topic.value}", choices=(choice("account.person", "person"),)),)

    return answer


FLOW = Flow(
    name="account",
    topics={
        Topic.ACCOUNT: account,
        **{topic: not_here(topic) for topic in (Topic.PROMO,)},
    },
    choices={"account": see, "account-lines": movements, "account-why": why},
)
