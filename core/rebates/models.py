"""Rebate tables. A programme is one period of one agreement; amounts in minor units, rates in thousandths of a percent."""

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
)

from core.db.append_only import append_only
from core.db.base import Id, Minor, UtcDateTime, metadata, scoped_table

programmes = Table(
    "rebate_programmes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", String(40), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("whose", String(60), nullable=False),  # "dealer:<id>", "level:<level>", or "all"
    Column("kind", String(10), nullable=False),  # whole | marginal
    Column("sku", String(60), nullable=False, server_default=""),  # "": not of one product
    Column("category", String(80), nullable=False, server_default=""),  # "": every category
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("begins", UtcDateTime, nullable=False),  # the first moment of first_day in the brand's zone
    Column("ends", UtcDateTime, nullable=False),  # the first moment after last_day
    CheckConstraint("kind IN ('whole', 'marginal')", name="kind"),
    CheckConstraint("last_day >= first_day AND ends > begins", name="days"),
    Index(None, "whose", "ends"),
    Index(None, "ends"),
)

tiers = Table(
    "rebate_tiers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("programme_id", Id, ForeignKey("rebate_programmes.id"), nullable=False),
    Column("above", Minor, nullable=False),  # the rate holds for more than this
    Column("rate", Integer, nullable=False),
    CheckConstraint("above >= 0 AND rate >= 0 AND rate <= 100000", name="bounds"),
    UniqueConstraint("programme_id", "above"),
)

settlements = append_only(
    scoped_table(
        Table(
            "rebate_settlements",
            metadata,
            Column("id", Id, primary_key=True),
            Column("dealer_id", Id, ForeignKey("dealers.id"), nullable=False),
            Column("programme_id", Id, ForeignKey("rebate_programmes.id"), nullable=False),
            Column("turn", Integer, nullable=False),  # 1, 2, 3 ... of this dealer and programme
            Column("base", Minor, nullable=False),  # bought by then, returns taken off
            Column("due", Minor, nullable=False),  # what that earns
            Column("paid_before", Minor, nullable=False),
            Column("amount", Minor, nullable=False),  # paid now; negative: taken back
            Column("by", String(40), nullable=False),
            Column("at", UtcDateTime, nullable=False),
            CheckConstraint("amount <> 0", name="amount"),
            CheckConstraint("paid_before + amount >= due", name="due"),
            UniqueConstraint("dealer_id", "programme_id", "turn"),
        )
    )
)
