"""Fixtures every test may use: a database of each kind, and the time it is."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.databases import Database, Databases, databases
from tests.watch import Watch, watched


@pytest.fixture(scope="session", autouse=True)
def watch() -> Iterator[Watch]:
    with watched() as made:
        yield made


@pytest.fixture(autouse=True)
def nothing_secret_is_logged(watch: Watch) -> Iterator[None]:
    """No test may bring a secret or a telephone number into a log, whatever else it is about."""
    watch.attach()
    watch.found.clear()
    yield
    assert not watch.found, f"logged: {watch.found[0][:300]}"


@pytest.fixture(scope="session")
def all_databases() -> Iterator[Databases]:
    with databases() as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, all_databases: Databases) -> Iterator[Database]:
    """An empty database at the newest schema: the test runs once on each kind."""
    url = all_databases.sqlite_url() if request.param == "sqlite" else all_databases.postgresql_url()
    made = Database(url)
    yield made
    made.close()
    all_databases.drop(url)


@pytest.fixture
def sqlite(all_databases: Databases) -> Iterator[Database]:
    """An empty SQLite database, for what cannot differ between the two."""
    made = Database(all_databases.sqlite_url())
    yield made
    made.close()


@pytest.fixture
def postgresql(all_databases: Databases) -> Iterator[Database]:
    """An empty PostgreSQL database, for what only it can do."""
    url = all_databases.postgresql_url()
    made = Database(url)
    yield made
    made.close()
    all_databases.drop(url)


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
