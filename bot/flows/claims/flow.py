"""An expense claim in hand: amount, day, category and receipts in any order, corrected freely; what is missing is asked.

Everything that speaks against it is said before it can be submitted, and it waits while one of its receipts is still on its way.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from bot.dialog.api import Flow, Says, Turn, choice, say
from bot.dialog.messages import Kind, Say
from bot.flows.claims import asides, files, show, why
from bot.flows.claims.checks import checked, held
from bot.store.media import ask_for, is_list, lately, received, take_in_hand
from bot.understand.context import ClaimForm
from bot.understand.types import Ask, Claim, SubmitClaim, Topic
from core.claims.queries import claim_by_reference, last_claims
from core.claims.service import Checked, cancel_claim, submit_claim

NUMBER = re.compile(r"(?<![A-Za-z0-9])[Cc]\d{6}-\d{4,9}(?!\d)")


def fill(turn: Turn, moves: Sequence[Claim]) -> Says:
    """Take down what was said; what is said later counts. A new claim takes what was sent just before it."""
    if not turn.private:
        return (say("dialog.group.private"),)
    form = turn.state.claim or ClaimForm()
    if not show.missing(form) and asides.means("another", turn.inbound.text):
        return (say("claims.first_this"), *held(turn, form))
    for move in moves:
        form = replace(
            form,
            amount=form.amount if move.amount is None else move.amount,
            day=form.day if move.day is None else move.day,
            category=form.category if move.category is None else move.category,
            note=form.note or move.note,
            again=False,
        )
    files_before = {one.id for one in lately(turn.session, turn.actor.subject)} - set(form.files)
    return held(turn, replace(form, files=(*form.files, *sorted_in(turn, files_before))))


def sorted_in(turn: Turn, ids: set[str]) -> tuple[str, ...]:
    """These files in the order they came, taken in hand."""
    found = received(turn.session, turn.actor.subject, tuple(ids))
    take_in_hand(turn.session, turn.actor.subject, [one.id for one in found])
    return tuple(one.id for one in found)


def submit(turn: Turn, _moves: Sequence[SubmitClaim]) -> Says:
    """Submit it; incomplete, or with a receipt on its way, it says so instead."""
    form = turn.state.claim
    if form is None:
        return (say("claims.nothing"),)
    receipts = received(turn.session, turn.actor.subject, form.files)
    if any(one.state == "waiting" for one in receipts):
        turn.state.claim_on_top = True
        return (say("claims.receipt_pending"),)
    kept, result = checked(turn, form, receipts)
    if not isinstance(result, Checked):
        return held(turn, form)
    expense = files.expense(kept, receipts)
    done = submit_claim(turn.session, turn.actor, expense, again=kept.again)
    turn.state.claim, turn.state.claim_on_top = None, False
    return (show.handed(turn, kept, done),)


def submit_now(turn: Turn, _arg: str = "") -> Says:
    """The same from a button or a yes."""
    return submit(turn, ())


def submit_another(turn: Turn, _arg: str = "") -> Says:
    """It looks like an earlier claim and is another one."""
    if turn.state.claim is None:
        return (say("claims.nothing"),)
    turn.state.claim = replace(turn.state.claim, again=True)
    return submit(turn, ())


def drop(turn: Turn, _arg: str = "") -> Says:
    """Forget the claim."""
    turn.state.claim, turn.state.claim_on_top = None, False
    return (say("dialog.cancelled"),)


def start(turn: Turn, _arg: str = "") -> Says:
    """From the four ways on, and from a picture without words."""
    return fill(turn, [Claim()])


def take_category(turn: Turn, arg: str) -> Says:
    """The category was picked."""
    return held(turn, replace(turn.state.claim or ClaimForm(), category=arg))


def take_amount(turn: Turn, arg: str) -> Says:
    """The amount an invoice tells was picked, in minor units."""
    return held(turn, replace(turn.state.claim or ClaimForm(), amount=Decimal(arg) / 100))


def take_day(turn: Turn, arg: str) -> Says:
    """The day was picked."""
    return held(turn, replace(turn.state.claim or ClaimForm(), day=turn.today.fromisoformat(arg)))


def sent(turn: Turn) -> Says | None:
    """A picture or file: for the claim in hand, else a claim is offered. With words, the words are answered."""
    inbound = turn.inbound
    if turn.state.with_person:
        return None
    if inbound.media is None:
        return (say(f"dialog.kind.{inbound.kind.value}"),)
    if is_list(inbound.media.name):
        return None
    if not turn.private:
        return (say("dialog.group.private"),)
    new = ask_for(turn.session, turn.actor.subject, inbound)
    form = turn.state.claim
    if form is not None:
        take_in_hand(turn.session, turn.actor.subject, [new])
        turn.state.claim, turn.state.claim_on_top = replace(form, files=(*form.files, new)), True
        return () if inbound.text.strip() else (say("claims.receipt_coming"),)
    if inbound.text.strip():
        return ()
    choices = (choice("claims.start", "way-claim"), choice("claims.person", "person"))
    return (Say(key=f"claims.offer.{inbound.kind.value}", choices=choices),)


def fetched(turn: Turn) -> Says | None:
    """A file sent earlier is ready, or was refused; a list of goods is not for this flow."""
    form = turn.state.claim
    found = received(turn.session, turn.actor.subject, (turn.inbound.text,))
    if not found:
        return ()
    one = found[0]
    if turn.state.with_person and (form is None or one.id not in form.files):
        return None
    if one.found.get("rows") or is_list(one.name):
        return None
    if form is None or one.id not in form.files:
        return () if one.state == "ready" else (say(f"claims.file.{one.cause}"),)
    if one.state == "refused":
        kept = replace(form, files=tuple(each for each in form.files if each != one.id))
        turn.state.claim = kept
        return (say(f"claims.file.{one.cause}"), *held(turn, kept))
    others = received(turn.session, turn.actor.subject, form.files)
    if any(each.state == "waiting" for each in others):
        return ()
    return held(turn, form)


def asked(turn: Turn, moves: Sequence[Ask]) -> Says:
    """Where the dealer's claims are: those named, or the newest."""
    if not turn.private:
        return (say("dialog.group.private"),)
    refs = [ref for move in moves for ref in move.refs if ref != "last"]
    if refs:
        found = tuple(claim_by_reference(turn.session, ref) for ref in refs)
        return (show.listed(turn, found),)
    return (show.listed(turn, last_claims(turn.session)),)


def named(turn: Turn) -> Says | None:
    """A text that names a claim's number, or only wants the last one back."""
    text = turn.inbound.text
    match = NUMBER.search(text)
    withdrawing = show.wants_back(text, named=match is not None)
    if match is None and (not withdrawing or turn.state.claim is not None):
        return None
    if not turn.private:
        return (say("dialog.group.private"),)
    if match is not None:
        number = claim_by_reference(turn.session, match.group()).number
        if not withdrawing:
            return (show.listed(turn, (claim_by_reference(turn.session, number),)),)
        return cancel_ask(turn, number)
    waiting = [one for one in last_claims(turn.session) if one.state == "submitted"]
    return cancel_ask(turn, waiting[0].number) if waiting else (say("claims.none_waiting"),)


def heard(turn: Turn) -> Says | None:
    """A text that names a claim, or asks about claims without making one."""
    said = named(turn)
    return asides.answer(turn) if said is None else said


def cancel_ask(turn: Turn, number: str) -> Says:
    """Ask before a claim is withdrawn."""
    return (show.cancel_question(turn, claim_by_reference(turn.session, number)),)


def cancel(turn: Turn, number: str) -> Says:
    """Withdraw it."""
    done = cancel_claim(turn.session, turn.actor, number=number)
    return (say("claims.withdrawn", number=done.number, amount=turn.money(done.amount)),)


FLOW = Flow(
    name="claims",
    moves={Claim: fill, SubmitClaim: submit},
    topics={Topic.CLAIM: asked},
    text=heard,
    kinds={Kind.PHOTO: sent, Kind.FILE: sent, Kind.FETCHED: fetched},
    choices={
        "claim-submit": submit_now,
        "claim-another": submit_another,
        "claim-drop": drop,
        "claim-category": take_category,
        "claim-amount": take_amount,
        "claim-day": take_day,
        "claim-cancel-ask": cancel_ask,
        "claim-cancel": cancel,
        "claim-why": why.claim,
        "budget-why": why.budget,
        "way-claim": start,
    },
)
