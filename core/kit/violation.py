"""What a check finds: a rule that does not hold."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that does not hold for one subject: what is kept, and what it should be."""

    rule: str
    subject: str
    kept: Any
    right: Any
