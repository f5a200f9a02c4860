"""Reading claims: a dealer's own, and those that wait for staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, case, func, select

from core.claims.errors import ClaimNotFoundError
from core.claims.models import approval_levels, claim_evidence, claims
from core.db.scope import DealerScope, across, scoped
from core.db.session import Session
from core.dealers.models import dealers

FILE, INVOICE = "file:", "invoice:"
"""What an identity begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A receipt: what makes it one of a kind, the file's name, and the amount its code tells."""

    identity: str
    name: str = ""
    amount: int | None = None

    @property
    def file(self) -> str:
        """The SHA-256 of the file; "" for an invoice's number."""
        return self.identity.removeprefix(FILE) if self.identity.startswith(FILE) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimView:
    """A claim. approved: minor units, 0 unless paid."""

    id: int
    number: str
    dealer_id: int
    dealer_name: str
    member_id: int
    state: str  # submitted | paid | rejected | cancelled
    category: str
    amount: int
    approved: int
    spent_on: date
    note: str
    budget_id: int | None
    pay_to: str  # account | rebate: what it is, or would be, paid to
    submitted_at: datetime
    decided_at: datetime | None
    reason: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """What a claim takes of its budget, in minor units: its amount while it waits, then what was approved."""

    number: str
    category: str
    day: date
    amount: int


_named = select(
    *(column for column in claims.c if column.name != "decided_by"), dealers.c.name.label("dealer_name")
).join(dealers, dealers.c.id == claims.c.dealer_id)


def _by_reference(statement: Select[Any]) -> Select[Any]:
    return (
        statement.where(claims.c.number.like(bindparam("pattern")))
        .order_by(claims.c.submitted_at.desc())
        .limit(1)
    )


_own = scoped(_by_reference(_named))
_any = across(_by_reference(_named))
_last = scoped(_named.order_by(claims.c.submitted_at.desc(), claims.c.id.desc()).limit(bindparam("limit")))
_waiting = across(_named.where(claims.c.state == "submitted").order_by(claims.c.submitted_at).limit(50))
_evidence = scoped(
    select(claim_evidence.c.identity, claim_evidence.c.name, claim_evidence.c.amount)
    .where(claim_evidence.c.claim_id == bindparam("claim"))
    .order_by(claim_evidence.c.id)
)
_same = scoped(
    select(claims.c.number)
    .where(
        claims.c.state.in_(("submitted", "paid")),
        and_(claims.c.category == bindparam("category"), claims.c.spent_on == bindparam("day")),
        claims.c.amount == bindparam("amount"),
    )
    .limit(1)
)
_together = scoped(
    select(
        func.coalesce(func.sum(case((claims.c.state == "paid", claims.c.approved), else_=claims.c.amount)), 0)
    ).where(
        claims.c.state.in_(("submitted", "paid")),
        and_(claims.c.category == bindparam("category"), claims.c.spent_on == bindparam("day")),
    )
)
_amount_held = case((claims.c.state == "submitted", claims.c.amount), else_=claims.c.approved)
_held = scoped(
    select(claims.c.number, claims.c.category, claims.c.spent_on, _amount_held.label("held"))
    .where(claims.c.budget_id == bindparam("budget"), claims.c.state.in_(("submitted", "paid")))
    .order_by(claims.c.submitted_at.desc(), claims.c.id.desc())
)
_levels = select(approval_levels.c.role, approval_levels.c.up_to).where(
    approval_levels.c.kind == bindparam("kind")
)


def claim_by_reference(session: Session, reference: str) -> ClaimView:
    """The newest claim whose number is or ends in this. Raises ClaimNotFoundError."""
    plain = reference.strip().upper().replace("%", "").replace("_", "")
    statement = _own if isinstance(session.scope, DealerScope) else _any
    row = session.execute(statement, {"pattern": f"%{plain}"}).one_or_none() if plain else None
    if row is None:
        raise ClaimNotFoundError(reference=reference)
    bound = session if isinstance(session.scope, DealerScope) else session.for_dealer(row.dealer_id)
    return view_of(row, evidence_of(bound, row.id))


def last_claims(session: Session, *, limit: int = 5) -> tuple[ClaimView, ...]:
    """The dealer's newest claims, newest first, without their evidence."""
    return tuple(view_of(row) for row in session.execute(_last, {"limit": limit}))


def waiting_claims(session: Session) -> tuple[ClaimView, ...]:
    """Claims of the staff member's dealers that nobody has decided, oldest first, without their evidence."""
    return tuple(view_of(row) for row in session.execute(_waiting))


def evidence_of(session: Session, claim_id: int) -> tuple[Evidence, ...]:
    """The receipts of a claim of the session's dealer."""
    rows = session.execute(_evidence, {"claim": claim_id})
    return tuple(Evidence(identity=row.identity, name=row.name, amount=row.amount) for row in rows)


def same_claim(session: Session, *, category: str, day: date, amount: int) -> str:
    """The number of a live claim with the same category, day and amount; "" for none."""
    number = session.execute(_same, {"category": category, "day": day, "amount": amount}).scalar()
    return number or ""


def weight_of(session: Session, *, category: str, day: date) -> int:
    """What the session's dealer claims for one kind of expense of one day: split into several, it is decided as one."""
    return int(session.execute(_together, {"category": category, "day": day}).scalar_one())


def held_of(session: Session, budget_id: int) -> tuple[Held, ...]:
    """What the dealer's claims hold of a budget, the newest first."""
    rows = session.execute(_held, {"budget": budget_id})
    return tuple(Held(row.number, row.category, row.spent_on, row.held) for row in rows)


def levels_of(session: Session, kind: str = "claim") -> dict[str, int]:
    """The largest amount each role decides."""
    return {row.role: row.up_to for row in session.execute(_levels, {"kind": kind})}


def view_of(row: Row[Any], evidence: Sequence[Evidence] = ()) -> ClaimView:
    """The claim of a row."""
    return ClaimView(**row._mapping, evidence=tuple(evidence))  # noqa: SLF001 - its public name
