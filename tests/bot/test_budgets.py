"""How many statements a turn takes, whatever the number of lines: read 6, draft edit 7, confirm 16."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from tests.databases import Database
from tests.transcripts.stage import Stage, set_stage

READ, EDIT, CONFIRM = 6, 7, 16
CONFIRM_WITH_REBATE = 19
"""Both balances move and both ledgers are written, and the settlement that joins them."""
REBATES = {"rebate": 100_00, "programmes": [{"code": "Q1", "name": "Q1", "tiers": {0: 1000, 10**9: 2000}}]}
_NOT_COUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements run meanwhile."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(_NOT_COUNTED):
            seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


def taken(stage: Stage, text: str) -> int:
    with counted(stage.shop.database) as seen:
        stage.world.says(stage.who, text)
    return len(seen)


def test_turns_stay_within_their_statements(sqlite: Database) -> None:
    stage = set_stage(sqlite, REBATES)
    stage.world.says(stage.who, "你好")
    over = []
    for _ in range(
        3
    ):  # the later rounds against a history, where quantities are compared with the usual ones
        for text, most in (
            ("毛巾有货吗", READ),
            ("毛巾多少钱", READ),
            ("毛巾3包 雨伞10把", EDIT),
            ("毛巾改4包", EDIT),
            ("雨伞改999把", EDIT),
            ("不对，雨伞12把", EDIT),
            ("撤销", EDIT),
            ("雨伞改10把", EDIT),
            ("下单", CONFIRM),
            ("我的单", READ),
            ("返利还有多少", READ),
            ("返利明细", READ),
        ):
            count = taken(stage, text)
            if count > most:
                over.append((text, count))
        stage.world.tomorrow()
    assert over == []


@pytest.mark.parametrize("given", [{}, REBATES])
def test_more_lines_take_no_more_statements(sqlite: Database, given: dict[str, Any]) -> None:
    stage = set_stage(sqlite, given)
    use = ["用返利抵10"] if given else []
    stage.world.says(stage.who, "你好")
    one = [taken(stage, text) for text in ("毛巾3包", *use, "下单")]
    four = [taken(stage, text) for text in ("毛巾4包 雨伞10把 大保温杯2箱 台灯1台", *use, "下单")]
    assert four == one
    assert one[-1] <= (CONFIRM_WITH_REBATE if given else CONFIRM)
