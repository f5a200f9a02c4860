"""Every form of chat history we say we read is read; anything else is refused with its line."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.replay.chat import Message, UnknownChatError, is_media, read_chat

NINE = datetime(2026, 3, 10, 9, 15)
TEN = datetime(2026, 3, 10, 22, 0)

TEXTS = {
    "wechat_pc": "张三 2026/3/10 09:15:22\n保温杯3箱\n毛巾2包\n\n王 经理 2026/3/10 22:00\n好的\n",
    "chinese_date": "张三 2026年3月10日 上午9:15\n保温杯3箱\n毛巾2包\n王 经理 2026年3月10日 星期二 晚上10:00\n好的",
    "time_first": "2026-03-10 09:15:22 张三\n保温杯3箱\n毛巾2包\n2026-03-10 22:00:00 王 经理\n好的",
    "email": "————— 2026-03-10 —————\n\n\n张三  09:15\n\n保温杯3箱\n毛巾2包\n\n王 经理  22:00\n\n好的\n",
    "telegram_copy": "张三, [10.03.2026 09:15]\n保温杯3箱\n毛巾2包\n\n王 经理, [10.03.2026 22:00]\n好的",
    "one_line": "[2026/3/10 09:15:22] 张三: 保温杯3箱\n毛巾2包\n[2026/3/10, 10:00 PM] 王 经理: 好的",
}
WANTED = [("张三", NINE, "保温杯3箱\n毛巾2包"), ("王 经理", TEN, "好的")]


def of(path: Path) -> list[tuple[str, datetime, str]]:
    return [(one.sender, one.at, one.text) for one in read_chat(path)]


def made(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("form", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_text_is_read_whatever_its_head_and_encoding(tmp_path: Path, form: str, encoding: str) -> None:
    assert of(made(tmp_path, "chat.txt", TEXTS[form].encode(encoding))) == WANTED


def test_telegrams_json_is_read_of_one_chat_and_of_a_whole_account(tmp_path: Path) -> None:
    pieces = ["保温杯3箱\n", {"type": "bold", "text": "毛巾2包"}]
    chat = {
        "name": "张三",
        "messages": [
            {"id": 1, "type": "service", "date": "2026-03-10T09:00:00", "action": "create"},
            {"id": 2, "type": "message", "date": "2026-03-10T09:15:22", "from": "张三", "text": pieces},
            {"id": 3, "type": "message", "date": "2026-03-10T22:00:00", "from": "王 经理", "text": "好的"},
        ],
    }
    cut = [
        (sender, at.replace(second=0), text)
        for sender, at, text in of(made(tmp_path, "a.json", json.dumps(chat)))
    ]
    assert cut == WANTED
    account = {"about": "...", "chats": {"list": [chat, chat]}}
    assert len(of(made(tmp_path, "b.json", json.dumps(account)))) == 4


HTML = """<!DOCTYPE html>
<html><body><div class="page_wrap"><div class="history">
 <div class="message service" id="message-1"><div class="body details">10 March 2026</div></div>
 <div class="message default clearfix" id="message2"><div class="body">
  <div class="pull_right date details" title="10.03.2026 09:15:22 UTC+08:00">09:15</div>
  <div class="from_name">张三</div><div class="text">保温杯3箱<br>毛巾2包</div></div></div>
 <div class="message default clearfix" id="message3"><div class="body">
  <div class="pull_right date details" title="10.03.2026 22:00:00 UTC+08:00">22:00</div>
  <div class="from_name">王 经理</div>
  <div class="text">好的</div></div></div>
 <div class="message default clearfix joined" id="message4"><div class="body">
  <div class="pull_right date details" title="10.03.2026 22:01:00 UTC+08:00">22:01</div>
  <div class="text">明天送 &amp; <a href="x">谢谢</a></div></div></div>
</div></div></body></html>"""


def test_telegrams_page_is_read_a_joined_message_by_the_sender_before_it(tmp_path: Path) -> None:
    found = of(made(tmp_path, "messages.html", HTML))
    assert found[:2] == WANTED
    assert found[2][0] == "王 经理"
    assert found[2][2] == "明天送 & 谢谢"


def test_the_folder_of_an_export_is_read_page_by_page(tmp_path: Path) -> None:
    for number in ("", "2", "10"):
        made(tmp_path, f"messages{number}.html", HTML.replace("保温杯", f"第{number or 1}页"))
    assert [text[:3] for _, _, text in of(tmp_path)][::3] == ["第1页", "第2页", "第10"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnknownChatError):
        read_chat(tmp_path / "empty")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("你好\n张三 2026/3/10 09:15\n保温杯3箱", 1),
        ("\n\n看看这些\n", 3),
        ("张三 2026/13/40 09:15\n保温杯", 1),
        ("张三 2026/3/10 09:15\n保温杯\n李四 2026/3/10 29:15\n好", 3),
        ("sku,qty\nA,3\n", 1),
        ('{"a": 1,\n  b}', 2),
        ('{"messages": [{"type": "message", "date": "gestern", "text": "x"}]}', 1),
        ('{"orders": []}', 1),
        ("<html><body>nothing</body></html>", 1),
        ("", 1),
        (b"\xff\xff\xff\n\x80\x80", 1),
    ],
)
def test_anything_else_is_refused_with_its_line(tmp_path: Path, content: str | bytes, line: int) -> None:
    with pytest.raises(UnknownChatError) as refused:
        read_chat(made(tmp_path, "chat.txt", content))
    assert refused.value.line == line


def test_a_quotation_above_an_answer_is_left_out(tmp_path: Path) -> None:
    text = "张三 2026/3/10 09:15\n「王：要几箱？」\n- - - - - - - - - - - - - - -\n毛巾2包"
    assert read_chat(made(tmp_path, "chat.txt", text)) == [Message("张三", NINE, "毛巾2包", 1)]


@pytest.mark.parametrize(
    "text", ["[图片]", "[语音]", "[动画表情]", "<Media omitted>", "[文件] 报价.xlsx"[:4], ""]
)
def test_what_holds_no_text_is_known(text: str) -> None:
    assert is_media(text)


@pytest.mark.parametrize("text", ["毛巾2包", "[毛巾]2包", "图片上的毛巾2包"])
def test_what_holds_text_is_not(text: str) -> None:
    assert not is_media(text)


lines = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(lines, st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.lists(lines, min_size=1, max_size=3)), min_size=1, max_size=6))  # fmt: skip
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, chat: list) -> None:
    text = "\n".join(f"{name} {at:%Y/%m/%d %H:%M:%S}\n" + "\n".join(said) for name, at, said in chat)
    found = read_chat(made(tmp_path_factory.mktemp("chat"), "chat.txt", text))
    assert [(one.sender, one.text) for one in found] == [(name, "\n".join(said)) for name, _, said in chat]
    assert [one.at for one in found] == [at.replace(second=0, microsecond=0) for _, at, _ in chat]
