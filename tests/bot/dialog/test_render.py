"""A Say becomes the words of its reader's language."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialog.handles import sign
from bot.dialog.messages import Choice, Name, Param, Quantity, Say
from bot.dialog.render import render
from bot.dialog.texts import Texts, TextsError, all_texts, known_locale, load_texts, places
from core.kit.money import Money

NOW = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)  # Tuesday, 9 in the morning in Shanghai
SHANGHAI = ZoneInfo("Asia/Shanghai")
MESSAGES = {
    "t.it": "{it}",
    "t.hello": "你好",
    "t.many": {"one": "{count} line", "other": "{count} lines"},
}
COMMON = all_texts()
TEXTS = Texts(
    messages={locale: {**messages, **MESSAGES} for locale, messages in COMMON.messages.items()},
    units=COMMON.units,
)


def words(say: Say, locale: str = "zh-Hans", *, numbered: bool = False, now: datetime = NOW):
    return render(
        say,
        locale,
        now=now,
        zone=SHANGHAI,
        sign=lambda action, arg: f"{action}.{arg}",
        numbered=numbered,
        texts=TEXTS,
    )


def it(value: Param, locale: str = "zh-Hans", now: datetime = NOW) -> str:
    return words(Say(key="t.it", params={"it": value}), locale, now=now).text


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (Money(126000), "¥1,260", "¥1,260"),
        (Money(126050), "¥1,260.50", "¥1,260.50"),
        (Money(-132000), "-¥1,320", "-¥1,320"),
        (Money(5, "USD"), "US$0.05", "US$0.05"),
        (Quantity(value=Decimal("3.0"), unit="箱"), "3箱", "3 cases"),
        (Quantity(value=Decimal(1), unit="箱"), "1箱", "1 case"),
        (Quantity(value=Decimal("1.50"), unit="托"), "1.5托", "1.5 pallets"),
        (Quantity(value=Decimal(12000), unit="畚"), "12,000畚", "12,000 畚"),
        (Quantity(value=Decimal(2), unit="case"), "2 case", "2 case"),
        (Quantity(value=Decimal(7)), "7", "7"),
        (Name(zh="毛巾", en="towel"), "毛巾", "towel"),
        (Name(zh="毛巾"), "毛巾", "毛巾"),
        (date(2026, 3, 10), "今天", "today"),
        (date(2026, 3, 11), "明天", "tomorrow"),
        (date(2026, 3, 9), "昨天", "yesterday"),
        (date(2026, 3, 13), "周五 3月13日", "Fri Mar 13"),
        (date(2026, 3, 20), "3月20日", "Mar 20"),
        (date(2027, 3, 20), "2027年3月20日", "Mar 20, 2027"),
        (datetime(2026, 3, 10, 6, 30, tzinfo=UTC), "今天 14:30", "today 14:30"),
        (datetime(2026, 3, 10, 16, 30, tzinfo=UTC), "明天 00:30", "tomorrow 00:30"),
        ((Say(key="t.hello"), Say(key="t.hello")), "你好，你好", "你好, 你好"),
        (12345, "12,345", "12,345"),
        (None, "", ""),
        ("0310-0012", "0310-0012", "0310-0012"),
    ],
)
def test_a_value_is_written_as_people_write_it(value: Param, zh: str, en: str) -> None:
    assert it(value) == zh
    assert it(value, "en") == en


def test_traditional_is_made_from_simplified() -> None:
    assert words(Say(key="dialog.nothing.undo"), "zh-Hant").text == "沒有可以撤銷的了"
    assert it(date(2026, 3, 13), "zh-Hant") == "週五 3月13日"


def test_plural_forms_follow_the_count() -> None:
    assert [words(Say(key="t.many", params={"count": n}), "en").text for n in (1, 2)] == ["1 line", "2 lines"]


def test_lines_stand_one_under_the_other_and_empty_ones_not_at_all() -> None:
    say = Say(key="", lines=(Say(key="t.it", params={"it": None}), Say(key="t.hello"), Say(key="t.hello")))
    assert words(say).text == "你好\n你好"


CHOICES = (
    Choice(label=Say(key="dialog.yes"), action="confirm", arg="3"),
    Choice(label=Say(key="dialog.no"), action="drop"),
)


def test_choices_are_buttons_where_there_are_buttons() -> None:
    said = words(Say(key="t.hello", choices=CHOICES))
    assert said.text == "你好"
    assert [(b.label, b.handle) for b in said.buttons] == [("是", "confirm.3"), ("不用", "drop.")]


def test_a_button_too_long_to_be_signed_is_left_out_and_the_words_go() -> None:
    choices = tuple(
        Choice(label=Say(key="dialog.yes"), action="stock-later", arg=sku) for sku in ("C-1", "X" * 60)
    )

    def signed(action: str, arg: str) -> str:
        return sign("s" * 32, subject="s:1", place="private", action=action, arg=arg, now=NOW)

    seen = render(
        Say(key="dialog.yes", choices=choices), "en", now=NOW, zone=ZoneInfo("Asia/Shanghai"), sign=signed
    )
    assert seen.text
    assert [button.handle.split(".")[1] for button in seen.buttons] == ["C-1"]


def test_choices_are_numbers_where_there_are_none() -> None:
    said = words(Say(key="t.hello", choices=CHOICES), numbered=True)
    assert said.text == "你好\n1 是 / 2 不用"
    assert said.buttons == ()


def test_long_choices_stand_one_a_line_and_links_are_written_out() -> None:
    long = Choice(label=Say(key="t.it", params={"it": "先发4箱，1箱到货补"}), action="a")
    link = Choice(label=Say(key="t.hello"), url="https://example.com")
    said = words(Say(key="t.hello", choices=(long, long, link)), numbered=True)
    assert said.text == "你好\n1. 先发4箱，1箱到货补\n2. 先发4箱，1箱到货补\n你好: https://example.com"
    assert words(Say(key="t.hello", choices=(link,))).buttons[0].url == "https://example.com"


@given(st.text(max_size=40))
def test_what_a_person_wrote_is_shown_and_never_read_as_a_template(said: str) -> None:
    assert it(said) == said


def test_a_place_without_its_parameter_is_a_bug() -> None:
    with pytest.raises(KeyError):
        words(Say(key="t.it"))


def test_the_texts_of_the_program_are_whole() -> None:
    assert all_texts().has("dialog.yes")
    for messages in all_texts().messages.values():
        assert messages.keys() == all_texts().messages["en"].keys()


def test_a_key_missing_in_one_language_refuses_to_start(tmp_path: Path) -> None:
    (tmp_path / "texts.zh-Hans.yaml").write_text("only: 只有中文\nboth: '{a}'", encoding="utf-8")
    (tmp_path / "texts.en.yaml").write_text("both: '{b}'", encoding="utf-8")
    with pytest.raises(TextsError) as refused:
        load_texts([tmp_path])
    name = tmp_path.name
    assert f"{name}.only is missing in en" in str(refused.value)
    assert f"{name}.both names different parameters" in str(refused.value)


def test_a_key_given_twice_refuses_to_start(tmp_path: Path) -> None:
    for locale in ("zh-Hans", "en"):
        (tmp_path / f"texts.{locale}.yaml").write_text("a: x", encoding="utf-8")
        (tmp_path / f"errors.{locale}.yaml").write_text(f"{tmp_path.name}.a: y", encoding="utf-8")
    with pytest.raises(TextsError, match="given twice in en"):
        load_texts([tmp_path])


def test_a_traditional_text_may_be_overruled(tmp_path: Path) -> None:
    (tmp_path / "texts.zh-Hans.yaml").write_text("a: 账户\nb: 账户", encoding="utf-8")
    (tmp_path / "texts.en.yaml").write_text("a: account\nb: account", encoding="utf-8")
    (tmp_path / "texts.zh-Hant.yaml").write_text("a: 帳戶", encoding="utf-8")
    texts = load_texts([tmp_path])
    assert texts.text("zh-Hant", f"{tmp_path.name}.a") == "帳戶"
    assert texts.text("zh-Hant", f"{tmp_path.name}.b") == "賬戶"


def test_places_are_found_in_every_form() -> None:
    assert places({"one": "{a}", "other": "{a} {b}"}) == {"a", "b"}


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        ("zh", "zh-Hans"),
        ("zh-TW", "zh-Hant"),
        ("zh_Hant_HK", "zh-Hant"),
        ("en-GB", "en"),
        ("", "zh-Hans"),
        ("de", "zh-Hans"),
    ],
)
def test_a_language_tag_leads_to_a_locale_we_write(tag: str, locale: str) -> None:
    assert known_locale(tag) == locale
