"""What the tests of files share: a small brand brought in through files."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, select

from bot.files.importing import Report, import_file
from core.db.scope import system
from core.people.actor import Actor
from tests.databases import Database

ZONE = ZoneInfo("Asia/Shanghai")
LOADER = Actor(subject="system:import", side="system", role="import", name="", zone=ZONE)
PRODUCTS = {
    "brand": "小满",
    "unit_synonyms": {"箱": ["件", "case"]},
    "expense_categories": {"display": ["堆头"]},
    "products": [
        {"sku": "T-1", "name_zh": "乌龙茶", "name_en": "oolong", "base_unit": "瓶", "default_unit": "箱",
         "units": {"瓶": 1, "箱": {"factor": 15, "names": ["ctn"]}}, "aliases": ["乌龙"], "price": "45.00"},
        {"sku": "T-2", "name_zh": "绿茶", "base_unit": "瓶", "default_unit": "箱", "units": {"瓶": 1, "箱": 15}},
    ],
}  # fmt: skip
DEALERS = "编码,名称,区域,等级,信用额度,期初余额,账期\nN1,城北百货,华东,A,50000,-1200.50,30\nS1,城南粮油,华南,B,0,0,0\n"


class Shop:
    """A database and a folder to import from."""

    def __init__(self, database: Database, folder: Path, now: datetime) -> None:
        self.database, self.folder, self.now = database, folder, now

    def load(self, kind: str, content: Any, name: str = "", **options: Any) -> Report:
        if isinstance(content, Path):
            path = content
        else:
            path = self.folder / (name or f"{kind}.{'csv' if isinstance(content, str | bytes) else 'json'}")
            raw = content if isinstance(content, str | bytes) else json.dumps(content, ensure_ascii=False)
            path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
        return import_file(self.database.lane, LOADER, kind, path, **{"now": self.now, **options})

    def begin(self) -> "Shop":
        self.load("catalogue", PRODUCTS)
        self.load("dealers", DEALERS)
        return self

    def rows(self, table: Table) -> list[Any]:
        def read(connection: Connection) -> list[Any]:
            return list(connection.execute(system(select(table))).all())

        return self.database.lane.run(read)


def done(report: Report) -> list[str]:
    return [result.done for result in report.results]


def faults(report: Report) -> list[tuple[int, str, str]]:
    return [(result.row, fault.column, fault.code) for result in report.results for fault in result.faults]
