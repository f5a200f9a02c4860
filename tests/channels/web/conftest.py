import pytest

from tests.channels.web.office import Chat
from tests.databases import Database


@pytest.fixture
def chat(sqlite: Database) -> Chat:
    return Chat(sqlite)


@pytest.fixture
def chat_on_each(database: Database) -> Chat:
    return Chat(database)
