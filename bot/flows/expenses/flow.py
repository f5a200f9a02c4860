"""Claims that wait: the list, the card with its receipts, and the decision, wholly or in part."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from bot.dialog.api import Flow, Says, Turn, choice, say
from bot.dialog.commands import Values, Verb, staff_flow
from bot.dialog.messages import Picture, Say
from bot.dialog.slots import Slot, SlotKind
from core.claims.payout import PayTo
from core.claims.queries import ClaimView, claim_by_reference, waiting_claims
from core.claims.service import Decided, approve_claim, reject_claim
from notifications.alerts.claims import category, claim_card

CLAIM = Slot("claim", SlotKind.CLAIM)
AMOUNT = Slot("amount", SlotKind.AMOUNT, required=False)
PAY_TO = Slot("pay_to", SlotKind.PAYOUT, required=False)


def waiting(turn: Turn, _values: Values) -> Says:
    """Claims nobody has decided, the oldest first."""
    found = waiting_claims(turn.session)
    if not found:
        return (say("expenses.none"),)
    lines = tuple(
        say(
            "expenses.line",
            dealer=one.dealer_name,
            number=one.number,
            category=category(one.category),
            amount=turn.money(one.amount),
        )
        for one in found
    )
    choices = tuple(
        choice("dialog.plain", "expense", one.number, text=f"{one.dealer_name} {one.number}")
        for one in found[:6]
    )
    return (Say(key="expenses.list", params={"count": len(found)}, lines=lines, choices=choices),)


def card(turn: Turn, values: Values) -> Says:
    """One claim with all its receipts; the buttons stand under the card."""
    claim = claim_by_reference(turn.session, values["claim"])
    shown = claim_card(claim, turn.actor.currency)
    others = [one for one in claim.evidence if one.file][1:]
    more = [
        Say(
            key="expenses.receipt",
            params={"number": claim.number},
            picture=Picture(ref=one.identity, name=one.name),
        )
        for one in others
    ]
    return (*more, shown)


def approve(turn: Turn, arg: str) -> Says:
    """The card's yes, to the whole amount it showed."""
    number, _, amount = arg.partition("~")
    return (_approved(turn, approve_claim(turn.session, turn.actor, number=number, amount=int(amount))),)


def approve_shown(turn: Turn, values: Values) -> Says:
    """The yes to what was typed, after it was shown."""
    claim = claim_by_reference(turn.session, values["claim"])
    decided = approve_claim(
        turn.session,
        turn.actor,
        number=claim.number,
        amount=_part(values, claim.amount),
        reason=values.get("reason", ""),
        pay_to=_pay_to(values, claim),
    )
    return (_approved(turn, decided),)


def reject(turn: Turn, values: Values) -> Says:
    """The no, with its reason for the dealer."""
    claim = claim_by_reference(turn.session, values["claim"])
    decided = reject_claim(turn.session, turn.actor, number=claim.number, reason=values["reason"])
    key = "expenses.rejected_before" if decided.repeated else "expenses.rejected"
    return (say(key, number=decided.number, amount=turn.money(decided.amount)),)


def _approved(turn: Turn, decided: Decided) -> Say:
    key = "expenses.approved_before" if decided.repeated else "expenses.approved"
    where = say(f"claims.paid_to.{decided.pay_to}")
    return say(key, number=decided.number, approved=turn.money(decided.approved), where=where)


def _pay_to(values: Mapping[str, str], claim: ClaimView) -> PayTo:
    return "rebate" if values.get("pay_to", claim.pay_to) == "rebate" else "account"


def _part(values: Mapping[str, str], claimed: int) -> int:
    return int(Decimal(values["amount"])) if "amount" in values else claimed


def _shown(turn: Turn, values: Mapping[str, str]) -> Say:
    claim = claim_by_reference(turn.session, values["claim"])
    part = _part(values, claim.amount)
    key = "expenses.preview" if part >= claim.amount else "expenses.preview_part"
    return say(
        key,
        number=claim.number,
        approved=turn.money(part),
        amount=turn.money(claim.amount),
        where=say(f"claims.paid_to.{_pay_to(values, claim)}"),
        reason=values.get("reason", ""),
    )


VERBS = (
    Verb(name="expenses", policy="claims.approve", run=waiting),
    Verb(name="expense", policy="claims.approve", slots=(CLAIM,), run=card),
    Verb(
        name="approving-expense",
        policy="claims.approve",
        slots=(CLAIM, AMOUNT, PAY_TO, Slot("reason", SlotKind.WORDS, required=False)),
        run=approve_shown,
        preview=_shown,
    ),
    Verb(
        name="part-expense",
        policy="claims.approve",
        slots=(CLAIM, replace(AMOUNT, required=True), PAY_TO, Slot("reason", SlotKind.WORDS)),
        run=approve_shown,
        preview=_shown,
    ),
    Verb(
        name="rejecting-expense",
        policy="claims.approve",
        slots=(CLAIM, Slot("reason", SlotKind.WORDS)),
        run=reject,
    ),
)

_flow = staff_flow(
    "expenses",
    VERBS,
    expense=("expense", "claim"),
    **{"part-expense": ("part-expense", "claim"), "reject-expense": ("rejecting-expense", "claim")},
)
FLOW: Flow = replace(_flow, choices={**_flow.choices, "approve-expense": approve})
