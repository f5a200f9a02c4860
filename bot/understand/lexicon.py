"""The general words of both languages, read once from `words.zh.yaml` and `words.en.yaml`.

A word has one class, which says what it does in an order; a text is read with the longest word at each place.
"""

from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml


class Role(StrEnum):
    """What a general word does in a message."""

    FILLER = "filler"  # politeness, particles, names for people: nothing
    VERB = "verb"  # wanting goods: 要, 来, 订, send
    AND = "and"
    AGAIN = "again"  # a further item begins: 再来, 另外, also
    EACH = "each"
    MORE = "more"
    LESS = "less"
    SET = "set"
    DOUBLE = "double"
    HALVE = "halve"
    REMOVE = "remove"
    NOT = "not"  # without, not wanted
    ONLY = "only"
    EXCEPT = "except"
    REPAIR = "repair"
    REPLACE = "replace"
    ALL = "all"
    REST = "rest"  # what is not named beside it: 其他的, the others
    OF = "of"
    HAVE = "have"  # what follows is there already, not wanted: 还剩3箱


Words = dict[str, Role]


@cache
def read_yaml(name: str) -> Any:
    """A data file beside this module; every scalar is a string."""
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - plain strings: "no" and "on" are words here


@cache
def words() -> Words:
    """Every general word and its role."""
    found: Words = {}
    for language in ("zh", "en"):
        for role, listed in read_yaml(f"words.{language}.yaml").items():
            for word in listed:
                found.setdefault(str(word), Role(role))
    return found


@cache
def _longest() -> dict[str, int]:
    longest: dict[str, int] = {}
    for word in words():
        longest[word[0]] = max(longest.get(word[0], 0), len(word))
    return longest


def word_at(text: str, pos: int) -> tuple[Role, int] | None:
    """The longest general word that starts here in a normal text: its role and its end. English words are whole."""
    for end in _ends(text, pos):
        role = words().get(text[pos:end])
        if role is not None and not _goes_on(text, end):
            return role, end
    return None


def _goes_on(text: str, end: int) -> bool:
    """Whether an English word does not end here: "who" of "who's"."""
    if not text[end - 1].isascii() or not text[end - 1].isalnum():
        return False
    after = text[end : end + 2]
    return (after[:1].isascii() and after[:1].isalnum()) or (after[:1] == "'" and after[1:].isalpha())


def _ends(text: str, pos: int) -> Iterator[int]:
    longest = _longest().get(text[pos : pos + 1], 0)
    return iter(range(min(pos + longest, len(text)), pos, -1))
