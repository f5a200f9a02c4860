"""What a person sends is kept once, handled as on every channel, and answered for only to them."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from PIL import Image

from bot.channels.web import conversation, files, receive
from bot.dialog.messages import Kind
from tests.channels.web.office import LIVE, NOW, Chat, post, upload

A_KEY = "3f9c2d1e7a5b4c60"


def png() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(made, "PNG")
    return made.getvalue()


def test_a_sentence_reaches_the_turn_as_the_chats_own_message(chat: Chat) -> None:
    browser = chat.signed_in("li")
    answer = post(browser, A_KEY, "锤子3箱", locale="en")
    assert answer.status_code == 200
    assert answer.json() == {"status": "done", "seq": 1}
    (inbound,) = chat.taken
    assert (inbound.channel, inbound.account, inbound.sender, inbound.chat) == ("web", "web", "li", "li")
    assert (inbound.message_id, inbound.kind, inbound.text) == (f"li:{A_KEY}", Kind.TEXT, "锤子3箱")
    assert (inbound.at, inbound.locale_hint, inbound.place) == (NOW, "en", "private")


def test_the_same_id_again_is_kept_once_and_handled_under_the_same_key(chat_on_each: Chat) -> None:
    browser = chat_on_each.signed_in("li")
    first, second = (post(browser, A_KEY, "锤子3箱").json() for _ in range(2))
    assert first == second
    assert [message.body["text"] for message in chat_on_each.kept("li")] == ["锤子3箱"]
    assert {inbound.message_id for inbound in chat_on_each.taken} == {f"li:{A_KEY}"}


def test_two_people_may_choose_the_same_id(chat: Chat) -> None:
    for person in ("li", "zhao"):
        assert post(chat.signed_in(person), A_KEY, f"我是{person}").status_code == 200
    assert len({inbound.message_id for inbound in chat.taken}) == 2
    assert [message.body["text"] for message in chat.kept("zhao")] == ["我是zhao"]


def test_a_failed_turn_is_answered_so_that_the_page_tries_again_and_nothing_is_kept_twice(chat: Chat) -> None:
    browser = chat.signed_in("li")
    chat.fails = True
    assert post(browser, A_KEY, "锤子3箱").status_code == 503
    chat.fails = False
    assert post(browser, A_KEY, "锤子3箱").status_code == 200
    assert len(chat.kept("li")) == len(chat.taken) == 1


def test_numbers_are_taken_in_one_order_however_many_write_at_once(chat_on_each: Chat) -> None:
    chat_on_each.signed_in("li")

    def write(n: int) -> int:
        return chat_on_each.database.lane.run(
            lambda connection: conversation.append(
                connection, "li", key=f"key-{n:08}", mine=False, body={"text": str(n)}, at=NOW
            )
        ).seq

    with ThreadPoolExecutor(8) as pool:
        numbers = sorted(pool.map(write, range(40)))
    assert numbers == list(range(1, 41))


def test_a_pressed_button_carries_its_handle_which_the_page_never_saw(chat: Chat) -> None:
    browser = chat.signed_in("li")
    chat.deliver(
        "li",
        "合计 ¥96",
        buttons=[{"label": "确认", "handle": "signed.ok"}, {"label": "取消", "handle": "signed.no"}],
    )
    shown = browser.get("/chat/messages").text
    assert "确认" in shown
    assert "signed" not in shown
    answer = post(browser, A_KEY, press={"message": 1, "button": 0})
    assert answer.status_code == 200
    assert (chat.taken[0].kind, chat.taken[0].choice, chat.taken[0].text) == (Kind.CHOICE, "signed.ok", "")
    mine = browser.get("/chat/messages").json()["messages"][-1]
    assert (mine["text"], mine["pressed"]) == ("确认", {"message": 1, "button": 0})


@pytest.mark.parametrize(
    "press",
    [
        {"message": 1, "button": 2},
        {"message": 1, "button": -1},
        {"message": 1, "button": 1},
        {"message": 9, "button": 0},
    ],
    ids=["no such button", "negative", "a link", "no such message"],
)
def test_a_button_that_is_not_there_is_refused_and_nothing_is_kept(chat: Chat, press: dict[str, int]) -> None:
    browser = chat.signed_in("li")
    chat.deliver(
        "li", "单", buttons=[{"label": "看", "handle": "h"}, {"label": "网页", "url": "https://example.com"}]
    )
    answer = post(browser, A_KEY, press=press)
    assert (answer.status_code, answer.json()) == (409, {"error": "gone"})
    assert not chat.taken
    assert len(chat.kept("li")) == 1


CARD = [
    {"label": "批准", "handle": "h.yes"},
    {"label": "网页", "url": "https://example.com"},
    {"label": "驳回", "handle": "h.no"},
]


def pressed(chat: Chat) -> tuple[Kind, str, str]:
    return chat.taken[-1].kind, chat.taken[-1].text, chat.taken[-1].choice


def test_choices_are_kept_as_buttons_and_as_numbers(chat: Chat) -> None:
    browser = chat.signed_in("li")
    chat.deliver("li", "批准吗", buttons=CARD)
    chat.deliver("li", "好的")
    card, plain = browser.get("/chat/messages").json()["messages"]
    assert card["text"] == "批准吗"
    assert card["numbered"] == "批准吗\n1. 批准\n2. 驳回\n网页: https://example.com"
    assert "numbered" not in plain


def test_a_number_under_a_notice_presses_its_choice_where_choices_are_numbers(chat: Chat) -> None:
    browser = chat.signed_in("li")
    chat.deliver("li", "批准吗", kind="alert", buttons=CARD)
    post(browser, "number-1", " 2。", numbered=True)
    assert pressed(chat) == (Kind.CHOICE, "", "h.no")
    assert [message.body["text"] for message in chat.kept("li")] == ["批准吗", " 2。"]
    for n, text in enumerate(("3", "0", "100", "²", "2箱", "2 1")):
        post(browser, f"others-{n}", text, numbered=True)
        assert pressed(chat) == (Kind.TEXT, text, "")
    post(browser, "by-button", "2")
    assert pressed(chat) == (Kind.TEXT, "2", "")


def test_a_number_under_an_answer_is_the_conversations_own(chat: Chat) -> None:
    browser = chat.signed_in("li")
    chat.deliver("li", "新订单", kind="alert", buttons=CARD)
    chat.deliver("li", "下单吗", buttons=[{"label": "确认", "handle": "h.ok"}])
    post(browser, A_KEY, "1", numbered=True)
    assert pressed(chat) == (Kind.TEXT, "1", "")


def test_a_number_whose_answer_a_notice_has_only_just_followed_is_left_to_the_dialogue(chat: Chat) -> None:
    browser = chat.signed_in("li")
    chat.deliver("li", "下单吗", buttons=[{"label": "确认", "handle": "h.ok"}])
    chat.deliver("li", "批准吗", kind="alert", buttons=CARD)
    post(browser, "number-1", "1", numbered=True)
    assert pressed(chat) == (Kind.TEXT, "1", "h.yes")
    chat.now += timedelta(seconds=10)
    post(browser, "number-2", "1", numbered=True)
    assert pressed(chat) == (Kind.CHOICE, "", "h.yes")
    post(browser, "number-1", "1", numbered=True)
    assert pressed(chat) == (Kind.TEXT, "1", "h.yes")


def test_a_person_cannot_press_buttons_of_another_chat(chat: Chat) -> None:
    chat.signed_in("li")
    chat.deliver("li", "批准吗", buttons=[{"label": "批准", "handle": "approve"}])
    assert post(chat.signed_in("zhao"), A_KEY, press={"message": 1, "button": 0}).status_code == 409
    assert not chat.taken


def test_a_link_other_than_http_is_shown_as_a_label_only(chat: Chat) -> None:
    browser = chat.signed_in("li")
    chat.deliver("li", "看", buttons=[{"label": "点", "url": "javascript:alert(1)"}])
    assert browser.get("/chat/messages").json()["messages"][0]["buttons"] == [{"label": "点"}]


@pytest.mark.parametrize(
    ("name", "content", "kind", "mime"),
    [
        ("店.png", png(), Kind.PHOTO, "image/png"),
        ("evil.png", b"<script>alert(1)</script>", Kind.FILE, files.OTHER),
        ("报价.xlsx", b"PK\x03\x04...", Kind.FILE, files.OTHER),
        ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", Kind.FILE, files.OTHER),
    ],
)
def test_a_file_is_what_its_bytes_say(chat: Chat, name: str, content: bytes, kind: Kind, mime: str) -> None:
    browser = chat.signed_in("li")
    assert upload(browser, A_KEY, name, content).status_code == 200
    (inbound,) = chat.taken
    assert inbound.kind is kind
    assert inbound.media is not None
    assert (inbound.media.name, inbound.media.mime, inbound.media.size) == (name, mime, len(content))
    got = browser.get(f"/chat/files/{inbound.media.ref}")
    assert got.content == content
    assert got.headers["content-type"] == mime
    assert got.headers["content-disposition"].startswith("inline" if kind is Kind.PHOTO else "attachment")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]


def test_the_channel_gives_what_a_message_refers_to(chat: Chat) -> None:
    upload(chat.signed_in("li"), A_KEY, "店.png", png())
    media = chat.taken[0].media
    assert media is not None
    with chat.database.reader.begin() as connection:
        assert files.content(connection, media.ref) == png()
        assert files.content(connection, "no-such-file") is None


def test_a_file_sent_again_is_stored_once(chat: Chat) -> None:
    browser = chat.signed_in("li")
    for _ in range(2):
        assert upload(browser, A_KEY, "a.png", png()).status_code == 200
    assert chat.rows == (1, 1, 1)
    assert chat.taken[0].media == chat.taken[1].media


def test_another_chats_file_and_picture_are_as_if_they_did_not_exist(chat: Chat) -> None:
    upload(chat.signed_in("li"), A_KEY, "a.png", png())
    chat.deliver("li", "扫", picture={"ref": "qr:https://example.com/join/x", "name": ""})
    media = chat.taken[0].media
    assert media is not None
    other = chat.signed_in("zhao")
    for address in (
        f"/chat/files/{media.ref}",
        "/chat/files/nothing",
        "/chat/pictures/2",
        "/chat/pictures/99",
    ):
        assert other.get(address).status_code == 404
        assert chat.browser().get(address).status_code == 401


def test_sent_pictures_are_drawn_or_fetched_and_files_are_saved(chat: Chat) -> None:
    browser = chat.signed_in("li")
    chat.deliver("li", "扫一下", picture={"ref": "qr:https://example.com/join/x", "name": ""})
    chat.deliver("li", "对账单", picture={"ref": "statement", "name": "十月.pdf"})
    chat.deliver("li", "没有", picture={"ref": "lost", "name": "a.pdf"})
    shown = [message["picture"]["inline"] for message in browser.get("/chat/messages").json()["messages"]]
    assert shown == [True, False, False]
    qr, statement, lost = (browser.get(f"/chat/pictures/{seq}") for seq in (1, 2, 3))
    assert (qr.headers["content-type"], files.mime_of(qr.content)) == ("image/png", "image/png")
    assert statement.headers["content-disposition"] == "attachment; filename*=UTF-8''%E5%8D%81%E6%9C%88.pdf"
    assert lost.status_code == 404


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\报价\\十月.xlsx", "十月.xlsx"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("\x00\n", "file"),
        ("长" * 300 + ".pdf", ("长" * 300 + ".pdf")[-receive.MAX_NAME :]),
    ],
)
def test_file_names_lose_folders_and_marks_that_deceive(name: str, kept: str) -> None:
    assert receive.file_name(name) == kept


def test_text_no_database_keeps_is_cleaned_and_markup_is_left_alone(chat: Chat) -> None:
    browser = chat.signed_in("li")
    raw = b'{"id": "%s", "text": "a\\u0000<b>&amp;"}' % A_KEY.encode()
    answer = browser.post("/chat/messages", content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200
    assert chat.taken[0].text == "a<b>&amp;"
    assert receive.storable("x\ud800y") == "xy"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[]", 422),
        (b'{"id": "short", "text": "x"}', 422),
        (b'{"id": "li:' + b"x" * 20 + b'", "text": "x"}', 422),
        (b'{"id": "' + A_KEY.encode() + b'", "text": "  "}', 422),
        (b'{"id": "' + A_KEY.encode() + b'", "text": 5}', 422),
        (b'{"id": "' + A_KEY.encode() + b'", "text": "x", "sender": "wang"}', 422),
        (b'{"id": "' + A_KEY.encode() + b'", "text": "\\ud800"}', 422),
        (b"\xff\xfe", 422),
        (b'{"id": "' + A_KEY.encode() + b'", "text": "' + b"x" * 20_001 + b'"}', 413),
    ],
)
def test_what_no_page_of_ours_sends_is_refused_before_anything_is_kept(
    chat: Chat, body: bytes, status: int
) -> None:
    browser = chat.signed_in("li")
    answer = browser.post("/chat/messages", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert not chat.taken
    assert chat.rows == (0, 0, 1)


def test_files_over_the_limit_or_empty_are_refused(chat: Chat) -> None:
    browser = chat.signed_in("li")
    too_large = upload(browser, A_KEY, "a.bin", b"x" * (files.MAX_BYTES + 1))
    assert (too_large.status_code, too_large.json()) == (413, {"error": "too_large"})
    empty = upload(browser, A_KEY, "a.bin", b"")
    assert (empty.status_code, empty.json()) == (422, {"error": "empty_file"})
    not_a_file = browser.post("/chat/messages", data={"id": A_KEY, "file": "text"}, files={"other": b"x"})
    assert not_a_file.status_code == 422
    broken = browser.post(
        "/chat/messages",
        content=b"--x\r\nbroken",
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    assert broken.status_code == 422
    assert chat.rows == (0, 0, 1)


def test_one_chat_cannot_flood_the_lane(chat: Chat) -> None:
    browser = chat.signed_in("li")
    seen = {post(browser, f"key-{n:08}", "锤子").status_code for n in range(125)}
    assert seen == {200, 429}
    assert len(chat.taken) == 120
    assert post(chat.signed_in("zhao"), A_KEY, LIVE).status_code == 200
