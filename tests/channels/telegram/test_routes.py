"""The webhook: forgeries change nothing, what comes is kept before it is acknowledged, and never lost."""

import json
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from bot.channels.telegram.account import Account
from bot.channels.telegram.routes import MAX_BODY, router
from bot.dialog.messages import Kind
from tests.channels.telegram.conftest import SECRET, Desk
from tests.channels.telegram.fake import FakeTelegram
from tests.channels.telegram.test_receive import PAYLOADS

HEADER = "X-Telegram-Bot-Api-Secret-Token"
BODY = json.dumps(PAYLOADS["text"]).encode()


def post(url: str, content: Any = BODY, secret: Any = SECRET) -> httpx2.Response:
    with httpx2.Client(trust_env=False, verify=False) as client:
        return client.post(url, content=content, headers=[(HEADER, secret)])


def in_pieces(size: int) -> Iterator[bytes]:
    for _ in range(size // 50_000):
        yield b" " * 50_000


def test_an_update_is_kept_and_answered_with_nothing(webhook: str, desk: Desk) -> None:
    answer = post(webhook)
    assert (answer.status_code, answer.content) == (200, b"")
    assert desk.texts == ["羊角锤 0.75kg 3箱，线手套两打，周四要"]


FORGERIES: dict[str, list[tuple[str, Any]]] = {
    "absent": [],
    "empty": [(HEADER, "")],
    "wrong": [(HEADER, "guessed")],
    "a prefix": [(HEADER, SECRET[:-1])],
    "one character more": [(HEADER, f"{SECRET}x")],
    "in capitals": [(HEADER, SECRET.upper())],
    "another bot's": [(HEADER, "s3cret-of-other-bot_0123456789")],
    "unicode": [(HEADER, "密钥".encode())],
    "high bytes": [(HEADER, b"\xff\xfe" + SECRET.encode())],
    "twice, right first": [(HEADER, SECRET), (HEADER, "x")],
    "twice, right last": [(HEADER, "x"), (HEADER, SECRET)],
    "twice the right one": [(HEADER, SECRET), (HEADER, SECRET)],
    "both in one": [(HEADER, f"x, {SECRET}")],
    "under another name": [("X-Telegram-Secret", SECRET), ("Authorization", f"Bearer {SECRET}")],
}


@pytest.mark.parametrize("headers", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_call_changes_nothing(webhook: str, desk: Desk, headers: list[tuple[str, Any]]) -> None:
    with httpx2.Client(trust_env=False, verify=False) as client:
        answer = client.post(f"{webhook}?secret_token={SECRET}", content=BODY, headers=headers)
    assert (answer.status_code, answer.content) == (403, b"")
    assert desk.is_empty


@pytest.mark.parametrize("body", [b"x" * (MAX_BODY + 1), b"{", b""], ids=["huge", "broken", "empty"])
def test_a_forged_body_is_not_even_read(webhook: str, desk: Desk, body: bytes) -> None:
    assert post(webhook, body, "wrong").status_code == 403
    assert desk.is_empty


def test_a_forged_call_in_chunks_is_refused_before_its_body_ends(webhook: str, desk: Desk) -> None:
    where = urlsplit(webhook)
    with socket.create_connection((str(where.hostname), int(where.port or 0)), timeout=5) as connection:
        head = (
            f"POST {where.path} HTTP/1.1\r\nHost: x\r\n{HEADER}: wrong\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        connection.sendall(head.encode() + b"5\r\nhello\r\n")  # and no end
        assert connection.recv(100).startswith(b"HTTP/1.1 403")
    assert desk.is_empty


def test_a_get_is_no_update(webhook: str, desk: Desk) -> None:
    with httpx2.Client(trust_env=False, verify=False) as client:
        assert client.get(webhook, headers={HEADER: SECRET}).status_code == 405
    assert desk.is_empty


def test_the_eleventh_forgery_a_minute_is_told_to_wait_while_telegram_is_not(
    webhook: str, desk: Desk
) -> None:
    assert [post(webhook, secret="guess").status_code for _ in range(12)] == [403] * 10 + [429] * 2
    assert post(webhook).status_code == 200
    assert len(desk.kept) == 1


@pytest.mark.parametrize(
    "content", [b" " * (MAX_BODY + 1), in_pieces(MAX_BODY + 100_000)], ids=["whole", "chunked"]
)
def test_a_body_over_the_limit_is_refused(webhook: str, desk: Desk, content: Any) -> None:
    answer = post(webhook, content)
    assert (answer.status_code, answer.content) == (413, b"")
    assert desk.is_empty


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"update_id": 1e400}',
        b'{"update_id": 7, "message": {"message_id": 1}}',
        b'{"update_id": 7, "message": {"text": "\\ud800"}}',
        b"<xml/>",
    ],
)
def test_what_is_no_update_is_parked_as_it_came(webhook: str, desk: Desk, raw: bytes) -> None:
    answer = post(webhook, raw)
    assert (answer.status_code, answer.content) == (200, b"")
    assert [parked for parked, _ in desk.parked] == [raw]
    assert desk.kept == []


def test_what_could_not_be_kept_is_asked_for_again(webhook: str, desk: Desk) -> None:
    desk.refuses = 1
    answer = post(webhook)
    assert (answer.status_code, answer.content, answer.headers["Retry-After"]) == (503, b"", "2")
    assert post(webhook).status_code == 200
    assert len(desk.kept) == 1


def test_what_could_not_even_be_parked_is_asked_for_again(webhook: str, desk: Desk) -> None:
    desk.refuses = 1
    assert post(webhook, b"{").status_code == 503
    assert desk.parked == []


def test_an_update_nobody_waits_for_is_acknowledged(webhook: str, desk: Desk) -> None:
    assert post(webhook, json.dumps(PAYLOADS["channel_post"])).status_code == 200
    assert desk.is_empty


def test_a_door_without_a_secret_does_not_open(desk: Desk, account: Account) -> None:
    account.secret = ""
    with pytest.raises(ValueError, match="secret"):
        router(desk.intake)


def test_telegram_delivers_again_until_it_is_kept(webhook: str, desk: Desk, telegram: FakeTelegram) -> None:
    desk.refuses = 3
    li = telegram.user(101, "李掌柜")
    li.says("羊角锤3箱")
    li.says("线手套两打")
    telegram.settled()
    assert desk.texts == ["羊角锤3箱", "线手套两打"]
    assert [attempt.status for attempt in telegram.delivery.attempts] == [503, 503, 503, 200, 200]


def test_a_press_is_answered_while_its_turn_still_runs(
    webhook: str, desk: Desk, telegram: FakeTelegram
) -> None:
    desk.slow = 1.0
    press = telegram.user(101, "李掌柜").presses_data("1.h3Kq.9f")
    telegram.wait_for(lambda: press.answered, 0.9, "not answered in time")
    assert desk.kept == []
    telegram.settled()
    assert [(inbound.kind, inbound.choice) for inbound in desk.kept] == [(Kind.CHOICE, "1.h3Kq.9f")]


def test_a_hanging_answer_to_a_press_delays_no_turn(webhook: str, desk: Desk, telegram: FakeTelegram) -> None:
    telegram.fault("hang", method="answerCallbackQuery")
    began = time.monotonic()
    telegram.user(101, "李掌柜").presses_data("1.h3Kq.9f")
    telegram.settled()
    assert time.monotonic() - began < 1
    assert len(desk.kept) == 1
