"""A web chat on a real database whose turns are recorded instead of answered."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import func, select

from bot.channels.web import conversation, demo, routes, sessions
from bot.channels.web.models import web_files, web_messages, web_sessions
from bot.channels.web.send import Watchers, WebSender
from bot.dialog.messages import Button, Inbound, Name, Outcome, Picture, Words
from notifications.outbox.sender import Address, Result
from tests.databases import Database

ORIGIN = "http://testserver"
LIVE = "a-token-that-is-live"
NOW = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
PERSONAS = (
    demo.Persona(
        key="li",
        side="dealer",
        name=Name(zh="李老板", en="Li"),
        about=Name(zh="城南五金"),
        tries={"zh": ["锤子3箱"]},
    ),
    demo.Persona(key="chen", side="dealer", name=Name(zh="小陈"), about=Name(zh="城南五金"), tries={}),
    demo.Persona(key="wang", side="staff", name=Name(zh="王经理"), about=Name(zh="销售"), tries={}),
)


def words_of(payload: Mapping[str, Any], _address: Address, *, numbered: bool = False) -> Words:
    """Payloads of these tests are words already."""
    picture = payload.get("picture")
    if numbered:
        choices = payload.get("buttons", ())
        picks = [one["label"] for one in choices if not one.get("url")]
        lines = [f"{number}. {label}" for number, label in enumerate(picks, 1)]
        lines += [f"{one['label']}: {one['url']}" for one in choices if one.get("url")]
        return Words(text="\n".join((payload["text"], *lines)))
    return Words(
        text=payload["text"],
        buttons=tuple(Button(**button) for button in payload.get("buttons", ())),
        picture=Picture(**picture) if picture else None,
    )


@dataclass
class Chat:
    """The web chat, its clock, and what reached the turn."""

    database: Database
    secure: bool = False
    now: datetime = NOW
    taken: list[Inbound] = field(default_factory=list)
    became: list[tuple[str, str, str]] = field(default_factory=list)
    fails: bool = False
    stopping: bool = False

    def __post_init__(self) -> None:
        self.watchers = Watchers()
        self.web = routes.WebChat(
            handle=self.take,
            lane=self.database.lane,
            reader=self.database.reader,
            watchers=self.watchers,
            clock=lambda: self.now,
            invite_live=self.invite_live,
            stored_file=self.stored_file,
            stopping=lambda: self.stopping,
            brand=Name(zh="铁匠坊", en="Smithy"),
            zone="Asia/Shanghai",
            secure=self.secure,
        )
        self.demo = demo.Demo(
            web=self.web,
            personas=PERSONAS,
            become=self.become,
            today=self.today,
            next_day=self.next_day,
        )
        self.app = FastAPI()
        self.app.include_router(routes.router(self.web, home=False))
        self.app.include_router(demo.router(self.demo))
        self.sender = WebSender(self.database.lane, words_of, self.watchers, lambda: self.now)

    async def take(self, inbound: Inbound) -> Outcome:
        if self.fails:
            raise RuntimeError
        self.taken.append(inbound)
        return Outcome(status="done")

    async def invite_live(self, token: str) -> bool:
        return token == LIVE

    async def stored_file(self, ref: str) -> bytes | None:
        return b"%PDF-1.7" if ref == "statement" else None

    async def become(self, chat: str, persona: str, locale: str) -> None:
        self.became.append((chat, persona, locale))

    def today(self) -> date:
        return self.now.date()

    async def next_day(self) -> date:
        self.now += timedelta(days=1)
        return self.now.date()

    def browser(self, **headers: str) -> TestClient:
        """A browser that is nobody yet; its requests come from our own pages."""
        address = ORIGIN.replace("http", "https") if self.secure else ORIGIN
        return TestClient(
            self.app, base_url=address, headers={"Origin": address, **headers}, follow_redirects=False
        )

    def signed_in(self, chat: str, slot: str = "me") -> TestClient:
        """A browser signed in to a chat."""

        def unit(connection: Any) -> str:
            sessions.open_chat(connection, chat, self.now)
            return sessions.sign_in(connection, chat, self.now)

        browser = self.browser()
        name = sessions.cookie_name(slot, secure=self.secure)
        browser.cookies.set(name, self.database.lane.run(unit))
        return browser

    def deliver(self, chat: str, text: str, *, kind: str = "reply", **more: Any) -> Result:
        """The assistant says something in a chat."""
        address = Address(channel="web", account="web", chat=chat, subject="m:1", kind=kind)
        # in a thread of its own, as from another process: a browser's test has a loop already
        with ThreadPoolExecutor(1) as elsewhere:
            sending = self.sender.send(address, {"text": text, **more})
            return elsewhere.submit(asyncio.run, sending).result()

    def kept(self, chat: str) -> list[conversation.Message]:
        with self.database.reader.begin() as connection:
            return list(conversation.after(connection, chat, 0))

    def count(self, table: Any) -> int:
        with self.database.reader.begin() as connection:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()

    @property
    def rows(self) -> tuple[int, int, int]:
        """How many messages, files and sessions there are."""
        return self.count(web_messages), self.count(web_files), self.count(web_sessions)


def post(browser: TestClient, key: str, text: str = "", *, slot: str = "me", **more: Any) -> Response:
    """Post as the page does."""
    return browser.post(f"/chat/messages?slot={slot}", json={"id": key, "text": text, **more})


def upload(browser: TestClient, key: str, name: str, content: bytes) -> Response:
    """Send a file as the page does."""
    return browser.post("/chat/messages", data={"id": key}, files={"file": (name, content)})
