"""Bringing a file in: every row gets a result, the good ones land, and the file leaves one audit row with its hash.

Rows are put in batches, a transaction each, so that whoever chats meanwhile is answered between two of them; when a batch is
refused, its rows are tried one by one. A dry run does the
same and undoes it. Importing the same file again changes nothing.
"""

import gc
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from bot.files.errors import CellError, Fault, FileRefusedError
from bot.files.kinds import Column, Kind, Outcome, Row
from bot.files.kinds.aliases import ALIASES
from bot.files.kinds.catalogue import CATALOGUE
from bot.files.kinds.claims import BUDGETS, LEVELS
from bot.files.kinds.contracts import CONTRACTS
from bot.files.kinds.dealers import ADDRESSES, ASSORTMENTS, DEALERS
from bot.files.kinds.goods import PRICES, STOCK
from bot.files.kinds.orders import OPEN_ORDERS
from bot.files.kinds.people import MEMBERS, STAFF
from bot.files.kinds.rebates import BALANCES, PROGRAMMES, TIERS
from bot.files.sheet import Line, Sheet, content_of, sheet_of
from core.audit.service import record
from core.db.lane import Lane
from core.db.scope import SystemScope
from core.db.session import Session
from core.kit.errors import DealerError
from core.people.actor import Actor
from notifications.outbox.write import write_facts

KINDS = {
    kind.name: kind
    for kind in (
        CATALOGUE,
        ALIASES,
        DEALERS,
        ADDRESSES,
        MEMBERS,
        STAFF,
        PRICES,
        ASSORTMENTS,
        STOCK,
        OPEN_ORDERS,
        CONTRACTS,
        BUDGETS,
        LEVELS,
        PROGRAMMES,
        TIERS,
        BALANCES,
    )
}
"""In the order in which a brand brings them in: each names only what is there before it."""
ALSO_CALLED = {"products": "catalogue"}
BATCH = 2000
"""Rows a unit of work: few enough that a chat waits a fraction of a second for one, enough that commits cost little."""

KEPT = 1000
"""Cells of a column remembered as read: units, days and categories repeat."""
Seen = Sequence[tuple[Column, dict[str, Any]]]
Progress = Callable[[int, int], None]


class Result(msgspec.Struct, frozen=True, gc=False):
    """What became of one row: created | updated | unchanged | rejected, and why."""

    row: int
    key: str
    done: str
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of a file."""

    kind: str
    file: str
    sha256: str
    dry_run: bool
    ignored: tuple[str, ...]  # headers that are no column of this kind
    unread: tuple[str, ...]  # other sheets of the workbook
    hidden_rows: tuple[int, ...]  # read though a spreadsheet program does not show them
    hidden_columns: tuple[str, ...]
    totals: tuple[int, ...]  # rows of sums, which are none
    headers: Mapping[str, str]  # how columns are headed in the file
    results: tuple[Result, ...]

    def count(self, done: str) -> int:
        """How many rows came to this."""
        return sum(result.done == done for result in self.results)


class _Entry(msgspec.Struct, frozen=True, gc=False):
    row: int
    key: str
    values: dict[str, Any]
    whole: str = ""  # what it belongs to, with rows beside it


class _UndoneError(Exception):
    """Carries a dry run's outcomes out of the transaction it undoes."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        super().__init__()
        self.outcomes = outcomes


def kind_named(name: str) -> Kind:
    """A kind of file by its name or another name for it. Raises FileRefusedError."""
    found = KINDS.get(ALSO_CALLED.get(name, name))
    if found is None:
        raise FileRefusedError("kind", kind=name, kinds=" ".join(KINDS))
    return found


def import_file(
    lane: Lane,
    actor: Actor,
    kind: str,
    path: Path,
    *,
    now: datetime,
    dry_run: bool = False,
    progress: Progress = lambda _done, _total: None,
    heard: bool = True,
) -> Report:
    """Bring a file in. `heard`: those concerned hear of what it changed. Raises FileRefusedError, NotAllowedError."""
    of_kind = kind_named(kind)
    content = content_of(path)
    with _rarely_collected():
        sheet = sheet_of(content, path.name, of_kind.headings(), rows_under=of_kind.rows_under)
        sheet = beside(sheet, path.parent, of_kind.papers)
        return import_sheet(
            lane, actor, of_kind, sheet, name=path.name, sha256=hashlib.sha256(content).hexdigest(),
            now=now, dry_run=dry_run, progress=progress, heard=heard,
        )  # fmt: skip


@contextmanager
def _rarely_collected() -> Iterator[None]:
    """Rows hold no cycles; looking for some among a million cells takes a third of an import's time."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def beside(sheet: Sheet, folder: Path, papers: Sequence[str]) -> Sheet:
    """The same rows, with the paths in these columns taken from the folder the file lies in."""
    if not papers:
        return sheet
    lines = [
        Line(
            line.number,
            {name: str(folder / str(cell)) if name in papers else cell for name, cell in line.cells.items()},
            line.faults,
        )
        for line in sheet.lines
    ]
    return replace(sheet, lines=lines)


def import_sheet(
    lane: Lane,
    actor: Actor,
    kind: Kind,
    sheet: Sheet,
    *,
    name: str,
    sha256: str,
    now: datetime,
    dry_run: bool,
    progress: Progress,
    heard: bool,
) -> Report:
    """Bring in rows that were read. Raises FileRefusedError when a column they need is not there."""
    missing = [column.name for column in kind.columns if column.required and column.name not in sheet.columns]
    if missing and (sheet.lines or sheet.unknown):
        headings = kind.headings()
        shown = ", ".join(f"{column} ({' / '.join(headings[column][:3])})" for column in missing)
        raise FileRefusedError("no_column", name=name, columns=shown)
    entries, results = _entries(kind, sheet.lines)
    total, done = len(entries), 0
    progress(done, total)
    for number, batch in enumerate(_batches(entries)):
        first = {"name": name, "sha256": sha256, "rows": len(sheet.lines)} if number == 0 else None
        head = sheet.head if number == 0 else {}
        outcomes = _put(lane, _Unit(actor, kind, batch, now, dry_run, heard, first, head))
        results += [_result(entry, outcome) for entry, outcome in zip(batch, outcomes, strict=True)]
        done += len(batch)
        progress(done, total)
    results.sort(key=attrgetter("row"))
    return Report(kind=kind.name, file=name, sha256=sha256, dry_run=dry_run, ignored=sheet.unknown,
                  unread=sheet.unread, hidden_rows=sheet.hidden_rows, hidden_columns=sheet.hidden_columns,
                  totals=sheet.totals, headers=sheet.headers, results=tuple(results))  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Unit:
    """One batch as one unit of work. `first`: what the file's audit row says, in its first batch."""

    actor: Actor
    kind: Kind
    entries: Sequence[_Entry]
    now: datetime
    dry_run: bool
    heard: bool
    first: dict[str, Any] | None
    head: Row

    def __call__(self, connection: Connection) -> list[Outcome]:
        session = Session(connection, SystemScope("import"), self.now)
        if self.first is not None:
            self._begin(session)
        outcomes = self._all(session) if self.entries else []
        if self.dry_run:
            raise _UndoneError(outcomes)
        if self.heard:
            write_facts(session, session.facts)
        return outcomes

    def _begin(self, session: Session) -> None:
        detail = {**(self.first or {}), "kind": self.kind.name}
        record(session, actor=self.actor.subject, channel=self.actor.channel, action="files.imported",
               object_type="file", object_ref=str(detail["sha256"]), detail=detail)  # fmt: skip
        if self.kind.head is not None and self.head:
            self.kind.head(session, self.actor, self.head)

    def _all(self, session: Session) -> list[Outcome]:
        try:
            with session.savepoint():
                return self.kind.save(session, self.actor, [entry.values for entry in self.entries])
        except (DealerError, IntegrityError):
            wholes = groupby(enumerate(self.entries), key=lambda each: each[1].whole or each[0])
            return [
                done for _, each in wholes for done in self._one(session, [entry.values for _, entry in each])
            ]

    def _one(self, session: Session, rows: Sequence[Row]) -> list[Outcome]:
        try:
            with session.savepoint():
                return self.kind.save(session, self.actor, rows)
        except DealerError as refusal:
            return [Fault(refusal.code, "", refusal.fields)] * len(rows)
        except IntegrityError:
            return [Fault("conflict")] * len(rows)


def _put(lane: Lane, unit: _Unit) -> list[Outcome]:
    try:
        return lane.run(unit)
    except _UndoneError as undone:
        return undone.outcomes


def _entries(kind: Kind, lines: Sequence[Line]) -> tuple[list[_Entry], list[Result]]:
    """Rows that can be read, and the results of those that cannot, that repeat a key, or whose whole is broken."""
    entries: list[_Entry] = []
    rejected: list[Result] = []
    rows_by_key: dict[str, int] = {}
    broken: dict[str, int] = {}
    seen: Seen = [(column, {}) for column in kind.columns]
    for line in lines:
        values, faults = _read(line, seen)
        whole = _whole(kind, values) if kind.together else ""
        key = _shown_key(kind, line) if faults else kind.key(values)
        unkeyed = faults or kind.left_alone(values)
        earlier = line.number if unkeyed else rows_by_key.setdefault(key, line.number)
        if earlier != line.number:
            faults.append(Fault("repeated", "", {"row": earlier}))
        if faults:
            rejected.append(Result(line.number, key, "rejected", tuple(faults)))
            broken.setdefault(whole, line.number)
        else:
            entries.append(_Entry(line.number, key, values, whole))
    if kind.together is None:
        return entries, rejected
    return _together(entries, broken), [*rejected, *_left(entries, broken)]


def _whole(kind: Kind, values: Row) -> str:
    try:
        return kind.together(values) if kind.together else ""
    except KeyError:
        return ""


def _together(entries: Sequence[_Entry], broken: Mapping[str, int]) -> list[_Entry]:
    """Rows of one whole beside each other, where the first of them stood."""
    first: dict[str, int] = {}
    for entry in entries:
        first.setdefault(entry.whole, entry.row)
    kept = (entry for entry in entries if entry.whole not in broken)
    return sorted(kept, key=lambda entry: (first[entry.whole], entry.row))


def _left(entries: Sequence[_Entry], broken: Mapping[str, int]) -> Iterator[Result]:
    for entry in entries:
        if entry.whole in broken:
            fault = Fault("with_row", "", {"row": broken[entry.whole]})
            yield Result(entry.row, entry.key, "rejected", (fault,))


def _read(line: Line, seen: Seen) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for column, read in seen:
        name = column.name
        cell = line.cells.get(name)
        if cell is None:
            if name in line.faults:
                faults.append(Fault(line.faults[name], name))
            elif column.required:
                faults.append(Fault("missing", name))
            continue
        known = type(cell) is str
        if known and cell in read:
            values[name] = read[cell]
            continue
        try:
            value = values[name] = column.read(cell)
        except CellError as error:
            faults.append(Fault(error.code, name, error.fields))
        else:
            if known and len(read) < KEPT and type(value) is not list:
                read[cell] = value
    return values, faults


def _shown_key(kind: Kind, line: Line) -> str:
    try:
        return kind.key({name: str(cell) for name, cell in line.cells.items()})[:120]
    except KeyError:
        return ""


def _batches(entries: Sequence[_Entry]) -> Iterator[Sequence[_Entry]]:
    """At least one, so that a file leaves its audit row whatever became of its rows. No whole is cut."""
    start = 0
    while start < len(entries) or not start:
        end = start + BATCH
        while end < len(entries) and entries[end].whole and entries[end].whole == entries[end - 1].whole:
            end += 1
        yield entries[start:end]
        start = end


def _result(entry: _Entry, outcome: Outcome) -> Result:
    if isinstance(outcome, Fault):
        return Result(entry.row, entry.key, "rejected", (outcome,))
    return Result(entry.row, entry.key, outcome)
