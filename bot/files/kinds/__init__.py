"""The kinds of files that can be brought in, one module a noun."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.files.cells import Reader, word
from bot.files.errors import Fault
from core.db.session import Session
from core.people.actor import Actor

Row = Mapping[str, Any]
Outcome = str | Fault
"""created | updated | unchanged, or why not."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column and how its cells are read."""

    name: str
    read: Reader
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of file. `key` tells its rows apart; `save` puts rows in and says what became of each.

    `head` takes what a JSON object says beside its rows; `rows_under` are the keys the rows may stand under. `together`
    names what rows belong to that only make sense whole, such as an order: they come in together or not at all.
    `papers` are columns that hold the path of a further file, beside this one. `left_alone` rows change nothing, and nothing
    tells them apart: they may stand more than once.
    """

    name: str
    columns: tuple[Column, ...]
    key: Callable[[Row], str]
    save: Callable[[Session, Actor, Sequence[Row]], list[Outcome]]
    head: Callable[[Session, Actor, Row], None] | None = None
    together: Callable[[Row], str] | None = None
    rows_under: tuple[str, ...] = ("rows",)
    papers: tuple[str, ...] = ()
    left_alone: Callable[[Row], bool] = lambda _row: False

    def headings(self) -> dict[str, Sequence[str]]:
        """The names each column may be headed by."""
        words = _words()
        own = words["kinds"].get(self.name, {})
        return {
            column.name: [*own.get(column.name, []), *words["columns"].get(column.name, [])]
            for column in self.columns
        }


def one_of(words: str) -> Reader:
    """A reader of a short list in words.yaml, such as `member_roles`."""
    return word({value: tuple(ways) for value, ways in _words()[words].items()})


def flag(cell: Any) -> bool:
    """Yes or no, in the ways people write it."""
    words = _words()
    ways = {"yes": tuple(words["yes"]), "no": tuple(words["no"])}
    return cell if isinstance(cell, bool) else word(ways)(cell) == "yes"


def through(
    rows: Sequence[Row],
    fault_of: Callable[[Row], Fault | None],
    put: Callable[[list[Row]], Sequence[Outcome]],
) -> list[Outcome]:
    """Put the rows without a fault together; every row's outcome, in order."""
    faults = [fault_of(row) for row in rows]
    good = [row for row, fault in zip(rows, faults, strict=True) if fault is None]
    done = iter(put(good) if good else ())
    return [next(done) if fault is None else fault for fault in faults]


def unknown(column: str, row: Row, known: Mapping[str, Any]) -> Fault | None:
    """A fault when the row names something that is not there."""
    value = row.get(column)
    if value is None or value in known:
        return None
    return Fault(f"unknown_{column}", column, {"value": value})


@cache
def _words() -> dict[str, Any]:
    path = Path(__file__).parent.parent / "words.yaml"
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found
