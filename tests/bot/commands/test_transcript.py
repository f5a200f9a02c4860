"""A real conversation becomes a transcript that plays, with nobody's name in it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.commands import Place
from bot.commands.run import carry_out
from bot.commands.transcript import transcript
from bot.settings import Settings
from tests.databases import Database
from tests.transcripts.stage import Stage, set_stage


@pytest.fixture
def stage(database: Database) -> Stage:
    return set_stage(database, {})


def place_of(stage: Stage) -> Place:
    made = stage.shop.database
    settings = Settings(database_url=made.url, secret_key="s" * 40, _env_file=None)
    return Place(lane=made.lane, reader=made.reader, settings=settings, clock=lambda: stage.shop.now)


def made_of(stage: Stage, folder: Path, **how: Any) -> dict[str, Any]:
    out = folder / "made.yaml"
    said = carry_out(place_of(stage), transcript, {"dealer": "north", "out": str(out), **how})
    assert "answer" in said, said
    made: dict[str, Any] = yaml.safe_load(out.read_text(encoding="utf-8"))
    return made


def held(stage: Stage) -> None:
    stage.shop.hire("王芳", "sales")
    for text in ("保温杯3箱", "0.5L的", "毛巾2包，送商north，找王经理 13812345678", "毛巾改5包"):
        stage.world.says(stage.who, text)
    stage.shop.later(minutes=15)
    stage.world.presses(stage.who, "confirm")


def test_it_plays_and_says_what_was_said(stage: Stage, sqlite: Database, tmp_path: Path) -> None:
    held(stage)
    made = made_of(stage, tmp_path)
    assert [turn.get("user") for turn in made["talk"]] == [
        "保温杯3箱",
        "0.5L的",
        "毛巾2包，送某处，找某人 000",
        "毛巾改5包",
        "1",
    ]
    assert made["talk"][-1]["wait"] == 15
    assert "orders.placed" in made["talk"][-1]["bot"]
    player = set_stage(sqlite, made["given"])
    for turn in made["talk"]:
        player.play(turn)
    player.finish({"orders": ["confirmed"], "lines": {"T-1": 36, "W-1": 50}})


def test_no_name_of_anybody_is_left(stage: Stage, tmp_path: Path) -> None:
    held(stage)
    made_of(stage, tmp_path)
    written = (tmp_path / "made.yaml").read_text(encoding="utf-8")
    assert not [name for name in ("商north", "王芳", "王经理", "13812345678", "城南路") if name in written]


def test_only_the_last_conversation_or_all_since_a_time(stage: Stage, tmp_path: Path) -> None:
    stage.world.says(stage.who, "毛巾2包")
    stage.world.tomorrow()
    stage.world.says(stage.who, "雨伞10把")
    assert [turn["user"] for turn in made_of(stage, tmp_path)["talk"]] == ["雨伞10把"]
    everything = made_of(stage, tmp_path, since="2026-03-09")["talk"]
    assert [turn["user"] for turn in everything] == ["毛巾2包", "雨伞10把"]


def test_nobody_and_nothing_are_refused(stage: Stage, tmp_path: Path) -> None:
    place, out = place_of(stage), str(tmp_path / "made.yaml")
    nothing = carry_out(place, transcript, {"dealer": "north", "out": out})
    assert nothing == {"refused": "这段时间没有人跟助手说过话"}
    stage.world.says(stage.who, "毛巾2包")
    assert (
        "没有叫 谁 的人"
        in carry_out(place, transcript, {"dealer": "north", "person": "谁", "out": out})["refused"]
    )
    assert "refused" in carry_out(place, transcript, {"dealer": "nowhere", "out": out})
    assert not Path(out).exists()
