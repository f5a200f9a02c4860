"""A maker of bicycle parts and two of its dealers, brought in through files the way an operator would."""

import json
from pathlib import Path
from typing import Any

from bot.files.importing import import_file
from core.db.scope import SystemScope
from core.db.session import Session
from core.kit.clock import utc_now
from core.people.invites import issue_staff_invite
from tests.core.shop import IMPORT
from tests.databases import Database


def product(
    sku: str, zh: str, en: str, unit: str, pack: str, factor: int, price: str, **more: Any
) -> dict[str, Any]:
    """Sold by the piece and by the pack; the price is of a pack."""
    return {"sku": sku, "name_zh": zh, "name_en": en, "base_unit": unit, "default_unit": pack,
            "units": {unit: 1, pack: factor}, "price": price, **more}  # fmt: skip


FILES: dict[str, Any] = {
    "catalogue": {
        "brand": "飞轮",
        "unit_synonyms": {"箱": ["件", "case", "cases"], "盒": ["box", "boxes"], "条": ["pc", "pcs"]},
        "expense_categories": {"display": ["陈列费"]},
        "products": [
            product("T-26", "内胎", "inner tube", "条", "箱", 50, "400.00", size="26寸"),
            product("T-20", "内胎", "inner tube", "条", "箱", 50, "360.00", size="20寸"),
            product("C-08", "链条", "chain", "条", "盒", 10, "250.00"),
            product("P-11", "刹车皮", "brake pad", "副", "盒", 20, "120.00"),
            product("F-05", "飞轮", "freewheel", "个", "盒", 5, "175.00"),
        ],
    },
    "dealers": [
        {"code": "QX", "name": "骑行天地", "region": "华东", "level": "A", "credit_limit": "6000", "balance": "0",
         "payment_days": 30},
        {"code": "CD", "name": "城东车行", "region": "华东", "level": "B", "credit_limit": "0", "balance": "3000",
         "payment_days": 0},
    ],
    "addresses": [
        {"dealer": "QX", "name": "总店", "receiver": "李先生", "phone": "13800000001", "address": "中山路1号", "default": True},
        {"dealer": "QX", "name": "西仓", "receiver": "老张", "phone": "13800000002", "address": "西环路88号"},
        {"dealer": "QX", "name": "West depot", "receiver": "Mr Ren", "phone": "13800000003", "address": "9 Harbour Rd"},
    ],
    "stock": [
        {"sku": "T-26", "on_hand": 1500}, {"sku": "T-20", "on_hand": 500}, {"sku": "C-08", "on_hand": 200},
        {"sku": "P-11", "on_hand": 400, "reorder_point": 100}, {"sku": "F-05", "on_hand": 50},
    ],
}  # fmt: skip


def load_brand(database: Database, folder: Path) -> None:
    """Everything in FILES."""
    for kind, rows in FILES.items():
        path = folder / f"{kind}.json"
        path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
        report = import_file(database.lane, IMPORT, kind, path, now=utc_now(), heard=False)
        assert report.count("rejected") == 0, report.results


def first_invite(database: Database) -> str:
    """The token that makes the first member of staff."""

    def issue(connection: Any) -> str:
        session = Session(connection, SystemScope("invite"), utc_now())
        return issue_staff_invite(session, IMPORT, role="admin", region=None, name="陈总").token

    return database.lane.run(issue)
