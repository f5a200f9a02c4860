"""Engines: SQLite with explicit transactions and durable commits, or PostgreSQL through psycopg 3."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import NullPool, StaticPool

from core.db.scope import guard

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=10000",
    "trusted_schema=OFF",
)


def is_sqlite(url: str) -> bool:
    """Whether a database address names SQLite."""
    return make_url(url).get_backend_name() == "sqlite"


def write_engine(url: str, *, guarded: bool = True) -> Engine:
    """The engine lanes write through. On SQLite each transaction is BEGIN IMMEDIATE on one connection.

    Without that the driver opens a transaction only at the first write and concurrent money updates are lost silently.
    """
    engine = _sqlite(url, "BEGIN IMMEDIATE", StaticPool) if is_sqlite(url) else _postgresql(url)
    if guarded:
        guard(engine)
    return engine


def read_engine(url: str) -> Engine:
    """An engine that cannot write, for reads outside a turn. An in-memory database has no second connection."""
    if is_sqlite(url):
        engine = _sqlite(url, "BEGIN", NullPool, read_only=True)
    else:
        engine = _postgresql(url, read_only=True)
    guard(engine)
    return engine


def _sqlite(url: str, begin: str, pool: type, *, read_only: bool = False) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, poolclass=pool, connect_args={"check_same_thread": False}, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def connect(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        for pragma in SQLITE_PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin_explicitly(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgresql(url: str, *, read_only: bool = False) -> Engine:
    options = "-c timezone=UTC -c lock_timeout=10s -c statement_timeout=30s"
    if read_only:
        options += " -c default_transaction_read_only=on"
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=10,
        max_overflow=5,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"options": options, "connect_timeout": 5},
    )
