"""The migrations lead to exactly the tables the code declares, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, delete, false, insert, inspect, literal, select, table, update
from sqlalchemy import column as sql_column
from sqlalchemy.exc import DBAPIError

from bot.migrations import at_head, migrate
from bot.schema import metadata
from core.audit.models import audit
from core.db.engine import write_engine
from tests.databases import Databases


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, all_databases: Databases) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{all_databases.folder / f'{request.node.name}.sqlite3'}"
    return all_databases.empty_postgresql_url()


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    made = write_engine(url, guarded=False)
    yield made
    made.dispose()


def test_an_upgraded_database_equals_the_declared_tables(url: str, engine: Engine) -> None:
    migrate(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_every_named_constraint_and_index_is_there_after_an_upgrade(url: str, engine: Engine) -> None:
    migrate(url)
    seen = inspect(engine)
    for declared_table in metadata.sorted_tables:
        name = declared_table.name
        indexes = {found["name"] for found in seen.get_indexes(name)}
        assert {index.name for index in declared_table.indexes} <= indexes, name
        checks = {found["name"] for found in seen.get_check_constraints(name)}
        declared = {
            constraint.name
            for constraint in declared_table.constraints
            if constraint.__visit_name__ == "check_constraint"
        }
        assert {str(check) for check in declared} <= {str(check) for check in checks}, name


def test_an_empty_database_is_not_at_head_and_an_upgraded_one_is(url: str, engine: Engine) -> None:
    assert not at_head(engine)
    migrate(url)
    assert at_head(engine)


def test_migrating_twice_changes_nothing(url: str, engine: Engine) -> None:
    migrate(url)
    before = sorted(inspect(engine).get_table_names())
    migrate(url)
    assert sorted(inspect(engine).get_table_names()) == before


def test_ledgers_of_an_upgraded_database_refuse_changes(url: str, engine: Engine) -> None:
    migrate(url)
    ledgers = [table for table in metadata.sorted_tables if table.info.get("append_only")]
    assert {"audit", "stock_ledger", "account_ledger"} <= {table.name for table in ledgers}
    row = {"actor": "t", "action": "t", "object_type": "t", "object_ref": "t", "detail": {}}
    with engine.begin() as connection:
        connection.execute(insert(audit), {**row, "at": datetime(2026, 1, 1, tzinfo=UTC)})
    for change in (update(audit).values(actor="x"), delete(audit)):
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(change)


def test_triggers_of_an_upgraded_database_are_those_of_a_created_one(
    engine: Engine, url: str, all_databases: Databases
) -> None:
    migrate(url)
    made = all_databases.sqlite_url() if engine.dialect.name == "sqlite" else all_databases.postgresql_url()
    other = write_engine(made, guarded=False)
    assert triggers(engine) == triggers(other) != []
    other.dispose()


def triggers(engine: Engine) -> list[str]:
    catalogue = {
        "sqlite": ("sqlite_master", "name", "type"),
        "postgresql": ("pg_trigger", "tgname", "tgisinternal"),
    }
    name, column, kind = catalogue[engine.dialect.name]
    source = table(name, sql_column(column), sql_column(kind))
    wanted = source.c[kind] == (literal("trigger") if name == "sqlite_master" else false())
    with engine.connect() as connection:
        return sorted(connection.execute(select(source.c[column]).where(wanted)).scalars())
