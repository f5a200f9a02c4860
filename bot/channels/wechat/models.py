"""Tables of the WeChat channel: the access token all processes share, what may be sent to whom, and templates under way."""

from sqlalchemy import Column, Integer, String, Table

from core.db.base import Id, Json, UtcDateTime, metadata

wechat_tokens = Table(
    "wechat_tokens",
    metadata,
    Column("account", String(80), primary_key=True),
    Column("token", String(600), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("leased_by", String(80), nullable=False),  # the process that is fetching the next one
    Column("lease_until", UtcDateTime, nullable=False),
)

wechat_users = Table(
    "wechat_users",
    metadata,
    Column("account", String(80), primary_key=True),
    Column("openid", String(120), primary_key=True),
    Column("message_left", Integer, nullable=False),  # messages we may still send after they wrote
    Column("message_until", UtcDateTime, nullable=False),
    Column("event_left", Integer, nullable=False),  # after they followed, scanned or used the menu
    Column("event_until", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime, nullable=False),
    Column("notice", Json),  # what the numbers under the last notice do, while nothing was said after it
    Column("notice_at", UtcDateTime),
)

wechat_templates = Table(
    "wechat_templates",
    metadata,
    Column("account", String(80), primary_key=True),
    Column("msg_id", String(40), primary_key=True),
    Column("outbox_id", Id, nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
)
