"""The rebates' part of `dealer check`: balances are their ledgers, settlements what they posted and what their base earns, uses on the account."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select

from core.credit.models import account_ledger
from core.credit.rebate_models import rebate_accounts, rebate_ledger
from core.db.scope import system
from core.kit.violation import Violation
from core.rebates.models import programmes, settlements, tiers
from core.rebates.rules import Tier, earned

_sums = (
    select(rebate_ledger.c.dealer_id, func.sum(rebate_ledger.c.amount).label("total"))
    .group_by(rebate_ledger.c.dealer_id)
    .subquery()
)
_posted = (
    select(
        rebate_ledger.c.dealer_id,
        rebate_ledger.c.programme_id,
        func.sum(rebate_ledger.c.amount).label("total"),
    )
    .where(rebate_ledger.c.kind == "earned")
    .group_by(rebate_ledger.c.dealer_id, rebate_ledger.c.programme_id)
    .subquery()
)
_settled = (
    select(settlements.c.dealer_id, settlements.c.programme_id, func.sum(settlements.c.amount).label("total"))
    .group_by(settlements.c.dealer_id, settlements.c.programme_id)
    .subquery()
)
RULES: tuple[tuple[str, Select[Any]], ...] = (
    (
        "rebates.balance",
        system(
            select(
                _sums.c.dealer_id.label("subject"),
                func.coalesce(rebate_accounts.c.balance, 0).label("kept"),
                _sums.c.total.label("right"),
            )
            .select_from(_sums.outerjoin(rebate_accounts, rebate_accounts.c.dealer_id == _sums.c.dealer_id))
            .where(func.coalesce(rebate_accounts.c.balance, 0) != _sums.c.total)
        ),
    ),
    (
        "rebates.balance",
        system(
            select(
                rebate_accounts.c.dealer_id.label("subject"),
                rebate_accounts.c.balance.label("kept"),
                func.coalesce(_sums.c.total, 0).label("right"),
            )
            .select_from(rebate_accounts.outerjoin(_sums, _sums.c.dealer_id == rebate_accounts.c.dealer_id))
            .where(_sums.c.dealer_id.is_(None), rebate_accounts.c.balance != 0)
        ),
    ),
    (
        "rebates.settlements",
        system(
            select(
                _posted.c.programme_id.label("subject"),
                _posted.c.total.label("kept"),
                func.coalesce(_settled.c.total, 0).label("right"),
            )
            .select_from(
                _posted.outerjoin(
                    _settled,
                    and_(
                        _settled.c.dealer_id == _posted.c.dealer_id,
                        _settled.c.programme_id == _posted.c.programme_id,
                    ),
                )
            )
            .where(_posted.c.total != func.coalesce(_settled.c.total, 0))
        ),
    ),
    (
        "rebates.used",
        system(
            select(
                rebate_ledger.c.source.label("subject"),
                (-rebate_ledger.c.amount).label("kept"),
                func.coalesce(account_ledger.c.amount, 0).label("right"),
            )
            .select_from(
                rebate_ledger.outerjoin(
                    account_ledger,
                    and_(
                        account_ledger.c.id == rebate_ledger.c.account_entry,
                        account_ledger.c.dealer_id == rebate_ledger.c.dealer_id,
                        account_ledger.c.kind == "rebate",
                    ),
                )
            )
            .where(
                rebate_ledger.c.kind.in_(("used", "released")),
                or_(
                    account_ledger.c.id.is_(None),
                    account_ledger.c.amount + rebate_ledger.c.amount != 0,
                ),
            )
        ),
    ),
    (
        "account.rebates",
        system(
            select(
                account_ledger.c.source.label("subject"),
                account_ledger.c.amount.label("kept"),
                func.coalesce(rebate_ledger.c.amount, 0).label("right"),
            )
            .select_from(
                account_ledger.outerjoin(
                    rebate_ledger,
                    and_(
                        rebate_ledger.c.account_entry == account_ledger.c.id,
                        rebate_ledger.c.dealer_id == account_ledger.c.dealer_id,
                    ),
                )
            )
            .where(account_ledger.c.kind == "rebate", rebate_ledger.c.id.is_(None))
        ),
    ),
)
"""Each rule and the statement that finds what breaks it."""
_terms = system(
    select(
        settlements.c.id, programmes.c.code, programmes.c.kind, settlements.c.base, settlements.c.due,
        tiers.c.above, tiers.c.rate,
    )
    .select_from(
        settlements.join(programmes, programmes.c.id == settlements.c.programme_id).join(
            tiers, tiers.c.programme_id == programmes.c.id
        )
    )
    .order_by(settlements.c.id, tiers.c.above)
)  # fmt: skip


def check(connection: Connection) -> list[Violation]:
    """Every rebate that does not add up; empty when all is well."""
    found = [
        Violation(rule, str(row.subject), row.kept, row.right)
        for rule, statement in RULES
        for row in connection.execute(statement)
    ]
    return found + list(_wrongly_earned(connection))


def _wrongly_earned(connection: Connection) -> Iterator[Violation]:
    """Settlements whose amount due is not what their purchases earn by the programme's tiers."""
    for _, group in groupby(connection.execute(_terms), key=lambda row: row.id):
        rows = list(group)
        first = rows[0]
        right = earned(first.kind, [Tier(row.above, row.rate) for row in rows], first.base)
        if right != first.due:
            yield Violation("rebates.due", first.code, first.due, right)
