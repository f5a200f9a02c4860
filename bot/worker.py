"""What a process does besides answering: deliver, address facts, fetch files, retry parked messages, fire jobs, poll.

Every loop may run in any number of processes; the database decides who does what. A failing round is logged and the loop
goes on after a pause.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection

from bot.schedule import jobs
from bot.turn import Office, retry_parked
from core.db.scope import SystemScope
from core.db.session import Session
from notifications.address import address_facts
from notifications.outbox.post import Post
from notifications.schedule import Job, fire_due, trigger

log = structlog.get_logger()

PATIENCE = 6.0
"""Seconds that what is in hand gets when the process is told to stop; what it leaves is leased, and taken up by others."""
QUIET = 0.25
"""Seconds between looks at an empty table."""
PAUSE_AFTER_ERROR = 2.0


async def finish(tasks: Collection[asyncio.Task[None]]) -> None:
    """Let tasks end by themselves for a while, then end them."""
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=PATIENCE)
    for task in late:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Worker:
    """The loops of one process; `wake()` makes them look at once. rounds: each is repeated while it finds work."""

    def __init__(self, office: Office, post: Post) -> None:
        self._office = office
        self._post = post
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()
        self._scheduler = AsyncIOScheduler(timezone=office.zone)
        self.rounds: list[Callable[[], Awaitable[int]]] = [self._sweep, self._address, self._retry]

    def start(self, *others: Callable[[asyncio.Event], Awaitable[None]], loops: bool = True) -> None:
        """Begin; `others` end when the event they get is set. loops: this process works, and does not only answer."""
        self._tasks = [asyncio.create_task(self._other(other)) for other in others]
        if not loops:
            return
        self._tasks += [asyncio.create_task(self._forever(round_)) for round_ in self.rounds]
        for job in jobs(self._office.keep_files):
            self._scheduler.add_job(
                self._tick,
                trigger(job, self._office.zone),
                args=[job],
                misfire_grace_time=None,
                coalesce=True,
            )
            self._tasks.append(asyncio.create_task(self._tick(job)))
        self._scheduler.start()

    def wake(self) -> None:
        """There is something to do now."""
        self._news.set()

    async def stop(self) -> None:
        """Finish what is in hand, take nothing new."""
        self._stopping.set()
        self._news.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        await finish(self._tasks)

    async def _forever(self, round_: Callable[[], Awaitable[int]]) -> None:
        while not self._stopping.is_set():
            try:
                done = await round_()
            except Exception:
                log.exception("round_failed", loop=getattr(round_, "__name__", ""))
                await self._wait(PAUSE_AFTER_ERROR)
                continue
            if not done:
                await self._wait(QUIET)

    async def _other(self, loop: Callable[[asyncio.Event], Awaitable[None]]) -> None:
        await loop(self._stopping)

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)
            await asyncio.sleep(0)
        if not self._stopping.is_set():
            self._news.clear()

    async def _sweep(self) -> int:
        return await self._post.sweep()

    async def _address(self) -> int:
        def unit(connection: Connection) -> int:
            session = Session(connection, SystemScope("address"), self._office.clock())
            return address_facts(
                session, self._office.zone, self._office.currency, tell_dealers=self._office.tell_dealers
            )

        return await asyncio.wrap_future(self._office.lane.submit(unit))

    async def _retry(self) -> int:
        return await asyncio.to_thread(retry_parked, self._office)

    async def _tick(self, job: Job) -> None:
        office = self._office
        try:
            await asyncio.to_thread(
                fire_due, office.lane, job, process=office.process, clock=office.clock, zone=office.zone
            )
        except Exception:
            log.exception("job_failed", job=job.name)
        self.wake()
