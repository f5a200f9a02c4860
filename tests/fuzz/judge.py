"""What any text must leave standing: understanding answers in time, and a turn is done and keeps the books."""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from statistics import median
from time import thread_time

from bot.evaluate.world import open_world
from bot.understand.context import Context, DraftLine
from bot.understand.index import Index
from bot.understand.types import Add, Understanding
from bot.understand.understand import understand
from tests.eval.speed import MEGABYTE, NOW
from tests.transcripts.stage import WHO, Stage

MOST = 150.0
"""How long the longest text may take, as a multiple of reading one megabyte of JSON."""
_TRIES = 3


def drinks() -> Index:
    """The index of a catalogue of the evaluation."""
    path = Path(__file__).parents[1] / "eval" / "catalogue_drinks.json"
    with open_world(json.loads(path.read_text(encoding="utf-8"))) as world:
        return world.index


def megabyte() -> float:
    """Seconds of this thread to read one megabyte of JSON."""
    return median(_seconds(lambda: json.loads(MEGABYTE)) for _ in range(5))


def _seconds(work) -> float:
    started = thread_time()
    work()
    return thread_time() - started


@dataclass
class Judge:
    """Reads texts without a draft and beside one."""

    index: Index = field(default_factory=drinks)
    json: float = field(default_factory=megabyte)

    def __post_init__(self) -> None:
        first = next(iter(self.index.entries.values())).product
        line = DraftLine(sku=first.sku, base_qty=24, unit=first.base_unit, qty=Decimal(24))
        self.contexts = (Context(now=NOW), Context(now=NOW, draft=(line,), last_skus=(first.sku,)))

    def reads(self, text: str) -> None:
        """Raise AssertionError where a text is not answered in time or a line is backed by nothing in it."""
        for context in self.contexts:
            spent = _seconds(lambda c=context: understand(text, c, self.index))
            for _ in range(_TRIES):  # others share the machine: only what is slow each time is slow
                if spent <= MOST * self.json:
                    break
                spent = min(spent, _seconds(lambda c=context: understand(text, c, self.index)))
            assert spent <= MOST * self.json, f"{spent:.2f} s for {text[:60]!r} ({len(text)})"
            backed(text, understand(text, context, self.index))


def backed(text: str, meant: Understanding) -> None:
    """Every line that is added stands on spans inside the text."""
    for move in meant.moves:
        for item in move.items if isinstance(move, Add) else ():
            assert all(0 <= span.start <= span.end <= len(text) for span in item.spans), item


def hears(stage: Stage, text: str) -> None:
    """Raise AssertionError where a turn is not done or the books do not agree after it."""
    outcome = stage.world.hears(WHO, text)
    assert outcome.status == "done", text[:60]
    assert outcome.says or stage.state().with_person, text[:60]
    assert stage.shop.violations() == [], text[:60]
