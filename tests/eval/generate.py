"""Thousands of messages and hundreds of conversations of five trades, with gold by construction.

`python -m tests.eval.generate --out DIR [--rows N] [--talks N] [--seed S]` writes DIR/generated_messages_TRADE.jsonl
and DIR/generated_dialogues_TRADE.jsonl; the same seed gives the same bytes.
"""

import argparse
import json
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.eval import changes, noise, shapes
from tests.eval.asides import Asides
from tests.eval.goods import Goods
from tests.eval.lines import Orders, pick
from tests.eval.shapes import Row, Shape
from tests.eval.talks import talk

TRADES = ("auto", "pet", "stationery", "baby", "frozen")
SHAPES: dict[str, tuple[float, Shape]] = {
    "multi_line": (14, shapes.one_sentence),
    "newline": (8, shapes.listed),
    "table": (5, shapes.table),
    "voice": (6, shapes.voice),
    "self_repair": (4, shapes.repaired),
    "alias": (3, shapes.lone("alias")),
    "sku": (2, shapes.lone("sku")),
    "ambiguous": (6, shapes.lone("bare")),
    "ambiguous_head": (4, shapes.lone("head")),
    "typo": (5, shapes.lone("homophone", langs="zh")),
    "en_typo": (3, shapes.lone("typo", langs="en")),
    "pinyin": (2, shapes.in_pinyin),
    "fraction": (3, shapes.lone("name", "half")),
    "unit_conv": (2, shapes.lone("name", "compound", "zh")),
    "cn_numeral": (3, shapes.lone("name", "words", "zh")),
    "spec_trap": (3, shapes.size_trap),
    "mixed": (4, shapes.mixed),
    "shared": (4, shapes.shared),
    "negation": (3, shapes.negated),
    "unknown": (3, shapes.stranger),
    "no_quantity": (2, shapes.uncounted),
    "fullwidth": (2, shapes.disguised(shapes.one_sentence, noise.full_width)),
    "traditional": (8, shapes.disguised(shapes.one_sentence, noise.traditional, "zh-Hant")),
    "traditional_modify": (2, shapes.disguised(changes.changed, noise.traditional, "zh-Hant")),
    "modify": (10, changes.changed),
    "repeat": (3, changes.repeated),
    "stock": (3, shapes.asked("stock")),
    "price": (3, shapes.asked("price")),
    "return": (3, shapes.returned),
    "status": (2, shapes.numbered("status")),
    "cancel": (2, shapes.numbered("cancel")),
    "claim": (5, shapes.claimed),
    "rebate": (1.5, shapes.periodic("rebate")),
    "target": (1.5, shapes.periodic("target")),
    "plain": (1, shapes.plain),
}


def write_rows(trade: str, count: int, seed: int) -> Iterator[Row]:
    """The rows of one trade."""
    rng, goods = random.Random(f"{seed}-{trade}"), Goods(trade)
    asides = Asides(goods, rng)
    weights = {name: weight for name, (weight, _) in SHAPES.items()}
    seen: set[str] = set()
    while len(seen) < count:
        lang, kind = pick(rng, {"zh": 0.74, "en": 0.26}), pick(rng, weights)
        row = SHAPES[kind][1](Orders(goods, rng, lang), asides)
        if row is None or (key := row["text"] + json.dumps(row.get("context"))) in seen:
            continue
        seen.add(key)
        head = {"id": f"gen-{trade}-{len(seen):04d}", "reference_date": goods.file["reference_date"]}
        yield {**head, "lang": lang, "category": kind, **row}


def write_talks(trade: str, count: int, seed: int) -> Iterator[Row]:
    """The conversations of one trade."""
    rng, goods = random.Random(f"{seed}-{trade}-talks"), Goods(trade)
    asides = Asides(goods, rng)
    made = 0
    while made < count:
        lang = pick(rng, {"zh": 0.74, "en": 0.26})
        if turns := talk(Orders(goods, rng, lang), asides):
            made += 1
            head = {"id": f"gen-{trade}-d{made:03d}", "reference_date": goods.file["reference_date"]}
            yield {**head, "lang": lang, "category": "generated", "turns": turns}


def save(path: Path, rows: Iterable[Row]) -> None:
    """One row a line."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def main() -> None:
    """Write a file of messages and a file of conversations for each trade."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=3500)
    parser.add_argument("--talks", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for trade in TRADES:
        save(
            args.out / f"generated_messages_{trade}.jsonl",
            write_rows(trade, args.rows // len(TRADES), args.seed),
        )
        save(
            args.out / f"generated_dialogues_{trade}.jsonl",
            write_talks(trade, args.talks // len(TRADES), args.seed),
        )


if __name__ == "__main__":
    main()
