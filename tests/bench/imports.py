"""How fast files come in, against bare multi-row inserts of the same rows in the same run.

Bare: the finished rows of its tables, 500 an execution of one prepared insert (faster than multi-row values), committed alike. The import reads the file,
checks every cell, compares with what is there, keeps ledgers and audit, and says what became of each row.
"""

import csv
import gc
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, insert, select

from bot.files.importing import BATCH, import_file
from bot.migrations import migrate
from core.db.engine import write_engine
from core.db.lane import Lane, open_lane
from core.db.scope import system
from core.people.actor import Actor
from core.pricing.models import level_prices
from core.products.models import products
from core.stock.models import stock_items, stock_ledger

LOADER = Actor(subject="system:import", side="system", role="import", name="", zone=ZoneInfo("Asia/Shanghai"))
ROWS = 50_000
FLOOR = 1 / 3

Rows = Iterable[list[object]]


def files(count: int) -> dict[str, tuple[list[str], Rows]]:
    """The files by kind: headers and rows."""
    return {
        "catalogue": (
            ["货号", "品名", "规格", "品类", "基本单位", "订货单位", "包装", "别名"],
            (
                [f"B-{n}", f"茶饮{n}号", "500ml", "茶饮", "瓶", "箱", "瓶=1; 箱=15", f"茶{n}"]
                for n in range(count)
            ),
        ),
        "prices": (
            ["货号", "单价", "生效日期"],
            ([f"B-{n}", f"{n % 90 + 1}.50", "2026-01-01"] for n in range(count)),
        ),
        "stock": (["货号", "现存量"], ([f"B-{n}", n % 70 + 5] for n in range(count))),
    }


TABLES: dict[str, tuple[Table, ...]] = {
    "catalogue": (products,),
    "prices": (level_prices,),
    "stock": (stock_items, stock_ledger),
}


def measure(folder: Path, count: int) -> dict[str, float]:
    """The rate of each kind's import as a part of the bare inserts' rate."""
    ours, bare = lane_at(folder / "ours.sqlite3"), lane_at(folder / "bare.sqlite3")
    ratios = {}
    try:
        for kind, (headers, rows) in files(count).items():
            path = folder / f"{kind}.csv"
            with path.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([headers, *rows])
            took = timed(lambda kind=kind, path=path: brought(ours, kind, path, count))
            plain = sum(timed(lambda table=table: copied(ours, bare, table)) for table in TABLES[kind])
            ratios[kind] = plain / took
    finally:
        ours.close()
        bare.close()
    return ratios


def lane_at(path: Path) -> Lane:
    """A lane to a new database."""
    migrate(f"sqlite:///{path}")
    return open_lane(write_engine(f"sqlite:///{path}"))


def brought(lane: Lane, kind: str, path: Path, count: int) -> float:
    """Import; the seconds it took."""
    began = time.perf_counter()
    report = import_file(lane, LOADER, kind, path, now=datetime.now(UTC))
    took = time.perf_counter() - began
    assert report.count("created") == count, [one for one in report.results if one.faults][:3]
    return took


def copied(source: Lane, target: Lane, table: Table) -> float:
    """Insert the rows of a table as they are into another database, 500 an execution of one prepared statement; the seconds it took."""
    rows: list[dict[str, Any]] = source.run(
        lambda connection: [dict(row) for row in connection.execute(system(select(table))).mappings()]
    )
    began = time.perf_counter()
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        target.run(lambda connection, batch=batch: connection.execute(insert(table), batch))
    return time.perf_counter() - began


def timed(run: Callable[[], float]) -> float:
    """A run without the rubbish of the one before."""
    gc.collect()
    return run()


def main() -> int:
    """Print the ratios; 1 when one is below the floor."""
    with tempfile.TemporaryDirectory() as folder:
        ratios = measure(Path(folder), ROWS)
    for kind, ratio in ratios.items():
        print(f"import {kind}: {ratio:.2f} of bare inserts (floor {FLOOR:.2f}), {ROWS:,} rows")
    return int(min(ratios.values()) < FLOOR)


if __name__ == "__main__":
    sys.exit(main())
