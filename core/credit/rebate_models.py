"""A dealer's rebate balance and its ledger, in minor units: money the brand owes for what was bought, not yet used."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Table,
    UniqueConstraint,
)

from core.db.append_only import append_only
from core.db.base import Id, Minor, UtcDateTime, metadata, scoped_table

rebate_accounts = scoped_table(
    Table(
        "rebate_accounts",
        metadata,
        Column("dealer_id", Id, ForeignKey("dealers.id"), primary_key=True),
        Column("balance", Minor, nullable=False, server_default="0"),  # = sum of rebate_ledger.amount
        CheckConstraint("balance >= 0", name="balance"),
    )
)

rebate_ledger = append_only(
    scoped_table(
        Table(
            "rebate_ledger",
            metadata,
            Column("id", Id, primary_key=True),
            Column("dealer_id", Id, ForeignKey("dealers.id"), nullable=False),
            Column("kind", String(12), nullable=False),  # opening | earned | claim | used | released
            Column("amount", Minor, nullable=False),  # signed: what the dealer gains is positive
            Column("source", String(120), nullable=False),
            Column("programme_id", Id, ForeignKey("rebate_programmes.id")),  # what it was earned in
            Column("order_id", Id),  # what it was earned by, or used on
            Column("account_entry", Id),  # the movement of the account it became, where it was used
            Column("by", String(40), nullable=False),
            Column("at", UtcDateTime, nullable=False),
            CheckConstraint("kind IN ('opening', 'earned', 'claim', 'used', 'released')", name="kind"),
            CheckConstraint("(kind = 'earned') = (programme_id IS NOT NULL)", name="programme"),
            CheckConstraint("(kind IN ('opening', 'claim')) = (order_id IS NULL)", name="order"),
            CheckConstraint("(kind IN ('used', 'released')) = (account_entry IS NOT NULL)", name="account"),
            UniqueConstraint("dealer_id", "id"),
            UniqueConstraint("dealer_id", "source"),
            ForeignKeyConstraint(["dealer_id", "order_id"], ["orders.dealer_id", "orders.id"]),
            ForeignKeyConstraint(
                ["dealer_id", "account_entry"], ["account_ledger.dealer_id", "account_ledger.id"]
            ),
            Index("ix_rebate_ledger_order", "order_id"),
            Index("ix_rebate_ledger_programme", "dealer_id", "programme_id"),
        )
    )
)
