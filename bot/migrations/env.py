"""What Alembic runs: the product's metadata against the connection it is given, or against an empty SQLite."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import create_engine

from bot.migrations.ledgers import add_ledgers
from bot.schema import metadata
from core.db.base import Json, UtcDateTime


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Column types of our own, by the name they are imported under; everything else as Alembic writes it."""
    if kind == "type" and isinstance(item, UtcDateTime | Json):
        name = type(item).__name__
        autogen.imports.add(f"from core.db.base import {name}")
        return f"{name}()"
    return False


def run() -> None:
    """Upgrade, downgrade or compare."""
    connection = context.config.attributes.get("connection")
    if connection is None:  # the developer's `alembic` command
        with create_engine("sqlite://").connect() as empty:
            migrate(empty)
    else:
        migrate(connection)


def migrate(connection: Any) -> None:
    """Run what was asked for on one connection, in its transaction."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_item=render_item,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        process_revision_directives=add_ledgers,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
