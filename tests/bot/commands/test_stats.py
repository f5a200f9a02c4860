"""What was heard and corrected is counted, and leaves the installation without names."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.commands import Answer, Place
from bot.commands.run import carry_out
from bot.commands.stats import corrections, understanding, without_names
from bot.settings import Settings
from bot.store.models import inbox
from core.db.scope import SystemScope
from core.db.session import Session
from tests.databases import Database
from tests.transcripts.stage import Stage, set_stage

TALK = (
    ("你好", ""),
    ("保温杯3箱", "asked"),
    ("1", "understood"),
    ("毛巾3包", "understood"),
    ("不对，毛巾5包", "corrected"),
    ("给王老板送，雨伞10把", "understood"),
    ("雨伞不要了", "corrected"),
    ("雨伞有货吗", "understood"),
    ("大白2箱", "asked"),
    ("台灯2箱", "understood"),
    ("换成雨伞", "corrected"),
    ("下单", "understood"),
)


@pytest.fixture
def stage(database: Database) -> Stage:
    return set_stage(database, {})


@pytest.fixture
def place(stage: Stage) -> Place:
    made = stage.shop.database
    settings = Settings(database_url=made.url, secret_key="s" * 40, _env_file=None)
    return Place(lane=made.lane, reader=made.reader, settings=settings, clock=lambda: stage.shop.now)


def talked(stage: Stage) -> None:
    for text, _ in TALK:
        stage.world.says(stage.who, text)


def answered(place: Place, command: Any, **args: Any) -> Answer:
    said = carry_out(place, command, args)
    assert "answer" in said, said
    return Answer(said["answer"]["data"], said["answer"]["lines"])


def test_every_message_is_kept_with_how_it_was_heard(stage: Stage) -> None:
    talked(stage)
    rows = stage.shop.rows(select(inbox.c.text, inbox.c.heard).order_by(inbox.c.id))
    assert [(row.text, row.heard) for row in rows] == list(TALK)


def test_what_is_not_understood_twice_is_given_up(stage: Stage, place: Place) -> None:
    for text in ("嗯嗯啊咕噜", "嗯嗯啊咕噜呱啦", "毛巾3包"):
        stage.world.says(stage.who, text)
    (*_, week) = answered(place, understanding, weeks=1).data
    assert (week["asked"], week["given_up"], week["understood"]) == (1, 1, 1)


def test_rates_are_of_the_brands_weeks(stage: Stage, place: Place) -> None:
    talked(stage)
    stage.shop.later(days=7)
    stage.world.says(stage.who, "毛巾1包")
    found = answered(place, understanding, weeks=3)
    assert [(row["week"], row["messages"]) for row in found.data] == [
        ("2026-03-02", 0),
        ("2026-03-09", 11),
        ("2026-03-16", 1),
    ]
    assert found.data[1]["percent"] == {"understood": 54.5, "asked": 18.2, "corrected": 27.3, "given_up": 0.0}
    assert "听懂 54.5%" in found.lines[2]
    english = Place(**{**_fields(place), "settings": place.settings.model_copy(update={"locale": "en"})})
    assert "understood 54.5%" in understanding(english, weeks=2).lines[1]


def _fields(place: Place) -> dict[str, Any]:
    return {name: getattr(place, name) for name in ("lane", "reader", "settings", "clock", "progress")}


def test_corrections_are_counted_by_kind_and_become_rows_that_can_be_evaluated(
    stage: Stage, place: Place, tmp_path: Path
) -> None:
    stage.shop.hire("王芳", "sales")
    talked(stage)
    out = tmp_path / "rows.jsonl"
    found = answered(place, corrections, days=30, rows=str(out))
    kinds = {"picked": 1, "changed": 1, "removed": 1, "replaced": 1, "named": 1}
    assert {name: found.data[name] for name in kinds} == kinds
    rows = {row["text"]: row for row in map(json.loads, out.read_text(encoding="utf-8").splitlines())}
    assert rows["毛巾3包"]["context"] == {"cart": [{"sku": "T-1", "base_qty": 36}]}
    assert rows["毛巾3包"]["expected"] == {
        "intent": ["order_modify"],
        "cart": [{"sku": "T-1", "base_qty": 36}, {"sku": "W-1", "base_qty": 50}],
    }
    assert rows["毛巾3包"]["then"] == "不对，毛巾5包"
    assert "K-1" not in [line["sku"] for line in rows["给某人送，雨伞10把"]["expected"]["cart"]]
    assert [line["sku"] for line in rows["台灯2箱"]["expected"]["cart"]] == ["T-1", "W-1", "K-1"]


def test_the_row_of_a_first_order_holds_the_lines_it_should_have_been(
    stage: Stage, place: Place, tmp_path: Path
) -> None:
    for text in ("毛巾3包，雨伞10把", "把毛巾换成台灯3台", "再来2包毛巾"):
        stage.world.says(stage.who, text)
    out = tmp_path / "rows.jsonl"
    answered(place, corrections, days=30, rows=str(out))
    (row,) = map(json.loads, out.read_text(encoding="utf-8").splitlines())
    assert row["reference_date"] == "2026-03-10"
    assert {(line["sku"], line["base_qty"]) for line in row["expected"]["lines"]} == {
        ("K-1", 10),
        ("L-1", 3),
    }
    for line in row["expected"]["lines"]:
        assert line["qty"] in {3, 10}


def test_more_beside_what_was_read_is_no_correction(stage: Stage, place: Place) -> None:
    for text in ("毛巾3包", "毛巾再加2包", "雨伞10把", "下单"):
        stage.world.says(stage.who, text)
    assert answered(place, corrections).lines == ["最近 30 天没有纠正"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("王老板让商north送到城南仓", "某人让某处送到某处"),
        ("电话 138 1234 5678，地址城南路1号", "电话 000，地址某处"),
        ("毛巾3箱 单号260310-4821", "毛巾3箱 单号260310-4821"),
        ("发 a.b@c.com", "发 某人"),
        ("保温杯0.5L 12个", "保温杯0.5L 12个"),
    ],
)
def test_names_telephones_and_addresses_are_taken_out_and_goods_are_not(
    stage: Stage, place: Place, text: str, left: str
) -> None:
    stage.shop.hire("王芳", "sales")
    with place.reader.begin() as connection:
        session = Session(connection, SystemScope("test"), place.clock())
        assert without_names(place, session)(text) == left
