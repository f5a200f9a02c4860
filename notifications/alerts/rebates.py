"""Rebates: the dealer hears what a settlement paid or took back."""

from collections.abc import Iterable

from core.db.session import Session
from core.kit.money import Money
from core.kit.say import Say
from notifications.alerts.happened import Happened, Rule, button, tell
from notifications.outbox.write import Notice
from notifications.recipients import members_of

READERS = ("owner", "finance")


def settled(session: Session, fact: Happened) -> Iterable[Notice]:
    """Paid or taken back, with the balance it makes and where to see the lines."""
    amount = int(fact.data["amount"])
    say = Say(
        key="alerts.rebate_paid" if amount > 0 else "alerts.rebate_taken",
        params={
            "name": str(fact.data["name"]),
            "amount": Money(abs(amount), fact.currency),
            "balance": fact.money("balance"),
            "base": fact.money("base"),
        },
        choices=(button("rebate_lines", "rebate-lines", ""),),
    )
    yield from tell(fact, members_of(session, fact.dealer(), READERS), say, kind="money")


RULES: dict[str, Rule] = {"rebates.settled": settled}
