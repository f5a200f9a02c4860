"""The parts of one process: lane, reader, index, outbox, worker, and what every channel needs of them."""

import asyncio
import os
import secrets
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, select

from bot import http
from bot.channels.web import files as web_files
from bot.channels.web.send import Watchers
from bot.dialog.handles import sign
from bot.dialog.messages import Inbound, Outcome, Words
from bot.dialog.render import render
from bot.media.fetch import Desk, GoneError
from bot.pictures import drawn
from bot.settings import Settings
from bot.shelf import Shelf
from bot.store import media, second
from bot.store.media import content_of
from bot.turn import Office, handle, receive_unreadable
from bot.worker import Worker, finish
from core.db.engine import read_engine, write_engine
from core.db.lane import Lane, open_lane
from core.db.scope import SystemScope
from core.db.session import Session
from core.kit.clock import Clock, utc_now
from core.kit.say import load
from core.products.models import catalogue
from notifications.outbox.deliver import release
from notifications.outbox.post import Post
from notifications.outbox.sender import Address, Sender

TURNS_AT_ONCE = 64
_brand = select(catalogue.c.brand)
_sending: set[asyncio.Task[None]] = set()


@dataclass(slots=True, kw_only=True)
class Running:
    """The parts of one process. `senders` fills as channels are opened."""

    settings: Settings
    clock: Clock
    lane: Lane
    reader: Engine
    shelf: Shelf
    office: Office
    post: Post
    worker: Worker
    senders: dict[str, Sender]
    metrics: http.Metrics
    turns: ThreadPoolExecutor
    watchers: Watchers
    others: list[Callable[[asyncio.Event], Awaitable[None]]] = field(default_factory=list)
    closing: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    drawing: dict[str, Callable[[str], bytes]] = field(default_factory=dict)  # pictures a channel draws
    stopping: bool = False
    media: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.media = Desk(lane=self.lane, clock=self.clock, take=self.take)
        self.media.channels["web"] = self.web_upload
        self.worker.rounds.append(self.media.once)

    async def web_upload(self, ref: str) -> bytes:
        """What was uploaded to the web chat. Raises GoneError."""

        def read() -> bytes | None:
            with self.reader.connect() as connection:
                return web_files.content(connection, ref)

        content = await asyncio.to_thread(read)
        if content is None:
            raise GoneError(ref)
        return content

    def stored_file(self, ref: str) -> bytes:
        """The bytes a `Picture.ref` names. Raises FileNotFoundError."""
        scheme, _, rest = ref.partition(":")
        if scheme in self.drawing:
            return self.drawing[scheme](rest)
        with self.reader.connect() as connection:
            content = drawn(connection, ref) or content_of(connection, ref)
        if content is None:
            raise FileNotFoundError(ref)
        return content

    def words(self, payload: Mapping[str, Any], address: Address, *, numbered: bool = False) -> Words:
        """A stored Say in the reader's language: its buttons signed for this reader, or its choices numbered in the text."""
        now = self.clock()
        place = place_of(address)

        def handle_of(action: str, arg: str) -> str:
            return sign(
                self.settings.secret_key,
                subject=address.subject,
                place=place,
                action=action,
                arg=arg,
                now=now,
            )

        zone = self.settings.zone
        return render(load(payload), address.locale, now=now, zone=zone, sign=handle_of, numbered=numbered)

    async def turn(self, inbound: Inbound) -> Outcome:
        """One message through the turn; its replies are left to whoever asked."""
        started = time.perf_counter()
        loop = asyncio.get_running_loop()
        outcome = await loop.run_in_executor(self.turns, handle, self.office, inbound)
        self.metrics.turns.labels(inbound.channel, outcome.status).inc()
        self.metrics.seconds.labels(inbound.channel).observe(time.perf_counter() - started)
        return outcome

    async def take(self, inbound: Inbound) -> Outcome:
        """One message through the turn, its replies sent without waiting for the next sweep."""
        outcome = await self.turn(inbound)
        if outcome.outbox_ids:
            task = asyncio.get_running_loop().create_task(self.post.send_now(outcome.outbox_ids))
            _sending.add(task)
            task.add_done_callback(_sending.discard)
        self.worker.wake()
        return outcome

    async def park_unreadable(self, channel: str, account: str, raw: bytes, cause: str) -> None:
        """Keep what could not be read."""
        await asyncio.to_thread(
            receive_unreadable, self.office, channel=channel, account=account, raw=raw, cause=cause
        )

    def inherit(self, connection: Connection) -> None:
        """On SQLite one process works at a time: whoever had messages in hand before this one is gone."""
        session = Session(connection, SystemScope("start"), self.clock())
        release(session)
        media.release(session)
        second.release(session)

    def brand(self) -> str:
        """The brand's name, "" before the catalogue is there."""
        with self.reader.begin() as connection:
            return connection.execute(_brand).scalar() or ""

    async def stop(self) -> None:
        """Finish what is in hand, then close everything."""
        self.stopping = True
        await self.worker.stop()
        await finish(_sending)
        for close in self.closing:
            await close()
        self.turns.shutdown(wait=True)
        await asyncio.to_thread(self.lane.close)
        self.reader.dispose()

    def ready(self) -> bool:
        """Whether the database answers and the catalogue is in memory."""
        if self.stopping:
            return False
        try:
            self.brand()
        except Exception:  # noqa: BLE001 - whatever it is, this process cannot serve now
            return False
        return self.shelf.revision >= 0


def place_of(address: Address) -> str:
    """The place buttons sent to an address belong to: Telegram's group chats have negative ids."""
    group = address.channel == "telegram" and address.chat.startswith("-")
    return f"group:{address.chat}" if group else "private"


def open_parts(settings: Settings, *, clock: Clock = utc_now) -> Running:
    """Engines, lane, index and loops of one process; nothing is started but the lane."""
    lane = open_lane(write_engine(settings.database_url))
    reader = read_engine(settings.database_url)
    shelf = Shelf(reader, clock)
    process = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
    office = Office(
        lane=lane,
        shelf=shelf,
        clock=clock,
        secret=settings.secret_key,
        process=process,
        zone=settings.zone,
        currency=settings.currency,
        public_url=settings.public_url,
        banded_stock=settings.stock_display == "banded",
        second_looks=settings.llm,
        tell_dealers=settings.tell_dealers_of_contracts,
        keep_files=settings.keep_files_days,
    )
    senders: dict[str, Sender] = {}
    post = Post(lane=lane, senders=senders, process=process, clock=clock)
    return Running(
        settings=settings,
        clock=clock,
        lane=lane,
        reader=reader,
        shelf=shelf,
        office=office,
        post=post,
        worker=Worker(office, post),
        senders=senders,
        metrics=http.Metrics(),
        turns=ThreadPoolExecutor(TURNS_AT_ONCE, thread_name_prefix="turn"),
        watchers=Watchers(),
    )
