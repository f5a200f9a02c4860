"""A shop under load whose process is killed again and again, and the channel that delivers again what was not acknowledged.

Each life is a fork of a warm parent: it answers the messages it is given, every sender's in order, addresses facts, sends
and retries, and tells the parent over a pipe what it acknowledged and sent. The parent kills it, or it ends itself at a
named point, and the next life gets what is still open, with some of the old mixed in.
"""

import asyncio
import os
import random
import select as selecting
import signal
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import event

import bot.turn
import core.db.lane
from bot.dialog.messages import Inbound
from bot.shelf import Shelf
from bot.turn import Office, handle, retry_parked
from core.db.scope import SystemScope
from core.db.session import Session
from core.kit.clock import utc_now
from notifications.address import address_facts
from notifications.outbox.deliver import release
from notifications.outbox.post import Post
from notifications.outbox.sender import Address, Result, Sent
from tests.core.shop import NOW, ZONE, Shop, open_shop
from tests.databases import Database
from tests.world import SECRET, World, open_world

DEALERS = 4
LONGEST = 240.0
"""Seconds a life may last that nobody kills."""
PLANTED = 99
"""The exit code of a life that ended itself at a named point."""
POINTS = (
    "before_turn",
    "mid_turn",
    "before_commit",
    "after_commit",
    "before_ack",
    "before_send",
    "after_send",
    "after_alert",
)
"""Where a life may end itself."""


def opening(database: Database) -> list[str]:
    """A brand with dealers who chat and staff who hear of orders; the senders."""
    shop: Shop = open_shop(database)
    for sku, name in (("T-1", "红茶"), ("T-2", "绿茶")):
        shop.product(sku, stock=10**6, price=60_00, name_zh=name, base_unit="瓶", default_unit="箱",
                     units={"瓶": {"factor": 1}, "箱": {"factor": 12}, "case": {"factor": 12}})  # fmt: skip
    world: World = open_world(database, shop)
    senders = []
    for n in range(DEALERS):
        shop.dealer(f"D{n}", credit_limit=10**12)
        for role in ("owner", "buyer", "finance"):
            world.bind(f"{role} D{n}")
        senders.append(f"buyer D{n}")
    for role in ("admin", "sales", "finance", "warehouse"):
        world.bind(role)
    return senders


def script(sender: str, orders: int) -> list[Inbound]:
    """A buyer's messages: an order is written, corrected and confirmed, over and over."""
    texts = []
    for n in range(1, orders + 1):
        texts += [f"红茶{n}箱，绿茶{n + 1}箱", f"红茶改成{n + 2}箱", "确认"]
    return [
        Inbound(channel="web", account="web", sender=sender, chat=sender, at=NOW, message_id=f"{sender}-{n}", text=text)
        for n, text in enumerate(texts)
    ]  # fmt: skip


@dataclass
class Told:
    """What a life reported before it ended."""

    acknowledged: set[str] = field(default_factory=set)
    sent: list[str] = field(default_factory=list)
    ready: bool = False
    finished: bool = False


@dataclass
class Channel:
    """Holds every message until it is acknowledged, and what was ever sent to anybody."""

    scripts: dict[str, list[Inbound]]
    acknowledged: set[str] = field(default_factory=set)
    sent: list[str] = field(default_factory=list)
    lives: int = 0
    duplicates: int = 0

    def deliveries(self, chance: random.Random, each: int) -> list[list[Inbound]]:
        """Each sender's next messages in order, some delivered before once more."""
        given = []
        for messages in self.scripts.values():
            at = self._first_open(messages)
            again = [one for one in messages[max(0, at - 3) : at] if chance.random() < 0.3]
            self.duplicates += len(again)
            given.append(again + messages[at : at + each])
        return given

    def shorten(self) -> None:
        """Let every sender end with the order after the one in hand: what is left is only there to keep the load up."""
        for sender, messages in self.scripts.items():
            self.scripts[sender] = messages[: (self._first_open(messages) // 3 + 2) * 3]

    def _first_open(self, messages: list[Inbound]) -> int:
        found = (n for n, one in enumerate(messages) if one.message_id not in self.acknowledged)
        return next(found, len(messages))

    def open(self) -> int:
        total = sum(len(messages) for messages in self.scripts.values())
        return total - len(self.acknowledged)

    def live(self, url: str, given: list[list[Inbound]], *, kill_after: float | None = None,
             crash: tuple[str, int] | None = None, later: timedelta = timedelta(0)) -> Told:  # fmt: skip
        """One life, ended by a kill so many seconds after it is ready, by itself at a point, or when all is done."""
        told = life(url, given, kill_after=kill_after, crash=crash, later=later)
        self.lives += 1
        self.acknowledged |= told.acknowledged
        self.sent += told.sent
        return told


def life(url: str, given: list[list[Inbound]], *, kill_after: float | None, crash: tuple[str, int] | None,
         later: timedelta) -> Told:  # fmt: skip
    """Fork, listen, kill."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        code = 70
        threading.excepthook = lambda failed: (sys.__excepthook__(*failed[:3]), os._exit(70))
        try:
            Process(url, writing, crash, later).run(given)
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    told, rest = Told(), b""
    give_up = time.monotonic() + LONGEST
    deadline: float | None = None
    while True:
        until = min(deadline or give_up, give_up) - time.monotonic()
        if until <= 0:
            break
        if not selecting.select([reading], [], [], until)[0]:
            continue
        data = os.read(reading, 65536)
        if not data:
            break
        rest = note(told, rest + data)
        if told.ready and kill_after is not None and deadline is None:
            deadline = time.monotonic() + kill_after
    ended_by_us = deadline is not None and time.monotonic() >= deadline
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    while data := os.read(reading, 65536):
        rest = note(told, rest + data)
    os.close(reading)
    told.finished = end_of(status, killed=ended_by_us, planted=crash is not None)
    return told


class CrashedError(AssertionError):
    """A life ended otherwise than it was meant to: a segmentation fault, an error of its own, or not at all."""


def end_of(status: int, *, killed: bool, planted: bool) -> bool:
    """Whether a life came to its end, by its wait status; False when it was cut off as planned. Raises CrashedError."""
    code = os.waitstatus_to_exitcode(status)
    if code == 0:
        return True
    if (killed and code == -signal.SIGKILL) or (planted and code == PLANTED):
        return False
    raise CrashedError(signal.Signals(-code).name if code < 0 else f"exit {code}")


def note(told: Told, data: bytes) -> bytes:
    """Whole lines are noted; a part of one is given back."""
    *lines, rest = data.split(b"\n")
    for line in lines:
        kind, _, what = line.decode().partition(" ")
        if kind == "ready":
            told.ready = True
        elif kind == "ack":
            told.acknowledged.add(what)
        else:
            told.sent.append(what)
    return rest


class Process:
    """What runs in a life."""

    def __init__(
        self, url: str, pipe: int, crash: tuple[str, int] | None, later: timedelta = timedelta(0)
    ) -> None:
        self.pipe = pipe
        self.crash, self.left = crash or ("", 0), (crash or ("", 0))[1]
        self.lock = threading.Lock()
        self.database = Database(url)
        clock = lambda: utc_now() + later
        shelf = Shelf(self.database.reader, clock)
        shelf.refresh()
        name = f"life {os.getpid()}"
        self.office = Office(
            lane=self.database.lane, shelf=shelf, clock=clock, secret=SECRET, process=name, zone=ZONE
        )
        self.post = Post(lane=self.database.lane, senders={"web": self}, process=name, clock=clock)
        self.stopping = threading.Event()
        self.plant()
        if self.database.name == "sqlite":
            self.database.lane.run(lambda c: release(Session(c, SystemScope("start"), clock())))

    def at(self, point: str) -> None:
        """The end, if this is the point and its time has come."""
        if point != self.crash[0]:
            return
        with self.lock:
            self.left -= 1
            if self.left <= 0:
                os._exit(PLANTED)

    def plant(self) -> None:
        keep = bot.turn.keep_reply
        settled = core.db.lane._settle

        def mid_turn(*args: Any) -> None:
            self.at("mid_turn")
            keep(*args)

        def after_commit(*args: Any) -> None:
            self.at("after_commit")
            settled(*args)

        bot.turn.keep_reply = mid_turn
        core.db.lane._settle = after_commit
        event.listen(self.database.engine, "commit", lambda _connection: self.at("before_commit"))

    def tell(self, line: str) -> None:
        os.write(self.pipe, f"{line}\n".encode())

    async def send(self, address: Address, payload: Mapping[str, Any]) -> Result:
        """The channel's API: what it takes it tells."""
        self.at("before_send")
        await asyncio.sleep(0)
        self.tell(f"sent {address.kind} {address.ref}")
        self.at("after_alert" if address.kind == "alert" else "after_send")
        return Sent(address.ref)

    def answer(self, messages: list[Inbound]) -> None:
        for message in messages:
            self.at("before_turn")
            outcome = handle(self.office, message)
            assert outcome.status in ("done", "duplicate", "parked"), outcome
            self.at("before_ack")
            self.tell(f"ack {message.message_id}")

    def work(self) -> None:
        """The worker's rounds, until told to stop and nothing is left."""
        idle = 0
        while not self.stopping.is_set() or idle < 3:
            done = self.office.lane.run(lambda c: address_facts(
                Session(c, SystemScope("address"), self.office.clock()), ZONE, "CNY"))  # fmt: skip
            done += asyncio.run(self.post.sweep(50)) + retry_parked(self.office)
            idle = 0 if done else idle + 1
            time.sleep(0.002)

    def run(self, given: list[list[Inbound]]) -> None:
        threads = [threading.Thread(target=self.answer, args=(messages,)) for messages in given if messages]
        worker = threading.Thread(target=self.work)
        self.tell("ready")
        for thread in (*threads, worker):
            thread.start()
        for thread in threads:
            thread.join()
        self.stopping.set()
        worker.join()


def ends(channel: Channel, url: str) -> None:
    """Lives without a kill, an hour later, until everything is acknowledged and sent."""
    for n in range(100, 103):
        given = channel.deliveries(random.Random(n), 10**6)
        channel.live(url, given, later=timedelta(hours=n))
    assert channel.open() == 0
