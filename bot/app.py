"""The composition root: the one place that wires engine, lane, channels, flows and scheduler into a process."""

import asyncio
import os
import secrets
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog
from fastapi import FastAPI
from sqlalchemy import Connection, Engine, bindparam, select

from bot import http
from bot.anchors import anchoring
from bot.channels.redact import hide
from bot.channels.telegram import account as telegram_account
from bot.channels.telegram.cards import CardSender
from bot.channels.telegram.fetch import fetcher as telegram_fetcher
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.poll import poll
from bot.channels.telegram.routes import router as telegram_router
from bot.channels.telegram.send import TelegramSender
from bot.channels.web import files as web_files
from bot.channels.web import routes as web_routes
from bot.channels.web.send import Watchers, WebSender
from bot.channels.wechat.account import set_menu
from bot.channels.wechat.answer import Desk, finish_all
from bot.channels.wechat.api import Api
from bot.channels.wechat.envelope import Seal
from bot.channels.wechat.fetch import fetcher as wechat_fetcher
from bot.channels.wechat.routes import router as wechat_router
from bot.channels.wechat.send import WeChatSender
from bot.channels.wecom.api import WeComApi
from bot.channels.wecom.routes import router as wecom_router
from bot.channels.wecom.send import WeComSender
from bot.dialog.handles import sign
from bot.dialog.messages import Inbound, Name, Outcome, Words
from bot.dialog.render import render
from bot.media.fetch import Desk as MediaDesk
from bot.media.fetch import GoneError
from bot.pictures import drawn
from bot.settings import Settings
from bot.shelf import Shelf
from bot.store.media import content_of
from bot.turn import Office, handle, receive_unreadable
from bot.worker import Worker, finish
from core.db.engine import read_engine, write_engine
from core.db.lane import Lane, open_lane
from core.db.scope import SystemScope
from core.db.session import Session
from core.kit.clock import Clock, utc_now
from core.kit.ids import digest
from core.kit.say import load
from core.people.models import invites
from core.products.models import catalogue
from notifications.outbox.deliver import release
from notifications.outbox.post import Post
from notifications.outbox.sender import Address, Sender

log = structlog.get_logger()

TURNS_AT_ONCE = 64
_live_invite = select(invites.c.id).where(
    invites.c.token_hash == bindparam("hash"),
    invites.c.state == "open",
    invites.c.expires_at > bindparam("now"),
)
_brand = select(catalogue.c.brand)


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
    stopping: bool = False
    media: MediaDesk = field(init=False)

    def __post_init__(self) -> None:
        self.media = MediaDesk(lane=self.lane, clock=self.clock, take=self.take)
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
        release(Session(connection, SystemScope("start"), self.clock()))

    def ready(self) -> bool:
        """Whether the database answers and the catalogue is in memory."""
        if self.stopping:
            return False
        try:
            with self.reader.begin() as connection:
                connection.execute(_brand).first()
        except Exception:  # noqa: BLE001 - whatever it is, this process cannot serve now
            return False
        return self.shelf.revision >= 0


_sending: set[asyncio.Task[None]] = set()


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
        tell_dealers=settings.tell_dealers_of_contracts,
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


def create_app(running: Running, *, role: str = "all", home: bool = True) -> FastAPI:
    """The HTTP application of a process: role all, web or worker. home: `/` leads to the chat."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(running.shelf.refresh)
        if running.settings.sqlite:
            await asyncio.to_thread(running.lane.run, running.inherit)
        running.worker.start(*running.others, loops=role != "web")
        yield
        running.stopping = True
        await running.worker.stop()
        await finish(_sending)
        for close in running.closing:
            await close()
        running.turns.shutdown(wait=True)
        await asyncio.to_thread(running.lane.close)
        running.reader.dispose()

    app = FastAPI(
        title="Dealer assistant", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.include_router(http.router(running.metrics, running.ready))
    if role != "worker":
        app.include_router(web_routes.router(web_chat(running), home=home))
    if role != "web":
        running.others.append(anchoring(running.reader, running.settings.anchors, running.clock))
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

    with running.reader.begin() as connection:
        brand = connection.execute(_brand).scalar() or ""
    return web_routes.WebChat(
        handle=running.take,
        lane=running.lane,
        reader=running.reader,
        watchers=running.watchers,
        clock=running.clock,
        invite_live=invite_live,
        stored_file=stored_file,
        stopping=lambda: running.stopping,
        brand=Name(zh=brand),
        zone=running.settings.timezone,
        secure=running.settings.public_url.startswith("https://"),
    )


def open_telegram(running: Running, app: FastAPI, role: str) -> None:
    """Telegram: its sender everywhere, the webhook where the web is, polling where the worker is."""
    settings = running.settings
    account = telegram_account.Account(
        token=settings.telegram_token,
        secret=settings.telegram_webhook_secret,
        api_url=settings.telegram_api_url,
        proxy=settings.outbound_proxy or None,
    )
    bot = telegram_account.open_bot(account)
    sender = TelegramSender(bot, running.words, open_file=running.stored_file)
    cards = CardSender(sender, bot, running.words, running.lane, running.clock, account.bot_id)
    running.senders["telegram"] = cards
    running.worker.rounds.append(cards.close_decided)
    running.media.channels["telegram"] = telegram_fetcher(bot)
    park = partial(running.park_unreadable, "telegram", account.bot_id)
    intake = Intake(account=account, handle=running.take, park=park, answer=sender.answer_callback)
    polling = settings.telegram_polls

    async def stay_connected(stop: asyncio.Event) -> None:
        """Introduce ourselves, trying again until it is done; poll meanwhile where that is how updates come."""
        public = "" if polling or role == "web" else settings.public_url
        commands = {} if role == "web" else telegram_account.menus()
        connecting = telegram_account.connect(bot, account, public_url=public, commands=commands)
        known = asyncio.create_task(connecting)
        known.add_done_callback(lambda _: running.office.names.update(telegram=account.username))
        if polling and role != "web":
            await poll(bot, intake, stop)
        await stop.wait()
        known.cancel()

    running.others.append(stay_connected)
    running.closing.append(lambda: telegram_account.close_bot(bot))
    if not polling and role != "worker":
        app.include_router(telegram_router(intake))


def open_wechat(running: Running, app: FastAPI, role: str) -> None:
    """The WeChat service account: its sender everywhere, its address where the web is, its menu where the worker is."""
    settings = running.settings
    app_id = settings.wechat_app_id
    api = Api(
        url=settings.wechat_api_url,
        app_id=app_id,
        secret=settings.wechat_app_secret,
        lane=running.lane,
        process=running.post.process,
        clock=running.clock,
    )
    sender = WeChatSender(
        api, running.words, running.stored_file, running.lane, running.clock, settings.wechat_template_alert
    )
    running.senders["wechat"] = sender
    running.media.channels["wechat"] = wechat_fetcher(api)
    running.office.names.update(wechat=app_id)
    desk = Desk(
        app_id=app_id,
        turn=running.turn,
        words=running.words,
        sender=sender,
        post=running.post,
        lane=running.lane,
        clock=running.clock,
        woken=running.worker.wake,
    )
    park = partial(running.park_unreadable, "wechat", app_id)

    async def have_menu(stop: asyncio.Event) -> None:
        setting = asyncio.create_task(set_menu(api))
        await stop.wait()
        setting.cancel()

    if role != "web":
        running.others.append(have_menu)
    running.closing += [finish_all, api.close]
    if role != "worker":
        hide(settings.wechat_token)
        hide(settings.wechat_aes_key)
        seal = Seal(app_id=app_id, token=settings.wechat_token, aes_key=settings.wechat_aes_key)
        app.include_router(wechat_router(seal, desk, park, running.clock))


def open_wecom(running: Running, app: FastAPI, role: str) -> None:
    """WeCom for staff: its sender everywhere, its address where the web is, closing of cards where the worker is."""
    settings = running.settings
    agent_id = settings.wecom_agent_id
    account = f"{settings.wecom_corp_id}:{agent_id}"
    api = WeComApi(
        url=settings.wecom_api_url,
        app_id=settings.wecom_corp_id,
        secret=settings.wecom_secret,
        lane=running.lane,
        process=running.post.process,
        clock=running.clock,
        account=account,
    )
    sender = WeComSender(api, running.words, running.lane, running.clock, agent_id)
    running.senders["wecom"] = sender
    running.worker.rounds.append(sender.close_decided)
    running.closing.append(api.close)
    park = partial(running.park_unreadable, "wecom", account)
    if role != "worker":
        hide(settings.wecom_token)
        hide(settings.wecom_aes_key)
        seal = Seal(app_id=settings.wecom_corp_id, token=settings.wecom_token, aes_key=settings.wecom_aes_key)
        app.include_router(wecom_router(seal, account, agent_id, running.take, park, running.clock))
