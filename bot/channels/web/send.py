"""The way out: an answer becomes a row of its chat, and whoever watches that chat in this process is woken."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.web import conversation
from bot.channels.web.render import body_of
from bot.dialog.messages import Words
from core.db.lane import Lane, LaneClosedError
from core.kit import ids
from core.kit.clock import Clock
from notifications.outbox.sender import Address, Refused, Result, Retry, Sent


class Render(Protocol):
    """A stored Say in the reader's language, with buttons or with its choices numbered in the text."""

    def __call__(self, payload: Mapping[str, Any], address: Address, *, numbered: bool = False) -> Words: ...


class Watchers:
    """Streams of this process waiting for a chat. Other processes' writes are found by looking again."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    @contextmanager
    def watching(self, chats: Collection[str]) -> Iterator[asyncio.Event]:
        """An event set whenever one of the chats gets a message here: clear it, look, then wait for it."""
        event = asyncio.Event()
        for chat in chats:
            self._waiting[chat].add(event)
        try:
            yield event
        finally:
            for chat in set(chats):
                self._waiting[chat].discard(event)
                if not self._waiting[chat]:
                    del self._waiting[chat]

    def wake(self, chat: str) -> None:
        """Tell the chat's streams to look now."""
        for event in self._waiting.get(chat, ()):
            event.set()


class WebSender:
    """Delivers to web chats."""

    def __init__(self, lane: Lane, render: Render, watchers: Watchers, clock: Clock) -> None:
        self._lane = lane
        self._render = render
        self._watchers = watchers
        self._clock = clock

    async def send(self, address: Address, payload: Mapping[str, Any]) -> Result:
        """Keep the answer in its chat, both ways its choices can be shown."""
        words = self._render(payload, address)
        numbered = self._render(payload, address, numbered=True).text if words.buttons else ""
        body = body_of(words, numbered=numbered, notice=address.kind != "reply")
        at = self._clock()

        def keep(connection: Connection) -> conversation.Message:
            return conversation.append(
                connection, address.chat, key=ids.token(), mine=False, body=body, at=at
            )

        try:
            kept = await asyncio.wrap_future(self._lane.submit(keep, f"web:{address.chat}"))
        except conversation.UnknownChatError:
            return Refused("no such web chat", unreachable=True)
        except (SQLAlchemyError, LaneClosedError) as error:
            return Retry(type(error).__name__)
        self._watchers.wake(address.chat)
        return Sent(f"{address.chat}:{kept.seq}")
