"""The fake refuses what Telegram refuses and delivers the way Telegram does; else the other tests prove nothing."""

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx2
import pytest

from tests.channels.telegram.fake import FakeTelegram
from tests.channels.telegram.markup import MarkupError, plain
from tests.channels.telegram.people import Person


def call(telegram: FakeTelegram, method: str, **params: Any) -> dict[str, Any]:
    answer = httpx2.post(
        f"{telegram.url}/bot{telegram.token}/{method}", json=params, trust_env=False, verify=False
    )
    body = answer.json()
    assert body["ok"] is (answer.status_code == 200)
    return dict(body)


def keyboard(*rows: list[dict[str, str]]) -> dict[str, Any]:
    return {"inline_keyboard": list(rows)}


@pytest.fixture
def li(telegram: FakeTelegram) -> Person:
    person = telegram.user(101, "李掌柜")
    person.starts()
    return person


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n"}, "message text is empty"),
        ({"text": "好" * 4097}, "message is too long"),
        ({"text": "𠮷" * 2049}, "message is too long"),
        ({"text": "<b>x", "parse_mode": "HTML"}, "can't parse entities: Can't find end tag"),
        ({"text": "a.b", "parse_mode": "MarkdownV2"}, "can't parse entities: Character '.' is reserved"),
        ({"text": "x", "parse_mode": "Rich"}, "unsupported parse_mode"),
        ({"text": "x", "reply_markup": keyboard([{"text": "y", "callback_data": "好" * 22}])}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard([{"text": "y", "callback_data": ""}])}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard([{"text": "y"}])}, "can't parse inline keyboard button"),
        ({"text": "x", "reply_markup": {"inline_keyboard": [{"text": "y"}]}}, "can't parse inline keyboard"),
        ({"text": "x", "reply_markup": keyboard([{"text": "y", "url": "http://localhost/"}])}, "Wrong HTTP URL"),
        ({"text": "x", "reply_markup": keyboard(*[[{"text": "y", "callback_data": "z"}]] * 101)}, "reply markup is too long"),
    ],
)  # fmt: skip
def test_a_call_against_the_rules_is_refused_and_counted(
    telegram: FakeTelegram, li: Person, params: dict[str, Any], refusal: str
) -> None:
    answer = call(telegram, "sendMessage", chat_id=li.id, **params)
    assert answer["error_code"] == 400
    assert refusal in answer["description"]
    assert telegram.violations.total() == 1
    assert li.inbox == []


def test_a_text_at_the_limit_after_its_markup_is_taken(telegram: FakeTelegram, li: Person) -> None:
    text = f"<b>{'好' * 4096}</b>"
    assert call(telegram, "sendMessage", chat_id=li.id, text=text, parse_mode="HTML")["ok"]
    assert li.last.text == "好" * 4096
    assert not telegram.violations


@pytest.mark.parametrize(
    ("text", "mode", "seen"),
    [
        ("1 < 2", "", "1 < 2"),
        ("<b>a &lt;<i>b</i></b> &amp;&#20320;", "HTML", "a <b &你"),
        ('<a href="https://example.com">a</a>', "HTML", "a"),
        (r"*a* _b_ `c.d` \. [e](https://x.y/)", "MarkdownV2", "a b c.d . e"),
        ("||a|| ~b~ __c__", "MarkdownV2", "a b c"),
    ],
)
def test_markup_leaves_the_text_a_reader_sees(text: str, mode: str, seen: str) -> None:
    assert plain(text, mode) == seen


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("1 < 2", "HTML"),
        ("<script>x</script>", "HTML"),
        ("<b><i>x</b></i>", "HTML"),
        ("x</b>", "HTML"),
        ("*a", "MarkdownV2"),
        ("`a", "MarkdownV2"),
        ("[a", "MarkdownV2"),
        ("1-2", "MarkdownV2"),
    ],
)
def test_bad_markup_is_refused(text: str, mode: str) -> None:
    with pytest.raises(MarkupError):
        plain(text, mode)


def test_tokens_methods_and_files_that_do_not_exist(telegram: FakeTelegram) -> None:
    def status(path: str) -> int:
        return httpx2.get(f"{telegram.url}{path}", trust_env=False, verify=False).status_code

    assert status(f"/bot{telegram.token}/getMe") == 200
    assert status("/bot110201543:wrong/getMe") == 401
    assert status("/botnonsense/getMe") == 404
    assert status(f"/bot{telegram.token}/getMoney") == 404
    assert status(f"/file/bot{telegram.token}/files/none") == 404
    assert status("/") == 404


def test_a_sent_photo_can_be_fetched(telegram: FakeTelegram, li: Person) -> None:
    update = telegram.sent[li.sends_photo(b"\xff\xd8\xff picture", "发票")]
    file_id = update["message"]["photo"][-1]["file_id"]
    path = call(telegram, "getFile", file_id=file_id)["result"]["file_path"]
    fetched = httpx2.get(f"{telegram.url}/file/bot{telegram.token}/{path}", trust_env=False, verify=False)
    assert fetched.content == b"\xff\xd8\xff picture"


def test_writing_too_fast_is_refused_and_impatience_counted(telegram: FakeTelegram, li: Person) -> None:
    answers = [call(telegram, "sendMessage", chat_id=li.id, text="x") for _ in range(8)]
    assert [answer["ok"] for answer in answers] == [True] * 6 + [False] * 2
    assert answers[-1]["parameters"] == {"retry_after": 1}
    assert telegram.violations == {"too many requests": 2, "wrote before retry_after": 1}
    time.sleep(1.05)
    assert call(telegram, "sendMessage", chat_id=li.id, text="x")["ok"]


def test_a_group_takes_twenty_a_minute(telegram: FakeTelegram) -> None:
    telegram.rates.chat = (100, 100)
    group = telegram.group(-100500, "群")
    answers = [call(telegram, "sendMessage", chat_id=group.id, text="x") for _ in range(22)]
    assert [answer["ok"] for answer in answers].count(True) == 21
    assert answers[-1]["parameters"]["retry_after"] == 3


def test_editing_to_the_same_is_refused_and_to_another_is_seen(telegram: FakeTelegram, li: Person) -> None:
    message_id = call(telegram, "sendMessage", chat_id=li.id, text="x")["result"]["message_id"]
    same = call(telegram, "editMessageText", chat_id=li.id, message_id=message_id, text="x")
    assert "message is not modified" in same["description"]
    assert call(telegram, "editMessageText", chat_id=li.id, message_id=message_id, text="y")["ok"]
    buttons = keyboard([{"text": "确认", "callback_data": "h"}])
    assert call(
        telegram, "editMessageReplyMarkup", chat_id=li.id, message_id=message_id, reply_markup=buttons
    )["ok"]
    assert (li.last.text, li.last.buttons, li.last.edits) == ("y", ["确认"], 2)


def test_polling_confirms_by_offset(telegram: FakeTelegram) -> None:
    li = telegram.user(101, "李掌柜")
    first, second = li.says("一"), li.says("二")

    def ids(**params: int) -> list[int]:
        return [update["update_id"] for update in call(telegram, "getUpdates", **params)["result"]]

    assert ids() == ids(offset=first) == [first, second]
    assert ids(limit=1) == [first]
    assert ids(offset=second) == [second]
    assert ids() == [second]
    assert ids(offset=second + 1) == ids() == []


def test_polling_and_a_webhook_exclude_each_other(telegram: FakeTelegram) -> None:
    call(telegram, "setWebhook", url="https://example.com/")
    assert call(telegram, "getUpdates")["error_code"] == 409
    call(telegram, "deleteWebhook")
    assert call(telegram, "getUpdates")["ok"]


@pytest.mark.parametrize(("url", "secret"), [("http://example.com/", "x"), ("https://example.com/", "s p"), ("https://example.com/", "x" * 257)])  # fmt: skip
def test_a_bad_webhook_is_refused(telegram: FakeTelegram, url: str, secret: str) -> None:
    assert call(telegram, "setWebhook", url=url, secret_token=secret)["error_code"] == 400


class Receiver:
    """A webhook that notes what it gets and answers what it is told to."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.secrets: set[str] = set()
        self.statuses: list[int] = []
        self.slow: dict[str, float] = {}
        self.headers: dict[str, str] = {}
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                update = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.secrets.add(self.headers["X-Telegram-Bot-Api-Secret-Token"])
                time.sleep(receiver.slow.get(receiver.said(update), 0))
                status = receiver.statuses.pop(0) if receiver.statuses else 200
                if status == 200:
                    receiver.got.append(update)
                self.send_response(status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the name is inherited
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, args=[0.02], daemon=True).start()

    def said(self, update: dict[str, Any]) -> str:
        return str(
            update["callback_query"]["data"] if "callback_query" in update else update["message"]["text"]
        )

    @property
    def heard(self) -> list[str]:
        return [self.said(update) for update in self.got]


@pytest.fixture
def receiver(telegram: FakeTelegram) -> Iterator[Receiver]:
    receiver = Receiver()
    call(
        telegram, "setWebhook", url=f"http://127.0.0.1:{receiver.server.server_port}/", secret_token="s3cret"
    )
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


def test_a_chat_is_delivered_in_order_with_the_secret(telegram: FakeTelegram, receiver: Receiver) -> None:
    li = telegram.user(101, "李掌柜")
    for number in range(10):
        li.says(str(number))
    telegram.settled()
    assert receiver.heard == [str(number) for number in range(10)]
    assert receiver.secrets == {"s3cret"}


def test_a_failing_update_blocks_its_own_queue_only(telegram: FakeTelegram, receiver: Receiver) -> None:
    li, chen = telegram.user(101, "李掌柜"), telegram.user(102, "陈")
    receiver.slow = {"慢": 0.3}
    li.says("慢")
    li.says("后")
    time.sleep(0.05)
    chen.says("快")
    li.presses_data("press")
    telegram.settled()
    assert set(receiver.heard[:2]) == {"快", "press"}  # a press overtakes a text of the same person
    assert receiver.heard[2:] == ["慢", "后"]


def test_a_refused_update_comes_again_at_once_then_with_growing_delay(
    telegram: FakeTelegram, receiver: Receiver
) -> None:
    receiver.statuses = [500, 404, 503]
    began = time.monotonic()
    telegram.user(101, "李掌柜").says("一")
    telegram.settled()
    assert [attempt.status for attempt in telegram.delivery.attempts] == [500, 404, 503, 200]
    assert time.monotonic() - began >= (2 + 4) * telegram.time_scale


def test_retry_after_is_honoured(telegram: FakeTelegram, receiver: Receiver) -> None:
    receiver.statuses, receiver.headers = [503], {"Retry-After": "8"}
    began = time.monotonic()
    telegram.user(101, "李掌柜").says("一")
    telegram.settled()
    assert time.monotonic() - began >= 8 * telegram.time_scale


def test_duplicates_reordering_and_redelivery_come_on_demand(
    telegram: FakeTelegram, receiver: Receiver
) -> None:
    li = telegram.user(101, "李掌柜")
    telegram.duplicates = 1
    update_id = li.says("一")
    telegram.settled()
    telegram.duplicates = 0
    telegram.hold()
    for number in range(6):
        li.says(str(number))
    telegram.release(shuffled=3)
    telegram.settled()
    assert receiver.heard[:2] == ["一", "一"]
    assert sorted(receiver.heard[2:]) == [str(number) for number in range(6)] != receiver.heard[2:]
    assert telegram.redeliver(update_id).status == 200
    assert receiver.heard[-1] == "一"


def test_an_answer_that_would_be_executed_is_a_violation(telegram: FakeTelegram, receiver: Receiver) -> None:
    answer = type("Answer", (), {"status_code": 200, "content": b'{"method": "sendMessage"}', "headers": {}})
    telegram.delivery._client.post = lambda *_, **__: answer  # type: ignore[method-assign,assignment]
    telegram.user(101, "李掌柜").says("一")
    telegram.settled()
    assert telegram.violations == {"a webhook answer would be executed": 1}


def test_a_kind_that_is_not_allowed_is_never_delivered(telegram: FakeTelegram, receiver: Receiver) -> None:
    call(
        telegram,
        "setWebhook",
        url=f"http://127.0.0.1:{receiver.server.server_port}/",
        allowed_updates=["message"],
    )
    li = telegram.user(101, "李掌柜")
    li.presses_data("x")
    li.blocks()
    li.starts()
    telegram.settled()
    assert receiver.heard == ["/start"]


def test_hearing_waits_and_tells_what_it_missed(telegram: FakeTelegram, li: Person) -> None:
    for text in ("一", "二", "三"):
        call(telegram, "sendMessage", chat_id=li.id, text=text)
    assert li.hears().text == "一"
    assert li.hears("三").text == "三"
    li.hears_nothing(during=0.05)
    with pytest.raises(AssertionError, match="hears nothing with '四'"):
        li.hears("四", within=0.05)
    with pytest.raises(AssertionError, match="no button"):
        li.presses("确认")
