"""Imports beside a chat: turns are answered while a large file comes in. The rate of imports is measured by `make bench`."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.files.importing import import_file
from core.products.models import products
from tests.bench.imports import KINDS, LOADER, ROWS, written
from tests.bot.flows.conftest import drinks
from tests.databases import Database


@pytest.mark.slow
def test_turns_are_answered_while_fifty_thousand_rows_come_in(sqlite: Database, tmp_path: Path) -> None:
    world = drinks(sqlite)
    path = written(tmp_path / "catalogue.csv", KINDS[0], ROWS)
    done: list[Any] = []
    world.says("owner north", "帮助")
    importing = threading.Thread(
        target=lambda: done.append(import_file(sqlite.lane, LOADER, "catalogue", path, now=world.now))
    )
    took: list[float] = []
    importing.start()
    while importing.is_alive():
        began = time.perf_counter()
        assert world.says("owner north", "帮助")
        took.append(time.perf_counter() - began)
        time.sleep(0.02)
    importing.join()
    assert done[0].count("created") == ROWS
    assert len(took) >= 10
    assert sorted(took)[len(took) // 2] < 1.0
    assert max(took) < 10.0


def test_a_product_that_came_in_by_file_is_understood_in_the_next_moment(
    sqlite: Database, tmp_path: Path
) -> None:
    world = drinks(sqlite)
    path = tmp_path / "catalogue.csv"
    path.write_text("货号,品名,基本单位,包装,价格\nNEW-9,芒果冰沙,杯,杯=1,12.5\n", encoding="utf-8")
    assert import_file(sqlite.lane, LOADER, "catalogue", path, now=world.now).count("created") == 1
    assert sqlite.lane.run(lambda connection: connection.execute(select(products.c.id)).first())
    world.says("owner north", "帮助")
    deadline = time.monotonic() + 5
    while "NEW-9" not in world.office.shelf.index.entries and time.monotonic() < deadline:
        time.sleep(0.01)
    assert "芒果冰沙" in world.says("owner north", "芒果冰沙2杯")
