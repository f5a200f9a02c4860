"""The talks table: a member has at most one that is not closed."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, String, Table, text

from core.db.base import Id, UtcDateTime, metadata, scoped_table

talks = scoped_table(
    Table(
        "talks",
        metadata,
        Column("id", Id, primary_key=True),
        Column("dealer_id", Id, nullable=False),
        Column("member_id", Id, nullable=False),
        Column("staff_id", Id, ForeignKey("staff.id")),
        Column("state", String(10), nullable=False),
        Column("opened_at", UtcDateTime, nullable=False),
        Column("taken_at", UtcDateTime),
        Column("closed_at", UtcDateTime),
        CheckConstraint("state IN ('open', 'taken', 'closed')", name="state"),
        ForeignKeyConstraint(["dealer_id", "member_id"], ["members.dealer_id", "members.id"]),
        Index("uq_talks_live", "member_id", unique=True, sqlite_where=text("state <> 'closed'"),
              postgresql_where=text("state <> 'closed'")),
        Index("ix_talks_staff", "staff_id", sqlite_where=text("state = 'taken'"),
              postgresql_where=text("state = 'taken'")),
    )
)  # fmt: skip
