"""Tables of the web chat: chats, signed-in browsers, what was said in order, and files that were sent.

A chat is also the sender: its id is the identity's immutable external id. `last_seq` numbers its messages; taking the
next number locks the row until the commit, so numbers become visible in their order and a reader that resumes after
the last one it saw misses nothing, whichever process wrote.
"""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from core.db.base import Json, UtcDateTime, metadata

web_chats = Table(
    "web_chats",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("last_seq", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

web_sessions = Table(
    "web_sessions",
    metadata,
    Column("secret_hash", String(64), primary_key=True),
    Column("chat", ForeignKey("web_chats.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index(None, "chat"),
    Index(None, "expires_at"),
)

web_messages = Table(
    "web_messages",
    metadata,
    Column("chat", ForeignKey("web_chats.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("key", String(64), nullable=False),  # made by the sender's page; ours are random
    Column("mine", Boolean, nullable=False),  # written by the person, not by the assistant
    Column("body", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("chat", "key"),
)

web_files = Table(
    "web_files",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("chat", ForeignKey("web_chats.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("mime", String(60), nullable=False),  # by content, not by name
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "chat"),
)
