"""How a claim is shown: as it stands, what is asked next, as it was submitted, and where it is."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml

from bot.dialog.api import Says, Turn, ask_yes_no, choice, say
from bot.dialog.messages import Choice, Param, Say
from bot.dialog.texts import all_texts
from bot.store.media import Received
from bot.understand.context import ClaimForm
from bot.understand.normalise import normalise
from core.claims.queries import ClaimView
from core.claims.service import Checked, Submitted
from core.kit.money import round_half_up

MISSING = ("category", "amount", "day")
_MOST_CATEGORIES = 12


def missing(form: ClaimForm) -> list[str]:
    """What must still be said, in the order it is asked."""
    return [name for name in MISSING if getattr(form, name) is None]


def form(turn: Turn, form: ClaimForm, receipts: Sequence[Received], result: Checked | Say | None) -> Says:
    """Where the claim stands: what was refused of it, then the next question, or the whole of it to be submitted."""
    refused = result if isinstance(result, Say) else None
    lines = [say("claims.so_far", parts=tuple(parts))] if (parts := _parts(turn, form, receipts)) else []
    if refused is not None and refused.choices:  # it asks by itself
        return (Say(key=refused.key, params=refused.params, lines=tuple(lines), choices=refused.choices),)
    first = [refused] if refused is not None else []
    if wanted := missing(form):
        question = Say(
            key=f"claims.ask.{wanted[0]}", lines=tuple(lines), choices=_options(turn, wanted[0], receipts)
        )
        return (*first, question)
    if any(one.state == "waiting" for one in receipts):
        return (*first, Say(key="claims.receipt_awaited", lines=tuple(lines)))
    if not receipts:
        lines.append(say("claims.no_receipt"))
    if isinstance(result, Checked):
        if result.left is not None:
            turn.explain("budget-why", f"{form.category}~{form.day}")
            lines.append(say("claims.left", left=turn.money(result.left)))
        lines += [say("claims.to_rebate")] if result.pay_to == "rebate" else []
    told, claimed = _told(receipts), round_half_up((form.amount or Decimal(0)) * 100)
    differs = told not in (0, claimed)
    if differs:
        lines.append(say("claims.differs", told=turn.money(told), amount=turn.money(claimed)))
    choices = (
        choice("claims.submit", "claim-submit"),
        *([choice("claims.change_to", "claim-amount", told, amount=turn.money(told))] if differs else []),
        choice("claims.drop", "claim-drop"),
    )
    return (*first, Say(key="claims.complete", lines=tuple(lines), choices=choices))


def _told(receipts: Sequence[Received]) -> int:
    """What the invoices among the receipts come to; 0 where one tells no amount."""
    invoices = {
        each["identity"]: each["amount"] for one in receipts for each in one.found.get("invoices", ())
    }
    return sum(invoices.values()) if invoices and all(invoices.values()) else 0


def _options(turn: Turn, wanted: str, receipts: Sequence[Received]) -> tuple[Choice, ...]:
    invoices = [each for one in receipts for each in one.found.get("invoices", ())]
    if wanted == "category":
        codes = [code for code, _ in turn.index.expenses][:_MOST_CATEGORIES]
        return tuple(Choice(label=category(code), action="claim-category", arg=code) for code in codes)
    if wanted == "amount":
        amounts = dict.fromkeys(each["amount"] for each in invoices if each["amount"])
        return tuple(
            choice("claims.amount_told", "claim-amount", minor, amount=turn.money(minor)) for minor in amounts
        )
    days = dict.fromkeys(each["day"] for each in invoices if each["day"])
    told = [choice("claims.day_told", "claim-day", day, day=turn.today.fromisoformat(day)) for day in days]
    near = (turn.today, turn.today - timedelta(days=1))
    return (*told, *(choice("claims.on", "claim-day", day.isoformat(), day=day) for day in near))


def _parts(turn: Turn, form: ClaimForm, receipts: Sequence[Received]) -> list[Say]:
    parts = []
    if form.category is not None:
        parts.append(say("claims.of_category", category=category(form.category)))
    if form.amount is not None:
        parts.append(say("claims.of_amount", amount=turn.money(round_half_up(form.amount * 100))))
    if form.day is not None:
        parts.append(say("claims.of_day", day=form.day))
    if receipts:
        parts.append(say("claims.of_receipts", count=len(receipts)))
    numbers = [each["identity"] for one in receipts for each in one.found.get("invoices", ())]
    parts += [say("claims.of_invoice", tail=number[-8:]) for number in dict.fromkeys(numbers)]
    return parts


def category(code: str) -> Say:
    """A category's name; the brand's own has none but its code."""
    key = f"claims.category.{code}"
    return say(key) if all_texts().has(key) else say("dialog.plain", text=code)


def handed(turn: Turn, form: ClaimForm, done: Submitted) -> Say:
    """It is submitted: its number, who decides, what is left."""
    lines = [say(f"claims.decider.{done.decider}")]
    if done.left is not None:
        lines.append(say("claims.left", left=turn.money(done.left)))
    turn.explain("claim-why", done.number)
    params: dict[str, Param] = {
        "number": done.number,
        "amount": turn.money(done.amount),
        "category": category(form.category or "other"),
    }
    return Say(key="claims.handed", params=params, lines=tuple(lines))


def listed(turn: Turn, found: Sequence[ClaimView]) -> Say:
    """Claims and where they are; those nobody has decided can be taken back."""
    if not found:
        return say("claims.none")
    decided = [one for one in found if one.state != "submitted"]
    turn.explain("claim-why", (decided or list(found))[0].number)
    lines = tuple(line(turn, one) for one in found)
    choices = tuple(
        choice("claims.withdraw", "claim-cancel-ask", one.number, number=one.number)
        for one in found
        if one.state == "submitted"
    )
    return Say(key="claims.list", lines=lines, choices=choices)


def line(turn: Turn, one: ClaimView) -> Say:
    """A claim and where it is."""
    key = "partly" if one.state == "paid" and one.approved < one.amount else one.state
    return say(
        f"claims.state.{key}",
        number=one.number,
        category=category(one.category),
        amount=turn.money(one.amount),
        approved=turn.money(one.approved),
        day=one.spent_on,
        where=say(f"claims.paid_to.{one.pay_to}"),
        reason=one.reason,
    )


def cancel_question(turn: Turn, one: ClaimView) -> Say:
    """Whether it shall be withdrawn."""
    params: dict[str, Param] = {
        "number": one.number,
        "amount": turn.money(one.amount),
        "category": category(one.category),
    }
    return ask_yes_no(turn, Say(key="claims.ask_withdraw", params=params), "claim-cancel", one.number)


@cache
def _words() -> dict[str, tuple[str, ...]]:
    path = Path(__file__).with_name("words.yaml")
    return {name: tuple(words) for name, words in yaml.safe_load(path.read_text(encoding="utf-8")).items()}


def wants_back(text: str, *, named: bool) -> bool:
    """Whether a submitted claim shall be withdrawn: beside its number any such word, without one the whole message."""
    plain = normalise(text).text.strip(" .。!")
    return plain in _words()["whole"] or (named and any(word in plain for word in _words()["withdraw"]))
