"""The audit trail: one row an effect, never changed; and its seals, a chain over batches of rows."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

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

audit_seals = append_only(
    Table(
        "audit_seals",
        metadata,
        Column("number", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 ... without a gap
        Column(
            "last_id", Id, nullable=False
        ),  # the seal is over all rows up to this one, after the seal before
        Column(
            "marks", Json, nullable=False
        ),  # [[row id, a few digits of its digest]], to name the changed row
        Column("digest", String(64), nullable=False),  # over the seal before and the rows' digests
        Column("at", UtcDateTime, nullable=False),
    )
)
