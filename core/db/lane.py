"""Lanes: the only way to write. A unit of work runs on a lane and is acknowledged after its commit.

SQLite: one writer thread on one connection; units that wait together share one commit, each in its savepoint. If that
commit fails, each is run again alone. PostgreSQL: a small pool of threads, a transaction a unit, units of one key (a
conversation) queued before a thread is taken, serialization failures and deadlocks retried whole.
"""

import queue
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

T = TypeVar("T")
Unit = Callable[[Connection], T]

GROUP = 64
RETRIES = 5
_RETRYABLE = {"40001", "40P01"}


class LaneClosedError(RuntimeError):
    """The process is shutting down; nothing was done."""


class RetryUnitError(RuntimeError):
    """What the unit read was stale: run it again from the start."""


class Lane(Protocol):
    """Runs units of work, each in a transaction that is committed before its future is resolved."""

    def submit(self, unit: Unit[T], key: str = "") -> Future[T]:
        """Queue a unit. Units of one key run one after another in the order they were submitted."""
        ...

    def run(self, unit: Unit[T], key: str = "") -> T:
        """Queue a unit and wait for its commit. Raises what the unit raised, with nothing written."""
        ...

    def close(self) -> None:
        """Finish what is queued, then stop. Later units raise LaneClosedError."""
        ...


class SqliteLane:
    """One writer thread, group commit."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._jobs: queue.SimpleQueue[tuple[Unit[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._closed = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    def submit(self, unit: Unit[T], key: str = "") -> Future[T]:  # noqa: ARG002 - one thread keeps every order
        """Queue a unit."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise LaneClosedError
            self._jobs.put((unit, future))
        return future

    def run(self, unit: Unit[T], key: str = "") -> T:
        """Queue a unit and wait for its commit."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("a unit of work may not wait for another")
        return self.submit(unit, key).result()

    def close(self) -> None:
        """Finish what is queued, then stop."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._jobs.put(None)
        self._thread.join()
        self._engine.dispose()

    def _work(self) -> None:
        open_ = True
        while open_:
            group: list[tuple[Unit[Any], Future[Any]]] = []
            job = self._jobs.get()
            while job is not None:
                group.append(job)
                if len(group) == GROUP:
                    break
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
            open_ = job is not None
            live = [(unit, future) for unit, future in group if future.set_running_or_notify_cancel()]
            if len(live) == 1 or not self._together(live):
                for unit, future in live:
                    self._alone(unit, future)

    def _together(self, group: list[tuple[Unit[Any], Future[Any]]]) -> bool:
        """One commit for all; False when it failed and each must run alone."""
        results: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            with self._engine.begin() as connection:
                for unit, future in group:
                    result, error = None, None
                    try:
                        with connection.begin_nested():
                            result = unit(connection)
                    except BaseException as raised:  # noqa: BLE001 - handed to whoever waits for this unit
                        result, error = None, raised
                    results.append((future, result, error))
                    if not _still_open(connection):
                        return False  # a full disk: SQLite has undone the whole transaction by itself
        except BaseException:  # noqa: BLE001 - every unit is run again and reports for itself
            return False
        for future, result, error in results:
            _settle(future, result, error)
        return True

    def _alone(self, unit: Unit[Any], future: Future[Any]) -> None:
        try:
            with self._engine.begin() as connection:
                result = unit(connection)
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits for this unit
            _settle(future, None, error)
        else:
            _settle(future, result, None)


class PostgresLane:
    """A few threads, one transaction each; a key's units never overlap and keep their order."""

    def __init__(self, engine: Engine, threads: int = 6) -> None:
        self._engine = engine
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="lane")
        self._lock = threading.Lock()
        self._waiting: dict[str, deque[tuple[Unit[Any], Future[Any]]]] = {}
        self._closed = False

    def submit(self, unit: Unit[T], key: str = "") -> Future[T]:
        """Queue a unit behind the others of its key."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise LaneClosedError
            if key and key in self._waiting:
                self._waiting[key].append((unit, future))
                return future
            if key:
                self._waiting[key] = deque()
            self._pool.submit(self._work, unit, future, key)
        return future

    def run(self, unit: Unit[T], key: str = "") -> T:
        """Queue a unit and wait for its commit."""
        return self.submit(unit, key).result()

    def close(self) -> None:
        """Finish what is queued, then stop."""
        with self._lock:
            self._closed = True
        while True:
            with self._lock:
                if not self._waiting:
                    break
            time.sleep(0.01)
        self._pool.shutdown(wait=True)
        self._engine.dispose()

    def _work(self, unit: Unit[Any], future: Future[Any], key: str) -> None:
        if future.set_running_or_notify_cancel():
            self._once(unit, future)
        if not key:
            return
        with self._lock:
            waiting = self._waiting[key]
            if waiting:  # back to the end of the pool's queue, so that a busy key starves nobody
                self._pool.submit(self._work, *waiting.popleft(), key)
            else:
                del self._waiting[key]

    def _once(self, unit: Unit[Any], future: Future[Any]) -> None:
        for attempt in range(RETRIES + 1):
            try:
                with self._engine.begin() as connection:
                    result = unit(connection)
            except (DBAPIError, RetryUnitError) as error:
                if attempt < RETRIES and _retryable(error):
                    time.sleep(random.uniform(0.005, 0.02) * 2**attempt)  # noqa: S311 - jitter
                    continue
                _settle(future, None, error)
            except BaseException as error:  # noqa: BLE001 - handed to whoever waits for this unit
                _settle(future, None, error)
            else:
                _settle(future, result, None)
            return


def open_lane(engine: Engine) -> Lane:
    """The lane that fits the engine's database."""
    return SqliteLane(engine) if engine.dialect.name == "sqlite" else PostgresLane(engine)


def _retryable(error: Exception) -> bool:
    return isinstance(error, RetryUnitError) or (
        isinstance(error, OperationalError) and getattr(error.orig, "sqlstate", None) in _RETRYABLE
    )


def _still_open(connection: Connection) -> bool:
    raw = connection.connection.driver_connection
    return bool(raw is not None and raw.in_transaction)


def _settle(future: Future[Any], result: Any, error: BaseException | None) -> None:
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
