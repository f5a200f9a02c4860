"""The power fails: what was acknowledged is there when it comes back, and the books add up.

The real engine, lane and turns run on a disk that remembers; the cuts are made afterwards, each with another part of what
was not yet synced. Seen to fail: with synchronous = NORMAL the acknowledged messages of most cuts are lost.
"""

import os
import pickle
import random
from pathlib import Path

from sqlalchemy import select

from bot.store.models import inbox
from bot.turn import handle
from tests.databases import Database, Databases
from tests.e2e.books import consistent, rows
from tests.e2e.running import _processes
from tests.faults.disk import Disk, after_a_cut, promised
from tests.faults.lives import DEALERS, Process, opening, script

CUTS = int(os.environ.get("CUTS", "12"))
ORDERS = 5


def trade(url: str, told: Path) -> None:
    """In a process of its own: orders by chat, with a mark behind each acknowledged message."""
    disk = Disk()
    disk.install()
    database = Database(url)
    senders = opening(database)
    database.close()
    process = Process(url, os.open(os.devnull, os.O_WRONLY), None)
    conversations = [script(sender, ORDERS) for sender in senders]
    for messages in zip(*conversations, strict=True):
        for message in messages:
            assert handle(process.office, message).status == "done"
            disk.mark(message.message_id)
    process.database.close()
    told.write_bytes(pickle.dumps(disk.record))


def test_what_was_acknowledged_survives_a_power_cut(all_databases: Databases, tmp_path: Path) -> None:
    url, told = all_databases.sqlite_url(), tmp_path / "record"
    name = url.rpartition("/")[2]
    before = {name: Path(url.removeprefix("sqlite:///")).read_bytes()}
    child = _processes.Process(target=trade, args=(url, told))
    child.start()
    child.join(100)
    assert child.exitcode == 0
    record = pickle.loads(told.read_bytes())
    assert len(promised(record, len(record))) == 3 * ORDERS * DEALERS
    chance = random.Random(20260310)
    lost = {}
    for number in range(CUTS):
        cut = chance.randrange(len(record) // 5, len(record))
        folder = tmp_path / str(number)
        folder.mkdir()
        for file, content in after_a_cut(record, cut, chance, before).items():
            (folder / file).write_bytes(content)
        database = Database(f"sqlite:///{folder / name}")
        with database.engine.begin() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok", cut
        kept = {key for (key,) in rows(database, select(inbox.c.dedupe_key))}
        if missing := promised(record, cut) - kept:
            lost[cut] = len(missing)
        assert consistent(database) == [], cut
        database.close()
    assert lost == {}
