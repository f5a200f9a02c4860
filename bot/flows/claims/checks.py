"""What speaks against a claim, said while it can still be put right: the part that is wrong is taken out and asked again."""

from collections.abc import Sequence
from dataclasses import replace

from bot.dialog.api import Says, Turn, choice
from bot.dialog.messages import Say
from bot.dialog.refusals import refusal
from bot.flows.claims import files, show
from bot.flows.claims.show import MISSING
from bot.store.media import Received, received
from bot.understand.context import ClaimForm
from core.claims.errors import (
    ClaimAmountError,
    FutureExpenseError,
    OutOfPeriodError,
    OverBudgetError,
    ReceiptUsedError,
    SameClaimError,
    TooOldError,
)
from core.claims.service import Checked, check_expense
from core.kit.errors import DealerError

_DAY = (FutureExpenseError, TooOldError, OutOfPeriodError)


def checked(
    turn: Turn, form: ClaimForm, receipts: Sequence[Received]
) -> tuple[ClaimForm, Checked | Say | None]:
    """The form without what cannot stand, and why; a complete one that may be submitted as it is, with its budget's word."""
    if form.day is not None and form.day > turn.today:
        return replace(form, day=None), refusal(turn, FutureExpenseError(day=form.day))
    if any(getattr(form, name) is None for name in MISSING):
        return form, None
    try:
        return form, check_expense(turn.session, turn.actor, files.expense(form, receipts), again=form.again)
    except DealerError as error:
        return _without(turn, form, receipts, error)


def held(turn: Turn, form: ClaimForm) -> Says:
    """Keep the form in hand and say where it stands: what speaks against it, what is asked next, or all of it."""
    receipts = received(turn.session, turn.actor.subject, form.files)
    form, result = checked(turn, form, receipts)
    turn.state.claim, turn.state.claim_on_top = form, True
    return show.form(turn, form, [one for one in receipts if one.id in form.files], result)


def _without(
    turn: Turn, form: ClaimForm, receipts: Sequence[Received], error: DealerError
) -> tuple[ClaimForm, Say]:
    said = refusal(turn, error)
    match error:
        case FutureExpenseError() | TooOldError() | OutOfPeriodError():
            return replace(form, day=None), said
        case OverBudgetError() | ClaimAmountError():
            turn.explain("budget-why", f"{form.category}~{form.day}")
            return replace(form, amount=None), said
        case ReceiptUsedError():
            used = error.fields["identity"]
            if "number" in error.fields:
                turn.explain("claim-why", error.fields["number"])
            kept = [
                one.id for one in receipts if used not in {each.identity for each in files.evidence([one])}
            ]
            return replace(form, files=tuple(kept)), said
        case SameClaimError():
            turn.explain("claim-why", error.fields["number"])
            choices = (choice("claims.another", "claim-another"), choice("claims.drop", "claim-drop"))
            return form, Say(key=said.key, params=said.params, choices=choices)
    raise error
