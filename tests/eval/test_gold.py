"""The gold files agree with their catalogues, so that a wrong score is never a wrong answer sheet."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

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


def factor(product: dict[str, Any], unit: str) -> int:
    pack = product["units"][unit]
    return pack["factor"] if isinstance(pack, dict) else pack


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


def wrong(line: dict[str, Any], known: dict[str, Any]) -> str | None:
    skus = line.get("ambiguous") or line.get("candidates") or ([line["sku"]] if "sku" in line else [])
    if strange := [s for s in skus if s not in known]:
        return f"no such product {strange}"
    if len(set(skus)) != len(skus):
        return "a product twice in one question"
    qty, unit = line.get("qty"), line.get("unit")
    if len(skus) == 1 and "sku" not in line and unit is not None:
        return "a question with one answer names a unit that settles it"
    if unit and any(unit not in known[s]["units"] for s in skus):
        return f"a product is not sold by {unit}"
    if "sku" in line:
        if line["base_qty"] != int(line["base_qty"]) or line["base_qty"] <= 0:
            return "not a whole number of base units"
        if qty is not None and abs(qty * factor(known[line["sku"]], unit) - line["base_qty"]) > 1e-9:
            return "pack factor does not give base_qty"
    return None


@pytest.mark.parametrize("path", GOLD, ids=lambda p: p.stem)
def test_every_gold_line_is_possible_in_its_catalogue(path: Path) -> None:
    known = products(path)
    faults = [
        (row["id"], fault, line) for row in rows(path) for line in lines(row) if (fault := wrong(line, known))
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
