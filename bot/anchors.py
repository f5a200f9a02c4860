"""Anchors of the audit trail: each seal's digest in a file outside the database, one a line, written once.

Whoever rewrites the trail must rewrite this file too; keep a copy elsewhere (every seal is also a line of the log).
"""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import Engine

from core.audit.seal import Anchor, anchors_after
from core.db.scope import SystemScope
from core.db.session import Session
from core.kit.clock import Clock

log = structlog.get_logger()

EVERY = 60.0
"""Seconds between looks for new seals."""


def kept(path: Path) -> list[Anchor]:
    """The anchors in the file; none when there is no file. Raises ValueError for a file that is not one."""
    if not path.exists():
        return []
    lines = [line.split() for line in path.read_text(encoding="ascii").splitlines()]
    return [Anchor(int(number), digest) for number, digest, _at in lines]


def keep_up(reader: Engine, path: Path, now: datetime) -> int:
    """Add the seals made since; returns how many. On the disk before it returns."""
    known = kept(path)
    with reader.begin() as connection:
        session = Session(connection, SystemScope("anchor"), now)
        new = anchors_after(session, known[-1].number if known else 0)
    if new:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="ascii") as file:
            file.writelines(f"{each.number} {each.digest} {now.isoformat()}\n" for each in new)
            file.flush()
            os.fsync(file.fileno())
        for each in new:
            log.info("audit.sealed", number=each.number, digest=each.digest)
    return len(new)


def begin_anew(path: Path, now: datetime) -> None:
    """Put the anchors aside, as after a restore: the trail goes back to where the backup was."""
    if path.exists():
        path.rename(path.with_name(f"{path.name}.{now:%Y%m%dT%H%M%S}"))


def anchoring(reader: Engine, path: Path, clock: Clock) -> Callable[[asyncio.Event], Awaitable[None]]:
    """The loop of a working process that keeps the file up to date until it is told to stop."""

    async def loop(stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await asyncio.to_thread(keep_up, reader, path, clock())
            except Exception:
                log.exception("anchors_failed")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY)

    return loop
