"""Loading the sample brand: its files as any brand's, then its history through the verbs of the trade, each at its time.

All of it is one transaction; a database that has dealers is left alone.
"""

import re
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import Connection, select

from bot.files.importing import KINDS, beside, import_sheet
from bot.files.sheet import Line, Sheet, read_sheet
from bot.sample.history import steps_of
from core.db.lane import Lane, Unit
from core.db.scope import SystemScope
from core.db.session import Session
from core.dealers.models import dealers
from core.kit.clock import business_day
from core.people.actor import Actor
from core.people.rolls import admit_invited

T = TypeVar("T")

FOLDER = Path(__file__).parent
FILES = ("catalogue.json", "dealers.csv", "addresses.csv", "members.csv", "staff.csv", "prices.csv",
         "assortments.csv", "stock.csv", "contracts.csv", "budgets.csv", "approval-levels.csv",
         "programmes.csv", "programme-tiers.csv", "balances.csv")  # fmt: skip
BEFORE = timedelta(days=120)
"""How long before the day of loading the sample brand began."""

_DAY = re.compile(r"D([+-]\d+)")
_any_dealer = select(dealers.c.id).limit(1)


@dataclass(frozen=True, slots=True)
class _Within:
    """A lane inside a unit of work that is already running."""

    connection: Connection

    def submit(self, unit: Unit[T], key: str = "") -> Future[T]:
        done: Future[T] = Future()
        done.set_result(self.run(unit, key))
        return done

    def run(self, unit: Unit[T], key: str = "") -> T:  # noqa: ARG002 - there is only one order here
        with self.connection.begin_nested():
            return unit(self.connection)

    def close(self) -> None:
        """Nothing is queued."""


def load_sample(lane: Lane, now: datetime, zone: ZoneInfo) -> bool:
    """Load the sample brand, dated relative to `now`; False when the database holds a brand already."""

    def unit(connection: Connection) -> bool:
        if connection.execute(_any_dealer).first() is not None:
            return False
        history = yaml.safe_load((FOLDER / "history.yaml").read_text(encoding="utf-8"))
        _files(_Within(connection), now, zone, history)
        began = Session(connection, SystemScope("sample"), now - BEFORE)
        admit_invited(began, _loader(zone))
        for step in steps_of(history, now, zone):
            step.run(connection)
        return True

    return lane.run(unit)


def _files(lane: Lane, now: datetime, zone: ZoneInfo, history: list[Mapping[str, Any]]) -> None:
    today = business_day(now, zone)
    for name in FILES:
        kind = KINDS[name.partition(".")[0]]
        sheet = read_sheet(FOLDER / name, kind.headings(), rows_under=kind.rows_under)
        sheet = beside(sheet, FOLDER, kind.papers)
        if kind.name == "stock":
            sheet = _as_it_began(sheet, history)
        report = import_sheet(
            lane, _loader(zone), kind, _dated(sheet, today), name=name, sha256="sample", now=now - BEFORE,
            dry_run=False, progress=lambda _done, _total: None, heard=False,
        )  # fmt: skip
        if report.count("rejected"):
            raise ValueError([result for result in report.results if result.faults])


def _dated(sheet: Sheet, today: Any) -> Sheet:
    """Days written D+5 are so many days from today."""

    def day(cell: Any) -> Any:
        match = _DAY.fullmatch(cell) if isinstance(cell, str) else None
        return today + timedelta(days=int(match[1])) if match else cell

    lines = [
        Line(line.number, {name: day(cell) for name, cell in line.cells.items()}) for line in sheet.lines
    ]
    return replace(sheet, lines=lines)


def _as_it_began(sheet: Sheet, history: list[Mapping[str, Any]]) -> Sheet:
    """The file tells today's stock; what the history ships was there before."""
    catalogue = KINDS["catalogue"]
    goods = read_sheet(FOLDER / "catalogue.json", catalogue.headings(), rows_under=catalogue.rows_under)
    units = {line.cells["sku"]: line.cells["units"] for line in goods.lines}
    shipped: dict[str, int] = {}
    for one in history:
        if one.get("ship"):
            for sku, (qty, unit) in one["order"]["lines"].items():
                pack = units[sku][unit]
                factor = pack["factor"] if isinstance(pack, dict) else pack
                shipped[sku] = shipped.get(sku, 0) + qty * factor
    lines = [
        Line(
            line.number,
            {**line.cells, "on_hand": int(line.cells["on_hand"]) + shipped.get(line.cells["sku"], 0)},
        )
        for line in sheet.lines
    ]
    return replace(sheet, lines=lines)


def _loader(zone: ZoneInfo) -> Actor:
    return Actor(subject="system:import", side="system", role="import", name="", zone=zone, channel="sample")
