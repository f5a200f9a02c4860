"""Budgets and approval levels as the brand sets them, all at once."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from core.claims.models import approval_levels, budgets
from core.claims.payout import ACCOUNT
from core.db.session import Session
from core.people.actor import Actor
from core.people.policy import require
from core.people.trail import trail

BELOW_USED = "below_used"
"""What becomes of a budget that would be less than what is used of it."""

_budget = (
    select(budgets.c.id, budgets.c.amount, budgets.c.pay_to)
    .where(
        budgets.c.whose == bindparam("whose"),
        budgets.c.category == bindparam("category"),
        budgets.c.first_day == bindparam("first_day"),
        budgets.c.last_day == bindparam("last_day"),
    )
    .with_for_update()
)
_new_budget = insert(budgets)
_change_budget = (
    update(budgets)
    .where(budgets.c.id == bindparam("budget"), budgets.c.used <= bindparam("new_amount"))
    .values(amount=bindparam("new_amount"), pay_to=bindparam("new_pay_to"))
    .returning(budgets.c.id)
)
_level = (
    select(approval_levels.c.id, approval_levels.c.up_to)
    .where(approval_levels.c.kind == bindparam("kind"), approval_levels.c.role == bindparam("role"))
    .with_for_update()
)
_new_level = insert(approval_levels)
_change_level = (
    update(approval_levels)
    .where(approval_levels.c.id == bindparam("level"))
    .values(up_to=bindparam("new_up_to"))
)


def put_budgets(session: Session, actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Budgets {whose, category, first_day, last_day, amount, pay_to} by all but the last two.

    pay_to: "account" or "rebate"; none keeps what is, at first the account. Claims submitted before keep theirs.
    created | updated | unchanged | BELOW_USED for each.
    """
    require(actor, "claims.plan")
    return [_put_budget(session, actor, row) for row in rows]


def put_levels(session: Session, actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Approval levels {kind, role, up_to} by kind and role. created | updated | unchanged for each."""
    require(actor, "claims.plan")
    return [_put_level(session, actor, row) for row in rows]


def _put_budget(session: Session, actor: Actor, row: Mapping[str, Any]) -> str:
    amount: int = row["amount"]
    key = {name: row[name] for name in ("whose", "category", "first_day", "last_day")}
    was = session.execute(_budget, key).one_or_none()
    pay_to: str = row.get("pay_to") or (was.pay_to if was else ACCOUNT)
    if was is None:
        session.execute(_new_budget, {**key, "amount": amount, "pay_to": pay_to, "used": 0})
    elif (was.amount, was.pay_to) == (amount, pay_to):
        return "unchanged"
    else:
        change = {"budget": was.id, "new_amount": amount, "new_pay_to": pay_to}
        if session.execute(_change_budget, change).scalar() is None:
            return BELOW_USED
    before = (was.amount, was.pay_to) if was else (None, None)
    trail(session, actor, "claims.plan", _name(key), amount=[before[0], amount], pay_to=[before[1], pay_to])
    return "updated" if was else "created"


def _put_level(session: Session, actor: Actor, row: Mapping[str, Any]) -> str:
    key = {name: row[name] for name in ("kind", "role")}
    was = session.execute(_level, key).one_or_none()
    if was is None:
        session.execute(_new_level, {**key, "up_to": row["up_to"]})
    elif was.up_to == row["up_to"]:
        return "unchanged"
    else:
        session.execute(_change_level, {"level": was.id, "new_up_to": row["up_to"]})
    trail(session, actor, "claims.level", row["role"], up_to=[was.up_to if was else None, row["up_to"]])
    return "updated" if was else "created"


def _name(key: Mapping[str, str | date]) -> str:
    return " ".join(str(part) for part in key.values() if part)[:100]
