"""Words of commands that are no one flow's: roles, what a claim is paid to, and what stands around a name."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml


@cache
def roles() -> Mapping[str, tuple[str, ...]]:
    """The words people use for roles, by role."""
    path = Path(__file__).parent / "roles.yaml"
    return {role: tuple(words) for role, words in yaml.safe_load(path.read_text(encoding="utf-8")).items()}


@cache
def payouts() -> Mapping[str, tuple[str, ...]]:
    """The words for what a claim is paid to, longer ones before those they begin with."""
    path = Path(__file__).parent / "payouts.yaml"
    return {where: tuple(words) for where, words in yaml.safe_load(path.read_text(encoding="utf-8")).items()}


@cache
def _fillers() -> Mapping[str, tuple[str, ...]]:
    path = Path(__file__).parent / "fillers.yaml"
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {end: tuple(sorted(words, key=len, reverse=True)) for end, words in found.items()}


def name_within(chunk: str) -> tuple[str, int]:
    """A name without the small words people put before and behind it, and how much of the chunk it takes with them.

    "把城北的" is 城北, and of "城北的采购" what is theirs is left to others.
    """
    bare, taken = chunk, len(chunk)
    for word in _fillers()["between"]:
        if word in bare:
            bare = bare.partition(word)[0]
            taken = len(bare) + len(word)
    before = ""
    while bare != before:
        before = bare
        for word in _fillers()["before"]:
            bare = bare.removeprefix(word)
        for word in _fillers()["behind"]:
            bare = bare.removesuffix(word)
    return bare, taken
