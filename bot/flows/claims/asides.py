"""Questions about claims that start none: the budgets, what was claimed, when it is decided, what is taken as a receipt."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import yaml

from bot.dialog.api import Says, Turn, capped, choice, say
from bot.dialog.messages import Say
from bot.dialog.texts import LOCALES, all_texts
from bot.flows.claims import show, why
from bot.flows.claims.checks import held
from bot.understand.normalise import normalise
from core.claims.budgets import budgets_of
from core.claims.queries import last_claims
from core.dealers.queries import dealer_by_id
from core.people.policy import may, require

LONGEST = 60
"""Characters of a question; a longer text says more than one."""


@cache
def _patterns() -> Mapping[str, tuple[re.Pattern[str], ...]]:
    path = Path(__file__).with_name("asides.yaml")
    table = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: tuple(map(re.compile, patterns)) for name, patterns in table.items()}


def means(name: str, text: str) -> re.Match[str] | None:
    """Whether a text has one of a question's ways."""
    plain = normalise(text).text.strip()
    return next((match for each in _patterns()[name] if (match := each.search(plain))), None)


def answer(turn: Turn) -> Says | None:
    """The answer to such a question; None for any other text."""
    text = turn.inbound.text
    if len(text) > LONGEST or not may(turn.actor, "claims.submit"):
        return None
    if turn.state.claim is not None and turn.state.claim_on_top and (said := _of_form(turn, text)):
        return said
    figures = any(letter.isdigit() for letter in text)
    for name, tell in _ASKED.items():
        if not figures and means(name, text):
            if name in ("when", "kinds") and not _spoken_of(turn, text):
                return None
            if not turn.private:
                return (say("dialog.group.private"),)
            return tell(turn)
    return None


def _of_form(turn: Turn, text: str) -> Says | None:
    """What is said of the claim in hand beside its figures."""
    form = turn.state.claim
    assert form is not None
    noted = means("note", text)
    if noted:
        note = text.strip()[-len(noted[1]) :].strip(" :：,，。")
        return (say("claims.noted", note=note[:300]), *held(turn, replace(form, note=note[:300])))
    category = _category(turn, text) if form.category is None else None
    if category is not None:
        return held(turn, replace(form, category=category))
    if not form.files and means("no_receipt", text):
        says = held(turn, form)
        return (say("claims.without_receipt"), *says)
    return None


def _category(turn: Turn, text: str) -> str | None:
    """The kind of expense a whole message names as the list on the screen shows it, or begins to."""
    said = normalise(text).text.strip(" .。!")
    for code, _ in turn.index.expenses:
        key = f"claims.category.{code}"
        names = [all_texts().text(locale, key).lower() for locale in LOCALES] if all_texts().has(key) else []
        if any(len(said) > 1 and name.startswith(said) for name in names):
            return code
    return None


def _spoken_of(turn: Turn, text: str) -> bool:
    """Whether it is about claims: it says so, or a claim is in hand or was just told of."""
    told = turn.state.why
    on_top = turn.state.claim is not None and turn.state.claim_on_top
    return on_top or (told is not None and told.action == "claim-why") or means("about", text) is not None


def _budgets(turn: Turn) -> Says:
    require(turn.actor, "claims.submit")
    found = budgets_of(turn.session, dealer_by_id(turn.session, turn.session.dealer_id), day=turn.today)
    if not found:
        return (say("claims.no_budgets"),)
    turn.explain("budget-why", f"{found[0].category or 'other'}~{turn.today}")
    lines = [
        say(
            "claims.budget",
            category=show.category(each.category) if each.category else say("claims.every_category"),
            amount=turn.money(each.amount),
            left=turn.money(each.left),
            until=each.last_day,
        )
        for each in found
    ]
    return (Say(key="claims.budgets", lines=capped(lines)),)


def _mine(turn: Turn) -> Says:
    return (show.listed(turn, last_claims(turn.session)),)


def _waiting(turn: Turn) -> Says:
    found = last_claims(turn.session)
    waiting = [one for one in found if one.state == "submitted"]
    if not waiting:
        return (show.listed(turn, found),)
    turn.explain("claim-why", waiting[0].number)
    return why.claim(turn, waiting[0].number)


def _kinds(turn: Turn) -> Says:
    form = turn.state.claim
    first = say("claims.kinds")
    return (first, *held(turn, form)) if form is not None and turn.state.claim_on_top else (first,)


def _standards(turn: Turn) -> Says:
    person = Say(key="claims.how", choices=(choice("claims.person", "person"),))
    return (*_budgets(turn), person)


_ASKED: Mapping[str, Callable[[Turn], Says]] = {
    "budget": _budgets,
    "mine": _mine,
    "when": _waiting,
    "kinds": _kinds,
    "standards": _standards,
}
