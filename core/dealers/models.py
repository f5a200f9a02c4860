"""Dealer tables."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    UniqueConstraint,
    text,
)

from core.db.base import Id, UtcDateTime, metadata, scoped_table

dealers = Table(
    "dealers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", String(40), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("region", String(40), nullable=False, server_default=""),
    Column("level", String(20), nullable=False, server_default=""),
    Column(
        "listed_only", Boolean, nullable=False, server_default=text("false")
    ),  # orders only its assortment
    Column("state", String(10), nullable=False, server_default="active"),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint("state IN ('active', 'suspended')", name="state"),
    Index(None, "region", "id"),
)

addresses = scoped_table(
    Table(
        "addresses",
        metadata,
        Column("id", Id, primary_key=True),
        Column("dealer_id", Id, ForeignKey("dealers.id"), nullable=False),
        Column("name", String(80), nullable=False),
        Column("receiver", String(80), nullable=False, server_default=""),
        Column("phone", String(20), nullable=False, server_default=""),
        Column("address", String(300), nullable=False),
        Column("is_default", Boolean, nullable=False, server_default=text("false")),
        UniqueConstraint("dealer_id", "id"),
        UniqueConstraint("dealer_id", "name"),
    )
)
