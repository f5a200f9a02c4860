"""Reviews and claims that wait, a review's card with its arithmetic, and the decision on exactly what it showed."""

from collections.abc import Mapping
from dataclasses import replace

from bot.dialog.api import Flow, Says, Turn, choice, say
from bot.dialog.commands import Values, Verb, staff_flow
from bot.dialog.messages import Say
from bot.dialog.slots import Slot, SlotKind
from core.claims.queries import waiting_claims
from core.orders.review import ReviewDecided, approve_order, reject_order
from core.orders.staff import pending_reviews, review_card
from notifications.alerts.orders import approval_card


def _waiting(turn: Turn) -> list[tuple[str, str]]:
    return [(each.number, f"{each.dealer_name} {each.number}") for each in pending_reviews(turn.session)]


ORDER = Slot("order", SlotKind.ORDER, offered=_waiting)


def reviews(turn: Turn, _values: Values) -> Says:
    """Orders and claims that wait for a decision, the most urgent first."""
    waiting = pending_reviews(turn.session)
    claims = waiting_claims(turn.session)
    if not waiting and not claims:
        return (say("approvals.none"),)
    parts = [say("approvals.orders", count=len(waiting))] if waiting else []
    parts += [say("approvals.claims", count=len(claims))] if claims else []
    listed = [("review", each.dealer_name, each.number, each.total) for each in waiting]
    listed += [("expense", each.dealer_name, each.number, each.amount) for each in claims]
    lines = tuple(
        say("approvals.line", dealer=dealer, number=number, total=turn.money(total))
        for _, dealer, number, total in listed
    )
    choices = tuple(
        choice("dialog.plain", action, number, text=f"{dealer} {number}")
        for action, dealer, number, _ in listed[:6]
    )
    return (Say(key="approvals.list", params={"parts": tuple(parts)}, lines=lines, choices=choices),)


def card(turn: Turn, values: Values) -> Says:
    """One review with its arithmetic and buttons."""
    review = review_card(turn.session, values["order"], zone=turn.actor.zone)
    return (approval_card(review.order.dealer_name, review, turn.actor.currency),)


def approve(turn: Turn, arg: str) -> Says:
    """The card's yes: holds for the excess it showed; a larger one shows the new card instead."""
    number, _, excess = arg.partition("~")
    decided = approve_order(
        turn.session, turn.actor, number=number, shown_excess=int(excess) if excess else None
    )
    return (_decided("approved", turn, decided),)


def approve_shown(turn: Turn, values: Values) -> Says:
    """The typed yes, after the card was shown."""
    return (_decided("approved", turn, approve_order(turn.session, turn.actor, number=values["order"])),)


def reject(turn: Turn, values: Values) -> Says:
    """The no, with its reason for the dealer."""
    decided = reject_order(turn.session, turn.actor, number=values["order"], reason=values["reason"])
    return (_decided("rejected", turn, decided),)


def _decided(how: str, turn: Turn, decided: ReviewDecided) -> Say:
    key = f"approvals.{how}_before" if decided.repeated else f"approvals.{how}"
    return say(key, number=decided.number, total=turn.money(decided.total))


def _arithmetic(turn: Turn, values: Mapping[str, str]) -> Say:
    review = review_card(turn.session, values["order"], zone=turn.actor.zone)
    return approval_card(review.order.dealer_name, review, turn.actor.currency)


VERBS = (
    Verb(name="reviews", policy="orders.approve", run=reviews),
    Verb(name="review", policy="orders.approve", slots=(ORDER,), run=card),
    Verb(name="approving", policy="orders.approve", slots=(ORDER,), run=approve_shown, preview=_arithmetic),
    Verb(
        name="rejecting", policy="orders.approve", slots=(ORDER, Slot("reason", SlotKind.WORDS)), run=reject
    ),
)

_flow = staff_flow("approvals", VERBS, review=("review", "order"), reject=("rejecting", "order"))
FLOW: Flow = replace(_flow, choices={**_flow.choices, "approve": approve})
