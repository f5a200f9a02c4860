"""What became of a message is said exactly, over HTTP, for everything Telegram and the line can answer."""

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any

import pytest
import telegram as ptb
from telegram.error import BadRequest, Conflict, NetworkError, RetryAfter, TelegramError

from bot.channels.telegram.account import Account, close_bot, open_bot
from bot.channels.telegram.send import TelegramSender, judge
from bot.dialog.messages import Button, Picture, Words
from notifications.outbox.sender import Address, Moved, Refused, Result, Retry, Sent, Unknown
from tests.channels.telegram.conftest import until
from tests.channels.telegram.fake import FakeTelegram
from tests.channels.telegram.people import Person

HOSTILE = [
    "<b>bold",
    "*_[x](y)`",
    "&lt;&#0;",
    "'); DROP TABLE orders;--",
    "忽略以上指令",
    "\u202e倒",
    "/start x",
    "]]>",
]


def words(payload: Mapping[str, Any], address: Address) -> Words:
    buttons = tuple(Button(label=label, handle=f"h.{label}") for label in payload.get("buttons", ()))
    picture = Picture(ref=payload["picture"]) if "picture" in payload else None
    return Words(text=payload.get("text", ""), buttons=buttons, picture=picture)


def no_file(ref: str) -> bytes:
    raise FileNotFoundError(ref)


def address_of(chat: int) -> Address:
    return Address(channel="telegram", account="110201543", chat=str(chat), subject="m:1")


@pytest.fixture
def sender(bot: ptb.Bot) -> TelegramSender:
    return TelegramSender(bot, words, no_file)


@pytest.fixture
def li(telegram: FakeTelegram) -> Person:
    person = telegram.user(101, "李掌柜")
    person.starts()
    return person


async def send(sender: TelegramSender, chat: int, text: str = "好", **payload: Any) -> Result:
    return await sender.send(address_of(chat), {"text": text, **payload})


async def test_a_message_arrives_with_its_buttons(sender: TelegramSender, li: Person) -> None:
    result = await send(sender, li.id, "合计 ¥96", buttons=["确认", "取消"])
    assert result == Sent(str(li.last.id))
    assert (li.last.text, li.last.buttons) == ("合计 ¥96", ["确认", "取消"])


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_text_arrives_untouched(
    sender: TelegramSender, li: Person, telegram: FakeTelegram, hostile: str
) -> None:
    assert isinstance(await send(sender, li.id, hostile, buttons=[hostile[:20]]), Sent)
    assert (li.last.text, li.last.buttons) == (hostile, [hostile[:20]])
    assert not telegram.violations


async def test_ten_thousand_characters_arrive_in_order_with_the_buttons_at_the_end(
    sender: TelegramSender, li: Person, telegram: FakeTelegram
) -> None:
    text = "".join(chr(0x4E00 + number % 5000) for number in range(10_000))
    assert isinstance(await send(sender, li.id, text, buttons=["确认"]), Sent)
    assert "".join(message.text for message in li.inbox) == text
    assert [message.buttons for message in li.inbox] == [[], [], ["确认"]]
    assert not telegram.violations


async def test_a_qr_code_arrives_as_a_picture_with_its_words(sender: TelegramSender, li: Person) -> None:
    assert isinstance(await send(sender, li.id, "扫码加入", picture="qr:https://t.me/b?start=t"), Sent)
    assert (li.last.text, li.last.photo[:4]) == ("扫码加入", b"\x89PNG")


async def test_a_stored_file_arrives_as_a_document(bot: ptb.Bot, li: Person) -> None:
    sender = TelegramSender(bot, words, lambda ref: b"PK\x03\x04 statement")
    assert isinstance(await send(sender, li.id, "对账单", picture="stored:7"), Sent)
    assert (li.last.text, li.last.document) == ("对账单", b"PK\x03\x04 statement")


async def test_words_go_alone_when_their_picture_is_gone(sender: TelegramSender, li: Person) -> None:
    assert isinstance(await send(sender, li.id, "对账单", picture="stored:7"), Sent)
    assert (li.last.text, li.last.photo, li.last.document) == ("对账单", b"", b"")


async def test_nothing_to_say_is_refused_without_a_call(
    sender: TelegramSender, telegram: FakeTelegram
) -> None:
    assert await send(sender, 101, " ") == Refused("nothing to say")
    assert telegram.calls == []


async def test_someone_who_blocked_us_is_unreachable(sender: TelegramSender, li: Person) -> None:
    li.blocks()
    assert await send(sender, li.id) == Refused(
        "Forbidden: Forbidden: bot was blocked by the user", unreachable=True
    )


async def test_someone_who_never_started_us_is_unreachable(
    sender: TelegramSender, telegram: FakeTelegram
) -> None:
    stranger = telegram.user(102, "陌生人")
    result = await send(sender, stranger.id)
    assert isinstance(result, Refused)
    assert result.unreachable


async def test_a_deleted_account_is_unreachable(sender: TelegramSender, li: Person) -> None:
    li.is_deleted()
    result = await send(sender, li.id)
    assert isinstance(result, Refused)
    assert result.unreachable


async def test_an_unknown_chat_is_unreachable(sender: TelegramSender) -> None:
    assert await send(sender, 999) == Refused("BadRequest: Chat not found", unreachable=True)


async def test_a_group_that_moved_says_where_to(sender: TelegramSender, telegram: FakeTelegram) -> None:
    group = telegram.group(-4021557, "城南五金")
    group.migrates(-1002214470365)
    assert await send(sender, group.id) == Moved("-1002214470365")


async def test_any_other_refusal_is_final_but_keeps_the_address(bot: ptb.Bot, li: Person) -> None:
    # a chat that lost the right to buttons, say: nothing we could repeat
    sender = TelegramSender(
        bot, lambda payload, address: Words(text="x", buttons=(Button(label=" ", handle="h"),)), no_file
    )
    result = await send(sender, li.id)
    assert isinstance(result, Refused)
    assert not result.unreachable


async def test_too_many_requests_says_when_to_come_back(
    sender: TelegramSender, li: Person, telegram: FakeTelegram
) -> None:
    telegram.rates.chat = (1, 0.25)
    assert isinstance(await send(sender, li.id), Sent)
    refused = await send(sender, li.id)
    assert isinstance(refused, Retry)
    assert refused.after == pytest.approx(4, abs=0.1)


async def test_a_refused_chat_is_left_alone_until_it_may_be_written_to(
    sender: TelegramSender, li: Person, telegram: FakeTelegram
) -> None:
    telegram.rates.chat = (1, 0.1)
    await send(sender, li.id)
    await send(sender, li.id)
    held = await send(sender, li.id)
    assert isinstance(held, Retry)
    assert held.after == pytest.approx(10, abs=0.5)
    assert telegram.violations["wrote before retry_after"] == 0
    assert len(telegram.called("sendMessage")) == 2


async def test_one_refused_chat_holds_up_no_other(
    sender: TelegramSender, li: Person, telegram: FakeTelegram
) -> None:
    telegram.rates.chat = (1, 0.1)
    chen = telegram.user(103, "陈")
    chen.starts()
    await send(sender, li.id)
    await send(sender, li.id)
    assert isinstance(await send(sender, chen.id), Sent)


@pytest.mark.parametrize("status", ["500", "502", "503", "504"])
async def test_a_busy_server_did_not_take_the_message(
    sender: TelegramSender, li: Person, telegram: FakeTelegram, status: str
) -> None:
    telegram.fault(status)
    assert isinstance(await send(sender, li.id), Retry)
    assert isinstance(await send(sender, li.id), Sent)


async def test_a_refused_connection_did_not_take_the_message(
    sender: TelegramSender, li: Person, telegram: FakeTelegram
) -> None:
    with telegram.offline():
        assert isinstance(await send(sender, li.id), Retry)
    assert isinstance(await send(sender, li.id), Sent)


async def test_what_is_sent_while_the_process_stops_is_left_for_the_next(
    account: Account, li: Person
) -> None:
    bot = open_bot(account)
    await close_bot(bot)
    assert isinstance(await send(TelegramSender(bot, words, no_file), li.id), Retry)
    assert li.inbox == []


@pytest.mark.parametrize("fault", ["drop", "hang"])
async def test_a_lost_answer_means_perhaps_sent_and_is_not_repeated(
    sender: TelegramSender, li: Person, telegram: FakeTelegram, fault: str
) -> None:
    telegram.fault(fault)
    assert isinstance(await send(sender, li.id, "¥1,356"), Unknown)
    assert [message.text for message in li.inbox] == ["¥1,356"]


async def test_an_answer_that_is_no_json_means_perhaps_sent(
    sender: TelegramSender, li: Person, telegram: FakeTelegram
) -> None:
    telegram.fault("200")
    assert isinstance(await send(sender, li.id), Unknown)


async def test_a_wrong_token_is_tried_again_and_loudly_logged(
    sender: TelegramSender, li: Person, telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.token = "110201543:BBHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
    assert isinstance(await send(sender, li.id), Retry)
    assert [record.levelname for record in caplog.records] == ["CRITICAL"]


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (BadRequest("Message is not modified: specified new message content is the same"), Sent()),
        (BadRequest("Peer_id_invalid"), Refused("BadRequest: Peer_id_invalid", unreachable=True)),
        (BadRequest("Message is too long"), Refused("BadRequest: Message is too long")),
        (RetryAfter(7), Retry("RetryAfter: Flood control exceeded. Retry in 0:00:07", after=7.0)),
        (Conflict("terminated"), Retry("Conflict: terminated", after=60.0)),
        (
            NetworkError("Too Many Requests: retry after 3"),
            Retry("NetworkError: Too Many Requests: retry after 3"),
        ),
        (NetworkError("httpx.ReadError: "), Unknown("NetworkError: httpx.ReadError: ")),
        (TelegramError("Invalid server response"), Unknown("TelegramError: Invalid server response")),
    ],
)
def test_errors_that_seldom_come_have_their_meaning(error: TelegramError, result: Result) -> None:
    assert judge(error) == result


async def test_a_message_broken_off_midway_is_finished(
    sender: TelegramSender, li: Person, telegram: FakeTelegram
) -> None:
    text = "好" * 4096 + "的" * 10
    task = asyncio.ensure_future(send(sender, li.id, text))
    await until(lambda: li.inbox)
    telegram.fault("502")
    assert isinstance(await task, Sent)
    assert [message.text[:1] for message in li.inbox] == ["好", "的"]


async def test_messages_to_one_chat_arrive_in_the_order_given(sender: TelegramSender, li: Person) -> None:
    texts = [f"{number}" for number in range(5)]
    results = await asyncio.gather(*(send(sender, li.id, text) for text in texts))
    assert all(isinstance(result, Sent) for result in results)
    assert [message.text for message in li.inbox] == texts


async def test_no_other_message_comes_between_the_parts_of_a_long_one(
    sender: TelegramSender, li: Person
) -> None:
    await asyncio.gather(send(sender, li.id, "好" * 4096 + "的" * 10), send(sender, li.id, "后"))
    assert [message.text[0] for message in li.inbox] == ["好", "的", "后"]


async def test_a_slow_chat_delays_no_other(
    sender: TelegramSender, li: Person, telegram: FakeTelegram
) -> None:
    chen = telegram.user(103, "陈")
    chen.starts()
    telegram.fault("hang")
    slow = asyncio.ensure_future(send(sender, li.id))
    await asyncio.sleep(0.1)
    began = time.monotonic()
    assert isinstance(await send(sender, chen.id), Sent)
    assert time.monotonic() - began < 0.5
    assert isinstance(await slow, Unknown)


async def test_writing_fast_breaks_no_limit(sender: TelegramSender, telegram: FakeTelegram) -> None:
    people = [telegram.user(200 + number, f"p{number}") for number in range(12)]
    for person in people:
        person.starts()
    results = await asyncio.gather(*(send(sender, person.id) for _ in range(5) for person in people))
    assert not telegram.violations
    assert all(isinstance(result, Sent) for result in results)


async def test_a_press_is_answered_once_and_too_late_is_harmless(
    sender: TelegramSender, li: Person, telegram: FakeTelegram
) -> None:
    await send(sender, li.id, buttons=["确认"])
    press = li.presses("确认")
    await sender.answer_callback(press.id)
    assert press.answered
    await sender.answer_callback(press.id)
    await sender.answer_callback("no such press")
    telegram.fault("502")
    await sender.answer_callback(press.id)


async def test_no_log_holds_the_token(
    sender: TelegramSender,
    li: Person,
    telegram: FakeTelegram,
    account: Account,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for chatty in ("", "httpx", "httpcore", "telegram"):
        caplog.set_level(logging.DEBUG, logger=chatty)
    await send(sender, li.id)
    telegram.fault("502")
    await send(sender, li.id)
    telegram.fault("drop")
    await send(sender, li.id)
    telegram.token = "110201543:another"
    await send(sender, li.id)
    assert "/bot***/sendMessage" in caplog.text
    assert account.token not in caplog.text
