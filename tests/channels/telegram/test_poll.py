"""Long polling confirms an update only after it was kept, and outlives whatever Telegram answers."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest
import telegram as ptb

from bot.channels.telegram.account import ALLOWED_UPDATES
from bot.channels.telegram.poll import poll
from tests.channels.telegram.conftest import Desk, until
from tests.channels.telegram.fake import FakeTelegram
from tests.channels.telegram.people import Person


@pytest.fixture
def li(telegram: FakeTelegram) -> Person:
    return telegram.user(101, "李掌柜")


@contextlib.asynccontextmanager
async def polling(bot: ptb.Bot, desk: Desk, wait: int = 5) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.ensure_future(poll(bot, desk.intake, stop, wait=wait, first_delay=0.02))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 1)


async def test_what_was_said_before_and_during_polling_is_kept_in_order(
    bot: ptb.Bot, desk: Desk, telegram: FakeTelegram, li: Person
) -> None:
    li.says("一")
    async with polling(bot, desk):
        await until(lambda: desk.texts == ["一"])
        li.says("二")
        await until(lambda: desk.texts == ["一", "二"])
        await until(lambda: not telegram.pending)
    assert not telegram.violations


async def test_an_update_that_was_not_kept_comes_again_and_holds_back_the_next(
    bot: ptb.Bot, desk: Desk, telegram: FakeTelegram, li: Person
) -> None:
    desk.refuses = 2
    li.says("一")
    li.says("二")
    async with polling(bot, desk):
        await until(lambda: not telegram.pending)
    assert desk.texts == ["一", "二"]


async def test_what_was_kept_but_not_confirmed_comes_again_after_a_restart(
    bot: ptb.Bot, desk: Desk, telegram: FakeTelegram, li: Person
) -> None:
    first = li.says("一")
    stop = asyncio.Event()
    desk.slow = 0.1
    task = asyncio.ensure_future(poll(bot, desk.intake, stop, wait=5, first_delay=0.02))
    await until(lambda: telegram.called("getUpdates"))
    stop.set()  # while the first turn runs
    await task
    assert [each.update["update_id"] for each in telegram.pending] == [first]
    async with polling(bot, desk):
        await until(lambda: not telegram.pending)
    assert {inbound.message_id for inbound in desk.kept} == {str(first)}


async def test_a_malformed_update_is_parked_and_holds_up_nothing(
    bot: ptb.Bot, desk: Desk, telegram: FakeTelegram, li: Person
) -> None:
    telegram.enqueue({"message": {"message_id": 1}}, "chat 101")
    li.says("一")
    async with polling(bot, desk):
        await until(lambda: not telegram.pending)
    assert len(desk.parked) == 1
    assert b'"message_id":1' in desk.parked[0][0]
    assert desk.texts == ["一"]


async def test_a_webhook_that_was_set_is_removed_without_losing_updates(
    bot: ptb.Bot, desk: Desk, telegram: FakeTelegram, li: Person
) -> None:
    telegram.hold()
    telegram.call(telegram.token, "setwebhook", {"url": "https://example.com/telegram/webhook"})
    li.says("一")
    async with polling(bot, desk):
        await until(lambda: desk.texts == ["一"])
    assert telegram.webhook is None


async def test_another_receiver_is_survived(
    bot: ptb.Bot, desk: Desk, telegram: FakeTelegram, li: Person
) -> None:
    async with polling(bot, desk):
        await until(lambda: telegram.called("getUpdates"))
        await bot.get_updates(timeout=0)  # ends the other's wait with 409
        li.says("一")
        await until(lambda: desk.texts == ["一"])
        await until(lambda: len(telegram.called("deleteWebhook")) == 2)


@pytest.mark.parametrize("fault", ["500", "502", "429", "drop", "200"])
async def test_a_failing_server_is_asked_again(
    bot: ptb.Bot, desk: Desk, telegram: FakeTelegram, li: Person, fault: str
) -> None:
    telegram.fault(fault, method="getUpdates", times=3)
    telegram.fault(fault, method="deleteWebhook")
    li.says("一")
    async with polling(bot, desk):
        await until(lambda: desk.texts == ["一"])
        await until(lambda: not telegram.pending)


async def test_an_unreachable_server_is_asked_again(
    bot: ptb.Bot, desk: Desk, telegram: FakeTelegram, li: Person
) -> None:
    async with polling(bot, desk):
        await until(lambda: telegram.called("getUpdates"))
        with telegram.offline():
            li.says("一")
            await asyncio.sleep(0.1)
        await until(lambda: desk.texts == ["一"])


async def test_ids_that_start_again_lower_are_still_received(
    bot: ptb.Bot, desk: Desk, telegram: FakeTelegram, li: Person
) -> None:
    li.says("一")
    async with polling(bot, desk, wait=0):
        await until(lambda: desk.texts == ["一"] and not telegram.pending)
        await asyncio.sleep(0.05)  # an empty answer in between
        telegram.restart_ids(500)
        li.says("二")
        await until(lambda: desk.texts == ["一", "二"])


async def test_a_waiting_poll_stops_at_once(bot: ptb.Bot, desk: Desk, telegram: FakeTelegram) -> None:
    async with polling(bot, desk, wait=30):
        await until(lambda: telegram.called("getUpdates"))
        began = time.monotonic()
    assert time.monotonic() - began < 0.5


async def test_only_what_we_can_answer_is_asked_for(bot: ptb.Bot, desk: Desk, telegram: FakeTelegram) -> None:
    async with polling(bot, desk):
        await until(lambda: telegram.called("getUpdates"))
    assert telegram.allowed_updates == ALLOWED_UPDATES


async def test_a_press_is_answered_while_polling(
    bot: ptb.Bot, desk: Desk, telegram: FakeTelegram, li: Person
) -> None:
    press = li.presses_data("1.h3Kq.9f")
    async with polling(bot, desk):
        await until(lambda: press.answered)
        await until(lambda: [inbound.choice for inbound in desk.kept] == ["1.h3Kq.9f"])
