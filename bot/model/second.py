"""The worker's part: one message nobody understood is shown to the model, and what came of it is sent through a turn."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection

from bot.dialog.messages import Inbound, Outcome
from bot.model.client import SECONDS, Model
from bot.shelf import Shelf
from bot.store import second
from bot.understand.proposed import shortlist
from core.db.lane import Lane
from core.db.scope import SystemScope
from core.db.session import Session
from core.kit.clock import Clock

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class SecondLook:
    """Where the messages come from, who is asked, and where the results go."""

    lane: Lane
    clock: Clock
    shelf: Shelf
    model: Model
    take: Callable[[Inbound], Awaitable[Outcome]]

    async def once(self) -> int:
        """Take the message that has waited longest; 0 when there is none."""
        look = await self._write(second.next_look)
        if look is None:
            return 0
        if not look.asked:
            answer = await self._answer(look.inbound.text)
            await self._write(lambda session: second.settle(session, look.id, answer))
        outcome = await self.take(second.result_of(look, self.clock()))
        if outcome.status != "parked":
            await self._write(lambda session: second.told(session, look.id))
        return 1

    async def _answer(self, text: str) -> object:
        index = self.shelf.index
        skus = await asyncio.to_thread(shortlist, text, index, None)
        products = [index.entries[sku].product for sku in skus]
        try:
            return await asyncio.wait_for(self.model.lines(text, products), SECONDS)
        except TimeoutError:
            return None

    async def _write(self, verb: Callable[[Session], T]) -> T:
        def unit(connection: Connection) -> T:
            return verb(Session(connection, SystemScope("second"), self.clock()))

        return await asyncio.wrap_future(self.lane.submit(unit))
