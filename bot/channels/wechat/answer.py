"""How a push is answered: in the webhook's own response when the turn is ready in time, else by message; never by both.

The response costs no quota but nobody confirms it. Its rows are claimed before it is written (the claim decides who sends)
and settled after it went out in time; given back otherwise, for the next try of WeChat or for the sweep.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Final, TypeVar

from sqlalchemy import Connection

from bot.channels.wechat import ledger
from bot.channels.wechat.receive import CHANNEL, Letter
from bot.channels.wechat.render import MAX_TEXT, one_line, size, text_of
from bot.channels.wechat.send import Render, WeChatSender
from bot.dialog.messages import Inbound, Kind, Outcome, Words
from core.db.lane import Lane
from core.db.scope import SystemScope
from core.db.session import Session
from core.kit.clock import Clock
from notifications.outbox.deliver import Parcel, collect, riders, take
from notifications.outbox.post import Post, Verdict
from notifications.outbox.sender import Address, Retry, Sent
from notifications.outbox.write import write_facts

T = TypeVar("T")

_TRIES: Final = 3
_TRIES_LAST: Final = 12.0  # seconds in which WeChat may come for the answer again
_NEXT_TRY: Final = 1.0
_JUST_NOW: Final = timedelta(seconds=10)
_NUMBER: Final = 99

_log = logging.getLogger(__name__)
_tasks: set[asyncio.Task[None]] = set()  # the loop holds tasks weakly


@dataclass(frozen=True, slots=True, kw_only=True)
class Passive:
    """An answer for the response. said: what its text says; rest: what goes by message after it, pictures alone."""

    text: str = ""
    said: tuple[Parcel, ...] = ()
    pictures: tuple[Parcel, ...] = ()
    rest: tuple[Parcel, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Answers pushes. turn: one message kept or parked (raises when neither could be written), nothing sent.

    woken: something may have come to be delivered. patience: seconds of a request after which no answer goes with it any
    more; latest: seconds after which one that did has not arrived.
    """

    app_id: str
    turn: Callable[[Inbound], Awaitable[Outcome]]
    words: Render
    sender: WeChatSender
    post: Post
    lane: Lane
    clock: Clock
    woken: Callable[[], None] = lambda: None
    patience: float = 4.0
    latest: float = 4.8
    _tries: Counter[str] = field(default_factory=Counter)

    async def answer(self, letter: Letter, came: float) -> Passive | None:
        """The answer to put into the response, its rows claimed; None when it is too late for it or there is none.

        came: when the request came, of the monotonic clock. It returns once the message is kept: until then a request is
        left to WeChat's own patience, so that it comes again; only the last of its tries is answered in any case, because
        WeChat then shows an error. Raises what `turn` raises.
        """
        assert letter.inbound is not None
        key = letter.inbound.message_id
        self._tries[key] += 1
        try:
            working = asyncio.ensure_future(self._keep(letter))
            is_last = self._tries[key] >= _TRIES
            done, _ = await asyncio.wait({working}, timeout=self.patience if is_last else None)
        finally:
            self._tries[key] -= 1
            if not self._tries[key]:
                del self._tries[key]
        if not done:
            _in_background(self._answer_later(working))
            return None
        kept, outcome = working.result()
        if time.monotonic() - came > self.patience:
            _in_background(self._answer_later(working))
            return None
        return self._compose(kept, await self._on_lane(partial(self._claim, kept, outcome)))

    async def finish(self, passive: Passive, *, in_time: bool) -> None:
        """After the response: it went out in time, or nobody took it."""
        if not in_time:
            again = Retry("the answer was not taken", after=_TRIES_LAST)
            await self._settle([(parcel, None, again) for parcel in (*passive.said, *passive.pictures)])
        else:
            await self._settle([(parcel, None, Sent("passive")) for parcel in passive.said])
            for parcel in passive.pictures:
                address = parcel.addresses[0]
                result = await self.sender.send_picture(address, parcel.payload)
                await self._settle([(parcel, address, result)])
        for parcel in passive.rest:
            await self.post.deliver(parcel)
        self.woken()

    def finish_later(self, passive: Passive, *, in_time: bool) -> None:
        """The same, without waiting for it."""
        _in_background(self.finish(passive, in_time=in_time))

    async def note(self, letter: Letter) -> None:
        """Keep what a push that nobody waits for tells."""
        if letter.finished is not None:
            msg_id, status = letter.finished
            await self._on_lane(lambda session: ledger.finished(session, self.app_id, msg_id, status))

    async def _keep(self, letter: Letter) -> tuple[Letter, Outcome]:
        assert letter.inbound is not None
        letter = replace(letter, inbound=await self._numbered(letter.inbound))
        assert letter.inbound is not None
        return letter, await self.turn(letter.inbound)

    async def _answer_later(self, working: "asyncio.Future[tuple[Letter, Outcome]]") -> None:
        """Too late for this response. A next try of WeChat may be here already for the answer; else it goes by message."""
        letter, outcome = await working
        if outcome.outbox_ids:
            await asyncio.sleep(_NEXT_TRY)
        for parcel in await self._on_lane(partial(self._claim, letter, outcome)):
            await self.post.deliver(parcel)
        self.woken()

    def _claim(self, letter: Letter, outcome: Outcome, session: Session) -> Sequence[Parcel]:
        """The rows of the answer that are ours to send now, and what has waited for it."""
        inbound = letter.inbound
        assert inbound is not None
        ledger.came(session, inbound, letter.opens)
        if outcome.status == "duplicate":  # not sent yet, and nobody else about to
            key = f"reply:{inbound.channel}:{inbound.account}:{inbound.message_id}"
            keys = [f"{key}:{n}" for n in range(len(outcome.says))]
            parcels = collect(session, self.post.process, keys) if keys else []
        else:
            parcels = take(session, self.post.process, outcome.outbox_ids) if outcome.outbox_ids else []
        if parcels:
            ledger.answered(session.connection, inbound.account, inbound.sender, session.now)
            parcels += riders(session, self.post.process, parcels[0].subject, CHANNEL)
        write_facts(session, session.facts)
        return parcels

    def _compose(self, letter: Letter, parcels: Sequence[Parcel]) -> Passive | None:
        """As many of the texts, in order, as fit into one message; of notices that waited, a line each."""
        if not parcels:
            return None
        text = ""
        said: list[Parcel] = []
        pictures: list[Parcel] = []
        rest: list[Parcel] = []
        for parcel in parcels:
            address = self._here(letter, parcel)
            words = self.words(parcel.payload, address, numbered=True) if address else Words(text="")
            line = text_of(words) if parcel.kind == "reply" else one_line(words)
            joined = "\n".join(filter(None, (text, line)))
            if address is None or rest or size(joined) > MAX_TEXT:
                rest.append(parcel)
                continue
            text = joined
            (pictures if words.picture is not None and parcel.kind == "reply" else said).append(parcel)
        return Passive(text=text, said=tuple(said), pictures=tuple(pictures), rest=tuple(rest))

    def _here(self, letter: Letter, parcel: Parcel) -> Address | None:
        """The address of this very chat, if it is one of the parcel's."""
        assert letter.inbound is not None
        here = (CHANNEL, self.app_id, letter.inbound.chat)
        return next((way for way in parcel.addresses if (way.channel, way.account, way.chat) == here), None)

    async def _numbered(self, inbound: Inbound) -> Inbound:
        """A bare number under a notice presses what the notice offers. Where the notice has only just come between an answer
        and its number, the dialogue decides.
        """
        bare = inbound.text.strip(" .。、)")
        if inbound.kind is not Kind.TEXT or not (bare.isdecimal() and 0 < int(bare) <= _NUMBER):
            return inbound
        found = await self._on_lane(
            lambda session: ledger.notice_of(session.connection, inbound.account, inbound.sender)
        )
        if found is None:
            return inbound
        handles, noticed, answered = found
        if int(bare) > len(handles) or inbound.at < noticed.replace(microsecond=0):
            return inbound
        between = inbound.at - noticed < _JUST_NOW and noticed - answered < _JUST_NOW
        kind = Kind.TEXT if between else Kind.CHOICE
        return replace(inbound, kind=kind, choice=handles[int(bare) - 1])

    async def _settle(self, verdicts: Sequence[Verdict]) -> None:
        if verdicts:
            await self.post.settle(verdicts)

    async def _on_lane(self, work: Callable[[Session], T]) -> T:
        def unit(connection: Connection) -> T:
            return work(Session(connection, SystemScope("delivery"), self.clock()))

        return await asyncio.wrap_future(self.lane.submit(unit))


def _in_background(work: Awaitable[None]) -> None:
    async def run() -> None:
        try:
            await work
        except Exception:  # noqa: BLE001 whatever it was, its rows are still in the outbox
            _log.exception("wechat: an answer could not be settled; the sweep comes for it")

    task = asyncio.ensure_future(run())
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def finish_all() -> None:
    """Wait for what is being settled."""
    await asyncio.gather(*_tasks, return_exceptions=True)
