"""Dealers who order without a pause while the database is in trouble, over a channel that delivers again what was refused."""

import asyncio
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from structlog.testing import capture_logs

from bot.dialog.messages import Inbound
from bot.turn import NotKeptError, handle, retry_parked
from core.db.scope import SystemScope
from core.db.session import Session
from notifications.address import address_facts
from notifications.outbox.sender import Address, Result, Sent
from tests.core.shop import ZONE
from tests.faults.lives import Channel, Process

PACE = 0.01  # seconds between a sender's messages


class Load(Process):
    """One process under load. What it acknowledges and sends goes to the channel; `refused` counts what it would not take."""

    def __init__(self, url: str, channel: Channel) -> None:
        super().__init__(url, os.open(os.devnull, os.O_WRONLY), None)
        self.channel = channel
        self.refused = self.parked = 0
        self.ended = threading.Event()
        self.longest = 0.0
        self.post = replace(self.post, senders={"web": self})

    async def send(self, address: Address, _payload: Mapping[str, Any]) -> Result:
        with self.lock:
            self.channel.sent.append(f"{address.kind} {address.ref}")
        return Sent(address.ref)

    def answer(self, messages: list[Inbound]) -> None:
        """One sender's messages in order, each until it is taken."""
        for message in messages:
            while not self.ended.is_set():
                started = time.monotonic()
                try:
                    outcome = handle(self.office, message)
                except NotKeptError:
                    with self.lock:
                        self.refused += 1
                    time.sleep(0.05)
                    continue
                with self.lock:
                    self.longest = max(self.longest, time.monotonic() - started)
                    self.parked += outcome.status == "parked"
                    self.channel.acknowledged.add(message.message_id)
                time.sleep(PACE)
                break

    def work(self) -> None:
        """The worker's rounds; where the database fails, the next round tries again, as the product's loops do."""
        while not self.stopping.is_set():
            try:
                self.office.lane.run(lambda c: address_facts(
                    Session(c, SystemScope("address"), self.office.clock()), ZONE, "CNY"))  # fmt: skip
                asyncio.run(self.post.sweep(50))
                retry_parked(self.office)
            except (SQLAlchemyError, OSError):
                time.sleep(0.05)
            time.sleep(0.005)

    @property
    def answered(self) -> int:
        """How many messages were acknowledged so far."""
        return len(self.channel.acknowledged)


@contextmanager
def under_load(url: str, channel: Channel) -> Iterator[Load]:
    """The load runs while the block does its harm, and until something is acknowledged after it; then it stops cleanly."""
    load = Load(url, channel)
    threads = [
        threading.Thread(target=load.answer, args=(messages,)) for messages in channel.scripts.values()
    ]
    worker = threading.Thread(target=load.work)
    for thread in (*threads, worker):
        thread.start()
    try:
        with capture_logs():  # thousands of failures that are meant
            moves_on(load)
            yield load
            moves_on(load)
    finally:
        load.ended.set()
        for thread in threads:
            thread.join()
        load.stopping.set()
        worker.join()
        load.database.close()
        os.close(load.pipe)
        channel.lives += 1


def moves_on(load: Load, within: float = 40.0) -> None:
    """Wait until messages are acknowledged again."""
    before, end = load.answered, time.monotonic() + within
    while load.answered < before + 8:
        assert time.monotonic() < end, f"nothing is acknowledged any more; {load.refused} were refused"
        time.sleep(0.02)
