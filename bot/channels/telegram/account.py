"""Our account at Telegram: its token and secret, the line to the Bot API, and what is told to Telegram at start."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import telegram
import yaml
from telegram.error import BadRequest, InvalidToken, NetworkError, TelegramError
from telegram.request import HTTPXRequest, RequestData

from bot.channels.outbound import only_to
from bot.channels.redact import hide

OFFICIAL_API: Final = "https://api.telegram.org"
WEBHOOK_PATH: Final = "/telegram/webhook"

# What we can answer; anything not named here is never delivered. The list is sticky at Telegram, so always sent.
ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query", "my_chat_member")

_MENU: Final = Path(__file__).with_name("menu")
_MENUS: Final = ("zh-Hans", "en")

_log = logging.getLogger(__name__)

Commands = Mapping[str, Mapping[str, str]]


@dataclass(slots=True, kw_only=True)
class Account:
    """One bot. `username` is learnt from Telegram by `connect`; until then only replies and commands address it."""

    token: str = field(repr=False)
    secret: str = field(default="", repr=False)
    api_url: str = OFFICIAL_API
    proxy: str | None = field(default=None, repr=False)
    username: str = ""

    @property
    def bot_id(self) -> str:
        """The bot's user id, which is the part of the token before the colon."""
        return self.token.partition(":")[0]


class ServerBusyError(NetworkError):
    """Telegram answered 5xx: it did not take the request."""


class Line(HTTPXRequest):
    """The library's HTTP client, telling a refused request (5xx) from a lost answer, which must not be repeated."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *args: Any, **timeouts: Any
    ) -> tuple[int, bytes]:
        """One request. Raises `ServerBusyError` for 5xx."""
        status, body = await super().do_request(url, method, request_data, *args, **timeouts)
        if status >= 500:
            raise ServerBusyError(f"HTTP {status}")
        return status, body


def open_bot(account: Account, *, answer_within: float = 10.0) -> telegram.Bot:
    """A client for the account; its token can no longer reach a log. answer_within: seconds until an answer is lost."""
    hide(account.token)
    hide(account.secret)
    for chatty in ("httpx", "httpcore"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    api = account.api_url.rstrip("/")
    # One pool for everything: the library's own for getUpdates has a single connection, which a broken off long
    # poll can leave stuck.
    line = _line(account, answer_within)
    return telegram.Bot(
        account.token,
        base_url=f"{api}/bot",
        base_file_url=f"{api}/file/bot",
        request=line,
        get_updates_request=line,
    )


async def close_bot(bot: telegram.Bot) -> None:
    """Close its connections."""
    await bot.request.shutdown()


def _line(account: Account, answer_within: float) -> Line:
    return Line(
        connection_pool_size=64,
        connect_timeout=5.0,
        read_timeout=answer_within,
        write_timeout=answer_within,
        pool_timeout=5.0,
        media_write_timeout=60.0,
        proxy=None if _is_loopback(account.api_url) else account.proxy,
        # Proxies come from our own settings alone, never from the environment of the process.
        httpx_kwargs={"trust_env": False, "event_hooks": only_to(account.api_url, httpx.ConnectError)},
    )


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def menus() -> Commands:
    """The command menu by language; Chinese for all we have no words in."""
    chinese, english = (
        yaml.safe_load(_MENU.with_suffix(f".{locale}.yaml").read_text("utf-8")) for locale in _MENUS
    )
    return {"": chinese, "zh": chinese, "en": english}


async def connect(
    bot: telegram.Bot, account: Account, *, public_url: str, commands: Commands, first_delay: float = 1.0
) -> None:
    """Learn our own name, point the webhook at us and set the command menu, trying again until it is done.

    public_url: empty leaves the webhook as it is. commands: two-letter language ("" for all others) -> command ->
    description. Delays double from `first_delay` to a minute. Run it in the background: nothing waits for it.
    """
    delay = first_delay
    while True:
        try:
            await _introduce(bot, account, public_url, commands)
        except TelegramError as error:
            _log.warning("telegram: not connected yet (%s), again in %.0f s", error, delay)
            await asyncio.sleep(delay)
            delay = min(delay * 2, 60.0)
        else:
            _log.info("telegram: connected as @%s", account.username)
            return


async def _introduce(bot: telegram.Bot, account: Account, public_url: str, commands: Commands) -> None:
    account.username = (await bot.get_me()).username or ""
    if public_url and account.secret:
        await bot.set_webhook(
            public_url.rstrip("/") + WEBHOOK_PATH,
            secret_token=account.secret,
            allowed_updates=ALLOWED_UPDATES,
            max_connections=40,
        )
    for language, menu in commands.items():
        try:
            await bot.set_my_commands(list(menu.items()), language_code=language or None)
        except (BadRequest, InvalidToken) as error:
            # The token is good, as getMe has shown: this Bot API does not take the menu, and all else works without.
            _log.warning("telegram: no command menu for %r: %s", language, error)


def was_never_sent(error: NetworkError) -> bool:
    """Whether Telegram surely did not take the request: no connection, none free, our side closed, or a 5xx."""
    # RuntimeError: the client was closed because this process is stopping.
    not_sent = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, RuntimeError)
    return isinstance(error, ServerBusyError) or isinstance(error.__cause__, not_sent)
