"""Contract tables. The term includes both its first and its last day."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    String,
    Table,
    UniqueConstraint,
)

from core.db.base import Id, UtcDateTime, metadata, scoped_table

contracts = scoped_table(
    Table(
        "contracts",
        metadata,
        Column("id", Id, primary_key=True),
        Column("dealer_id", Id, ForeignKey("dealers.id"), nullable=False),
        Column("number", String(40), nullable=False, unique=True),
        Column("starts_on", Date, nullable=False),
        Column("ends_on", Date, nullable=False),
        Column("decision", String(10), nullable=False, server_default=""),  # "" | renew | end
        Column("decided_by", String(40), nullable=False, server_default=""),
        Column("decided_at", UtcDateTime),
        Column("snoozed_until", Date),  # no reminder before this day
        Column("file", String(80), nullable=False, server_default=""),  # a stored file's reference
        Column("file_name", String(120), nullable=False, server_default=""),
        Column("created_at", UtcDateTime, nullable=False),
        CheckConstraint("ends_on >= starts_on", name="term"),
        CheckConstraint("decision IN ('', 'renew', 'end')", name="decision"),
        UniqueConstraint("dealer_id", "id"),
        Index(None, "dealer_id", "ends_on"),
        Index(None, "ends_on"),
        Index(None, "file"),
    )
)
