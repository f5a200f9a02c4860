"""A backup is one file of JSON lines, gzipped: every row of every table at one moment, the same from either database.

It is read beside a running server in one snapshot and needs no tool of the database's. Lines: what it is; then for each
table its name and columns, and a list of values a row; last how many rows there were, so that a cut file is refused.
It goes back into an empty database of either kind, which is how an installation grows from SQLite to PostgreSQL.

A restored installation says nothing twice: what was waiting to be sent or told may have been since, and is left to staff.
"""

import base64
import gzip
import json
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, LargeBinary, Table, func, insert, select, update
from sqlalchemy.types import Date

from bot.channels.wechat.models import wechat_tokens
from bot.migrations import head
from bot.schedule import jobs
from bot.schema import metadata
from bot.store.models import parked
from core.db.base import UtcDateTime
from core.db.row_security import EVERYTHING, hold
from core.db.scope import MARK
from notifications.outbox.models import facts, fired, outbox
from notifications.schedule import latest_due

KIND = "dealer backup"
CHUNK = 1000


class NotABackupError(ValueError):
    """The file cannot be restored: "kind", "cut", or "version" with the one it has."""


class NotEmptyError(ValueError):
    """There is something in the database already; `args[0]` names the table."""


def backup(reader: Engine, path: Path, now: datetime) -> int:
    """Write every row to a new file, readable by its owner only; whole or not at all. Returns how many rows."""
    part = path.with_name(path.name + ".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as raw:
            with (
                gzip.open(raw, "wt", encoding="utf-8", compresslevel=3) as file,
                _snapshot(reader) as connection,
            ):
                rows = 0
                file.write(_line({"kind": KIND, "version": head(), "at": now.isoformat()}))
                for line in _tables(connection):
                    rows += isinstance(line, list)
                    file.write(_line(line))
                file.write(_line({"rows": rows}))
            raw.flush()
            os.fsync(raw.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    return rows


def restore(engine: Engine, path: Path, now: datetime, zone: ZoneInfo) -> int:
    """Bring a backup into an empty database at the newest schema, in one transaction. Returns how many rows.

    Raises NotABackupError and NotEmptyError with nothing written. On PostgreSQL the engine is the owner's.
    """
    with engine.begin() as connection:
        hold(connection, EVERYTHING)
        for table in metadata.sorted_tables:
            if connection.execute(_marked(select(func.count()).select_from(table))).scalar_one():
                raise NotEmptyError(table.name)
        try:
            with gzip.open(path, "rt", encoding="utf-8") as file:
                rows = _load(connection, map(json.loads, file))
        except (EOFError, gzip.BadGzipFile, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise NotABackupError("cut") from error
        _number_on(connection)
        _say_nothing_twice(connection, now, zone)
    return rows


def _snapshot(reader: Engine) -> Any:
    if reader.dialect.name == "postgresql":
        reader = reader.execution_options(isolation_level="REPEATABLE READ")
    return reader.begin()


def _tables(connection: Connection) -> Iterator[Mapping[str, Any] | list[Any]]:
    for table in metadata.sorted_tables:
        writers = [_writer(column.type) for column in table.c]
        yield {"table": table.name, "columns": [column.name for column in table.c]}
        rows = connection.execution_options(yield_per=CHUNK).execute(
            _marked(select(table).order_by(*table.primary_key))
        )
        for row in rows:
            yield [None if value is None else write(value) for write, value in zip(writers, row, strict=True)]


def _load(connection: Connection, lines: Iterator[Any]) -> int:
    first = next(lines, None)
    if not isinstance(first, dict) or first.get("kind") != KIND:
        raise NotABackupError("kind")
    if first["version"] != head():
        raise NotABackupError("version", first["version"])
    table: Table | None = None
    readers: dict[str, Callable[[Any], Any]] = {}
    waiting: list[dict[str, Any]] = []
    rows = 0
    for line in lines:
        if isinstance(line, list):
            rows += 1
            pairs = zip(readers.items(), line, strict=True)
            waiting.append({name: None if value is None else read(value) for (name, read), value in pairs})
        if waiting and (isinstance(line, dict) or len(waiting) == CHUNK):
            assert table is not None
            connection.execute(_marked(insert(table)), waiting)
            waiting = []
        if isinstance(line, dict) and "table" in line:
            table = metadata.tables[line["table"]]
            readers = {name: _reader(table.c[name].type) for name in line["columns"]}
        elif isinstance(line, dict):
            if line["rows"] != rows:
                break
            return rows
    raise NotABackupError("cut")


def _number_on(connection: Connection) -> None:
    """PostgreSQL's sequences go on after the restored ids; SQLite takes the next free one by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        key = table.autoincrement_column
        if key is None:
            continue
        top = connection.execute(_marked(select(func.max(key)))).scalar()
        if top is not None:
            sequence = func.pg_get_serial_sequence(table.name, key.name)
            connection.execute(select(func.setval(sequence, top)))


def _say_nothing_twice(connection: Connection, now: datetime, zone: ZoneInfo) -> None:
    unsent = outbox.c.state.in_(("pending", "claimed", "waiting"))
    gone = {"state": "unknown", "error": "restored from a backup", "leased_by": "", "lease_until": None}
    connection.execute(update(outbox).where(unsent).values(**gone, settled_at=now))
    connection.execute(update(facts).where(facts.c.addressed_at.is_(None)).values(addressed_at=now))
    connection.execute(update(parked).where(parked.c.state == "waiting").values(state="dead"))
    connection.execute(wechat_tokens.delete())
    for job in jobs():
        planned = latest_due(job, now, zone)
        done = select(fired.c.id).where(fired.c.job == job.name, fired.c.planned_at == planned)
        if planned is not None and connection.execute(done).first() is None:
            connection.execute(
                insert(fired), {"job": job.name, "planned_at": planned, "at": now, "by": "restore"}
            )


def _writer(kind: Any) -> Callable[[Any], Any]:
    if isinstance(kind, UtcDateTime | Date):
        return lambda value: value.isoformat()
    if isinstance(kind, LargeBinary):
        return lambda value: base64.b64encode(value).decode()
    return lambda value: value


def _reader(kind: Any) -> Callable[[Any], Any]:
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat
    if isinstance(kind, Date):
        return date.fromisoformat
    if isinstance(kind, LargeBinary):
        return base64.b64decode
    return lambda value: value


def _marked(statement: Any) -> Any:
    return statement.execution_options(**{MARK: "system"})


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"
