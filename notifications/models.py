"""What people want to be told and when, what is held back for them, and alerts that wait to be seen."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, text

from core.db.base import Id, Json, UtcDateTime, metadata

preferences = Table(
    "preferences",
    metadata,
    Column("subject", String(24), primary_key=True),  # "m:<member>" or "s:<staff>"
    Column("muted", Json, nullable=False),  # topics they do not want
    Column("quiet_from", Integer),  # minutes after midnight, local; None: no quiet hours
    Column("quiet_to", Integer),
    CheckConstraint("(quiet_from IS NULL) = (quiet_to IS NULL)", name="quiet"),
)

held = Table(
    "held",
    metadata,
    Column("key", String(200), primary_key=True),  # the notice's own
    Column("person_id", Id, ForeignKey("persons.id"), nullable=False),
    Column("subject", String(24), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("payload", Json, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Index(None, "until"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(200), nullable=False, unique=True),  # rule, subject, period, level
    Column("about", String(80), nullable=False),  # contract:<id> | product:<sku>
    Column("region", String(40), nullable=False),
    Column("payload", Json, nullable=False),  # a Say
    Column("raised_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime),
    Column("seen_by", String(24), nullable=False, server_default=""),
    Column("escalated_at", UtcDateTime),
    Index(
        "ix_alerts_unseen",
        "raised_at",
        sqlite_where=text("seen_at IS NULL AND escalated_at IS NULL"),
        postgresql_where=text("seen_at IS NULL AND escalated_at IS NULL"),
    ),
    Index(None, "about"),
)
