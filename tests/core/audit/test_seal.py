"""A sealed trail shows every change made behind the product's back, and anchors show a trail made anew.

Seen to fail: with the digest over ids only, every edit survives; without anchors, the rewritten chain does.
"""

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from bot.anchors import begin_anew, keep_up, kept
from core.audit import service
from core.audit.seal import SETTLED, Anchor, seal, unsealed, verify
from core.db.scope import SystemScope
from core.db.session import Session
from core.kit.violation import Violation
from tests.databases import Database

ROWS = 40
TAMPERINGS = 200
LEDGERS = ("audit_no_update", "audit_no_delete", "audit_seals_no_update", "audit_seals_no_delete")


def write(database: Database, now: datetime, rows: int = ROWS) -> None:
    def unit(connection: object) -> None:
        session = Session(connection, SystemScope("test"), now)
        for n in range(rows):
            service.record(session, actor=f"s:{n % 3}", action="orders.placed", object_type="order", object_ref=f"{n}",
                           detail={"total": n * 100, "zh": "合计"}, reason="因")  # fmt: skip

    database.lane.run(unit)


def seal_all(database: Database, now: datetime) -> int:
    return database.lane.run(lambda connection: seal(Session(connection, SystemScope("test"), now)))


def found(database: Database, anchors: tuple[Anchor, ...] = ()) -> list[Violation]:
    with database.reader.begin() as connection:
        session = Session(connection, SystemScope("test"), datetime.now().astimezone())
        return list(verify(session, anchors))


def left(database: Database) -> int:
    with database.reader.begin() as connection:
        return unsealed(Session(connection, SystemScope("test"), datetime.now().astimezone()))


def sealed(database: Database, now: datetime, batches: int = 3) -> datetime:
    for _ in range(batches):
        write(database, now)
        now += SETTLED
        assert seal_all(database, now) == ROWS
        now += timedelta(minutes=1)
    return now


def test_an_untouched_trail_verifies_and_the_tail_is_counted(database: Database, now: datetime) -> None:
    now = sealed(database, now)
    assert found(database) == []
    assert left(database) == 0
    write(database, now, rows=7)
    assert left(database) == 7
    assert found(database) == []


def test_rows_are_sealed_only_when_no_older_transaction_can_still_commit(
    database: Database, now: datetime
) -> None:
    write(database, now)
    assert seal_all(database, now + SETTLED - timedelta(seconds=1)) == 0
    assert seal_all(database, now + SETTLED) == ROWS
    assert seal_all(database, now + SETTLED) == 0


def tamper(random: Random, connection: sqlite3.Connection) -> str:
    """One change that somebody with the file may make; what verify must name."""
    row = random.randint(1, 3 * ROWS)
    kind = random.choice(["edit", "delete", "swap", "insert", "seal", "cut"])
    if kind == "edit":
        column = random.choice(
            ["actor", "action", "object_ref", "detail", "reason", "at", "channel", "dealer_id"]
        )
        value = {"detail": '{"total":1}', "at": "2026-01-01 00:00:00.000000", "dealer_id": 9}.get(column, "x")
        connection.execute(f"UPDATE audit SET {column} = ? WHERE id = ?", (value, row))
    elif kind == "delete":
        connection.execute("DELETE FROM audit WHERE id = ?", (row,))
    elif kind == "swap":
        row = random.randint(1, 3 * ROWS - 1)
        connection.execute("UPDATE audit SET id = -1 WHERE id = ?", (row,))
        connection.execute("UPDATE audit SET id = ? WHERE id = ?", (row, row + 1))
        connection.execute("UPDATE audit SET id = ? WHERE id = -1", (row + 1,))
    elif kind == "insert":
        connection.execute("DELETE FROM audit WHERE id = ?", (row,))
        columns = "at, actor, action, object_type, object_ref, channel, detail, reason"
        connection.execute(f"INSERT INTO audit (id, {columns}) SELECT ?, {columns} FROM audit WHERE id <> ? LIMIT 1",
                           (row, row))  # fmt: skip
    elif kind == "seal":
        row = 0
        connection.execute("UPDATE audit_seals SET digest = ? WHERE number = 2", ("f" * 64,))
    else:
        row = 0
        connection.execute("DELETE FROM audit_seals WHERE number = 1")
    return str(row) if row else ""


def test_two_hundred_tamperings_are_all_seen_and_the_row_is_named(sqlite: Database, now: datetime) -> None:
    sealed(sqlite, now)
    path = sqlite.url.removeprefix("sqlite:///")
    pristine = sqlite3.connect(path)
    random = Random(20260310)
    for trial in range(TAMPERINGS):
        copy = sqlite3.connect(f"{path}.{trial % 2}")
        pristine.backup(copy)
        for trigger in LEDGERS:
            copy.execute(f"DROP TRIGGER {trigger}")
        named = tamper(random, copy)
        copy.commit()
        copy.close()
        spoiled = Database(f"{sqlite.url}.{trial % 2}")
        seen = found(spoiled)
        spoiled.close()
        assert seen, f"trial {trial}"
        if named:
            assert (seen[0].rule, seen[0].subject) == ("audit.row", named), f"trial {trial}"
    pristine.close()


@pytest.fixture
def unguarded(sqlite: Database) -> Callable[..., None]:
    def change(*statements: str) -> None:
        connection = sqlite3.connect(sqlite.url.removeprefix("sqlite:///"))
        for statement in (*(f"DROP TRIGGER IF EXISTS {name}" for name in LEDGERS), *statements):
            connection.execute(statement)
        connection.commit()
        connection.close()

    return change


def test_a_trail_sealed_anew_fits_itself_but_not_the_anchors(
    sqlite: Database, now: datetime, tmp_path: Path, unguarded: Callable[..., None]
) -> None:
    later = sealed(sqlite, now)
    anchors = tmp_path / "anchors"
    assert keep_up(sqlite.reader, anchors, later) == 3
    unguarded("DELETE FROM audit_seals", "UPDATE audit SET actor = 'x' WHERE id = 5")
    while seal_all(sqlite, later):
        pass
    assert found(sqlite) == []
    assert found(sqlite, tuple(kept(anchors)))[0].rule == "audit.anchor"


def test_a_trail_with_its_end_cut_off_does_not_fit_the_anchors(
    sqlite: Database, now: datetime, tmp_path: Path, unguarded: Callable[..., None]
) -> None:
    later = sealed(sqlite, now)
    anchors = tmp_path / "anchors"
    keep_up(sqlite.reader, anchors, later)
    unguarded("DELETE FROM audit_seals WHERE number = 3", f"DELETE FROM audit WHERE id > {2 * ROWS}")
    assert found(sqlite) == []
    assert found(sqlite, tuple(kept(anchors)))[0].subject == "seal 3"


def test_anchors_are_written_once_each_and_begin_anew_after_a_restore(
    database: Database, now: datetime, tmp_path: Path
) -> None:
    anchors = tmp_path / "kept" / "anchors"
    later = sealed(database, now)
    assert keep_up(database.reader, anchors, later) == 3
    assert keep_up(database.reader, anchors, later) == 0
    assert [each.number for each in kept(anchors)] == [1, 2, 3]
    begin_anew(anchors, later)
    assert kept(anchors) == []
    assert keep_up(database.reader, anchors, later) == 3
