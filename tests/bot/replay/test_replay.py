"""A history is read as the assistant would read it; what later messages made clear becomes a name to add."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from bot.cli.app import app
from bot.commands.replay import index_of_file
from bot.replay.chat import Message
from bot.replay.run import Report, replay
from bot.understand.index import Index

CATALOGUE = Path(__file__).parents[2] / "eval" / "catalogue_care.json"
ZONE = ZoneInfo("Asia/Shanghai")
NINE = datetime(2026, 3, 10, 9)
US = "小王"


@pytest.fixture(scope="module")
def index() -> Index:
    return index_of_file(CATALOGUE)


def talk(
    index: Index, *said: tuple[str, str], ours: Sequence[str] = (US,), apart: timedelta = timedelta(minutes=1)
) -> Report:
    messages = [Message(who, NINE + at * apart, text, at) for at, (who, text) in enumerate(said)]
    return replay(messages, index, ZONE, ours=ours)


def test_each_message_counts_once_by_how_it_was_heard(index: Index) -> None:
    report = talk(
        index,
        ("张", "抽纸3提"),
        ("张", "柔顺洗发水5箱"),
        ("张", "大白10箱"),
        ("张", "[图片]"),
        ("张", "哈哈哈"),
        (US, "好的"),
    )
    assert report.counts == {"understood": 1, "asked": 1, "unknown": 1, "media": 1, "talk": 1}
    assert report.senders == {"张"}
    assert [word.candidates for word in report.asked.values()] == [("JZ2101", "JZ2102", "JZ2103")]


def test_the_goods_named_after_an_unknown_word_become_an_alias(index: Index) -> None:
    report = talk(
        index,
        ("张", "大白10箱"),
        ("张", "去屑洗发水400ml 10箱"),
        ("李", "大白2箱"),
        (US, "去屑洗发水400ml对吗"),
    )
    (alias,) = report.aliases(index)
    assert (alias.word, alias.sku, alias.times, alias.example) == ("大白", "JZ2111", 1, "大白10箱")


def test_what_our_own_people_answer_settles_a_word(index: Index) -> None:
    report = talk(index, ("张", "大白10箱"), (US, "去屑洗发水400ml 10箱，对吧"), ("张", "对"))
    assert [(one.word, one.sku) for one in report.aliases(index)] == [("大白", "JZ2111")]
    asked = talk(index, ("张", "柔顺洗发水5箱"), (US, "400ml的柔顺洗发水5箱吗"))
    assert [word.meant for word in asked.asked.values()] == [{"JZ2102": 1}]


def test_a_word_that_meant_two_things_or_is_a_name_already_is_not_proposed(index: Index) -> None:
    both = talk(index, ("张", "大白1箱"), ("张", "香皂1箱"), ("张", "大白2箱"), ("张", "卷纸2箱"))
    assert both.aliases(index) == []
    named = talk(index, ("张", "柔顺洗发水5箱"), ("张", "400ml的"))
    assert [word.meant for word in named.asked.values()] == [{"JZ2102": 1}]
    assert named.aliases(index) == []


def test_another_quantity_another_sender_or_the_next_day_settles_nothing(index: Index) -> None:
    assert talk(index, ("张", "大白1箱"), ("张", "香皂9箱")).aliases(index) == []
    assert talk(index, ("张", "大白1箱"), ("李", "香皂1箱")).aliases(index) == []
    assert talk(index, ("张", "大白1箱"), ("张", "香皂1箱"), apart=timedelta(days=1)).aliases(index) == []


CHAT = "张三 2026/3/10 09:15\n大白3箱\n张三 2026/3/10 09:16\n去屑洗发水400ml 3箱\n小王 2026/3/10 09:17\n好\n"


def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *args: str, locale: str = "zh-Hans"):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DEALER_LOCALE", locale)
    monkeypatch.setenv("DEALER_DATABASE_URL", "sqlite:///none.sqlite3")
    return CliRunner().invoke(app, ["replay", *args])


@pytest.mark.parametrize(
    ("locale", "part"),
    [("zh-Hans", "建议加的别名 1 个"), ("zh-Hant", "建議加的別名 1 個"), ("en", "Names to add, 1")],
)
def test_the_report_in_each_language_touches_no_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locale: str, part: str
) -> None:
    (tmp_path / "chat.txt").write_text(CHAT, encoding="utf-8")
    args = ("chat.txt", "--catalogue", str(CATALOGUE), "--us", "小王")
    done = run(tmp_path, monkeypatch, *args, locale=locale)
    assert done.exit_code == 0, done.output
    assert part in done.stdout
    assert not (tmp_path / "none.sqlite3").exists()


def test_a_form_nobody_knows_is_refused_naming_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "chat.txt").write_text("\nhello there\n", encoding="utf-8")
    done = run(tmp_path, monkeypatch, "chat.txt", "--catalogue", str(CATALOGUE))
    assert done.exit_code == 1
    assert "第 2 行" in done.output
    assert "hello there" in done.output


def test_without_a_catalogue_and_a_database_it_says_so_and_makes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "chat.txt").write_text(CHAT, encoding="utf-8")
    assert run(tmp_path, monkeypatch, "chat.txt").exit_code == 2
    assert not (tmp_path / "none.sqlite3").exists()


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_names_written_can_be_imported_and_then_are_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    (tmp_path / "chat.txt").write_text(CHAT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DEALER_DATABASE_URL", "sqlite:///dealer.sqlite3")
    cli = CliRunner()
    assert cli.invoke(app, ["import", "catalogue", str(CATALOGUE)]).exit_code == 0
    done = cli.invoke(app, ["replay", "chat.txt", "--us", "小王", "--out", f"names.{ending}"])
    assert done.exit_code == 0, done.output
    brought = cli.invoke(app, ["import", "aliases", f"names.{ending}"])
    assert brought.exit_code == 0, brought.output
    again = cli.invoke(app, ["replay", "chat.txt", "--us", "小王", "--json"])
    assert json.loads(again.stdout)["counts"] == {"understood": 2}


def test_what_several_names_share_and_a_size_are_no_alias(index: Index) -> None:
    report = talk(index, ("张", "牙刷3盒"), ("张", "软毛的"), ("李", "牙刷2盒"), ("李", "软毛的"))
    assert [word.meant for word in report.asked.values()] == [{"JZ2410": 2}]
    assert report.aliases(index) == []


def test_a_question_nobody_answered_is_forgotten_when_the_talk_goes_on(index: Index) -> None:
    other = [("张", f"{name}2箱") for name in ("抽纸", "湿巾", "卷纸", "厨房纸", "漱口水")]
    report = talk(index, ("张", "柔顺洗发水5箱"), *other, ("张", "柔顺洗发水400ml 5箱"))
    assert [word.meant for word in report.asked.values()] == [{}]


def test_ordinary_talk_is_counted_apart(index: Index) -> None:
    ordinary = (
        (Path(__file__).parents[2] / "eval" / "ordinary_zh.txt").read_text(encoding="utf-8").splitlines()[:80]
    )
    report = talk(index, *(("张", text) for text in ordinary))
    assert report.counts["talk"] + report.counts["lost"] >= 70
    assert report.aliases(index) == []
