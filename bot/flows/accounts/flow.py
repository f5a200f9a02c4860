"""Payments, credit limits and corrections of a dealer's account, each shown before it is written."""

from bot.dialog.api import Says, Turn, say
from bot.dialog.commands import Values, Verb, source_of, staff_flow
from bot.dialog.messages import Say
from bot.dialog.slots import Slot, SlotKind
from core.credit.service import set_credit_limit
from core.orders.payments import Credited, adjust_balance, record_payment
from core.orders.staff import dealer_overview

DEALER = Slot("dealer", SlotKind.DEALER)
AMOUNT = Slot("amount", SlotKind.AMOUNT)


def paying(turn: Turn, values: Values) -> Say:
    """Who paid how much, for what, and the balance before and after."""
    overview = dealer_overview(turn.session, dealer=values["dealer"], zone=turn.actor.zone)
    balance, amount = overview.account.balance, int(values["amount"])
    what = (
        say("accounts.for_order", number=values["order"]) if "order" in values else say("accounts.for_oldest")
    )
    return Say(
        key="accounts.paying",
        params={
            "dealer": overview.name,
            "amount": turn.money(amount),
            "before": turn.money(balance),
            "after": turn.money(balance + amount),
        },
        lines=(what,),
    )


def pay(turn: Turn, values: Values) -> Says:
    """Money in: settles the order named, else the oldest shipped one first."""
    credited = record_payment(
        turn.session,
        turn.actor,
        amount=int(values["amount"]),
        source=source_of(turn),
        dealer=values["dealer"],
        order_number=values.get("order"),
    )
    return (_credited("accounts.paid", turn, credited),)


def adjusting(turn: Turn, values: Values) -> Say:
    """A correction of the balance."""
    overview = dealer_overview(turn.session, dealer=values["dealer"], zone=turn.actor.zone)
    balance, amount = overview.account.balance, int(values["amount"])
    return say(
        "accounts.adjusting",
        dealer=overview.name,
        amount=turn.money(amount),
        before=turn.money(balance),
        after=turn.money(balance + amount),
        reason=values["reason"],
    )


def adjust(turn: Turn, values: Values) -> Says:
    """Write the correction with its reason."""
    credited = adjust_balance(
        turn.session,
        turn.actor,
        amount=int(values["amount"]),
        source=source_of(turn),
        reason=values["reason"],
        dealer=values["dealer"],
    )
    return (_credited("accounts.adjusted", turn, credited),)


def _credited(key: str, turn: Turn, credited: Credited) -> Say:
    lines = tuple(
        say("accounts.settled", number=number, amount=turn.money(amount))
        for number, amount in credited.settled.items()
    )
    params = {"amount": turn.money(credited.amount), "balance": turn.money(credited.balance)}
    return Say(key=key, params=params, lines=lines)


def limiting(turn: Turn, values: Values) -> Say:
    """The limit before and after, and what may then still be ordered."""
    overview = dealer_overview(turn.session, dealer=values["dealer"], zone=turn.actor.zone)
    account, limit = overview.account, int(values["amount"])
    return say(
        "accounts.limiting",
        dealer=overview.name,
        before=turn.money(account.credit_limit),
        after=turn.money(limit),
        available=turn.money(account.available - account.credit_limit + limit),
    )


def limit(turn: Turn, values: Values) -> Says:
    """Set the credit limit."""
    standing = set_credit_limit(
        turn.session, turn.actor, credit_limit=int(values["amount"]), dealer=values["dealer"]
    )
    return (
        say(
            "accounts.limited",
            limit=turn.money(standing.credit_limit),
            available=turn.money(standing.available),
        ),
    )


VERBS = (
    Verb(
        name="paying",
        policy="payments.record",
        slots=(Slot("order", SlotKind.ORDER, required=False), AMOUNT, DEALER),
        run=pay,
        preview=paying,
    ),
    Verb(
        name="adjusting",
        policy="account.adjust",
        slots=(AMOUNT, DEALER, Slot("reason", SlotKind.WORDS)),
        run=adjust,
        preview=adjusting,
    ),
    Verb(name="limiting", policy="account.set_limit", slots=(AMOUNT, DEALER), run=limit, preview=limiting),
)

FLOW = staff_flow("accounts", VERBS)
