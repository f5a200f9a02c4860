"""A rule of the date grammar: a pattern, and how its match is read."""

import re
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from bot.understand.days import Prefer, Range

Read = Callable[[re.Match[str], date, Prefer], Range | date | None]


class Rule(NamedTuple):
    """A way to name a day or range. partial: its year or month is left open, so that the other end of a range fills it."""

    pattern: re.Pattern[str]
    read: Read
    partial: bool = False


def rule(pattern: str, read: Read, *, partial: bool = False) -> Rule:
    """The rule with its pattern compiled."""
    return Rule(re.compile(pattern), read, partial)
