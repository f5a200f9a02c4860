"""People tables.

A person is a human; an identity (channel, account, external id) leads to a person; a member is a person at a dealer with a
role; staff is a person at the brand. `persons.subject` says as whom the person acts now: "m:<member>" or "s:<staff>".
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from core.db.base import Id, UtcDateTime, metadata, scoped_table

persons = Table(
    "persons",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("locale", String(10), nullable=False, server_default="zh-Hans"),
    Column("subject", String(24)),
    Column(
        "prefers", String(20), nullable=False, server_default=""
    ),  # the channel notices go to; "": where last seen
    Column("created_at", UtcDateTime, nullable=False),
)

identities = Table(
    "identities",
    metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("account", String(80), nullable=False),
    Column("external_id", String(120), nullable=False),
    Column("chat", String(120), nullable=False),
    Column("person_id", Id, ForeignKey("persons.id"), nullable=False),
    Column("reachable", Boolean, nullable=False, server_default=text("true")),
    Column("revoked_at", UtcDateTime),
    Column("bound_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    UniqueConstraint("channel", "account", "external_id"),
    Index(None, "person_id"),
)

staff = Table(
    "staff",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("persons.id")),  # None until the invite is claimed
    Column("name", String(80), nullable=False),
    Column("role", String(20), nullable=False),
    Column("region", String(40)),  # None: all regions
    Column("phone", String(20), nullable=False, server_default=""),
    Column("state", String(10), nullable=False),  # invited | pending | active | revoked
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint("role IN ('admin', 'sales', 'finance', 'warehouse')", name="role"),
    CheckConstraint("state IN ('invited', 'pending', 'active', 'revoked')", name="state"),
    Index(None, "person_id"),
)

members = scoped_table(
    Table(
        "members",
        metadata,
        Column("id", Id, primary_key=True),
        Column("dealer_id", Id, ForeignKey("dealers.id"), nullable=False),
        Column("person_id", Id, ForeignKey("persons.id")),  # None until the invite is claimed
        Column("name", String(80), nullable=False),
        Column("role", String(20), nullable=False),
        Column("phone", String(20), nullable=False, server_default=""),
        Column("state", String(10), nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
        CheckConstraint("role IN ('owner', 'buyer', 'finance')", name="role"),
        CheckConstraint("state IN ('invited', 'pending', 'active', 'revoked')", name="state"),
        UniqueConstraint("dealer_id", "id"),
        Index(None, "person_id"),
    )
)

invites = Table(
    "invites",
    metadata,
    Column("id", Id, primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column(
        "kind", String(10), nullable=False
    ),  # member | staff | channel (another channel of a bound person)
    Column("dealer_id", Id, ForeignKey("dealers.id")),
    Column("member_id", Id),
    Column("staff_id", Id, ForeignKey("staff.id")),
    Column("person_id", Id, ForeignKey("persons.id")),  # kind channel: whose
    Column("role", String(20), nullable=False),
    Column("region", String(40)),
    Column("name", String(80), nullable=False, server_default=""),
    Column("phone", String(20), nullable=False, server_default=""),
    Column("state", String(10), nullable=False),  # open | claimed | used | revoked | expired
    Column("issued_by", String(40), nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("claimed_by", Id, ForeignKey("persons.id")),
    Column("claimed_at", UtcDateTime),
    CheckConstraint("kind IN ('member', 'staff', 'channel')", name="kind"),
    CheckConstraint("state IN ('open', 'claimed', 'used', 'revoked', 'expired')", name="state"),
    ForeignKeyConstraint(["dealer_id", "member_id"], ["members.dealer_id", "members.id"]),
    Index(None, "state", "expires_at"),
)

join_attempts = Table(
    "join_attempts",
    metadata,
    Column(
        "sender", String(220), primary_key=True
    ),  # "<channel>:<account>:<external id>", or "*" for everybody
    Column("window_start", UtcDateTime, nullable=False),
    Column("failures", Integer, nullable=False),
)
