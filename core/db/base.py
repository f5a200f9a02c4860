"""What every table is made of: one metadata with named constraints, aware UTC times, JSON, 64-bit ids."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, Table, Text
from sqlalchemy.types import TypeDecorator

from core.db.row_security import secure_rows

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")
"""64-bit; on SQLite a plain INTEGER, which is what makes a primary key the row id."""

Minor = BigInteger
"""Money in minor units."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. Raises ValueError for a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive values; SQLite keeps UTC without its offset."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(value)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give the offset back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """Any JSON value, as text on both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        """Encode."""
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        """Decode."""
        return None if value is None else msgspec.json.decode(value)


def scoped_table(table: Table) -> Table:
    """Mark a table as holding dealers' rows: it must have a `dealer_id`; the guard and PostgreSQL watch it."""
    if "dealer_id" not in table.c:
        raise ValueError(table.name)
    table.info["scoped"] = True
    secure_rows(table)
    return table
