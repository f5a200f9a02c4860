"""Claim tables, in minor units. State: submitted | paid | rejected | cancelled; approving pays at once.

A claim holds its amount in its budget while it is submitted, the approved part for ever, and nothing once it is refused.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Table,
    UniqueConstraint,
    text,
)

from core.db.append_only import append_only
from core.db.base import Id, Minor, UtcDateTime, metadata, scoped_table

budgets = Table(
    "budgets",
    metadata,
    Column("id", Id, primary_key=True),
    Column("whose", String(60), nullable=False),  # "dealer:<id>", "region:<name>", or "all"
    Column("category", String(40), nullable=False),  # "": every category
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("amount", Minor, nullable=False),
    Column("used", Minor, nullable=False, server_default="0"),  # = what its claims hold
    Column("pay_to", String(10), nullable=False, server_default="account"),  # what its claims are paid to
    CheckConstraint("pay_to IN ('account', 'rebate')", name="pay_to"),
    CheckConstraint("amount >= 0 AND used >= 0", name="used"),
    CheckConstraint("last_day >= first_day", name="days"),
    UniqueConstraint("whose", "category", "first_day", "last_day"),
)

approval_levels = Table(
    "approval_levels",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(20), nullable=False),  # claim
    Column("up_to", Minor, nullable=False),  # the largest amount this role decides
    Column("role", String(20), nullable=False),
    UniqueConstraint("kind", "role"),
)

claims = scoped_table(
    Table(
        "claims",
        metadata,
        Column("id", Id, primary_key=True),
        Column("dealer_id", Id, ForeignKey("dealers.id"), nullable=False),
        Column("number", String(20), nullable=False, unique=True),
        Column("member_id", Id, nullable=False),
        Column("state", String(10), nullable=False),
        Column("category", String(40), nullable=False),
        Column("amount", Minor, nullable=False),
        Column("approved", Minor, nullable=False, server_default="0"),
        Column("spent_on", Date, nullable=False),
        Column("note", String(300), nullable=False, server_default=""),
        Column("budget_id", Id, ForeignKey("budgets.id")),
        Column("pay_to", String(10), nullable=False, server_default="account"),
        Column("submitted_at", UtcDateTime, nullable=False),
        Column("decided_at", UtcDateTime),
        Column("decided_by", String(40), nullable=False, server_default=""),
        Column("reason", String(300), nullable=False, server_default=""),  # why refused, or why less
        CheckConstraint("state IN ('submitted', 'paid', 'rejected', 'cancelled')", name="state"),
        CheckConstraint("amount > 0 AND approved >= 0 AND approved <= amount", name="amount"),
        CheckConstraint("(state = 'paid') = (approved > 0)", name="approved"),
        CheckConstraint("pay_to IN ('account', 'rebate')", name="pay_to"),
        ForeignKeyConstraint(["dealer_id", "member_id"], ["members.dealer_id", "members.id"]),
        UniqueConstraint("dealer_id", "id"),
        Index(None, "dealer_id", "submitted_at"),
        Index("ix_claims_waiting", "submitted_at", sqlite_where=text("state = 'submitted'"),
              postgresql_where=text("state = 'submitted'")),
        Index("ix_claims_budget", "budget_id"),
    )
)  # fmt: skip

claim_evidence = scoped_table(
    Table(
        "claim_evidence",
        metadata,
        Column("id", Id, primary_key=True),
        Column("dealer_id", Id, nullable=False),
        Column("claim_id", Id, nullable=False),
        Column("identity", String(120), nullable=False),  # "file:<sha256>" or "invoice:<code>:<number>"
        Column("name", String(120), nullable=False),  # of the file
        Column("amount", Minor),  # of the invoice, as its code tells
        Column("live", Boolean, nullable=False),  # false once its claim was refused: it may be used again
        ForeignKeyConstraint(["dealer_id", "claim_id"], ["claims.dealer_id", "claims.id"]),
        Index("ix_claim_evidence_claim", "dealer_id", "claim_id"),
        Index(None, "identity"),
        Index("uq_claim_evidence_live", "identity", unique=True, sqlite_where=text("live"),
              postgresql_where=text("live")),
    )
)  # fmt: skip

claim_ledger = append_only(
    scoped_table(
        Table(
            "claim_ledger",
            metadata,
            Column("id", Id, primary_key=True),
            Column("dealer_id", Id, nullable=False),
            Column("claim_id", Id, nullable=False),
            Column("kind", String(10), nullable=False),  # submitted | paid | rejected | cancelled
            Column("amount", Minor, nullable=False),
            Column("account_entry", Id),  # the movement of the account that paid it,
            Column("rebate_entry", Id),  # or that of the rebate balance
            Column("by", String(40), nullable=False),
            Column("reason", String(300), nullable=False, server_default=""),
            Column("at", UtcDateTime, nullable=False),
            CheckConstraint("kind IN ('submitted', 'paid', 'rejected', 'cancelled')", name="kind"),
            CheckConstraint(
                "(kind = 'paid') = (account_entry IS NOT NULL OR rebate_entry IS NOT NULL)"
                " AND (account_entry IS NULL OR rebate_entry IS NULL)",
                name="paid",
            ),
            ForeignKeyConstraint(["dealer_id", "claim_id"], ["claims.dealer_id", "claims.id"]),
            UniqueConstraint("claim_id", "kind"),
            Index("uq_claim_ledger_end", "claim_id", unique=True, sqlite_where=text("kind <> 'submitted'"),
                  postgresql_where=text("kind <> 'submitted'")),
        )
    )
)  # fmt: skip
