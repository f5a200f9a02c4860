"""Receipts of a claim: what was sent becomes evidence once it is kept and looked at."""

from collections.abc import Sequence

from bot.store.media import Received
from bot.understand.context import ClaimForm
from core.claims.queries import FILE, INVOICE, Evidence
from core.claims.service import Expense
from core.kit.money import round_half_up


def evidence(receipts: Sequence[Received]) -> tuple[Evidence, ...]:
    """Each kept file by its hash and each invoice named in one, once."""
    found: dict[str, Evidence] = {}
    for one in receipts:
        if one.sha256 is None:
            continue
        kept = [Evidence(identity=f"{FILE}{one.sha256}", name=one.called("receipt"))]
        kept += [
            Evidence(identity=f"{INVOICE}{invoice['identity']}", amount=invoice["amount"])
            for invoice in one.found.get("invoices", ())
        ]
        found.update((each.identity, each) for each in kept)
    return tuple(found.values())


def expense(form: ClaimForm, receipts: Sequence[Received]) -> Expense:
    """A complete form as it is submitted."""
    assert form.category is not None
    assert form.amount is not None
    assert form.day is not None
    return Expense(
        category=form.category,
        amount=round_half_up(form.amount * 100),
        day=form.day,
        note=form.note,
        evidence=evidence([one for one in receipts if one.id in form.files]),
    )
