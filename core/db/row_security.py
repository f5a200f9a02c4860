"""Row-level security: on PostgreSQL a dealers' table shows and takes only the rows in scope, whatever the statement says.

The scope is the transaction's own setting `dealer.scope`: a dealer's id, "region:<name>", "*" for all, empty for none.
The guard of each engine sets it before a statement that needs another; forced, so that it binds the tables' owner too.
SQLite has no such thing: there the guard alone refuses what carries no scope.
"""

from contextlib import closing
from typing import Any

from sqlalchemy import Connection, Engine, Table, event

EVERYTHING = "*"
NOTHING = ""
_HELD = "dealer.scope"

_POLICY = """
CREATE POLICY scope ON {table} USING (
  CASE current_setting('dealer.scope', true)
    WHEN '*' THEN true
    WHEN dealer_id::text THEN true
    ELSE EXISTS (
      SELECT FROM dealers
      WHERE dealers.id = {table}.dealer_id
        AND 'region:' || dealers.region = current_setting('dealer.scope', true)
    )
  END
)
"""


def row_security_ddl(table: str, dialect: str) -> tuple[str, ...]:
    """The statements that bind a table's rows to the scope; none on SQLite."""
    if dialect != "postgresql":
        return ()
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        _POLICY.format(table=table),
    )


def secure_rows(table: Table) -> None:
    """Have `metadata.create_all` bind a table's rows to the scope; migrations call `row_security_ddl`."""

    @event.listens_for(table, "after_create")
    def bind(target: Table, connection: Connection, **_: Any) -> None:
        for statement in row_security_ddl(target.name, connection.dialect.name):
            connection.exec_driver_sql(statement)


def hold(connection: Connection, scope: str) -> None:
    """Let the rest of the transaction see the rows of this scope. Costs a round trip only when it differs; none on SQLite."""
    if connection.dialect.name != "postgresql" or connection.info.get(_HELD) == scope:
        return
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute("SELECT set_config('dealer.scope', %s, true)", (scope,))
    connection.info[_HELD] = scope


def forget_between_transactions(engine: Engine) -> None:
    """The setting ends with its transaction, and goes back with a savepoint: so does what is remembered of it."""
    if engine.dialect.name != "postgresql":
        return

    @event.listens_for(engine, "commit")
    @event.listens_for(engine, "rollback")
    @event.listens_for(engine, "rollback_savepoint")
    def forget(connection: Connection, *_: Any) -> None:
        connection.info.pop(_HELD, None)
