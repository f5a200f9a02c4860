"""Which intents a text speaks of: scored rule tables, one per language, and the gate that no score passes."""

import re
from functools import cache

from bot.understand.lexicon import read_yaml
from bot.understand.types import Intent

HEAD = 1_200  # a long text says what it wants near its beginning


@cache
def _rules() -> tuple[tuple[Intent, float, re.Pattern[str]], ...]:
    rules = []
    for language in ("zh", "en"):
        for intent, weights in read_yaml(f"phrases.{language}.yaml").items():
            for weight, patterns in weights.items():
                joined = "|".join(f"(?:{p})" for p in patterns)
                rules.append((Intent(intent), float(weight), re.compile(joined)))
    return tuple(rules)


@cache
def _gate() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in read_yaml("gate.yaml")["patterns"]))


def forbidden(text: str) -> bool:
    """Whether a normal text asks to change prices, balances, roles or approvals, or addresses the system."""
    return _gate().search(text[:HEAD]) is not None


def scores(text: str) -> dict[Intent, float]:
    """How strongly a normal text speaks of each intent; anti-triggers lower it."""
    text = text[:HEAD]
    found: dict[Intent, float] = {}
    for intent, weight, pattern in _rules():
        if weight < 0 and found.get(intent, 0) <= 0:
            continue
        if pattern.search(text):
            found[intent] = found.get(intent, 0.0) + weight
    return {intent: score for intent, score in found.items() if score > 0}
