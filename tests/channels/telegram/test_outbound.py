"""Our clients call the configured address only: not what a path, a redirect or an answer names.

Seen to fail: without the hook every case here reaches the other server; a file's path given as an address did before it was there.
"""

import http.server
import threading
from collections.abc import Iterator

import httpx2
import pytest
from telegram.error import NetworkError

from bot.channels.outbound import only_to
from bot.channels.telegram.account import Account, close_bot, open_bot
from bot.model.client import Model
from tests.channels.telegram.fake import FakeTelegram

ELSEWHERE = (
    "http://169.254.169.254/latest/meta-data/", "http://[::1]:{port}/", "http://127.0.0.2:{port}/", "http://localhost:{port}/",
    "http://2130706433:{port}/", "http://0x7f000001:{port}/", "http://0.0.0.0:{port}/", "http://[::ffff:127.0.0.1]:{port}/",
    "https://127.0.0.1:{port}/", "http://127.0.0.1:{other}/", "http://127.0.0.1:{port}@127.0.0.1:{other}/",
    "http://10.0.0.1/", "http://example.com/", "http://127.0.0.1.example.com/",
)  # fmt: skip


class _Other(http.server.BaseHTTPRequestHandler):
    """Answers anything; on the configured port, with a redirect to wherever `to` says."""

    seen: list[str]
    to = ""

    def do_GET(self) -> None:
        self.seen.append(self.path)
        self.send_response(302 if self.to else 200)
        if self.to:
            self.send_header("Location", self.to)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET  # noqa: N815 - the library's name

    def log_message(self, *_: object) -> None:
        pass


def _served(to: str = "") -> tuple[http.server.HTTPServer, list[str]]:
    seen: list[str] = []
    server = http.server.HTTPServer(("127.0.0.1", 0), type("Handler", (_Other,), {"seen": seen, "to": to}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, seen


@pytest.fixture
def other() -> Iterator[tuple[int, list[str]]]:
    """Another server: its port, and what was asked of it."""
    server, seen = _served()
    yield server.server_port, seen
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("address", ELSEWHERE)
async def test_another_address_is_refused(other: tuple[int, list[str]], address: str) -> None:
    port, seen = other
    url = address.format(port=1, other=port)
    async with httpx2.AsyncClient(event_hooks=only_to("http://127.0.0.1:1", httpx2.ConnectError)) as client:
        with pytest.raises(httpx2.ConnectError, match="configured"):
            await client.get(url)
    assert seen == []


async def test_a_redirect_to_another_address_is_not_followed_even_where_redirects_are(
    other: tuple[int, list[str]],
) -> None:
    port, seen = other
    door, knocked = _served(f"http://127.0.0.1:{port}/inside")
    url = f"http://127.0.0.1:{door.server_port}"
    async with httpx2.AsyncClient(
        follow_redirects=True, event_hooks=only_to(url, httpx2.ConnectError)
    ) as client:
        with pytest.raises(httpx2.ConnectError, match="configured"):
            await client.get(f"{url}/door")
    assert (knocked, seen) == (["/door"], [])
    model = Model(url=url, key="", model="m")
    assert await model.lines("红茶2箱", ()) is None
    await model.close()
    door.shutdown()
    door.server_close()
    assert seen == []


async def test_a_files_path_that_is_an_address_is_not_fetched(other: tuple[int, list[str]]) -> None:
    port, seen = other
    with FakeTelegram() as telegram:
        account = Account(token=telegram.token, secret="s" * 20, api_url=telegram.url)
        bot = open_bot(account)
        with pytest.raises(NetworkError):
            await bot.request.retrieve(f"http://127.0.0.1:{port}/secret")
        await close_bot(bot)
    assert seen == []
