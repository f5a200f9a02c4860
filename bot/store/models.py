"""The bot's own tables. `subject`: "m:<member>", "s:<staff>", or "x:<channel>:<account>:<sender>" for a stranger."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from core.db.base import Id, Json, UtcDateTime, metadata, scoped_table

conversations = Table(
    "conversations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject", String(220), nullable=False),
    Column("place", String(140), nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", Json, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("subject", "place"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("account", String(80), nullable=False),
    Column("dedupe_key", String(160), nullable=False),
    Column("subject", String(220), nullable=False),
    Column("place", String(140), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("reply", Json, nullable=False),  # the Says, for a redelivery
    Column(
        "heard", String(10), nullable=False, server_default=""
    ),  # understood | asked | corrected | given_up
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("channel", "account", "dedupe_key"),
    Index(None, "subject", "place", "id"),
)

parked = Table(
    "parked",
    metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("account", String(80), nullable=False),
    Column("dedupe_key", String(160), nullable=False),
    Column("sender", String(120), nullable=False),  # "" when the payload could not be read
    Column("place", String(140), nullable=False),
    Column("inbound", Json),  # None when the payload could not be read
    Column("raw", LargeBinary),
    Column("attempts", Integer, nullable=False),
    Column("state", String(10), nullable=False),  # waiting | dead | done | dropped
    Column("cause", String(300), nullable=False),
    Column("reference", String(12), nullable=False),
    Column("first_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    CheckConstraint("state IN ('waiting', 'dead', 'done', 'dropped')", name="state"),
    UniqueConstraint("channel", "account", "dedupe_key"),
    Index("ix_parked_waiting", "channel", "account", "sender", "id", sqlite_where=text("state = 'waiting'"),
          postgresql_where=text("state = 'waiting'")),
    Index("ix_parked_due", "next_at", sqlite_where=text("state = 'waiting'"),
          postgresql_where=text("state = 'waiting'")),
)  # fmt: skip

files = Table(
    "files",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("mime", String(100), nullable=False),  # by content, never by name
    Column("size", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "at"),
)

media = Table(
    "media",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("subject", String(220), nullable=False),  # who sent it
    Column("inbound", Json, nullable=False),  # the message it came with: where the result is answered
    Column("group", String(80), nullable=False),  # the album, else its own id
    Column("name", String(120), nullable=False),
    Column("state", String(10), nullable=False),  # waiting | ready | refused
    Column("cause", String(40), nullable=False, server_default=""),  # why refused
    Column("sha256", ForeignKey("files.sha256")),
    Column("found", Json, nullable=False),  # what was read in it
    Column("used", Boolean, nullable=False),  # something has it in hand
    Column("told", Boolean, nullable=False),  # the result has been through a turn
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint("state IN ('waiting', 'ready', 'refused')", name="state"),
    CheckConstraint("(state = 'ready') = (sha256 IS NOT NULL)", name="ready"),
    Index("ix_media_due", "next_at", sqlite_where=text("told = 0"), postgresql_where=text("NOT told")),
    Index(None, "subject", "created_at"),
    Index(None, "created_at"),
    Index(None, "sha256"),
)

list_columns = scoped_table(
    Table(
        "list_columns",
        metadata,
        Column("id", Id, primary_key=True),
        Column("dealer_id", Id, ForeignKey("dealers.id"), nullable=False),
        Column("heads", String(64), nullable=False),  # a sheet by its heads
        Column("columns", Json, nullable=False),  # {sku | name | size | qty | unit: place}
        Column("kept_at", UtcDateTime, nullable=False),
        UniqueConstraint("dealer_id", "id"),
        UniqueConstraint("dealer_id", "heads"),
    )
)

second_looks = Table(
    "second_looks",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("subject", String(220), nullable=False),  # who wrote it
    Column("inbound", Json, nullable=False),  # the message nobody understood
    Column("asked", Boolean, nullable=False),
    Column("answer", Json),  # what the model said, as it came; checked whenever it is used
    Column("told", Boolean, nullable=False),  # the result has been through a turn
    Column("next_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_second_looks_due", "next_at", sqlite_where=text("told = 0"), postgresql_where=text("NOT told")),
    Index(None, "subject", "created_at"),
)
