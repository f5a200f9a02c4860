"""A running application with a WeChat account, for each test its own or one for a file."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.channels.wechat.serving import App
from tests.channels.wechat.shop import shop
from tests.databases import Databases

Open = Callable[..., App]


@pytest.fixture
def opened(all_databases: Databases, tmp_path: Path) -> Iterator[Open]:
    with ExitStack() as stack:
        yield lambda kind="sqlite", **how: stack.enter_context(shop(all_databases, kind, tmp_path, **how))


@pytest.fixture(scope="module")
def app(all_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """One for all tests of a file: each brings people of its own."""
    with shop(all_databases, "sqlite", tmp_path_factory.mktemp("shop")) as running:
        yield running
