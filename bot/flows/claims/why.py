"""Why a claim stands where it stands, and where a budget has gone: lines that sum exactly to what was said."""

from datetime import date

from bot.dialog.api import Says, Turn, capped, say
from bot.dialog.messages import Say
from bot.flows.claims import show
from core.claims.budgets import Budget, budget_by_id, budget_for
from core.claims.queries import INVOICE, ClaimView, claim_by_reference, held_of, levels_of, weight_of
from core.claims.rules import decider
from core.dealers.queries import dealer_by_id
from core.people.policy import require


def claim(turn: Turn, number: str) -> Says:
    """One claim: its state and reason, who decides it, the budget it counts in, its invoices."""
    if not turn.private:
        return (say("dialog.group.private"),)
    require(turn.actor, "claims.submit")
    one = claim_by_reference(turn.session, number)
    lines = [*_decider(turn, one), *_invoices(turn, one)]
    budget = budget_by_id(turn.session, one.budget_id) if one.budget_id else None
    if budget is not None:
        lines.append(_of_budget(turn, budget))
    return (Say(key="", lines=(show.line(turn, one), *lines)),)


def _decider(turn: Turn, one: ClaimView) -> Says:
    if one.state != "submitted":
        return ()
    weight = weight_of(turn.session, category=one.category, day=one.spent_on)
    return (say(f"claims.decider.{decider(levels_of(turn.session), weight)}"),)


def _invoices(turn: Turn, one: ClaimView) -> Says:
    invoices = [each for each in one.evidence if each.identity.startswith(INVOICE)]
    return [
        say("claims.why_invoice", tail=each.identity[-8:])
        if each.amount is None
        else say("claims.why_invoice_of", tail=each.identity[-8:], amount=turn.money(each.amount))
        for each in invoices
    ]


def budget(turn: Turn, arg: str) -> Says:
    """The budget an expense counts in: all of it, less what each claim holds, is what is left. arg: category~day."""
    if not turn.private:
        return (say("dialog.group.private"),)
    require(turn.actor, "claims.submit")
    category, _, day = arg.partition("~")
    dealer = dealer_by_id(turn.session, turn.session.dealer_id)
    found = budget_for(turn.session, dealer, category=category, day=date.fromisoformat(day)).budget
    if found is None:
        return (say("claims.why_no_budget", category=show.category(category)),)
    held = held_of(turn.session, found.id)
    lines = [
        say(
            "claims.why_held",
            number=each.number,
            category=show.category(each.category),
            day=each.day,
            amount=turn.money(-each.amount),
        )
        for each in held
    ]
    others = found.used - sum(each.amount for each in held)
    if others:
        lines.append(say("claims.why_others", amount=turn.money(-others)))
    shown = (*capped(lines), say("claims.left", left=turn.money(found.left)))
    return (Say(key="", lines=(_of_budget(turn, found), *shown)),)


def _of_budget(turn: Turn, budget: Budget) -> Say:
    return say(
        "claims.why_budget",
        first=budget.first_day,
        last=budget.last_day,
        amount=turn.money(budget.amount),
        left=turn.money(budget.left),
    )
