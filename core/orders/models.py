"""Order tables. Quantities are whole base units, money minor units; every child carries its order's dealer.

State: pending_review | confirmed | closed | cancelled. Delivery and payment are derived from the lines and amounts.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from core.db.append_only import append_only
from core.db.base import Id, Json, Minor, UtcDateTime, metadata, scoped_table

drafts = scoped_table(
    Table(
        "drafts",
        metadata,
        Column("id", Id, primary_key=True),
        Column("dealer_id", Id, ForeignKey("dealers.id"), nullable=False),
        Column("member_id", Id, nullable=False),
        Column("place", String(140), nullable=False),
        Column("version", Integer, nullable=False),
        Column("lines", Json, nullable=False),  # [{sku, base_qty, unit, qty}]
        Column("deliver_on", Date),
        Column("address_id", Id),
        Column("note", Text, nullable=False, server_default=""),
        Column("texts", Json, nullable=False),  # what the dealer wrote, in order
        Column(
            "prepared_by", String(40), nullable=False, server_default=""
        ),  # staff who wrote it for the dealer
        Column("updated_at", UtcDateTime, nullable=False),
        UniqueConstraint("dealer_id", "id"),
        UniqueConstraint("dealer_id", "member_id", "place"),
        ForeignKeyConstraint(["dealer_id", "member_id"], ["members.dealer_id", "members.id"]),
        ForeignKeyConstraint(["dealer_id", "address_id"], ["addresses.dealer_id", "addresses.id"]),
    )
)

orders = scoped_table(
    Table(
        "orders",
        metadata,
        Column("id", Id, primary_key=True),
        Column("dealer_id", Id, ForeignKey("dealers.id"), nullable=False),
        Column("number", String(20), nullable=False, unique=True),
        Column("member_id", Id, nullable=False),  # who confirmed it
        Column("prepared_by", String(40), nullable=False, server_default=""),
        Column("state", String(20), nullable=False),
        Column("total", Minor, nullable=False),
        Column("currency", String(3), nullable=False),
        Column("deliver_on", Date),
        Column("ship_to", Json, nullable=False),  # the address as it was
        Column("note", Text, nullable=False, server_default=""),
        Column("texts", Json, nullable=False),  # what the dealer wrote
        Column("confirmed_draft", Json, nullable=False),  # what was shown and confirmed
        Column("fingerprint", String(64), nullable=False),  # equal goods and quantities
        Column("placed_at", UtcDateTime, nullable=False),
        Column("placed_on", Date, nullable=False),  # the brand's day
        Column("excess", Minor, nullable=False, server_default="0"),  # over credit when sent for review
        Column("review_until", UtcDateTime),  # stock reserved and price held until then
        Column("shipped_value", Minor, nullable=False, server_default="0"),
        Column("returned_value", Minor, nullable=False, server_default="0"),
        Column("paid", Minor, nullable=False, server_default="0"),  # settled by payments and credits
        Column("last_shipped_at", UtcDateTime),
        Column("delivered_at", UtcDateTime),
        Column("cancelled_at", UtcDateTime),
        Column("reason", String(300), nullable=False, server_default=""),  # why cancelled or refused
        CheckConstraint("state IN ('pending_review', 'confirmed', 'closed', 'cancelled')", name="state"),
        CheckConstraint("total >= 0 AND paid >= 0 AND paid <= total", name="paid"),
        CheckConstraint("returned_value >= 0 AND returned_value <= shipped_value AND shipped_value <= total",
                        name="shipped"),
        UniqueConstraint("dealer_id", "id"),
        ForeignKeyConstraint(["dealer_id", "member_id"], ["members.dealer_id", "members.id"]),
        Index(None, "dealer_id", "placed_on"),
        Index(None, "placed_on", "id"),
        Index(None, "dealer_id", "fingerprint", "placed_on"),
        Index("ix_orders_review", "review_until", sqlite_where=text("state = 'pending_review'"),
              postgresql_where=text("state = 'pending_review'")),
        Index("ix_orders_open", "dealer_id", "id", sqlite_where=text("state IN ('pending_review', 'confirmed')"),
              postgresql_where=text("state IN ('pending_review', 'confirmed')")),
        Index("ix_orders_unsettled", "dealer_id", "id",
              sqlite_where=text("shipped_value <> paid"),
              postgresql_where=text("shipped_value <> paid")),
    )
)  # fmt: skip

order_lines = scoped_table(
    Table(
        "order_lines",
        metadata,
        Column("id", Id, primary_key=True),
        Column("dealer_id", Id, nullable=False),
        Column("order_id", Id, nullable=False),
        Column("line_no", Integer, nullable=False),
        Column("product_id", Id, ForeignKey("products.id"), nullable=False),
        Column("sku", String(60), nullable=False),
        Column("unit", String(20), nullable=False),  # as ordered
        Column("qty", String(24), nullable=False),  # as ordered, decimal
        Column("base_qty", Integer, nullable=False),
        Column("price", Minor, nullable=False),  # per priced unit
        Column("price_unit", String(20), nullable=False),
        Column("price_factor", Integer, nullable=False),
        Column("price_source", String(60), nullable=False),  # which list and since when, for "why"
        Column("total", Minor, nullable=False),
        Column("reserved", Integer, nullable=False, server_default="0"),
        Column("backordered", Integer, nullable=False, server_default="0"),
        Column("shipped", Integer, nullable=False, server_default="0"),
        Column("returned", Integer, nullable=False, server_default="0"),
        CheckConstraint("base_qty > 0 AND price > 0 AND price_factor > 0 AND total >= 0", name="positive"),
        CheckConstraint("reserved >= 0 AND backordered >= 0 AND shipped >= 0 AND returned >= 0", name="counts"),
        CheckConstraint("shipped + reserved + backordered <= base_qty AND returned <= shipped", name="quantities"),
        UniqueConstraint("dealer_id", "id"),
        UniqueConstraint("order_id", "line_no"),
        ForeignKeyConstraint(["dealer_id", "order_id"], ["orders.dealer_id", "orders.id"]),
        Index("ix_order_lines_backordered", "product_id", "id", sqlite_where=text("backordered > 0"),
              postgresql_where=text("backordered > 0")),
        Index("ix_order_lines_reserved", "product_id", sqlite_where=text("reserved > 0"),
              postgresql_where=text("reserved > 0")),
    )
)  # fmt: skip

overrides = scoped_table(
    Table(
        "overrides",
        metadata,
        Column("id", Id, primary_key=True),
        Column("dealer_id", Id, nullable=False),
        Column("order_id", Id, nullable=False, unique=True),
        Column("excess", Minor, nullable=False),  # how far over the limit it was allowed
        Column("approved_by", Id, ForeignKey("staff.id"), nullable=False),
        Column("at", UtcDateTime, nullable=False),
        ForeignKeyConstraint(["dealer_id", "order_id"], ["orders.dealer_id", "orders.id"]),
    )
)

shipments = scoped_table(
    Table(
        "shipments",
        metadata,
        Column("id", Id, primary_key=True),
        Column("dealer_id", Id, nullable=False),
        Column("order_id", Id, nullable=False),
        Column("carrier", String(80), nullable=False, server_default=""),
        Column("tracking", String(80), nullable=False, server_default=""),
        Column("value", Minor, nullable=False),
        Column("lines", Json, nullable=False),  # [{line_no, sku, base_qty, value}]
        Column("source", String(120), nullable=False),
        Column("by", String(40), nullable=False),
        Column("shipped_at", UtcDateTime, nullable=False),
        Column("received_at", UtcDateTime),
        Column("received_by", String(40), nullable=False, server_default=""),
        UniqueConstraint("dealer_id", "id"),
        UniqueConstraint("dealer_id", "source"),
        ForeignKeyConstraint(["dealer_id", "order_id"], ["orders.dealer_id", "orders.id"]),
        Index(None, "order_id"),
        Index(None, "dealer_id", "shipped_at"),
    )
)

returns = scoped_table(
    Table(
        "returns",
        metadata,
        Column("id", Id, primary_key=True),
        Column("dealer_id", Id, nullable=False),
        Column("order_id", Id, nullable=False),
        Column("value", Minor, nullable=False),
        Column("lines", Json, nullable=False),  # [{line_no, sku, base_qty, value, restock}]
        Column("reason", String(300), nullable=False),
        Column("source", String(120), nullable=False),
        Column("by", String(40), nullable=False),
        Column("at", UtcDateTime, nullable=False),
        UniqueConstraint("dealer_id", "source"),
        ForeignKeyConstraint(["dealer_id", "order_id"], ["orders.dealer_id", "orders.id"]),
        Index(None, "order_id"),
    )
)

settlements = append_only(
    scoped_table(
        Table(
            "settlements",
            metadata,
            Column("id", Id, primary_key=True),
            Column("dealer_id", Id, nullable=False),
            Column("order_id", Id, nullable=False),
            Column("ledger_id", Id, nullable=False),  # the credit it came from
            Column("amount", Minor, nullable=False),  # negative: taken back from a cancelled order
            Column("at", UtcDateTime, nullable=False),
            ForeignKeyConstraint(["dealer_id", "order_id"], ["orders.dealer_id", "orders.id"]),
            ForeignKeyConstraint(
                ["dealer_id", "ledger_id"], ["account_ledger.dealer_id", "account_ledger.id"]
            ),
            Index(None, "order_id"),
            Index(None, "ledger_id"),
        )
    )
)

waits = scoped_table(
    Table(
        "waits",
        metadata,
        Column("id", Id, primary_key=True),
        Column("dealer_id", Id, nullable=False),
        Column("member_id", Id, nullable=False),
        Column("draft_id", Id, nullable=False),
        Column("product_id", Id, ForeignKey("products.id"), nullable=False),
        Column("base_qty", Integer, nullable=False),
        Column("since", UtcDateTime, nullable=False),
        UniqueConstraint("draft_id", "product_id"),
        ForeignKeyConstraint(["dealer_id", "member_id"], ["members.dealer_id", "members.id"]),
        ForeignKeyConstraint(["dealer_id", "draft_id"], ["drafts.dealer_id", "drafts.id"]),
        Index(None, "product_id", "id"),
    )
)
