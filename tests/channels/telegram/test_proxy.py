"""Where Telegram is blocked its calls go through the proxy of the settings, all of them and nothing else."""

import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from telegram.error import NetworkError

from bot.channels.telegram.account import Account, close_bot, open_bot
from tests.channels.telegram.fake import FakeTelegram

NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens


class Proxy(ThreadingHTTPServer):
    """Forwards what is asked of `api.telegram.invalid` to the fake; refuses tunnels. seen: request lines."""

    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        self.upstream, self.seen = upstream, []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Proxy

    def do_POST(self) -> None:
        self.server.seen.append(f"{self.command} {urlsplit(self.path).netloc}")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind = self.headers.get("Content-Type")
        request = urllib.request.Request(
            self.server.upstream + urlsplit(self.path).path,
            data=body,
            headers={"Content-Type": kind} if kind else {},
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5) as answer:
            content = answer.read()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_CONNECT(self) -> None:
        self.server.seen.append(f"CONNECT {self.path}")
        self.send_error(502)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is inherited
        """Say nothing."""


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def proxy(telegram: FakeTelegram) -> Iterator[Proxy]:
    server = Proxy(telegram.url)
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


async def name_of_bot(account: Account) -> str:
    bot = open_bot(account)
    try:
        return str((await bot.get_me()).username)
    finally:
        await close_bot(bot)


async def test_calls_go_through_the_proxy(telegram: FakeTelegram, proxy: Proxy):
    account = Account(token=telegram.token, api_url="http://api.telegram.invalid", proxy=proxy.url)
    assert await name_of_bot(account)
    assert set(proxy.seen) == {"POST api.telegram.invalid"}


async def test_the_official_address_is_tunnelled_and_without_the_proxy_nothing_is_called(proxy: Proxy):
    with pytest.raises(NetworkError) as failed:
        await name_of_bot(Account(token="1:secret-token", proxy=proxy.url))
    assert set(proxy.seen) == {"CONNECT api.telegram.org:443"}
    assert "secret-token" not in str(failed.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_loopback_is_never_proxied(telegram: FakeTelegram, host: str):
    url = telegram.url.replace("127.0.0.1", host)
    assert await name_of_bot(Account(token=telegram.token, api_url=url, proxy=NOBODY))


async def test_a_proxy_of_the_environment_is_not_used(
    telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, NOBODY)
    assert await name_of_bot(Account(token=telegram.token, api_url=telegram.url))
