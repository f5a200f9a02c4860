"""The ledger of corrections: one row for what a message was taken to mean and what its sender made of it."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from core.db.base import Id, Json, UtcDateTime, metadata, scoped_table

KINDS = ("picked", "named", "changed", "removed", "replaced")
"""picked: one of several candidates; named: the product behind a word nobody knew; the others: lines read back."""

corrections = scoped_table(
    Table(
        "corrections",
        metadata,
        Column("id", Id, primary_key=True),
        Column("dealer_id", Id, ForeignKey("dealers.id"), nullable=False),
        Column("member_id", Id, nullable=False),
        Column("kind", String(10), nullable=False),
        Column("message", String(270), nullable=False),  # what was read: "<channel>:<account>:<message id>"
        Column("corrected_by", String(270), nullable=False),  # the message that says otherwise
        Column("intent", String(20), nullable=False, server_default=""),
        Column("word", String(80), nullable=False, server_default=""),  # picked, named: as it is compared
        Column("sku", String(60), nullable=False, server_default=""),  # picked, named: what it was to mean
        Column("choice", String(64), nullable=False, server_default=""),  # picked: the hash of its candidates
        Column(
            "times", Integer, nullable=False, server_default="1"
        ),  # in a row the same word, choice and sku
        Column("cart", Json, nullable=False),  # the draft before the message: [{sku, qty, unit, base_qty}]
        Column("understood", Json, nullable=False),  # after it
        Column("became", Json, nullable=False),  # after the correction
        Column("at", UtcDateTime, nullable=False),
        CheckConstraint("kind IN ('picked', 'named', 'changed', 'removed', 'replaced')", name="kind"),
        UniqueConstraint("dealer_id", "id"),
        ForeignKeyConstraint(["dealer_id", "member_id"], ["members.dealer_id", "members.id"]),
        Index(None, "dealer_id", "word", "id"),
        Index(None, "at"),
    )
)
