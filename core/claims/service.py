"""Claims: submitted once with their evidence, decided once by who may, paid to the dealer in the same act.

Locks in this order, never another: the dealer's account, the claim, its budget, its evidence.
Facts: claims.submitted · claims.approved · claims.rejected · claims.cancelled (number, amount, approved, reason, by;
when approved also pay_to and the balance there).
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from core.claims.budgets import budget_for, free, hold
from core.claims.errors import (
    ClaimAmountError,
    ClaimDecidedError,
    ClaimNotFoundError,
    FutureExpenseError,
    LevelError,
    OutOfPeriodError,
    OverBudgetError,
    OwnClaimError,
    PartialReasonError,
    ReceiptUsedElsewhereError,
    ReceiptUsedError,
    SameClaimError,
    TooOldError,
)
from core.claims.models import claim_evidence, claim_ledger, claims
from core.claims.payout import ACCOUNT, Payout, PayTo, pay
from core.claims.queries import Evidence, levels_of, same_claim, weight_of
from core.claims.rules import MOST_DAYS, decider, is_too_old, may_decide
from core.credit.ledger import lock_account
from core.db.scope import DealerScope, across, scoped
from core.db.session import Session
from core.dealers.queries import dealer_by_id
from core.kit.clock import business_day
from core.kit.money import MAX_MINOR
from core.orders.rules import order_number
from core.people.actor import Actor
from core.people.models import members
from core.people.policy import require
from core.people.trail import trail

ATTEMPTS = 18
"""Tries for an unused number."""

_insert = scoped(upsert(claims).on_conflict_do_nothing(index_elements=["number"]).returning(claims.c.id))
_keep_evidence = scoped(
    upsert(claim_evidence)
    .on_conflict_do_nothing(index_elements=["identity"], index_where=text("live"))
    .returning(claim_evidence.c.id)
)
_holder = scoped(
    select(claims.c.number)
    .join(
        claim_evidence,
        (claim_evidence.c.dealer_id == claims.c.dealer_id) & (claim_evidence.c.claim_id == claims.c.id),
    )
    .where(claim_evidence.c.identity == bindparam("identity"), claim_evidence.c.live)
)
_release = scoped(
    update(claim_evidence).where(claim_evidence.c.claim_id == bindparam("claim")).values(live=False)
)
_write = scoped(insert(claim_ledger))
_whose = across(select(claims.c.dealer_id).where(claims.c.number == bindparam("number")))
_lock = scoped(select(claims).where(claims.c.number == bindparam("number")).with_for_update())
_person = scoped(select(members.c.person_id).where(members.c.id == bindparam("member")))
_end = scoped(
    update(claims)
    .where(claims.c.id == bindparam("claim"), claims.c.state == "submitted")
    .values(
        state=bindparam("new_state"),
        approved=bindparam("new_approved"),
        pay_to=bindparam("paid_to"),
        decided_at=bindparam("at"),
        decided_by=bindparam("by"),
        reason=bindparam("why"),
    )
    .returning(claims.c.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expense:
    """What is claimed, in minor units."""

    category: str
    amount: int
    day: date
    note: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """An expense that may be claimed. left: of its budget before it; None where no budget is kept. pay_to: as the budget says."""

    budget_id: int | None
    left: int | None
    pay_to: str = ACCOUNT


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """A new claim. left: of its budget after it. decider: the role that decides it."""

    number: str
    amount: int
    left: int | None
    decider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A claim's end. balance: of what it was paid to."""

    number: str
    state: str
    amount: int
    approved: int
    pay_to: str
    balance: int = 0
    repeated: bool = False


def check_expense(session: Session, actor: Actor, expense: Expense, *, again: bool = False) -> Checked:
    """All that can be said against a claim before it is submitted. again: it is another one of the same kind.

    Raises ClaimAmountError, FutureExpenseError, TooOldError, OutOfPeriodError, OverBudgetError, ReceiptUsedError,
    SameClaimError.
    """
    require(actor, "claims.submit")
    if not 0 < expense.amount <= MAX_MINOR:
        raise ClaimAmountError(amount=expense.amount)
    today = business_day(session.now, actor.zone)
    if expense.day > today:
        raise FutureExpenseError(day=expense.day)
    if is_too_old(expense.day, today):
        raise TooOldError(day=expense.day, days=MOST_DAYS)
    for each in expense.evidence:
        _refuse_used(session, each)
    same = (
        ""
        if again
        else same_claim(session, category=expense.category, day=expense.day, amount=expense.amount)
    )
    if same:
        raise SameClaimError(number=same)
    dealer = dealer_by_id(session, session.dealer_id)
    found = budget_for(session, dealer, category=expense.category, day=expense.day)
    if found.budget is None:
        if found.missed:
            raise OutOfPeriodError(day=expense.day)
        return Checked(budget_id=None, left=None)
    if found.budget.left < expense.amount:
        raise OverBudgetError(amount=expense.amount, left=found.budget.left)
    return Checked(budget_id=found.budget.id, left=found.budget.left, pay_to=found.budget.pay_to)


def submit_claim(session: Session, actor: Actor, expense: Expense, *, again: bool = False) -> Submitted:
    """Submit a claim: its budget holds the amount, its evidence is used up. Raises as check_expense."""
    checked = check_expense(session, actor, expense, again=again)
    if checked.budget_id is not None and not hold(session, checked.budget_id, expense.amount):
        raise OverBudgetError(amount=expense.amount, left=checked.left or 0)
    number, claim_id = _new(session, actor, expense, checked)
    for each in sorted(set(expense.evidence), key=lambda one: one.identity):
        row = {
            "claim_id": claim_id,
            "identity": each.identity,
            "name": each.name[:120],
            "amount": each.amount,
        }
        if session.execute(_keep_evidence, {**row, "live": True}).scalar() is None:
            _refuse_used(session, each)
            raise ReceiptUsedElsewhereError(identity=each.identity)
    _record(session, actor, claim_id, "submitted", expense.amount)
    trail(session, actor, "claims.submit", number, amount=expense.amount, category=expense.category,
          day=expense.day.isoformat(), evidence=[each.identity for each in expense.evidence])  # fmt: skip
    session.report("claims.submitted", number=number, amount=expense.amount, by=actor.subject)
    left = None if checked.left is None else checked.left - expense.amount
    weight = weight_of(session, category=expense.category, day=expense.day)
    return Submitted(
        number=number, amount=expense.amount, left=left, decider=decider(levels_of(session), weight)
    )


def approve_claim(
    session: Session,
    actor: Actor,
    *,
    number: str,
    amount: int | None = None,
    reason: str = "",
    pay_to: PayTo | None = None,
) -> Decided:
    """Approve a claim, wholly or in part, and pay it; the same again changes nothing. pay_to: not as its budget says.

    Raises ClaimNotFoundError, ClaimDecidedError, OwnClaimError, LevelError, ClaimAmountError, and PartialReasonError
    for a part without its reason.
    """
    require(actor, "claims.approve")
    bound, claim = _locked(session, number)
    part = claim.amount if amount is None else amount
    where = pay_to or claim.pay_to
    if claim.state == "paid" and (claim.approved, claim.pay_to) == (part, where):
        return replace(_decided(claim), repeated=True)
    _refuse_decider(bound, actor, claim)
    if not 0 < part <= claim.amount:
        raise ClaimAmountError(amount=part)
    if part < claim.amount and not reason.strip():
        raise PartialReasonError(number=number)
    _finish(bound, actor, claim, state="paid", approved=part, pay_to=where, reason=reason)
    if claim.budget_id is not None:
        free(bound, claim.budget_id, claim.amount - part)
    paid = pay(bound, number=number, amount=part, pay_to=where, by=actor.subject)
    _record(bound, actor, claim.id, "paid", part, reason=reason, payout=paid)
    done = Decided(
        number=number, state="paid", amount=claim.amount, approved=part, pay_to=where, balance=paid.balance
    )
    _tell(bound, actor, "approve", claim, done, reason=reason)
    return done


def reject_claim(session: Session, actor: Actor, *, number: str, reason: str) -> Decided:
    """Refuse a claim with a reason for the dealer; budget and receipts are free again. Raises as approve_claim."""
    require(actor, "claims.approve")
    bound, claim = _locked(session, number)
    if claim.state == "rejected":
        return replace(_decided(claim), repeated=True)
    _refuse_decider(bound, actor, claim)
    if not reason.strip():
        raise PartialReasonError(number=number)
    return _undo(bound, actor, claim, state="rejected", verb="reject", reason=reason)


def cancel_claim(session: Session, actor: Actor, *, number: str) -> Decided:
    """The dealer takes a claim back that nobody has decided. Raises ClaimNotFoundError, ClaimDecidedError."""
    require(actor, "claims.submit")
    bound, claim = _locked(session, number)
    if claim.state == "cancelled":
        return replace(_decided(claim), repeated=True)
    if claim.state != "submitted":
        raise ClaimDecidedError(number=number, state=claim.state)
    return _undo(bound, actor, claim, state="cancelled", verb="cancel", reason="")


def _undo(session: Session, actor: Actor, claim: Row[Any], *, state: str, verb: str, reason: str) -> Decided:
    _finish(session, actor, claim, state=state, approved=0, pay_to=claim.pay_to, reason=reason)
    if claim.budget_id is not None:
        free(session, claim.budget_id, claim.amount)
    session.execute(_release, {"claim": claim.id})
    _record(session, actor, claim.id, state, claim.amount, reason=reason)
    done = Decided(number=claim.number, state=state, amount=claim.amount, approved=0, pay_to=claim.pay_to)
    _tell(session, actor, verb, claim, done, reason=reason)
    return done


def _new(session: Session, actor: Actor, expense: Expense, checked: Checked) -> tuple[str, int]:
    row = {
        "member_id": actor.member_id,
        "state": "submitted",
        "category": expense.category,
        "amount": expense.amount,
        "spent_on": expense.day,
        "note": expense.note[:300],
        "budget_id": checked.budget_id,
        "pay_to": checked.pay_to,
        "submitted_at": session.now,
    }
    today = business_day(session.now, actor.zone)
    for attempt in range(ATTEMPTS):
        number = f"C{order_number(today, attempt)}"
        claim_id = session.execute(_insert, {**row, "number": number}).scalar()
        if claim_id is not None:
            return number, claim_id
    raise RuntimeError("no unused claim number")


def _locked(session: Session, number: str) -> tuple[Session, Row[Any]]:
    """The claim with its account locked before it, and the session bound to its dealer."""
    if not isinstance(session.scope, DealerScope):
        dealer_id = session.execute(_whose, {"number": number}).scalar()
        if dealer_id is None:
            raise ClaimNotFoundError(reference=number)
        session = session.for_dealer(dealer_id)
    lock_account(session)
    row = session.execute(_lock, {"number": number}).one_or_none()
    if row is None:
        raise ClaimNotFoundError(reference=number)
    return session, row


def _refuse_decider(session: Session, actor: Actor, claim: Row[Any]) -> None:
    if claim.state != "submitted":
        raise ClaimDecidedError(number=claim.number, state=claim.state)
    person = session.execute(_person, {"member": claim.member_id}).scalar()
    if person is not None and person == actor.person_id:
        raise OwnClaimError(number=claim.number)
    levels, weight = levels_of(session), weight_of(session, category=claim.category, day=claim.spent_on)
    if not may_decide(levels, actor.role, weight):
        raise LevelError(number=claim.number, amount=weight, role=decider(levels, weight))


def _refuse_used(session: Session, evidence: Evidence) -> None:
    number = session.execute(_holder, {"identity": evidence.identity}).scalar()
    if number is not None:
        raise ReceiptUsedError(number=number, identity=evidence.identity)


def _finish(
    session: Session, actor: Actor, claim: Row[Any], *, state: str, approved: int, pay_to: str, reason: str
) -> None:
    values = {"claim": claim.id, "new_state": state, "new_approved": approved, "paid_to": pay_to,
              "why": reason[:300], "at": session.now, "by": actor.subject}  # fmt: skip
    changed = session.execute(_end, values).scalar()
    if changed is None:
        raise ClaimDecidedError(number=claim.number, state=claim.state)


def _record(
    session: Session,
    actor: Actor,
    claim_id: int,
    kind: str,
    amount: int,
    *,
    reason: str = "",
    payout: Payout | None = None,
) -> None:
    entries = {
        "account_entry": payout.account_entry if payout else None,
        "rebate_entry": payout.rebate_entry if payout else None,
    }
    row = {"claim_id": claim_id, "kind": kind, "amount": amount, "reason": reason[:300], **entries}
    session.execute(_write, {**row, "by": actor.subject, "at": session.now})


def _tell(
    session: Session,
    actor: Actor,
    verb: str,
    claim: Row[Any],
    done: Decided,
    *,
    reason: str,
) -> None:
    fact = "approved" if done.state == "paid" else done.state
    figures: dict[str, Any] = {"amount": done.amount, "approved": done.approved, "pay_to": done.pay_to}
    trail(session, actor, f"claims.{verb}", done.number, reason=reason, **figures)
    session.report(
        f"claims.{fact}", number=done.number, **figures, reason=reason, balance=done.balance,
        by=actor.subject, member_id=claim.member_id,
    )  # fmt: skip


def _decided(claim: Row[Any]) -> Decided:
    return Decided(
        number=claim.number,
        state=claim.state,
        amount=claim.amount,
        approved=claim.approved,
        pay_to=claim.pay_to,
    )
