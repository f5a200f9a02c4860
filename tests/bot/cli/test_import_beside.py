"""A large file comes in beside a running process: over its socket on SQLite, from a process of its own on PostgreSQL.

No turn is lost, none waits longer than a batch of rows takes, and the books agree afterwards.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.cli.running import hold, listening
from bot.commands import Place
from bot.files.importing import import_file
from bot.settings import Settings
from core.audit.models import audit
from core.db.engine import write_engine
from core.db.lane import open_lane
from core.db.scope import system
from core.orders.check import check
from core.orders.models import orders
from core.products.models import products
from core.stock.models import stock_items
from tests.bench.imports import LOADER
from tests.bot.flows.conftest import drinks
from tests.databases import Database
from tests.world import World

ROOT = Path(__file__).parents[3]
ROWS = 6_000
LONGEST = 5.0
"""Seconds a turn may wait at most while files come in, on a machine that is busy with other tests; usually far below one."""


def brought(database: Database, folder: Path) -> None:
    """Products and their stock, by `dealer import` where a process serves, else by the same functions on another lane."""
    catalogue, stock = folder / "catalogue.csv", folder / "stock.csv"
    goods = "\n".join(f"N-{n},新品{n}号,瓶,瓶=1" for n in range(ROWS))
    catalogue.write_text(f"货号,品名,基本单位,包装\n{goods}\n", encoding="utf-8")
    counted = "\n".join(f"N-{n},{n % 90}" for n in range(ROWS))
    stock.write_text(f"货号,现存量\n{counted}\nT-101,900\n", encoding="utf-8")
    if database.name == "sqlite":
        env = {name: value for name, value in os.environ.items() if not name.startswith("DEALER_")}
        for kind, path in (("catalogue", catalogue), ("stock", stock)):
            command = [sys.executable, "-m", "bot.cli", "import", kind, str(path)]
            subprocess.run(
                command, cwd=ROOT, env={**env, "DEALER_DATABASE_URL": database.url}, check=True, timeout=100
            )
        return
    lane = open_lane(write_engine(database.url))
    try:
        for kind, path in (("catalogue", catalogue), ("stock", stock)):
            import_file(lane, LOADER, kind, path, now=datetime.now(UTC))
    finally:
        lane.close()


def spoken(world: World, importing: Future[None]) -> list[float]:
    """Orders placed while the file comes in, then small talk; how long each turn took."""
    took: list[float] = []

    def says(text: str) -> str:
        began = time.perf_counter()
        said = world.says("owner north", text)
        took.append(time.perf_counter() - began)
        return str(said)

    for boxes in range(1, 6):
        assert "茉莉花茶" in says(f"T-100 {boxes}箱")
        assert "确认" not in says("确认")[:2]
    while not importing.done():
        assert says("帮助")
        time.sleep(0.02)
    return took


@pytest.mark.slow
def test_turns_and_orders_go_on_while_another_process_brings_files_in(
    database: Database, tmp_path: Path
) -> None:
    world = drinks(database)
    world.says("owner north", "帮助")
    settings = Settings(database_url=database.url)
    place = Place(lane=database.lane, reader=database.reader, settings=settings)
    with ExitStack() as stack:
        if database.name == "sqlite":
            assert stack.enter_context(hold(database.url, alone=True))
            stack.enter_context(listening(place))
        pool = stack.enter_context(ThreadPoolExecutor(1))
        importing = pool.submit(brought, database, tmp_path)
        took = spoken(world, importing)
        importing.result()
    assert max(took) < LONGEST, sorted(took)[-5:]
    assert sorted(took)[len(took) // 2] < 1.0

    def read(connection: Any) -> tuple[int, int, int, list[Any]]:
        imported = select(func.count()).select_from(audit).where(audit.c.action == "files.imported")
        counted = select(func.count()).select_from(
            stock_items.join(products, products.c.id == stock_items.c.product_id)
        )
        return (
            connection.execute(system(select(func.count()).select_from(orders))).scalar_one(),
            connection.execute(counted.where(products.c.sku.like("N-%"))).scalar_one(),
            connection.execute(imported).scalar_one(),
            list(check(connection)),
        )

    assert database.lane.run(read) == (5, ROWS, 2, [])
    deadline = time.monotonic() + 20  # the new products are understood soon after
    while f"N-{ROWS - 1}" not in world.office.shelf.index.entries and time.monotonic() < deadline:
        world.says("owner north", "帮助")
        time.sleep(0.05)
    assert f"N-{ROWS - 1}" in world.office.shelf.index.entries
