"""The claims' part of `dealer check`: budgets are what their claims hold, every claim is what its ledger says, paid once
and where it says it was paid.
"""

from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, or_, select

from core.claims.models import budgets, claim_evidence, claim_ledger, claims
from core.credit.models import account_ledger
from core.credit.rebate_models import rebate_ledger
from core.db.scope import system
from core.kit.violation import Violation

_held = (
    select(
        claims.c.budget_id.label("by"),
        func.sum(case((claims.c.state == "submitted", claims.c.amount), else_=claims.c.approved)).label(
            "total"
        ),
    )
    .group_by(claims.c.budget_id)
    .subquery()
)
_begun = claim_ledger.alias("begun")
_ended = claim_ledger.alias("ended")
_histories = claims.outerjoin(
    _begun, and_(_begun.c.claim_id == claims.c.id, _begun.c.kind == "submitted")
).outerjoin(_ended, and_(_ended.c.claim_id == claims.c.id, _ended.c.kind != "submitted"))
_on_account, _as_rebate = account_ledger.alias("on_account"), rebate_ledger.alias("as_rebate")
_paid = case((claims.c.pay_to == "rebate", _as_rebate.c.amount), else_=_on_account.c.amount)
_payout = and_(claim_ledger.c.claim_id == claims.c.id, claim_ledger.c.kind == "paid")

RULES: tuple[tuple[str, Select[Any]], ...] = (
    (
        "budgets.used",
        system(
            select(
                budgets.c.id.label("subject"),
                budgets.c.used.label("kept"),
                func.coalesce(_held.c.total, 0).label("right"),
            )
            .select_from(budgets.outerjoin(_held, _held.c.by == budgets.c.id))
            .where(budgets.c.used != func.coalesce(_held.c.total, 0))
        ),
    ),
    (
        "claims.history",
        system(
            select(
                claims.c.number.label("subject"),
                claims.c.state.label("kept"),
                func.coalesce(_ended.c.kind, "submitted").label("right"),
            )
            .select_from(_histories)
            .where(
                or_(
                    _begun.c.id.is_(None),
                    _begun.c.amount != claims.c.amount,
                    claims.c.state != func.coalesce(_ended.c.kind, "submitted"),
                    and_(_ended.c.kind == "paid", _ended.c.amount != claims.c.approved),
                )
            )
        ),
    ),
    (
        "claims.paid",
        system(
            select(
                claims.c.number.label("subject"),
                claims.c.approved.label("kept"),
                func.coalesce(_paid, 0).label("right"),
            )
            .select_from(
                claims.outerjoin(claim_ledger, _payout)
                .outerjoin(
                    _on_account,
                    and_(
                        _on_account.c.id == claim_ledger.c.account_entry,
                        _on_account.c.dealer_id == claims.c.dealer_id,
                        _on_account.c.kind == "claim",
                    ),
                )
                .outerjoin(
                    _as_rebate,
                    and_(
                        _as_rebate.c.id == claim_ledger.c.rebate_entry,
                        _as_rebate.c.dealer_id == claims.c.dealer_id,
                        _as_rebate.c.kind == "claim",
                    ),
                )
            )
            .where(claims.c.approved != func.coalesce(_paid, 0))
        ),
    ),
    (
        "account.claims",
        system(
            select(
                account_ledger.c.source.label("subject"),
                account_ledger.c.amount.label("kept"),
                func.coalesce(claim_ledger.c.amount, 0).label("right"),
            )
            .select_from(
                account_ledger.outerjoin(claim_ledger, claim_ledger.c.account_entry == account_ledger.c.id)
            )
            .where(account_ledger.c.kind == "claim", claim_ledger.c.id.is_(None))
        ),
    ),
    (
        "rebates.claims",
        system(
            select(
                rebate_ledger.c.source.label("subject"),
                rebate_ledger.c.amount.label("kept"),
                func.coalesce(claim_ledger.c.amount, 0).label("right"),
            )
            .select_from(
                rebate_ledger.outerjoin(claim_ledger, claim_ledger.c.rebate_entry == rebate_ledger.c.id)
            )
            .where(rebate_ledger.c.kind == "claim", claim_ledger.c.id.is_(None))
        ),
    ),
    (
        "claims.evidence",
        system(
            select(
                claims.c.number.label("subject"),
                claim_evidence.c.live.label("kept"),
                claims.c.state.label("right"),
            )
            .select_from(claims.join(claim_evidence, claim_evidence.c.claim_id == claims.c.id))
            .where(
                or_(
                    claim_evidence.c.dealer_id != claims.c.dealer_id,
                    claim_evidence.c.live != claims.c.state.in_(("submitted", "paid")),
                )
            )
        ),
    ),
)
"""Each rule and the statement that finds what breaks it."""


def check(connection: Connection) -> list[Violation]:
    """Every claim, budget and payout that does not add up; empty when all is well."""
    return [
        Violation(rule, str(row.subject), row.kept, row.right)
        for rule, statement in RULES
        for row in connection.execute(statement)
    ]
