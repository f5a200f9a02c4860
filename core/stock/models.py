"""Stock tables. All quantities are whole base units. available = on_hand - reserved."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from core.db.append_only import append_only
from core.db.base import Id, UtcDateTime, metadata

stock_items = Table(
    "stock_items",
    metadata,
    Column("product_id", Id, ForeignKey("products.id"), primary_key=True),
    Column("on_hand", Integer, nullable=False, server_default="0"),
    Column("reserved", Integer, nullable=False, server_default="0"),  # = sum of order_lines.reserved
    Column("reorder_point", Integer, nullable=False, server_default="0"),
    Column("inbound_on", Date),
    Column("inbound_qty", Integer, nullable=False, server_default="0"),
    Column("snoozed_until", Date),  # nobody is told that it is low or too much before this day
    Column("high_since", Date),  # far too much since this day, and told
    Column("wanted_on", Date),  # the day on which somebody last asked for it to be bought
    CheckConstraint("on_hand >= 0", name="on_hand"),
    CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="reserved"),
    Index("ix_stock_items_low", "product_id", sqlite_where=text("on_hand - reserved - reorder_point < 0"),
          postgresql_where=text("on_hand - reserved - reorder_point < 0")),
)  # fmt: skip

stock_ledger = append_only(
    Table(
        "stock_ledger",
        metadata,
        Column("id", Id, primary_key=True),
        Column("product_id", Id, ForeignKey("products.id"), nullable=False),
        Column("kind", String(20), nullable=False),  # opening | receipt | adjustment | shipment | return
        Column("qty", Integer, nullable=False),  # signed change of on_hand
        Column("source", String(120), nullable=False),  # what caused it, unique per product
        Column("reason", String(200), nullable=False, server_default=""),
        Column("by", String(40), nullable=False),
        Column("at", UtcDateTime, nullable=False),
        CheckConstraint("kind IN ('opening', 'receipt', 'adjustment', 'shipment', 'return')", name="kind"),
        UniqueConstraint("product_id", "source"),
        Index("ix_stock_ledger_sold", "at", "product_id", sqlite_where=text("kind = 'shipment'"),
              postgresql_where=text("kind = 'shipment'")),
    )
)  # fmt: skip
