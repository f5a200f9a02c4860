"""Claims: whoever may decide gets the card with its receipt, the dealer hears of every change he did not make himself."""

from collections.abc import Iterable

from core.claims.queries import ClaimView, claim_by_reference, levels_of, weight_of
from core.claims.rules import RANKS, decider
from core.db.session import Session
from core.kit.money import Money
from core.kit.say import Param, Picture, Say
from notifications.alerts.happened import Happened, Rule, button, tell
from notifications.outbox.write import Notice
from notifications.recipients import Recipient, dealer_label, members_of, staff_of

CLAIMERS = ("owner", "buyer", "finance")
_NAMED = frozenset(
    {"display", "promotion", "advertising", "sampling", "staff", "transport", "slotting", "venue",
     "entertainment", "travel", "other"}
)  # fmt: skip


def category(code: str) -> Say:
    """A category's name; the brand's own has none but its code."""
    return (
        Say(key=f"claims.category.{code}")
        if code in _NAMED
        else Say(key="dialog.plain", params={"text": code})
    )


def claim_card(claim: ClaimView, currency: str) -> Say:
    """A claim for whoever decides it: what it is for, its receipts and invoices, and the first receipt as a picture.

    The yes carries the amount that was shown.
    """

    def money(minor: int) -> Money:
        return Money(minor, currency)

    files = [one for one in claim.evidence if one.file]
    invoices = [one for one in claim.evidence if not one.file]
    lines: list[Say] = []
    if claim.note:
        lines.append(Say(key="alerts.claim_note", params={"note": claim.note}))
    lines.append(
        Say(key="alerts.claim_receipts", params={"count": len(files)})
        if files
        else Say(key="alerts.claim_bare")
    )
    for one in invoices:
        told: dict[str, Param] = {"number": one.identity.rpartition(":")[2]}
        if one.amount is None:
            lines.append(Say(key="alerts.claim_invoice", params=told))
        else:
            lines.append(Say(key="alerts.claim_invoice_of", params={**told, "amount": money(one.amount)}))
    if claim.pay_to == "rebate":
        lines.append(Say(key="alerts.claim_to_rebate"))
    open_ = claim.state == "submitted"
    choices = (
        button("approve", "approve-expense", f"{claim.number}~{claim.amount}"),
        button("approve_part", "part-expense", claim.number),
        button("reject", "reject-expense", claim.number),
        *((button("receipts", "expense", claim.number),) if len(files) > 1 else ()),
    )
    params: dict[str, Param] = {
        "dealer": claim.dealer_name,
        "number": claim.number,
        "category": category(claim.category),
        "amount": money(claim.amount),
        "day": claim.spent_on,
    }
    return Say(
        key="alerts.claim_asked" if open_ else f"alerts.claim_was_{claim.state}",
        params=params,
        lines=tuple(lines),
        choices=choices if open_ else (),
        picture=Picture(ref=files[0].identity, name=files[0].name) if files else None,
    )


def submitted(session: Session, fact: Happened) -> Iterable[Notice]:
    """Whoever decides such an amount gets the card; where nobody of that role is there, the next role above."""
    region = dealer_label(session, fact.dealer()).region
    claim = claim_by_reference(session.for_dealer(fact.dealer()), str(fact.data["number"]))
    if claim.state != "submitted":
        return
    recipients = _deciders(session, fact, claim, region)
    yield from tell(fact, recipients, claim_card(claim, fact.currency), kind="money")


def _to_dealer(key: str) -> Rule:
    def rule(session: Session, fact: Happened) -> Iterable[Notice]:
        name = key
        if key == "claim_approved" and fact.data["approved"] < fact.data["amount"]:
            name = "claim_approved_part"
        params: dict[str, Param] = {
            "number": fact.data["number"],
            "reason": fact.data["reason"],
            "where": Say(key=f"claims.paid_to.{fact.data['pay_to']}"),
            **{each: fact.money(each) for each in ("amount", "approved", "balance")},
        }
        people = [
            one
            for one in members_of(session, fact.dealer(), CLAIMERS)
            if _concerned(one.subject, one.role, fact)
        ]
        yield from tell(fact, people, Say(key=f"alerts.{name}", params=params), kind="money")

    return rule


def _concerned(subject: str, role: str, fact: Happened) -> bool:
    """Who submitted it and the owner; not whoever did it himself."""
    return subject != fact.data["by"] and (role == "owner" or subject == f"m:{fact.data['member_id']}")


def cancelled(session: Session, fact: Happened) -> Iterable[Notice]:
    """The dealer took it back: whoever had the card hears it."""
    label = dealer_label(session, fact.dealer())
    claim = claim_by_reference(session.for_dealer(fact.dealer()), str(fact.data["number"]))
    recipients = _deciders(session, fact, claim, label.region)
    params: dict[str, Param] = {
        "dealer": label.name, "number": fact.data["number"], "amount": fact.money("amount")
    }  # fmt: skip
    yield from tell(fact, recipients, Say(key="alerts.claim_cancelled", params=params))


def _deciders(session: Session, fact: Happened, claim: ClaimView, region: str) -> list[Recipient]:
    """Those of the lowest role that decides it; where nobody has that role, of the next one above."""
    bound = session.for_dealer(fact.dealer())
    weight = max(claim.amount, weight_of(bound, category=claim.category, day=claim.spent_on))
    first = RANKS.index(decider(levels_of(session), weight))
    able = (staff_of(session, role, region=region) for role in RANKS[first:])
    return next((found for found in able if found), [])


RULES: dict[str, Rule] = {
    "claims.submitted": submitted,
    "claims.approved": _to_dealer("claim_approved"),
    "claims.rejected": _to_dealer("claim_rejected"),
    "claims.cancelled": cancelled,
}
