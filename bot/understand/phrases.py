"""Short moves found by pattern: yes and no, undo, clear, notes and the like, from `moves.*.yaml`."""

import re
from functools import cache

from bot.understand.intents import HEAD
from bot.understand.lexicon import read_yaml


@cache
def _pattern(name: str) -> re.Pattern[str] | None:
    listed = [p for language in ("zh", "en") for p in read_yaml(f"moves.{language}.yaml").get(name, ())]
    return re.compile("|".join(f"(?:{p})" for p in _numbered(listed))) if listed else None


def _numbered(patterns: list[str]) -> list[str]:
    """Group names must be unique in one expression."""
    return [p.replace("(?P<text>", f"(?P<text{k}>") for k, p in enumerate(patterns)]


def says(name: str, text: str) -> bool:
    """Whether a normal text says this."""
    pattern = _pattern(name)
    return bool(pattern and pattern.search(text[:HEAD]))


def part(name: str, text: str) -> tuple[str, int, int] | None:
    """The words a phrase carries ("备注 ..."), with the place of the whole phrase."""
    pattern = _pattern(name)
    match = pattern.search(text[:HEAD]) if pattern else None
    if match is None:
        return None
    words = next((g for g in match.groups() if g is not None), "")
    return words.strip(), match.start(), match.end()
