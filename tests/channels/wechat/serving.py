"""The real application in a thread, on a database, with a fake WeChat before it."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn

from bot.app import create_app
from bot.running import Running, open_parts
from bot.settings import Settings
from tests.channels.wechat.fake import FakeWeChat
from tests.databases import Database

KEY = "a key of the tests over WeChat, thirty-two and more"


@dataclass
class App:
    """What a test may look into."""

    database: Database
    wechat: FakeWeChat
    running: Running
    settings: Settings
    url: str


def settings_for(database: Database, wechat: FakeWeChat, **changes: str) -> Settings:
    account = {name.removeprefix("DEALER_").lower(): value for name, value in wechat.settings.items()}
    return Settings(
        _env_file=None,
        database_url=database.url,
        migrate_database_url=database.url,
        secret_key=KEY,
        **account,
        **changes,
    )


@contextmanager
def serving(database: Database, wechat: FakeWeChat, *, role: str = "all", **changes: str) -> Iterator[App]:
    """Serve until the end of the block; WeChat delivers to it."""
    settings = settings_for(database, wechat, **changes)
    assert settings.problems() == []
    running = open_parts(settings)
    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    config = uvicorn.Config(create_app(running, role=role), log_config=None, timeout_graceful_shutdown=3)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        assert thread.is_alive(), "it did not start"
        assert time.monotonic() < deadline, "it did not start in time"
        time.sleep(0.005)
    wechat.webhook = f"http://127.0.0.1:{port}/wechat"
    try:
        yield App(database, wechat, running, settings, f"http://127.0.0.1:{port}")
    finally:
        server.should_exit = True
        thread.join(20)
        taken.close()
        assert not thread.is_alive(), "it did not stop"
