"""What makes an installation unsafe beside its settings: the database's role, its promises on durability, and its schema."""

import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, make_url, select, table
from sqlalchemy import column as named

from bot.migrations import at_head
from bot.schema import metadata
from bot.settings import Settings

SQLITE_SAFE = (3, 51, 3)
"""From here on a WAL file survives several writers; before, one process may write (it does: see the lock)."""


_PRAGMAS = (("PRAGMA synchronous", 2), ("PRAGMA journal_mode", "wal"), ("PRAGMA foreign_keys", 1))

REFUSED = ("role_bypasses", "role_owns", "same_role", "unsecured", "pragma")
"""What keeps `dealer serve` from starting; the rest is for the operator to hear from `dealer doctor`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something unsafe (the installation should not run so), or only worth knowing. The words are texts `doctor.<code>`."""

    code: str
    unsafe: bool = True
    fields: dict[str, Any] = field(default_factory=dict)


def refused(settings: Settings, reader: Engine) -> list[Finding]:
    """What `dealer serve` does not start with, seen without reading the data."""
    found = _pragmas(reader) if settings.sqlite else _postgresql(settings, reader)
    return [one for one in found if one.code in REFUSED]


def examine(settings: Settings, reader: Engine) -> Iterator[Finding]:
    """Everything about the database that makes serving unsafe, then what is worth knowing."""
    if not at_head(reader):
        yield Finding("not_at_head")
    yield from _sqlite(settings, reader) if settings.sqlite else _postgresql(settings, reader)
    for path in (Path(".env"), settings.anchors):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & stat.S_IWOTH:
            yield Finding("writable", fields={"path": str(path)})


def _pragmas(reader: Engine) -> Iterator[Finding]:
    with reader.begin() as connection:
        for asked, wanted in _PRAGMAS:
            found = connection.exec_driver_sql(asked).scalar()
            if found != wanted:
                yield Finding(
                    "pragma", fields={"name": asked.partition(" ")[2], "found": found, "wanted": wanted}
                )


def _sqlite(settings: Settings, reader: Engine) -> Iterator[Finding]:
    yield from _pragmas(reader)
    with reader.begin() as connection:
        broken = connection.exec_driver_sql("PRAGMA quick_check").scalar()
        if broken != "ok":
            yield Finding("corrupt", fields={"cause": broken})
        if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
            yield Finding("corrupt", fields={"cause": "foreign keys"})
    path = Path(make_url(settings.database_url).database or "")
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & stat.S_IWOTH:
        yield Finding("writable", fields={"path": str(path)})
    if sqlite3.sqlite_version_info < SQLITE_SAFE:
        yield Finding("one_writer", unsafe=False, fields={"version": sqlite3.sqlite_version})
    yield Finding("no_row_security", unsafe=False)


def _postgresql(settings: Settings, reader: Engine) -> Iterator[Finding]:
    roles = table("pg_roles", named("rolname"), named("rolsuper"), named("rolbypassrls"))
    classes = table("pg_class", named("relname"), named("relrowsecurity"), named("relforcerowsecurity"))
    kept = table("pg_settings", named("name"), named("setting"))
    owned = table("pg_tables", named("tablename"), named("tableowner"))
    with reader.begin() as connection:
        user = connection.exec_driver_sql("SELECT current_user").scalar()
        role = connection.execute(select(roles).where(roles.c.rolname == user)).one()
        if role.rolsuper or role.rolbypassrls:
            yield Finding("role_bypasses", fields={"role": user})
        names = {each.name for each in metadata.sorted_tables}
        mine = select(owned.c.tablename).where(owned.c.tableowner == user, owned.c.tablename.in_(names))
        if connection.execute(mine).first() is not None:
            yield Finding("role_owns", fields={"role": user})
        secured = select(classes.c.relname).where(classes.c.relrowsecurity, classes.c.relforcerowsecurity)
        wanted = {each.name for each in metadata.sorted_tables if each.info.get("scoped")}
        for missing in sorted(wanted - set(connection.execute(secured).scalars())):
            yield Finding("unsecured", fields={"table": missing})
        found = {row.name: row.setting for row in connection.execute(select(kept))}
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            if found[name] == "off":
                yield Finding("durability", fields={"name": name})
        if found["server_encoding"] != "UTF8":
            yield Finding("encoding", fields={"found": found["server_encoding"]})
    if make_url(settings.migrate_database_url or "x://").username == user:
        yield Finding("same_role", fields={"role": user})
