"""The outbox, the facts waiting to be addressed, and the periods that have fired.

Delivery classes: reply (the answer to a message) and money (confirmations, and what somebody must act on) at least once,
with the same reference in a repetition; alert at most once. `unknown` is a state of its own: the channel may have accepted it, and nobody saw the answer.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from core.db.base import Id, Json, UtcDateTime, metadata

facts = Table(
    "facts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(60), nullable=False),
    Column("dealer_id", Id),
    Column("data", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("addressed_at", UtcDateTime),
    Index(
        "ix_facts_new",
        "id",
        sqlite_where=text("addressed_at IS NULL"),
        postgresql_where=text("addressed_at IS NULL"),
    ),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(200), nullable=False, unique=True),  # rule, subject, recipient, period, level
    Column("kind", String(10), nullable=False),
    Column("person_id", Id, ForeignKey("persons.id")),  # None: a stranger, addressed by chat only
    Column("subject", String(220), nullable=False),  # as whom the person is addressed; whose buttons
    Column("channel", String(20), nullable=False, server_default=""),  # "" : the person's preferred one
    Column("account", String(80), nullable=False, server_default=""),
    Column("chat", String(120), nullable=False, server_default=""),
    Column("payload", Json, nullable=False),  # a Say
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before", UtcDateTime, nullable=False),
    Column("leased_by", String(80), nullable=False, server_default=""),
    Column("lease_until", UtcDateTime),
    Column("provider_id", String(120), nullable=False, server_default=""),
    Column("error", String(300), nullable=False, server_default=""),
    Column("created_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
    CheckConstraint("kind IN ('reply', 'money', 'alert')", name="kind"),
    CheckConstraint("state IN ('pending', 'claimed', 'sent', 'unknown', 'refused', 'waiting', 'dead')", name="state"),
    Index("ix_outbox_due", "not_before", "id", sqlite_where=text("state IN ('pending', 'claimed')"),
          postgresql_where=text("state IN ('pending', 'claimed')")),
    Index("ix_outbox_open", "subject", "id", sqlite_where=text("state IN ('pending', 'claimed', 'waiting')"),
          postgresql_where=text("state IN ('pending', 'claimed', 'waiting')")),
    Index("ix_outbox_dead", "id", sqlite_where=text("state IN ('unknown', 'refused', 'dead')"),
          postgresql_where=text("state IN ('unknown', 'refused', 'dead')")),
)  # fmt: skip

fired = Table(
    "fired",
    metadata,
    Column("id", Id, primary_key=True),
    Column("job", String(60), nullable=False),
    Column("planned_at", UtcDateTime, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(80), nullable=False),
    UniqueConstraint("job", "planned_at"),
)
