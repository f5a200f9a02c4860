"""The worker's part: one waiting file is fetched, looked at and kept, and its result sent through a turn."""

import asyncio
import hashlib
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import structlog
from sqlalchemy import Connection

from bot.dialog.messages import Inbound, Outcome
from bot.store import media
from core.db.lane import Lane
from core.db.scope import SystemScope
from core.db.session import Session
from core.kit.clock import Clock

T = TypeVar("T")

MAX_BYTES = 10 * 1024 * 1024
"""The largest file that is kept: what the smallest channel delivers."""
SECONDS = 20
"""The child may take this long by the clock on the wall."""
_ROOT = Path(__file__).resolve().parents[2]

log = structlog.get_logger()


class GoneError(LookupError):
    """The channel has the file no more, or never had it."""


class TooLargeError(ValueError):
    """It is above MAX_BYTES."""


class LaterError(RuntimeError):
    """The channel could not give it now."""


Fetch = Callable[[str], Awaitable[bytes]]
"""A channel's bytes by their reference. Raises GoneError, TooLargeError, LaterError."""


@dataclass(slots=True, kw_only=True)
class Desk:
    """Where files come from and where their results go."""

    lane: Lane
    clock: Clock
    take: Callable[[Inbound], Awaitable[Outcome]]
    channels: dict[str, Fetch] = field(default_factory=dict)

    async def once(self) -> int:
        """Take the file that has waited longest; 0 when there is none."""
        task = await self._write(media.next_task)
        if task is None:
            return 0
        if task.state == "waiting":
            settle = await self._settled(task)
            await self._write(settle)
            if not await self._write(lambda session: media.is_settled(session, task.id)):
                return 1
        outcome = await self.take(media.result_of(task, self.clock()))
        if outcome.status != "parked":
            await self._write(lambda session: media.told(session, task.id))
        return 1

    async def _settled(self, task: media.Task) -> Callable[[Session], None]:
        """What is to be written of a file after it was fetched and looked at."""
        given = task.inbound.media
        fetch = self.channels.get(task.inbound.channel)
        if given is None or fetch is None:
            return lambda session: media.refuse(session, task.id, "lost")
        if (given.size or 0) > MAX_BYTES:
            return lambda session: media.refuse(session, task.id, "size")
        try:
            content = await fetch(given.ref)
        except GoneError:
            return lambda session: media.refuse(session, task.id, "lost")
        except TooLargeError:
            return lambda session: media.refuse(session, task.id, "size")
        except LaterError as error:
            log.warning("file_not_fetched", channel=task.inbound.channel, cause=str(error))
            return lambda session: media.try_later(session, task)
        if len(content) > MAX_BYTES:
            return lambda session: media.refuse(session, task.id, "size")
        seen = await asyncio.to_thread(look_in_child, content)
        if "refused" in seen:
            return lambda session: media.refuse(session, task.id, str(seen["refused"]))
        sha256 = hashlib.sha256(content).hexdigest()
        found = {name: seen[name] for name in ("invoices", "mime", "rows", "unread")}
        return lambda session: media.keep(
            session, task.id, sha256=sha256, mime=str(seen["mime"]), content=content, found=found
        )

    async def _write(self, verb: Callable[[Session], T]) -> T:
        def unit(connection: Connection) -> T:
            return verb(Session(connection, SystemScope("media"), self.clock()))

        return await asyncio.wrap_future(self.lane.submit(unit))


def look_in_child(content: bytes) -> Mapping[str, Any]:
    """What a child of limited memory and time sees in the bytes; a child that fails refuses them as broken."""
    try:
        child = subprocess.run(
            [sys.executable, "-m", "bot.media"],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={
                "PYTHONPATH": str(_ROOT),
                "PATH": os.defpath,
                "LANG": "C.UTF-8",
                "OPENBLAS_NUM_THREADS": "1",
            },
            timeout=SECONDS,
            check=True,
        )
        seen: Mapping[str, Any] = msgspec.json.decode(child.stdout)
    except (OSError, subprocess.SubprocessError, msgspec.DecodeError):
        return {"refused": "broken"}
    return seen
