"""Ledgers: tables whose rows are written once. Triggers refuse UPDATE and DELETE on both databases."""

from typing import Any

from sqlalchemy import Connection, Table, event

_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only';
END $$
"""


def append_only_ddl(table: str, dialect: str) -> tuple[str, ...]:
    """The statements that make a table append-only on "sqlite" or "postgresql", for create_all and for migrations."""
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for change in ("UPDATE", "DELETE")
        )
    trigger = f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
    return _POSTGRESQL_FUNCTION, f"{trigger} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"


def append_only(table: Table) -> Table:
    """Mark a table as a ledger; `metadata.create_all` adds its triggers, migrations call `append_only_ddl`."""
    table.info["append_only"] = True

    @event.listens_for(table, "after_create")
    def add_triggers(target: Table, connection: Connection, **_: Any) -> None:
        for statement in append_only_ddl(target.name, connection.dialect.name):
            connection.exec_driver_sql(statement)

    return table
