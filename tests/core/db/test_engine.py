"""What the engines' own connections say of themselves: durable, exclusive, bounded in time."""

import sqlite3

import pytest
from sqlalchemy import Engine

from core.db.engine import write_engine
from tests.databases import Database, Databases

DURABLE_SQLITE = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000,
                  "trusted_schema": 0, "mmap_size": 0}  # fmt: skip
DURABLE_POSTGRESQL = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "lock_timeout": "10s",
                      "statement_timeout": "30s", "TimeZone": "UTC"}  # fmt: skip


def said(engine: Engine, question: str, names: dict[str, object]) -> dict[str, object]:
    with engine.begin() as connection:
        return {name: connection.exec_driver_sql(f"{question} {name}").scalar() for name in names}


def test_sqlite_keeps_what_it_has_acknowledged(sqlite: Database) -> None:
    """Read back from both engines, after they have worked."""
    sqlite.lane.run(lambda connection: connection.exec_driver_sql("SELECT 1") and None)
    for engine in (sqlite.engine, sqlite.reader):
        assert said(engine, "PRAGMA", DURABLE_SQLITE) == DURABLE_SQLITE


def test_a_reader_of_sqlite_cannot_write(sqlite: Database) -> None:
    assert said(sqlite.reader, "PRAGMA", {"query_only": 1}) == {"query_only": 1}


@pytest.mark.slow
def test_postgresql_keeps_what_it_has_acknowledged() -> None:
    """On a server as it comes, and with the settings our connections bring."""
    made = Databases(hasty=False)
    try:
        database = Database(made.postgresql_url())
        for engine in (database.engine, database.reader):
            assert said(engine, "SHOW", DURABLE_POSTGRESQL) == DURABLE_POSTGRESQL
        database.close()
    finally:
        made.close()


def test_a_unit_of_work_on_sqlite_holds_the_file_from_its_beginning(sqlite: Database) -> None:
    """A check made before the first write would else be made of what another one is just changing."""
    other = sqlite3.connect(sqlite.url.removeprefix("sqlite:///"), timeout=0)
    engine = write_engine(sqlite.url)
    with engine.begin(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()
    engine.dispose()
