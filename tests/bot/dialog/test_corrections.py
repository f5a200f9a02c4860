"""Every shape of a correction does the same to the draft in every trade, and the reply shows the difference."""

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from bot.evaluate.dialogue import predict_dialogue
from bot.evaluate.world import World, open_world

EVAL = Path(__file__).parents[2] / "eval"
SHAPES = yaml.safe_load((Path(__file__).parent / "corrections.yaml").read_text(encoding="utf-8"))
NOW = datetime.fromisoformat("2026-05-13T09:00:00+08:00")
GOODS = {
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


@pytest.mark.parametrize(
    ("language", "said", "packs"), [(lang, *shape) for lang in SHAPES for shape in SHAPES[lang]]
)
def test_a_correction_changes_the_lines_it_means_and_no_others(
    trade: tuple[str, World], language: str, said: str, packs: str
) -> None:
    name, world = trade
    a, b, c, d = GOODS[name][language]
    order = f"{a}10箱 {b}6箱 {c}4箱" if language == "zh" else f"10 cases {a}, 6 cases {b}, 4 cases {c}"
    correction = said.format(a=a, b=b, c=c, d=d)
    turns = predict_dialogue(world, [order, correction], NOW)["turns"]
    sizes = GOODS[name]["packs"]
    wanted = {
        sku: Decimal(figure) * size
        for (sku, size), figure in zip(sizes.items(), packs.split(), strict=True)
        if figure != "-"
    }
    cart = {line["sku"]: line["base_qty"] for line in turns[-1]["state"]["cart"]}
    assert cart == wanted
