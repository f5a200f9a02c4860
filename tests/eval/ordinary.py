"""Ordinary talk that is no business of the product: how much of it makes a line, a change or a claim."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from bot.evaluate.world import World, open_world
from bot.understand.context import Context, DraftLine
from bot.understand.types import Ask, Help, Human, Social
from bot.understand.understand import understand

HERE = Path(__file__).parent
TRADES = ("drinks", "care", "public")
HARMLESS = (Ask, Help, Human, Social)


def taken(language: str, *, drafted: bool) -> tuple[int, int]:
    """How many ordinary messages were taken for business in the worst of the trades, and how many there are."""
    texts = [
        line
        for path in sorted(HERE.glob(f"ordinary_*{language}.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    return max(_taken(trade, texts, drafted=drafted) for trade in TRADES), len(texts)


def _taken(trade: str, texts: list[str], *, drafted: bool) -> int:
    name = "public/public_catalog.json" if trade == "public" else f"catalogue_{trade}.json"
    with open_world(json.loads((HERE / name).read_text(encoding="utf-8"))) as world:
        return sum(_is_taken(text, world, drafted=drafted) for text in texts)


def _is_taken(text: str, world: World, *, drafted: bool) -> bool:
    now = datetime.fromisoformat(world.reference_date).replace(hour=9, tzinfo=world.zone)
    first = next(iter(world.index.entries.values())).product
    line = DraftLine(sku=first.sku, base_qty=12, unit=first.base_unit, qty=Decimal(12))
    moves = understand(text, Context(now=now, draft=(line,) if drafted else ()), world.index).moves
    return any(not isinstance(move, HARMLESS) for move in moves)
