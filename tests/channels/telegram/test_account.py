"""Introducing ourselves to Telegram, a line that obeys our settings alone, and secrets that stay secret."""

import asyncio
import copy
import logging

import pytest
import telegram as ptb
from telegram.error import TelegramError

from bot.channels.redact import hide, redact
from bot.channels.telegram.account import ALLOWED_UPDATES, Account, close_bot, connect, menus, open_bot
from bot.channels.telegram.receive import parse
from bot.understand.catalogue import Catalogue
from bot.understand.context import Context
from bot.understand.index import build_index
from bot.understand.types import Social
from bot.understand.understand import understand
from tests.channels.telegram.conftest import SECRET, until
from tests.channels.telegram.fake import FakeTelegram
from tests.channels.telegram.methods import METHODS
from tests.channels.telegram.test_receive import PAYLOADS

MENU = {"": {"help": "What I can do"}, "zh": {"help": "我能做什么", "order": "下单"}}


async def test_connecting_learns_our_name_and_sets_webhook_and_menus(
    bot: ptb.Bot, account: Account, telegram: FakeTelegram
) -> None:
    account.username = ""
    await connect(bot, account, public_url="https://desk.example.com/", commands=MENU)
    assert account.username == telegram.username
    assert telegram.webhook is not None
    assert (telegram.webhook.url, telegram.webhook.secret) == (
        "https://desk.example.com/telegram/webhook",
        SECRET,
    )
    assert telegram.allowed_updates == ALLOWED_UPDATES
    assert telegram.commands == MENU


async def test_a_bot_api_without_menus_is_good_enough(
    bot: ptb.Bot, account: Account, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(METHODS, "setmycommands")
    await asyncio.wait_for(connect(bot, account, public_url="", commands=menus()), 2)


async def test_our_menus_are_taken_and_say_the_same_in_each_language(
    bot: ptb.Bot, account: Account, telegram: FakeTelegram
) -> None:
    await connect(bot, account, public_url="", commands=menus())
    assert telegram.commands == menus()
    assert menus()["zh"].keys() == menus()["en"].keys()


@pytest.mark.parametrize("command", menus()["en"])
def test_each_command_of_the_menu_is_understood(command: str) -> None:
    payload = copy.deepcopy(PAYLOADS["command"])
    payload["message"]["text"] = f"/{command}"
    inbound = parse(payload, bot_id="1")
    assert inbound is not None
    index = build_index(Catalogue(products=()))
    meant = understand(inbound.text, Context(now=inbound.at), index)
    assert not any(isinstance(move, Social) for move in meant.moves)
    assert meant.moves


async def test_without_a_public_address_the_webhook_stays_as_it_is(
    bot: ptb.Bot, account: Account, telegram: FakeTelegram
) -> None:
    await connect(bot, account, public_url="", commands={})
    assert telegram.called("setWebhook") == []


async def test_connecting_is_tried_again_until_it_is_done(
    bot: ptb.Bot, account: Account, telegram: FakeTelegram
) -> None:
    telegram.fault("502", times=2)
    telegram.fault("drop", method="setWebhook")
    with telegram.offline():
        task = asyncio.ensure_future(
            connect(bot, account, public_url="https://desk.example.com", commands=MENU, first_delay=0.01)
        )
        await asyncio.sleep(0.03)
    await asyncio.wait_for(task, 5)
    assert telegram.commands == MENU


async def test_a_wrong_token_keeps_trying_without_saying_it(
    bot: ptb.Bot, account: Account, telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.token = "110201543:another"
    task = asyncio.ensure_future(connect(bot, account, public_url="", commands={}, first_delay=0.01))
    await until(lambda: len(caplog.records) >= 2)
    task.cancel()
    assert account.token not in caplog.text


async def test_no_proxy_stands_between_us_and_loopback(
    account: Account, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    account.proxy = "http://127.0.0.1:9"
    bot = open_bot(account)
    assert (await bot.get_me()).username == telegram.username
    await close_bot(bot)


async def test_the_proxy_of_the_settings_is_used_for_the_world(telegram: FakeTelegram) -> None:
    account = Account(token="1:AAAA_the_token", api_url="http://telegram.invalid", proxy=telegram.url)
    bot = open_bot(account)
    with pytest.raises(TelegramError):  # the fake is no proxy, but it was asked
        await bot.get_me()
    await close_bot(bot)
    assert telegram.bugs == []
    assert telegram.requested == ["http://telegram.invalid/bot1:AAAA_the_token/getMe"]


def test_an_account_shows_no_secret() -> None:
    account = Account(token="1:AAAA_the_token", secret="the_secret", proxy="http://user:pass@proxy")
    for secret in ("AAAA", "the_secret", "pass"):
        assert secret not in repr(account)
    assert account.bot_id == "1"


def test_a_hidden_secret_is_gone_from_messages_arguments_and_tracebacks(
    caplog: pytest.LogCaptureFixture,
) -> None:
    hide("hunter2-hunter2")
    log = logging.getLogger("some.library.deep.inside")
    log.warning("calling %s", "https://host/bothunter2-hunter2/getMe")
    log.warning("hunter2-hunter2 100%")
    try:
        int("at hunter2-hunter2")
    except ValueError:
        log.exception("failed")
    log.warning("untouched %d", 5)
    assert "hunter2" not in caplog.text
    assert "calling https://host/bot***/getMe" in caplog.text
    assert "invalid literal for int() with base 10: 'at ***'" in caplog.text
    assert caplog.records[-1].args == (5,)
    assert redact("x hunter2-hunter2") == "x ***"


def test_hiding_nothing_hides_nothing() -> None:
    hide("")
    assert redact("abc") == "abc"
