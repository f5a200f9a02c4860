"""What Alembic does not see of a table: `append_only("audit")` and `row_security("orders")` are written into a migration."""

from typing import Any

from alembic import op
from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation
from alembic.operations.ops import CreateTableOp, MigrationScript
from sqlalchemy import text

from bot.schema import metadata
from core.db.append_only import append_only_ddl
from core.db.row_security import row_security_ddl


def append_only(table: str) -> None:
    """Triggers that refuse UPDATE and DELETE. On SQLite a table that is rebuilt needs them again."""
    for statement in append_only_ddl(table, op.get_bind().dialect.name):
        op.execute(text(statement))


def row_security(table: str) -> None:
    """Dealers' rows are seen in scope only, on PostgreSQL."""
    for statement in row_security_ddl(table, op.get_bind().dialect.name):
        op.execute(text(statement))


class BindOp(MigrateOperation):
    """Stands for one of these calls while a migration is being generated."""

    def __init__(self, call: str, table: str) -> None:
        self.call = call
        self.table = table


@renderers.dispatch_for(BindOp)
def render(autogen: AutogenContext, operation: BindOp) -> str:
    """As it stands in a migration."""
    autogen.imports.add(f"from bot.migrations.ledgers import {operation.call}")
    return f"{operation.call}({operation.table!r})"


def add_ledgers(_context: Any, _revision: Any, scripts: list[MigrationScript]) -> None:
    """Follow the creation of tables with what binds them, while a migration is being generated."""
    upgrade = scripts[0].upgrade_ops
    if upgrade is None:
        return
    created = [operation.table_name for operation in upgrade.ops if isinstance(operation, CreateTableOp)]
    for mark, call in (("append_only", "append_only"), ("scoped", "row_security")):
        upgrade.ops += [BindOp(call, name) for name in created if metadata.tables[name].info.get(mark)]
