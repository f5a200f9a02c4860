"""A dealer with budgets and levels, who sends receipts; the worker's fetching is done by hand."""

import asyncio
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import insert

from bot.dialog.messages import Inbound, Kind, Media, Outcome
from bot.media.fetch import Desk, GoneError
from bot.turn import handle
from core.claims.models import approval_levels, budgets
from tests.world import World


@dataclass
class Claims:
    """Everybody's chat, and what their phones hold."""

    world: World
    phones: dict[str, bytes] = field(default_factory=dict)

    def budget(self, amount: int, **columns: Any) -> None:
        row = {"whose": "region:north", "category": "", "first_day": date(2026, 1, 1),
               "last_day": date(2026, 3, 31), "amount": amount, **columns}  # fmt: skip
        self.world.shop.system(lambda session: session.execute(insert(budgets), row))

    def level(self, role: str, up_to: int) -> None:
        row = {"kind": "claim", "role": role, "up_to": up_to}
        self.world.shop.system(lambda session: session.execute(insert(approval_levels), row))

    def sends(self, who: str, content: bytes, *, kind: Kind = Kind.PHOTO, text: str = "", **more: Any) -> str:
        """A picture or file; it is not fetched yet. The answer as text."""
        ref = f"ref{len(self.phones)}"
        self.phones[ref] = content
        media = Media(ref=ref, name=more.pop("name", ""), size=len(content))
        return self.world.words(who, self.world.hears(who, text, kind=kind, media=media, **more).says)

    def fetch(self, who: str) -> str:
        """The worker fetches all that waits; what was said of it."""
        said: list[str] = []

        async def bring(ref: str) -> bytes:
            try:
                return self.phones[ref]
            except KeyError:
                raise GoneError(ref) from None

        async def take(inbound: Inbound) -> Outcome:
            outcome = handle(self.world.office, inbound)
            if outcome.says:
                self.world.last[inbound.sender] = outcome.says
                said.append(self.world.words(inbound.sender, outcome.says))
            return outcome

        desk = Desk(
            lane=self.world.office.lane, clock=lambda: self.world.now, take=take, channels={"web": bring}
        )

        async def all_of_it() -> None:
            while await desk.once():
                pass

        asyncio.run(all_of_it())
        del who
        return "\n".join(said)
