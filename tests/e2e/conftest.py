"""Installations to test end to end: each test gets a brand of its own in a database of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.migrations import migrate
from tests.databases import Database, Databases, as_application
from tests.e2e.books import at_rest, books
from tests.e2e.brand import first_invite, load_brand
from tests.e2e.running import App, running
from tests.e2e.stage import Stage
from tests.e2e.story import ZH, trade

Open = Callable[..., tuple[App, str]]


@pytest.fixture
def opened(all_databases: Databases, tmp_path: Path) -> Iterator[Open]:
    """open(kind) -> the running application with the brand loaded, and the first administrator's invite."""
    with ExitStack() as stack:
        yield lambda kind="sqlite", **how: stack.enter_context(
            installation(all_databases, kind, tmp_path, **how)
        )


@pytest.fixture(scope="session")
def undisturbed(all_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The books after the script in Chinese, at a pace Telegram allows, with nothing in its way."""
    with installation(all_databases, "sqlite", tmp_path_factory.mktemp("story"), hurried=False) as (
        app,
        invite,
    ):
        trade(Stage(app), invite, ZH)
        at_rest(app.database)
        assert not app.telegram.violations
        return books(app.database)


@contextmanager
def installation(
    databases: Databases, kind: str, folder: Path, *, hurried: bool = True
) -> Iterator[tuple[App, str]]:
    """A migrated database with the brand in it, and `dealer serve` on it."""
    sqlite = f"sqlite:///{folder}/dealer.sqlite3"
    url = sqlite if kind == "sqlite" else databases.empty_postgresql_url()
    migrate(url)
    database = Database(as_application(url))
    try:
        load_brand(database, folder)
        invite = first_invite(database)
        with running(database, folder, hurried=hurried) as app:
            yield app, invite
    finally:
        database.close()
