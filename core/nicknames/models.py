"""The nicknames table: a word means one product to a dealer, and nothing to any other."""

from sqlalchemy import Column, ForeignKey, String, Table, UniqueConstraint

from core.db.base import Id, UtcDateTime, metadata, scoped_table

nicknames = scoped_table(
    Table(
        "nicknames",
        metadata,
        Column("id", Id, primary_key=True),
        Column("dealer_id", Id, ForeignKey("dealers.id"), nullable=False),
        Column("word", String(80), nullable=False),  # as it is compared
        Column("said", String(80), nullable=False),  # as it was written
        Column("product_id", Id, ForeignKey("products.id"), nullable=False),
        Column("kept_by", String(40), nullable=False),
        Column("kept_at", UtcDateTime, nullable=False),
        UniqueConstraint("dealer_id", "id"),
        UniqueConstraint("dealer_id", "word"),
    )
)
