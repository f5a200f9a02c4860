"""Words become calls within Telegram's limits, and nothing in them is read as markup."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.render import MAX_CAPTION, MAX_TEXT, arrange, cut, draw_qr, last_text, render
from bot.dialog.messages import Button, Picture, Words

YES, NO = Button(label="确认", handle="h.yes"), Button(label="取消", handle="h.no")


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def test_a_short_text_is_one_message_with_its_buttons() -> None:
    (call,) = render(Words(text="合计 ¥96", buttons=(YES, NO)))
    assert (call.method, call.text, call.rows) == ("sendMessage", "合计 ¥96", ((YES, NO),))


@pytest.mark.parametrize("length", [3, 1000, 1024, 4096, 9000])
@pytest.mark.parametrize("picture", [None, Picture(ref="qr:x")])
def test_a_note_under_what_was_decided_fits_what_was_sent(length: int, picture: Picture | None) -> None:
    words = Words(text="字" * length, buttons=(YES, NO), picture=picture)
    sent = render(words)[-1]
    text, is_caption = last_text(words, "\n— 已定")
    assert text.endswith("\n— 已定")
    assert is_caption == (sent.method == "sendPhoto")
    assert units(text) <= (MAX_CAPTION if is_caption else MAX_TEXT)
    assert sent.text.endswith(text.removesuffix("\n— 已定")) or text.startswith(sent.text[:500])


_signs = st.characters(exclude_characters="\n", exclude_categories=["Cs"])
_written = st.text(_signs, min_size=1)


@given(st.lists(st.text(_signs, max_size=30).map(lambda text: f"·{text}"), min_size=1, max_size=60))
def test_lines_that_fit_are_never_broken(lines: list[str]) -> None:
    parts = cut("\n".join(lines), 100)
    assert "\n".join(parts).split("\n") == lines
    assert all(units(part) <= 100 for part in parts)


@given(st.lists(_written, min_size=20, max_size=100).map("·".join), st.integers(2, 90))
def test_a_line_that_does_not_fit_keeps_every_character(line: str, limit: int) -> None:
    parts = cut(line, limit)
    assert [sign for part in parts for sign in part if sign.strip()] == [
        sign for sign in line if sign.strip()
    ]
    assert all(0 < units(part) <= limit for part in parts)


def test_a_long_text_is_cut_between_lines() -> None:
    lines = [f"{number}. 羊角锤 {number}箱" for number in range(1000)]
    calls = render(Words(text="\n".join(lines), buttons=(YES,)))
    assert len(calls) > 1
    assert "\n".join(call.text for call in calls).split("\n") == lines
    assert [bool(call.rows) for call in calls] == [False] * (len(calls) - 1) + [True]


def test_a_character_outside_the_basic_plane_is_never_cut_in_half() -> None:
    parts = cut("x" + "𠮷" * 5000, MAX_TEXT)
    assert "".join(parts) == "x" + "𠮷" * 5000
    assert all(units(part) <= MAX_TEXT for part in parts)


def test_half_a_character_is_replaced_rather_than_breaking_the_call() -> None:
    (call,) = render(Words(text="好\ud83d"))
    assert call.text == "好\ufffd"


@pytest.mark.parametrize(
    "hostile", ["<b>x", "*_[`", "&lt;", "{{7*7}}", "\u202eabc", "/start x", "a\x07b", "]]>"]
)
def test_hostile_text_goes_out_as_it_is(hostile: str) -> None:
    (call,) = render(Words(text=hostile))
    assert call.text == hostile


def test_words_without_text_make_no_call() -> None:
    assert render(Words(text=" \n ", buttons=(YES,))) == []


def test_a_picture_carries_the_text_as_caption_and_the_buttons() -> None:
    (call,) = render(Words(text="扫码加入", buttons=(YES,), picture=Picture(ref="qr:https://t.me/b?start=t")))
    assert (call.method, call.text, call.rows, call.name) == ("sendPhoto", "扫码加入", ((YES,),), "qr.png")
    assert call.file == draw_qr("https://t.me/b?start=t")


def test_a_text_too_long_for_a_caption_follows_the_picture() -> None:
    text = "好" * (MAX_CAPTION + 1)
    photo, message = render(Words(text=text, buttons=(YES,), picture=Picture(ref="qr:x")))
    assert (photo.method, photo.text, photo.rows) == ("sendPhoto", "", ())
    assert (message.method, message.text, message.rows) == ("sendMessage", text, ((YES,),))


@pytest.mark.parametrize(
    ("content", "method"),
    [(b"\x89PNG....", "sendPhoto"), (b"\xff\xd8\xff..", "sendPhoto"), (b"PK\x03\x04", "sendDocument")],
)
def test_a_stored_file_goes_as_what_it_is_by_content(content: bytes, method: str) -> None:
    files = {"stored:7": content}
    (call,) = render(
        Words(text="对账单", picture=Picture(ref="stored:7", name="对账单.xlsx")), files.__getitem__
    )
    assert (call.method, call.file, call.name, call.text) == (method, content, "对账单.xlsx", "对账单")


def test_a_picture_too_large_for_a_photo_goes_as_a_file() -> None:
    (call,) = render(
        Words(text="", picture=Picture(ref="stored:7")), lambda ref: b"\x89PNG" + bytes(10_000_000)
    )
    assert call.method == "sendDocument"


@pytest.mark.parametrize(
    ("labels", "rows"),
    [
        (["确认", "取消"], [2]),
        (["1", "2", "3", "4"], [3, 1]),
        (["0.5kg（12把/箱）", "0.75kg（12把/箱）"], [1, 1]),
        (["请王经理批准这张单", "减到可下的数量"], [1, 1]),
        (["通过", "驳回", "查看这家经销商最近的订单"], [2, 1]),
        ([], []),
    ],
)
def test_short_labels_share_a_row_and_long_ones_stand_alone(labels: list[str], rows: list[int]) -> None:
    arranged = arrange([Button(label=label, handle=label) for label in labels])
    assert [len(row) for row in arranged] == rows
    assert [button.label for row in arranged for button in row] == labels


@pytest.mark.parametrize("handle", ["", "x" * 65, "好" * 22])
def test_a_handle_telegram_would_refuse_is_a_bug_caught_here(handle: str) -> None:
    with pytest.raises(AssertionError):
        render(Words(text="x", buttons=(Button(label="确认", handle=handle),)))


def test_a_handle_of_64_bytes_passes() -> None:
    longest = replace(YES, handle="x" * 64)
    assert render(Words(text="x", buttons=(longest,)))[0].rows == ((longest,),)


def test_a_link_telegram_would_refuse_is_written_out() -> None:
    local = Button(label="打开网页", url="http://localhost:8000/chat")
    public = Button(label="官网", url="https://example.com/chat")
    (call,) = render(Words(text="请选择", buttons=(local, public)))
    assert call.text == "请选择\n打开网页: http://localhost:8000/chat"
    assert call.rows == ((public,),)
