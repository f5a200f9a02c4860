"""The migrations lead to exactly the tables the code declares, on both databases."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from bot.migrations import at_head, migrate
from bot.schema import metadata
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
    for table in metadata.sorted_tables:
        indexes = {found["name"] for found in seen.get_indexes(table.name)}
        assert {index.name for index in table.indexes} <= indexes, table.name
        checks = {found["name"] for found in seen.get_check_constraints(table.name)}
        declared = {
            constraint.name for constraint in table.constraints if constraint.__visit_name__ == "check_constraint"
        }
        assert {str(name) for name in declared} <= {str(name) for name in checks}, table.name


def test_an_empty_database_is_not_at_head_and_an_upgraded_one_is(url: str, engine: Engine) -> None:
    assert not at_head(engine)
    migrate(url)
    assert at_head(engine)


def test_migrating_twice_changes_nothing(url: str, engine: Engine) -> None:
    migrate(url)
    before = sorted(inspect(engine).get_table_names())
    migrate(url)
    assert sorted(inspect(engine).get_table_names()) == before
