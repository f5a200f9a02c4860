"""The HTTP application of a process, with the channels its settings name."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import bindparam, select

from bot import http
from bot.anchors import anchoring
from bot.channels.web import routes as web_routes
from bot.channels.web.send import WebSender
from bot.connect import open_model, open_telegram, open_wechat, open_wecom
from bot.dialog.messages import Name
from bot.running import Running
from core.kit.ids import digest
from core.people.models import invites

_live_invite = select(invites.c.id).where(
    invites.c.token_hash == bindparam("hash"),
    invites.c.state == "open",
    invites.c.expires_at > bindparam("now"),
)


def create_app(running: Running, *, role: str = "all", home: bool = True) -> FastAPI:
    """The HTTP application of a process: role all, web or worker. home: `/` leads to the chat."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(running.shelf.refresh)
        if running.settings.sqlite:
            await asyncio.to_thread(running.lane.run, running.inherit)
        running.worker.start(*running.others, loops=role != "web")
        yield
        await running.stop()

    app = FastAPI(
        title="Dealer assistant", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.include_router(http.router(running.metrics, running.ready))
    if role != "worker":
        app.include_router(web_routes.router(web_chat(running), home=home))
    if role != "web":
        running.others.append(anchoring(running.reader, running.settings.anchors, running.clock))
    if running.settings.llm and role != "web":
        open_model(running)
    if running.settings.telegram:
        open_telegram(running, app, role)
    if running.settings.wechat:
        open_wechat(running, app, role)
    if running.settings.wecom:
        open_wecom(running, app, role)
    return app


def web_chat(running: Running) -> web_routes.WebChat:
    """The web chat wired to this process."""
    running.senders["web"] = WebSender(running.lane, running.words, running.watchers, running.clock)

    async def invite_live(token: str) -> bool:
        def look() -> bool:
            with running.reader.begin() as connection:
                keys = {"hash": digest(token), "now": running.clock()}
                return connection.execute(_live_invite, keys).first() is not None

        return await asyncio.to_thread(look)

    async def stored_file(ref: str) -> bytes | None:
        try:
            return await asyncio.to_thread(running.stored_file, ref)
        except FileNotFoundError:
            return None

    return web_routes.WebChat(
        handle=running.take,
        lane=running.lane,
        reader=running.reader,
        watchers=running.watchers,
        clock=running.clock,
        invite_live=invite_live,
        stored_file=stored_file,
        stopping=lambda: running.stopping,
        brand=Name(zh=running.brand()),
        zone=running.settings.timezone,
        secure=running.settings.public_url.startswith("https://"),
    )
