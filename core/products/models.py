"""Catalogue tables. `catalogue.revision` grows with every change and is written on the products that changed."""

from sqlalchemy import (
    Boolean,
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

from core.db.base import Id, Json, metadata, scoped_table

catalogue = Table(
    "catalogue",
    metadata,
    Column("id", Integer, primary_key=True),  # always 1
    Column("brand", String(120), nullable=False, server_default=""),
    Column("revision", Integer, nullable=False),
    Column("unit_synonyms", Json, nullable=False),  # {unit: [names]}
    Column("expense_categories", Json, nullable=False),  # {code: [words]}
    CheckConstraint("id = 1", name="single"),
)

products = Table(
    "products",
    metadata,
    Column("id", Id, primary_key=True),
    Column("sku", String(60), nullable=False, unique=True),
    Column("name_zh", String(160), nullable=False),
    Column("name_en", String(160), nullable=False, server_default=""),
    Column("spec", String(160), nullable=False, server_default=""),
    Column("size", String(60), nullable=False, server_default=""),
    Column("category", String(80), nullable=False, server_default=""),
    Column("base_unit", String(20), nullable=False),
    Column("default_unit", String(20), nullable=False),
    Column("units", Json, nullable=False),  # {unit: {"factor": n, "names": [..]}}
    Column("aliases", Json, nullable=False),  # [..]
    Column("aliases_en", Json, nullable=False),
    Column("barcode", String(60), nullable=False, server_default=""),
    Column("min_qty", Integer, nullable=False, server_default="0"),  # base units
    Column("multiple", Integer, nullable=False, server_default="1"),  # base units
    Column("tax_rate", Integer, nullable=False, server_default="1300"),  # hundredths of a percent
    Column("tax_included", Boolean, nullable=False, server_default=text("true")),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("successor", String(60), nullable=False, server_default=""),
    Column("revision", Integer, nullable=False),
    Index(None, "revision"),
)

assortments = scoped_table(
    Table(
        "assortments",
        metadata,
        Column("id", Id, primary_key=True),
        Column("dealer_id", Id, ForeignKey("dealers.id"), nullable=False),
        Column("product_id", Id, ForeignKey("products.id"), nullable=False),
        UniqueConstraint("dealer_id", "product_id"),
    )
)
