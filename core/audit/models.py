"""The audit trail: one row an effect, never changed."""

from sqlalchemy import Column, Index, String, Table, Text

from core.db.append_only import append_only
from core.db.base import Id, Json, UtcDateTime, metadata

audit = append_only(
    Table(
        "audit",
        metadata,
        Column("id", Id, primary_key=True),
        Column("at", UtcDateTime, nullable=False),
        Column("actor", String(40), nullable=False),  # "m:12" member, "s:3" staff, "system:<reason>"
        Column("on_behalf", String(40)),
        Column("action", String(60), nullable=False),
        Column("object_type", String(40), nullable=False),
        Column("object_ref", String(120), nullable=False),
        Column("dealer_id", Id),  # a label for staff's searches; dealers never read this table
        Column("channel", String(20), nullable=False, server_default=""),
        Column("detail", Json, nullable=False),
        Column("reason", Text, nullable=False, server_default=""),
        Index(None, "object_type", "object_ref"),
        Index(None, "dealer_id", "id"),
    )
)
