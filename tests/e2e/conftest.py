"""Installations to test end to end: each test gets a brand of its own in a database of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.migrations import migrate
from tests.databases import Database, Databases
from tests.e2e.brand import first_invite, load_brand
from tests.e2e.running import App, running

Open = Callable[..., tuple[App, str]]


@pytest.fixture
def opened(all_databases: Databases, tmp_path: Path) -> Iterator[Open]:
    """open(kind) -> the running application with the brand loaded, and the first administrator's invite."""
    with ExitStack() as stack:

        def open_(kind: str = "sqlite", *, hurried: bool = True) -> tuple[App, str]:
            folder = tmp_path / str(len(list(tmp_path.iterdir())))
            folder.mkdir()
            sqlite = f"sqlite:///{folder}/dealer.sqlite3"
            url = sqlite if kind == "sqlite" else all_databases.empty_postgresql_url()
            migrate(url)
            database = Database(url)
            stack.callback(database.close)
            load_brand(database, folder)
            invite = first_invite(database)
            return stack.enter_context(running(database, folder, hurried=hurried)), invite

        yield open_
