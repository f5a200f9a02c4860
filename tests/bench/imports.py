"""How fast files come in, against bare multi-row inserts of the same rows in the same run, for every kind that can be large.

Bare: the rows the import added to its tables, 500 an execution of one prepared insert (faster than multi-row values), committed alike, into a
database of the same engine with the same keys and triggers. The import reads the file, checks every cell, compares with what is there, keeps
ledgers and audit, and says what became of each row. Aliases change products, so their bare counterpart inserts those whole.
"""

import csv
import gc
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, delete, insert, select

from bot.files.importing import BATCH, import_file
from bot.migrations import migrate
from core.contracts.models import contracts
from core.credit.models import account_ledger, accounts
from core.credit.rebate_models import rebate_accounts, rebate_ledger
from core.db.engine import write_engine
from core.db.lane import Lane, open_lane
from core.db.scope import system
from core.dealers.models import addresses, dealers
from core.orders.models import order_lines, orders
from core.people.actor import Actor
from core.people.models import members
from core.pricing.models import level_prices
from core.products.models import assortments, products
from core.stock.models import stock_items, stock_ledger

LOADER = Actor(subject="system:import", side="system", role="import", name="", zone=ZoneInfo("Asia/Shanghai"))
ROWS = 50_000
BARE = BATCH
FLOOR = 1 / 3

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Large:
    """A kind of file of many rows: its headers, a row by its number, and the tables its rows land in."""

    kind: str
    headers: tuple[str, ...]
    row: Callable[[int], tuple[object, ...]]
    tables: tuple[Table, ...]


KINDS = (
    Large("catalogue", ("货号", "品名", "规格", "品类", "基本单位", "订货单位", "包装", "别名"),
          lambda n: (f"B-{n}", f"茶饮{n}号", "500ml", "茶饮", "瓶", "箱", "瓶=1; 箱=15", f"茶{n}"), (products,)),
    Large("aliases", ("货号", "别名"), lambda n: (f"B-{n}", f"俗称{n}"), (products,)),
    Large("dealers", ("编码", "名称", "区域", "等级", "信用额度", "账期"),
          lambda n: (f"D{n}", f"经销商{n}号", "华东", "A", "50,000.00", 30), (dealers, accounts)),
    Large("addresses", ("经销商", "地址名称", "收货人", "电话", "收货地址"),
          lambda n: (f"D{n}", "总仓", f"收货人{n}", f"1390000{n:05}", f"解放路{n}号"), (addresses,)),
    Large("members", ("经销商", "姓名", "手机", "角色"),
          lambda n: (f"D{n}", f"张{n}", f"1380000{n:05}", "老板"), (members,)),
    Large("prices", ("货号", "单价", "生效日期"),
          lambda n: (f"B-{n}", f"{n % 90 + 1}.50", "2026-01-01"), (level_prices,)),
    Large("assortments", ("经销商", "货号"), lambda n: (f"D{n // 10}", f"B-{n}"), (assortments,)),
    Large("stock", ("货号", "现存量"), lambda n: (f"B-{n}", n % 70 + 500), (stock_items, stock_ledger)),
    Large("balances", ("经销商", "类型", "金额"),
          lambda n: (f"D{n // 2}", ("往来", "返利")[n % 2], f"{n % 900 + 1}.50"),
          (account_ledger, rebate_accounts, rebate_ledger)),
    Large("open-orders", ("订单号", "经销商", "货号", "数量", "单价"),
          lambda n: (f"SO{n // 2}", f"D{n // 2}", f"B-{n}", n % 9 + 1, "45.00"), (orders, order_lines)),
    Large("contracts", ("经销商", "合同号", "开始日期", "到期日期"),
          lambda n: (f"D{n}", f"HT-{n}", "2026-01-01", "2026-12-31"), (contracts,)),
)  # fmt: skip
"""In the order in which a brand brings them in."""


def written(path: Path, large: Large, count: int) -> Path:
    """The kind's file of so many rows."""
    rows: Iterable[tuple[object, ...]] = (large.row(n) for n in range(count))
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([large.headers, *rows])
    return path


def measure(folder: Path, count: int) -> dict[str, float]:
    """The rate of each kind's import as a part of the bare inserts' rate."""
    ours, bare = lane_at(folder / "ours.sqlite3"), lane_at(folder / "bare.sqlite3")
    ratios = {}
    try:
        for large in KINDS:
            path = written(folder / f"{large.kind}.csv", large, count)
            before = [set() if large.kind == "aliases" else keys(ours, table) for table in large.tables]
            took = brought(ours, large.kind, path, count)
            if large.kind == "aliases":
                bare.run(lambda connection: connection.execute(delete(products)))
            plain = sum(
                copied(ours, bare, table, known) for table, known in zip(large.tables, before, strict=True)
            )
            ratios[large.kind] = plain / took
            print(f"{large.kind:12} {took:6.2f} s, bare {plain:5.2f} s: {ratios[large.kind]:.2f}")
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
    gc.collect()
    began = time.perf_counter()
    report = import_file(lane, LOADER, kind, path, now=datetime.now(UTC))
    took = time.perf_counter() - began
    assert report.count("created") == count, [one for one in report.results if one.faults][:3]
    return took


def keys(lane: Lane, table: Table) -> set[Key]:
    """The primary keys of a table's rows."""
    statement = system(select(*table.primary_key.columns))
    return lane.run(lambda connection: {tuple(row) for row in connection.execute(statement)})


def copied(source: Lane, target: Lane, table: Table, known: set[Key]) -> float:
    """Insert a table's rows that are not `known` as they are into another database; the seconds it took."""
    named = [column.name for column in table.primary_key.columns]
    rows: list[dict[str, Any]] = source.run(
        lambda connection: [
            dict(row)
            for row in connection.execute(system(select(table))).mappings()
            if tuple(row[name] for name in named) not in known
        ]
    )
    assert rows, table.name
    add = system(insert(table))
    gc.collect()
    gc.freeze()
    began = time.perf_counter()
    for start in range(0, len(rows), BARE):
        batch = rows[start : start + BARE]
        target.run(lambda connection, batch=batch: connection.execute(add, batch))
    took = time.perf_counter() - began
    gc.unfreeze()
    return took


def main() -> int:
    """Print the ratios; 1 when one is below the floor."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        ratios = measure(Path(folder), count)
    print(f"{count:,} rows each; the floor is {FLOOR:.2f} of the bare rate")
    return int(min(ratios.values()) < FLOOR)


if __name__ == "__main__":
    sys.exit(main())
