"""The evaluation runs what is shipped, row by row, and never looks at what a row expects."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.evaluate import evaluate
from bot.evaluate.run import predict
from bot.evaluate.world import World, open_world

EVAL = Path(__file__).parents[2] / "eval"
PUBLIC = EVAL / "public"
CATALOGUE = PUBLIC / "public_catalog.json"
READ = {"id", "kind", "text", "input", "turns", "context", "reference", "reference_date"}


@pytest.fixture(scope="module")
def world() -> World:
    return open_world(json.loads(CATALOGUE.read_text(encoding="utf-8")))


def rows(name: str) -> list[dict[str, Any]]:
    lines = (PUBLIC / f"public_{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def bare(row: dict[str, Any]) -> dict[str, Any]:
    """The row without anything that is for scoring."""
    kept = {name: value for name, value in row.items() if name in READ}
    if "turns" in kept:
        kept["turns"] = [{"user": turn["user"]} for turn in kept["turns"]]
    return kept


def without_time(prediction: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in prediction.items() if name != "ms"}


@pytest.mark.parametrize("name", ["examples", "dialogues", "values"])
def test_what_a_row_expects_is_never_read(world: World, name: str) -> None:
    for row in rows(name):
        assert without_time(predict(world, row)) == without_time(predict(world, bare(row))), row["id"]


def test_a_row_leaves_nothing_behind_for_the_next(world: World) -> None:
    talks = rows("dialogues")
    alone = [without_time(predict(world, row)) for row in talks]
    assert [without_time(predict(world, row)) for row in [*reversed(talks), *talks]][-len(talks) :] == alone


@pytest.mark.parametrize("name", ["examples", "dialogues", "values"])
def test_every_row_is_predicted_and_scored(tmp_path: Path, name: str) -> None:
    gold, out = PUBLIC / f"public_{name}.jsonl", tmp_path / "pred.jsonl"
    seen: list[None] = []
    assert evaluate(gold, CATALOGUE, out, advance=lambda: seen.append(None)) == len(rows(name)) == len(seen)
    predictions = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [p["id"] for p in predictions] == [row["id"] for row in rows(name)]
    assert all(p["ms"] >= 0 for p in predictions)
    score = subprocess.run(
        [sys.executable, EVAL / "score.py", gold, out], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert {"examples": "exact (both)", "dialogues": "whole dialogues", "values": "exact"}[name] in score


def test_the_state_after_each_turn(world: World) -> None:
    talk = {
        "id": "t",
        "reference_date": "2026-03-10",
        "turns": [{"user": "羊角锤3箱，明天送"}, {"user": "1"}, {"user": "确认下单"}, {"user": "谢谢"}],
    }
    first, second, third, last = (turn["state"] for turn in predict(world, talk)["turns"])
    assert first["pending"] == [{"candidates": ["HW-101", "HW-102"], "qty": 3.0, "unit": "箱"}]
    assert (second["cart"], second["deliver"]) == ([{"sku": "HW-101", "base_qty": 36}], "2026-03-11")
    assert (third["cart"], third["deliver"], third["placed"]) == ([], "2026-03-11", second["cart"])
    assert last == {"cart": [], "pending": [], "deliver": None, "placed": None, "claim": None}


def test_a_claim_is_submitted_in_the_turn_that_hands_it_in(world: World) -> None:
    talk = {"id": "t", "turns": [{"user": "报运费260，3月3号"}, {"user": "提交"}, {"user": "谢谢"}]}
    states = [turn["state"]["claim"] for turn in predict(world, talk)["turns"]]
    assert [claim and claim["status"] for claim in states] == ["draft", "submitted", None]
    assert states[1] == {**states[0], "status": "submitted"}


def test_a_draft_before_the_message_is_changed(world: World) -> None:
    row = {"id": "m", "text": "第一行改成3箱", "context": {"cart": [{"sku": "TP-402", "base_qty": 800}]}}
    prediction = predict(world, row)
    assert prediction["intent"] == "order_modify"
    assert prediction["cart"] == [{"sku": "TP-402", "base_qty": 600}]


def test_an_unknown_kind_of_row_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        predict(world, {"id": "x", "kind": "poem", "input": "1"})


def test_a_catalogue_may_name_prices_and_units_in_full() -> None:
    product = {
        "sku": "X-1",
        "name_zh": "茶壶",
        "base_unit": "把",
        "default_unit": "箱",
        "units": {"把": 1, "箱": {"factor": 6, "names": ["大箱"]}},
        "price": "45.50",
    }
    with open_world({"products": [product]}) as world:
        talk = {"id": "t", "reference_date": "2026-03-10", "turns": [{"user": "茶壶2大箱"}, {"user": "下单"}]}
        placed = predict(world, talk)["turns"][1]["state"]["placed"]
    assert placed == [{"sku": "X-1", "base_qty": 12}]
