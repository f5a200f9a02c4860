"""A fake Telegram, a bot that talks to it, and a desk: the channel with a recorder where the turn would be."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import telegram as ptb
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.channels.telegram.account import Account, close_bot, open_bot
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.routes import router
from bot.channels.telegram.send import TelegramSender
from bot.dialog.messages import Inbound, Outcome, Words
from tests.channels.telegram.fake import FakeTelegram

SECRET = "s3cret-of-this-bot_0123456789"


async def until(happened: Callable[[], object], *, within: float = 5.0) -> None:
    """Let the loop run until this is so."""
    async with asyncio.timeout(within):
        while not happened():  # noqa: ASYNC110 it happens in another thread
            await asyncio.sleep(0.001)


class Desk:
    """Keeps what comes in. `refuses`: how many messages it fails to keep first; `slow`: seconds a turn takes."""

    def __init__(self, account: Account, bot: ptb.Bot) -> None:
        self.kept: list[Inbound] = []
        self.parked: list[tuple[bytes, str]] = []
        self.refuses, self.slow = 0, 0.0
        answer = TelegramSender(bot, lambda payload, address: Words(text=""), lambda ref: b"").answer_callback
        self.intake = Intake(account=account, handle=self._handle, park=self._park, answer=answer)

    @property
    def is_empty(self) -> bool:
        return not self.kept and not self.parked

    @property
    def texts(self) -> list[str]:
        return [inbound.text for inbound in self.kept]

    async def _handle(self, inbound: Inbound) -> Outcome:
        await asyncio.sleep(self.slow)
        self._maybe_refuse()
        self.kept.append(inbound)
        return Outcome(status="done")

    async def _park(self, raw: bytes, reason: str) -> None:
        self._maybe_refuse()
        self.parked.append((raw, reason))

    def _maybe_refuse(self) -> None:
        if self.refuses:
            self.refuses -= 1
            raise OSError("disk full")


class Door:
    """An HTTP server in a thread, which opens to whatever app the test puts behind it."""

    def __init__(self) -> None:
        self.app: ASGIApp = FastAPI()
        config = uvicorn.Config(self._enter, port=0, log_config=None, lifespan="off", interface="asgi3")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    async def _enter(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(5)


@pytest.fixture(scope="session")
def door() -> Iterator[Door]:
    door = Door()
    yield door
    door.close()


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def account(telegram: FakeTelegram) -> Account:
    return Account(token=telegram.token, secret=SECRET, api_url=telegram.url, username=telegram.username)


@pytest.fixture
async def bot(account: Account) -> AsyncIterator[ptb.Bot]:
    bot = open_bot(account, answer_within=1.0)
    yield bot
    await close_bot(bot)


@pytest.fixture
def desk(account: Account) -> Desk:
    return Desk(account, open_bot(account))  # a client of its own: it works in another loop


@pytest.fixture
def webhook(door: Door, desk: Desk, telegram: FakeTelegram) -> str:
    """The address of the open door, which the fake Telegram delivers to."""
    door.app = app = FastAPI()
    app.include_router(router(desk.intake))
    url = f"http://127.0.0.1:{door.port}/telegram/webhook"
    telegram.call(telegram.token, "setwebhook", {"url": url, "secret_token": SECRET})
    return url
