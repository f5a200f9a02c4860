"""Cards lying open in front of staff."""

from sqlalchemy import BigInteger, Column, Index, String, Table, UniqueConstraint, text

from core.db.base import Id, Json, UtcDateTime, metadata

wecom_cards = Table(
    "wecom_cards",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account", String(80), nullable=False),
    Column("task_id", String(128), nullable=False),
    Column("person", String(120), nullable=False),  # whose screen it is on
    Column("response_code", String(300), nullable=False),  # lets us change it once, within 72 hours
    Column("matters", Json, nullable=False),  # "action:arg" of its buttons
    Column("after_fact", BigInteger, nullable=False),  # facts up to this one are older than the card
    Column("locale", String(10), nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    UniqueConstraint("account", "task_id"),
    Index(
        "ix_wecom_cards_open",
        "id",
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)
