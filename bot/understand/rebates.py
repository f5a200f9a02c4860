"""Rebates: the balance used on the order in hand, where it comes from, and what is missing to the next tier."""

import re
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from bot.understand.lexicon import read_yaml
from bot.understand.money import scan_money
from bot.understand.queries import named_goods, period_of
from bot.understand.reading import Reading
from bot.understand.types import Ask, Intent, Topic, Understanding, UseRebate

LONGEST = 200
_CLAUSE = re.compile(r"[^,;。!?\n]+[?]?")
_FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")


class Use(NamedTuple):
    """A clause that uses rebate, or does not after all, and its place in the normal text."""

    move: UseRebate
    start: int
    end: int


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{each})" for each in read_yaml("rebates.yaml")[name]))


def use_in(text: str) -> Use | None:
    """The first clause of a normal text that says what becomes of the rebate on this order."""
    for clause in _CLAUSE.finditer(text[:LONGEST]):
        words = clause[0].strip()
        if _pattern("asked").search(words):
            continue
        if _pattern("none").search(words):
            return Use(UseRebate(amount=Decimal(0)), clause.start(), clause.end())
        if _pattern("use").search(words):
            return Use(UseRebate(amount=_amount(words)), clause.start(), clause.end())
    return None


def _amount(words: str) -> Decimal | None:
    amounts = scan_money(words)
    if amounts:
        return amounts[0].value
    figure = _FIGURE.search(words)
    return Decimal(figure[0].replace(",", "")) if figure else None


def read_rebate(reading: Reading) -> Understanding | None:
    """A question of where rebate comes from, or of the way to the next tier."""
    text = reading.text
    if len(text) > LONGEST:
        return None
    topic = Topic.REBATE_WHY if _pattern("from").search(text) else None
    if topic is None and _pattern("tier").search(text):
        topic = Topic.REBATE
    if topic is None:
        return None
    move = Ask(topic=topic, items=named_goods(reading), period=period_of(reading, "past"))
    return Understanding(intent=Intent.REBATE_QUERY, moves=(move,))
