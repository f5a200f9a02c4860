"""A shop to import into."""

from datetime import datetime
from pathlib import Path

import pytest

from tests.bot.files.shop import Shop
from tests.databases import Database


@pytest.fixture
def shop(database: Database, tmp_path: Path, now: datetime) -> Shop:
    return Shop(database, tmp_path, now)


@pytest.fixture
def small_shop(sqlite: Database, tmp_path: Path, now: datetime) -> Shop:
    """On SQLite only, for what is decided before the database."""
    return Shop(sqlite, tmp_path, now)
