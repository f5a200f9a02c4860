"""The moving part of delivery: claims on the lane, sends on the event loop, settles on the lane."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import structlog
from sqlalchemy import Connection

from core.db.lane import Lane
from core.db.scope import SystemScope
from core.db.session import Session
from core.kit.clock import Clock
from notifications.outbox.deliver import Parcel, claim, send, settle, take
from notifications.outbox.sender import Address, Result, Sender, Unknown
from notifications.outbox.write import write_facts

T = TypeVar("T")
Verdict = tuple[Parcel, Address | None, Result]
log = structlog.get_logger()

SEND_TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Post:
    """What delivery needs: the lane, the channels that are on, this process's name and the time."""

    lane: Lane
    senders: Mapping[str, Sender]
    process: str
    clock: Clock

    async def send_now(self, ids: Sequence[int]) -> None:
        """Send the replies a turn has just committed; what cannot go now is left to the sweep."""
        if ids:
            parcels = await self._on_lane(lambda session: take(session, self.process, ids))
            for parcel in parcels:
                await self.deliver(parcel)

    async def sweep(self, limit: int = 20) -> int:
        """Claim and send what is due. Recipients do not wait for one another. Returns how many were claimed."""
        parcels = await self._on_lane(lambda session: claim(session, self.process, limit))
        await asyncio.gather(*(self.deliver(parcel) for parcel in parcels))
        return len(parcels)

    async def deliver(self, parcel: Parcel) -> None:
        """Send what is leased to this process, and write down what became of it."""
        try:
            address, result = await asyncio.wait_for(send(parcel, self.senders), SEND_TIMEOUT)
        except TimeoutError:
            address, result = None, Unknown("no answer in time")
        except Exception as error:
            log.exception("send_failed", outbox=parcel.id, error=type(error).__name__)
            address, result = None, Unknown(type(error).__name__)
        await self.settle([(parcel, address, result)])

    async def settle(self, verdicts: Sequence[Verdict]) -> None:
        """Write down what became of parcels leased to this process."""

        def keep(session: Session) -> None:
            for parcel, address, result in verdicts:
                settle(session, self.process, parcel, address, result)
            write_facts(session, session.facts)

        await self._on_lane(keep)

    async def _on_lane(self, work: Callable[[Session], T]) -> T:
        def unit(connection: Connection) -> T:
            return work(Session(connection, SystemScope("delivery"), self.clock()))

        return await asyncio.wrap_future(self.lane.submit(unit))
