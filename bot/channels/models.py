"""Messages with something to decide, lying open in front of people where a channel lets us change them."""

from sqlalchemy import BigInteger, Column, Index, String, Table, UniqueConstraint, text

from core.db.base import Id, Json, UtcDateTime, metadata

cards = Table(
    "cards",
    metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("account", String(80), nullable=False),
    Column("message", String(128), nullable=False),  # the channel's own id of it, with its chat where it needs one
    Column("chat", String(120), nullable=False),  # whose screen it is on
    Column("subject", String(24), nullable=False),
    Column("code", String(300), nullable=False, server_default=""),  # WeCom: lets us change it once, within 72 hours
    Column("payload", Json, nullable=False),  # what it says, for channels that want it again
    Column("matters", Json, nullable=False),  # "action:arg" of its buttons
    Column("after_fact", BigInteger, nullable=False),  # facts up to this one are older than the card
    Column("locale", String(10), nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    UniqueConstraint("channel", "account", "chat", "message"),
    Index(
        "ix_cards_open",
        "channel",
        "account",
        "sent_at",
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)  # fmt: skip
