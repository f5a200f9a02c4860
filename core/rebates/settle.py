"""Settling: a dealer is paid what its purchases earn less what the programme paid it before, spread over the orders that earned it.

The amount is a difference between what is due and what the ledger holds, so that settling again, after a crash or from two
places, pays nothing twice. What returns take back is taken as far as there is balance; the rest stays owed to the next settlement.
Facts: rebates.settled (programme, name, base, due, amount, balance, by).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, exists, func, insert, or_, select

from core.credit.ledger import lock_account
from core.credit.rebate import Entry, post_rebate, rebate_balance
from core.credit.rebate_models import rebate_ledger
from core.db.scope import across, scoped
from core.db.session import Session
from core.dealers.models import dealers
from core.dealers.queries import at_dealer, dealer_by_id
from core.orders.models import returns, shipments
from core.people.actor import Actor
from core.people.policy import require
from core.people.trail import trail
from core.rebates.errors import ProgrammeNotFoundError
from core.rebates.models import programmes, settlements
from core.rebates.programmes import ALL, Programme, programme_by_code, taking_part
from core.rebates.purchases import by_order, purchases_of
from core.rebates.rules import earned, spread

LOOKBACK = timedelta(days=400)
"""How long after its end a programme still follows the returns of its goods."""

_posted = scoped(
    select(rebate_ledger.c.order_id, func.sum(rebate_ledger.c.amount).label("amount"))
    .where(rebate_ledger.c.programme_id == bindparam("programme"))
    .group_by(rebate_ledger.c.order_id)
)
_turns = scoped(select(func.count()).where(settlements.c.programme_id == bindparam("programme")))
_write = scoped(insert(settlements).returning(settlements.c.id))
_mine = and_(settlements.c.dealer_id == dealers.c.id, settlements.c.programme_id == programmes.c.id)
_settled_at = select(func.max(settlements.c.at)).where(_mine).correlate(dealers, programmes).scalar_subquery()
_open = across(
    select(dealers.c.id, programmes.c.code)
    .select_from(programmes.join(dealers, taking_part()))
    .where(
        programmes.c.ends <= bindparam("now"),
        programmes.c.ends > bindparam("since"),
        exists().where(
            shipments.c.dealer_id == dealers.c.id,
            shipments.c.shipped_at >= programmes.c.begins,
            shipments.c.shipped_at < programmes.c.ends,
        ),
        or_(
            func.coalesce(_settled_at, programmes.c.begins) < programmes.c.ends,
            exists().where(returns.c.dealer_id == dealers.c.id, returns.c.at >= _settled_at),
            exists().where(_mine, settlements.c.paid_before + settlements.c.amount > settlements.c.due),
        ),
    )
    .order_by(programmes.c.ends, programmes.c.id, dealers.c.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Minor units. amount: paid now, negative when taken back; owed: what could not be taken back for want of balance."""

    programme: str
    base: int
    due: int
    amount: int
    owed: int


def settle_rebate(session: Session, actor: Actor, *, programme: str, dealer: str | None = None) -> Settled:
    """Pay a dealer what a programme owes it by now, before or after its end; again changes nothing.

    Raises NotFoundError, ProgrammeNotFoundError for one the dealer does not take part in.
    """
    require(actor, "rebates.settle")
    bound = at_dealer(session, dealer)
    lock_account(bound)
    terms = _terms_for(bound, programme)
    return _settle(bound, actor, terms)


def settlement_due(session: Session, *, programme: str, dealer: str | None = None) -> Settled:
    """What settling would pay now. Raises as settle_rebate."""
    bound = at_dealer(session, dealer)
    return _due(bound, _terms_for(bound, programme))[0]


def _terms_for(session: Session, programme: str) -> Programme:
    terms = programme_by_code(session, programme)
    here = dealer_by_id(session, session.dealer_id)
    if terms.whose not in (ALL, f"dealer:{here.id}", f"level:{here.level}"):
        raise ProgrammeNotFoundError(reference=programme)
    return terms


def close_periods(session: Session) -> tuple[Settled, ...]:
    """Settle every programme that has ended, where something is left to settle. The scheduler's; may be killed and run again."""
    actor = Actor(subject="system:schedule", side="system", role="schedule", name="", zone=ZoneInfo("UTC"))
    found = session.execute(_open, {"now": session.now, "since": session.now - LOOKBACK}).all()
    return tuple(settle_rebate(session.for_dealer(row.id), actor, programme=row.code) for row in found)


def _due(session: Session, programme: Programme) -> tuple[Settled, dict[int, int]]:
    """What is due now, and what was bought by order."""
    bought = by_order(purchases_of(session, (programme,)).under(programme))
    base = sum(bought.values())
    due = earned(programme.kind, programme.tiers, base)
    amount = max(due - programme.paid, -rebate_balance(session))
    result = Settled(
        programme=programme.code, base=base, due=due, amount=amount, owed=programme.paid + amount - due
    )
    return result, bought


def _settle(session: Session, actor: Actor, programme: Programme) -> Settled:
    result, bought = _due(session, programme)
    base, due, amount = result.base, result.due, result.amount
    if amount == 0:
        return result
    parts = _parts(session, programme, bought, due=due, amount=amount)
    turn = session.execute(_turns, {"programme": programme.id}).scalar_one() + 1
    row = {"programme_id": programme.id, "turn": turn, "base": base, "due": due,
           "paid_before": programme.paid, "amount": amount, "by": actor.subject, "at": session.now}  # fmt: skip
    settlement = session.execute(_write, row).scalar_one()
    entries = [
        Entry(
            kind="earned", amount=part, source=f"settlement:{settlement}:{order_id}",
            programme_id=programme.id, order_id=order_id,
        )
        for order_id, part in parts.items()
    ]  # fmt: skip
    balance = post_rebate(session, entries, by=actor.subject)
    facts: dict[str, Any] = {"base": base, "due": due, "amount": amount, "balance": balance}
    trail(session, actor, "rebates.settle", programme.code, paid_before=programme.paid, **facts)
    session.report(
        "rebates.settled", programme=programme.code, name=programme.name, by=actor.subject, **facts
    )
    return result


def _parts(
    session: Session, programme: Programme, bought: Mapping[int, int], *, due: int, amount: int
) -> dict[int, int]:
    """The amount by order: what each has earned less what was paid for it; scaled where not all can be taken back."""
    posted = {row.order_id: int(row.amount) for row in session.execute(_posted, {"programme": programme.id})}
    ids = sorted({*bought, *posted})
    rights = spread(due, [bought.get(each, 0) for each in ids])
    changes = [right - posted.get(each, 0) for each, right in zip(ids, rights, strict=True)]
    if sum(changes) != amount:
        changes = spread(amount, changes)
    return {each: change for each, change in zip(ids, changes, strict=True) if change}
