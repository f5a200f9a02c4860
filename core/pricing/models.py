"""Price tables: dated, append-only. The newest that is valid wins, a dealer's own before its level's."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table
from sqlalchemy.schema import SchemaItem

from core.db.base import Id, Minor, UtcDateTime, metadata, scoped_table


def _price_columns() -> list[SchemaItem]:
    return [
        Column("product_id", Id, ForeignKey("products.id"), nullable=False),
        Column("unit", String(20), nullable=False),
        Column("factor", Integer, nullable=False),  # base units in `unit` when the price was set
        Column("price", Minor, nullable=False),  # minor units per `unit`
        Column("valid_from", Date, nullable=False),
        Column("set_by", String(40), nullable=False),
        Column("set_at", UtcDateTime, nullable=False),
        CheckConstraint("price > 0", name="price"),
        CheckConstraint("factor > 0", name="factor"),
    ]


level_prices = Table(
    "level_prices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("level", String(20), nullable=False),  # "" is every level
    *_price_columns(),
    Index(None, "product_id", "level", "valid_from"),
)

dealer_prices = scoped_table(
    Table(
        "dealer_prices",
        metadata,
        Column("id", Id, primary_key=True),
        Column("dealer_id", Id, ForeignKey("dealers.id"), nullable=False),
        *_price_columns(),
        Index(None, "dealer_id", "product_id", "valid_from"),
    )
)
