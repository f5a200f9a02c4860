"""Examples in the brand's own goods: a text names {some_goods}, {more_goods}, {some_product} or {changed_goods}."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from bot.dialog.api import Turn, quantity, say
from bot.dialog.messages import Param, Say
from bot.dialog.texts import HANS, all_texts, places

NAMES = frozenset({"some_goods", "more_goods", "some_product", "changed_goods"})


def exemplified(turn: Turn, words: Say) -> Say:
    """The words with the examples their texts ask for."""
    lines = tuple(exemplified(turn, line) for line in words.lines)
    messages = all_texts().messages[HANS]
    wanted = places(messages[words.key]) & NAMES if words.key in messages else frozenset()
    params = {**words.params, **{name: _example(turn, name) for name in wanted - set(words.params)}}
    return replace(words, params=params, lines=lines)


def _example(turn: Turn, name: str) -> Param:
    skus = list(_two_products(turn))
    if not skus:
        return say("dialog.example.none")
    first, second = skus[0], skus[-1]
    match name:
        case "some_product":
            return turn.name(first)
        case "changed_goods":
            return say("dialog.example.change", **_parts(turn, second, 4))
        case "more_goods":
            return say("dialog.example.goods", **_parts(turn, second, 2))
    return say("dialog.example.goods", **_parts(turn, first, 3))


def _two_products(turn: Turn) -> Iterator[str]:
    """Two products of different names: what was last talked about, else the catalogue's first."""
    seen: set[str] = set()
    for sku in (*turn.state.last_skus, *turn.index.entries):
        if sku in turn.index.entries and turn.product(sku).name_zh not in seen:
            seen.add(turn.product(sku).name_zh)
            yield sku
        if len(seen) == 2:
            return


def _parts(turn: Turn, sku: str, qty: int) -> dict[str, Param]:
    return {"product": turn.name(sku), "qty": quantity(Decimal(qty), turn.product(sku).default_unit)}
