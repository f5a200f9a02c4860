"""Budgets: which one an expense counts in, what is left of it, and how a claim holds and frees its part.

The budget's row is the lock of what counts in it: it changes by guarded statements alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, Row, and_, bindparam, or_, select, update

from core.claims.models import budgets
from core.db.base import Id, Minor
from core.db.session import Session
from core.dealers.queries import Dealer

ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A budget as one dealer sees it, in minor units."""

    id: int
    category: str
    first_day: date
    last_day: date
    amount: int
    used: int
    pay_to: str  # account | rebate

    @property
    def left(self) -> int:
        """What may still be claimed."""
        return self.amount - self.used


@dataclass(frozen=True, slots=True)
class Found:
    """The budget an expense counts in. missed: there are budgets for such an expense, but for other days."""

    budget: Budget | None
    missed: bool


_of = or_(
    budgets.c.whose == bindparam("dealer"), budgets.c.whose == bindparam("region"), budgets.c.whose == ALL
)
_for_expense = (
    select(budgets)
    .where(_of, budgets.c.category.in_(("", bindparam("category"))))
    .order_by(budgets.c.first_day.desc(), budgets.c.id)
)
_by_id = select(budgets).where(budgets.c.id == bindparam("budget", type_=Id))
_current = (
    select(budgets)
    .where(
        _of,
        and_(
            budgets.c.first_day <= bindparam("day", type_=Date),
            budgets.c.last_day >= bindparam("day", type_=Date),
        ),
    )
    .order_by(budgets.c.category, budgets.c.id)
    .limit(20)
)
_hold = (
    update(budgets)
    .where(
        budgets.c.id == bindparam("budget", type_=Id),
        budgets.c.used + bindparam("held", type_=Minor) <= budgets.c.amount,
    )
    .values(used=budgets.c.used + bindparam("held", type_=Minor))
    .returning(budgets.c.used)
)
_free = (
    update(budgets)
    .where(budgets.c.id == bindparam("budget", type_=Id), budgets.c.used >= bindparam("freed", type_=Minor))
    .values(used=budgets.c.used - bindparam("freed", type_=Minor))
    .returning(budgets.c.used)
)


def budget_for(session: Session, dealer: Dealer, *, category: str, day: date) -> Found:
    """The dealer's own budget before its region's before everybody's; one of the category before one of all."""
    rows = session.execute(_for_expense, {**_owners(dealer), "category": category}).all()
    fitting = [row for row in rows if row.first_day <= day <= row.last_day]
    if not fitting:
        return Found(None, missed=bool(rows))
    return Found(_budget(min(fitting, key=_nearness)), missed=False)


def budget_by_id(session: Session, budget_id: int) -> Budget:
    """The budget a claim counts in."""
    return _budget(session.execute(_by_id, {"budget": budget_id}).one())


def budgets_of(session: Session, dealer: Dealer, *, day: date) -> tuple[Budget, ...]:
    """The budgets of a day that are the dealer's or count for it."""
    rows: Sequence[Row[Any]] = session.execute(_current, {**_owners(dealer), "day": day}).all()
    return tuple(_budget(row) for row in rows)


def hold(session: Session, budget_id: int, amount: int) -> bool:
    """Take an amount out of what is left; False when less is left."""
    return session.execute(_hold, {"budget": budget_id, "held": amount}).scalar() is not None


def free(session: Session, budget_id: int, amount: int) -> None:
    """Give an amount back."""
    if amount and session.execute(_free, {"budget": budget_id, "freed": amount}).scalar() is None:
        raise RuntimeError("more is given back to a budget than was taken")


def _owners(dealer: Dealer) -> dict[str, str]:
    return {"dealer": f"dealer:{dealer.id}", "region": f"region:{dealer.region}"}


def _nearness(row: Row[Any]) -> tuple[int, bool, int]:
    order = {"dealer": 0, "region": 1}
    return order.get(row.whose.partition(":")[0], 2), row.category == "", row.id


def _budget(row: Row[Any]) -> Budget:
    return Budget(
        id=row.id,
        category=row.category,
        first_day=row.first_day,
        last_day=row.last_day,
        amount=row.amount,
        used=row.used,
        pay_to=row.pay_to,
    )
