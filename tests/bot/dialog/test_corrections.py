"""Every shape of a correction does the same to the draft in every trade, and the reply shows the difference."""

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.evaluate.dialogue import predict_dialogue
from bot.evaluate.world import World, open_world

EVAL = Path(__file__).parents[2] / "eval"
HERE = Path(__file__).parent
SHAPES = yaml.safe_load((HERE / "corrections.yaml").read_text(encoding="utf-8"))
TALKS = yaml.safe_load((HERE / "conversations.yaml").read_text(encoding="utf-8"))
Row = dict[str, Any]
NOW = datetime.fromisoformat("2026-05-13T09:00:00+08:00")
GOODS: dict[str, dict[str, Any]] = {
    "drinks": {
        "zh": ("黑啤", "乌龙茶", "核桃露", "茉莉花茶"),
        "en": ("dark beer", "oolong tea", "walnut drink", "jasmine tea"),
        "packs": {"QX-2121": 12, "QX-1414": 15, "QX-1530": 20, "QX-1413": 15},
    },
    "dental": {
        "zh": ("围兜", "印模粉", "牙线棒", "一次性口罩"),
        "en": ("patient bib", "alginate", "floss picks", "surgical mask"),
        "packs": {"JB-B01": 4, "JB-K01": 12, "JB-F01": 60, "JB-M01": 40},
    },
}


@pytest.fixture(scope="module", params=sorted(GOODS))
def trade(request: pytest.FixtureRequest) -> Iterator[tuple[str, World]]:
    name = request.param
    with open_world(json.loads((EVAL / f"catalogue_{name}.json").read_text(encoding="utf-8"))) as world:
        yield name, world


def last_state(world: World, name: str, language: str, turns: list[str]) -> Row:
    """What a conversation leaves, its goods named as the trade names them."""
    a, b, c, d = GOODS[name][language]
    order = f"{a}10箱 {b}6箱 {c}4箱" if language == "zh" else f"10 cases {a}, 6 cases {b}, 4 cases {c}"
    said = [turn.replace("ORDER", order).format(a=a, b=b, c=c, d=d) for turn in turns]
    state: Row = predict_dialogue(world, said, NOW)["turns"][-1]["state"]
    return state


def packs_of(name: str, lines: list[Row]) -> str:
    """The packs of each of the four products, in order."""
    held = {line["sku"]: line["base_qty"] for line in lines}
    assert set(held) <= set(GOODS[name]["packs"])
    packs = GOODS[name]["packs"].items()
    return " ".join(f"{Decimal(held[sku]) / size:f}" if sku in held else "-" for sku, size in packs)


@pytest.mark.parametrize(
    ("language", "talk", "left"), [(lang, *talk) for lang in TALKS for talk in TALKS[lang]]
)
def test_a_conversation_leaves_what_was_meant(
    trade: tuple[str, World], language: str, talk: str, left: str
) -> None:
    name, world = trade
    state = last_state(world, name, language, talk.split(" / "))
    words = (
        ["placed", packs_of(name, state["placed"])] if state["placed"] else [packs_of(name, state["cart"])]
    )
    words += [f"day {int(state['deliver'][-2:])}"] if state["deliver"] else []
    words += ["claim"] if state["claim"] else []
    assert " ".join(words) == left


@pytest.mark.parametrize(
    ("language", "said", "packs"), [(lang, *shape) for lang in SHAPES for shape in SHAPES[lang]]
)
def test_a_correction_changes_the_lines_it_means_and_no_others(
    trade: tuple[str, World], language: str, said: str, packs: str
) -> None:
    name, world = trade
    after = last_state(world, name, language, ["ORDER", said])
    assert packs_of(name, after["cart"]) == packs
