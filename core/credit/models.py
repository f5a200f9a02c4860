"""Account tables, in minor units. available = credit_limit + balance - exposure; a negative balance is a debt."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from core.db.append_only import append_only
from core.db.base import Id, Minor, UtcDateTime, metadata, scoped_table

accounts = scoped_table(
    Table(
        "accounts",
        metadata,
        Column("dealer_id", Id, ForeignKey("dealers.id"), primary_key=True),
        Column("credit_limit", Minor, nullable=False, server_default="0"),
        Column("balance", Minor, nullable=False, server_default="0"),  # = sum of account_ledger.amount
        Column("exposure", Minor, nullable=False, server_default="0"),  # confirmed, not yet shipped value
        Column("payment_days", Integer, nullable=False, server_default="0"),
        CheckConstraint("credit_limit >= 0", name="credit_limit"),
        CheckConstraint("exposure >= 0", name="exposure"),
        CheckConstraint("payment_days >= 0", name="payment_days"),
    )
)

account_ledger = append_only(
    scoped_table(
        Table(
            "account_ledger",
            metadata,
            Column("id", Id, primary_key=True),
            Column("dealer_id", Id, ForeignKey("dealers.id"), nullable=False),
            Column(
                "kind", String(20), nullable=False
            ),  # opening | shipment | payment | return | adjustment | claim | rebate
            Column("amount", Minor, nullable=False),  # signed: a credit to the dealer is positive
            Column("source", String(120), nullable=False),
            Column("order_number", String(20), nullable=False, server_default=""),
            Column("reason", String(200), nullable=False, server_default=""),
            Column("by", String(40), nullable=False),
            Column("at", UtcDateTime, nullable=False),
            CheckConstraint(
                "kind IN ('opening', 'shipment', 'payment', 'return', 'adjustment', 'claim', 'rebate')",
                name="kind",
            ),
            UniqueConstraint("dealer_id", "id"),
            UniqueConstraint("dealer_id", "source"),
            Index(None, "dealer_id", "at"),
        )
    )
)
