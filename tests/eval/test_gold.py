"""The gold files agree with their catalogues, so that a wrong score is never a wrong answer sheet."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.eval.generate import TRADES, write_rows, write_talks
from tests.eval.goods import Goods, base_units, fault

HERE = Path(__file__).parent
GOLD = sorted(p for kind in ("messages", "dialogues") for p in HERE.glob(f"*{kind}_*.jsonl"))
INTENTS = {
    "order_create",
    "order_modify",
    "order_confirm",
    "order_cancel",
    "order_repeat",
    "order_status",
    "stock_query",
    "price_query",
    "promo_query",
    "target_query",
    "rebate_query",
    "claim_submit",
    "claim_status",
    "return_request",
    "complaint",
    "human_agent",
    "help",
    "chitchat",
    "out_of_scope",
}


def products(path: Path) -> dict[str, Any]:
    catalogue = json.loads((HERE / f"catalogue_{path.stem.rsplit('_', 1)[1]}.json").read_text("utf-8"))
    return {p["sku"]: p for p in catalogue["products"]}


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def lines(node: Any) -> Iterator[dict[str, Any]]:
    """Every line, open question and draft entry, wherever it stands in a row."""
    if isinstance(node, dict):
        if {"sku", "ambiguous", "unknown", "candidates"} & node.keys():
            yield node
        for value in node.values():
            yield from lines(value)
    elif isinstance(node, list):
        for value in node:
            yield from lines(value)


@pytest.mark.parametrize("path", GOLD, ids=lambda p: p.stem)
def test_every_gold_line_is_possible_in_its_catalogue(path: Path) -> None:
    known = products(path)
    faults = [
        (row["id"], found, line) for row in rows(path) for line in lines(row) if (found := fault(line, known))
    ]
    assert not faults


@pytest.mark.parametrize("path", GOLD, ids=lambda p: p.stem)
def test_gold_rows_are_told_apart_and_speak_the_format(path: Path) -> None:
    seen = set()
    for row in rows(path):
        assert row["id"] not in seen, row["id"]
        seen.add(row["id"])
        date.fromisoformat(row["reference_date"])
        if "text" in row:
            assert set(row["expected"]["intent"]) <= INTENTS, row
            assert ("cart" in row["expected"]) == (row["expected"]["intent"][0] == "order_modify"), row
        for turn in row.get("turns", []):
            assert turn["state"].keys() == {"cart", "pending", "deliver", "placed", "claim"}, row
            assert not (turn["state"]["placed"] and turn["state"]["cart"]), row


def test_no_message_stands_in_two_sets() -> None:
    texts = [row["text"] for path in GOLD for row in rows(path) if "text" in row]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize("trade", TRADES)
def test_generated_rows_are_possible_and_repeat_with_their_seed(trade: str) -> None:
    known, made = Goods(trade).products, [*write_rows(trade, 300, 5), *write_talks(trade, 30, 5)]
    assert not [
        (row["id"], found, line) for row in made for line in lines(row) if (found := fault(line, known))
    ]
    assert made == [*write_rows(trade, 300, 5), *write_talks(trade, 30, 5)]
    assert made != [*write_rows(trade, 300, 6), *write_talks(trade, 30, 6)]


def test_a_wrong_pack_factor_a_strange_product_and_an_idle_question_are_found() -> None:
    known = Goods("drinks").products
    sku = next(iter(known))
    right = {"sku": sku, "qty": 2, "unit": "箱", "base_qty": base_units(known[sku], 2, "箱")}
    assert fault(right, known) is None
    assert fault(right | {"base_qty": 1}, known)
    assert fault(right | {"sku": "none"}, known)
    assert fault({"ambiguous": [sku], "qty": 2, "unit": "箱"}, known)
