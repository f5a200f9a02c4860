"""Ledgers in migrations: `append_only("audit")` is written into a migration where such a table is created."""

from typing import Any

from alembic import op
from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation
from alembic.operations.ops import CreateTableOp, MigrationScript
from sqlalchemy import text

from bot.schema import metadata
from core.db.append_only import append_only_ddl


def append_only(table: str) -> None:
    """Triggers that refuse UPDATE and DELETE. On SQLite a table that is rebuilt needs them again."""
    for statement in append_only_ddl(table, op.get_bind().dialect.name):
        op.execute(text(statement))


class AppendOnlyOp(MigrateOperation):
    """Stands for the call while a migration is being generated."""

    def __init__(self, table: str) -> None:
        self.table = table


@renderers.dispatch_for(AppendOnlyOp)
def render(autogen: AutogenContext, operation: AppendOnlyOp) -> str:
    """As it stands in a migration."""
    autogen.imports.add("from bot.migrations.ledgers import append_only")
    return f"append_only({operation.table!r})"


def add_ledgers(_context: Any, _revision: Any, scripts: list[MigrationScript]) -> None:
    """Follow the creation of ledgers with their triggers, while a migration is being generated."""
    upgrade = scripts[0].upgrade_ops
    if upgrade is None:
        return
    created = [operation.table_name for operation in upgrade.ops if isinstance(operation, CreateTableOp)]
    upgrade.ops += [AppendOnlyOp(name) for name in created if metadata.tables[name].info.get("append_only")]
