"""Addresses of the web chat."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import Connection, Engine

from bot.channels.web import conversation, files, pages, receive, sessions
from bot.channels.web.guard import GuardedRoute
from bot.channels.web.render import is_inline, view
from bot.channels.web.send import Watchers
from bot.dialog.messages import Inbound, Name, Outcome
from core.db.lane import Lane
from core.kit import ids
from core.kit.clock import Clock

T = TypeVar("T")
Slot = Literal["me", "dealer", "staff"]

LOOK_AGAIN = 0.5
LOOK_AGAIN_ALONE = 2.0
PING = 15.0
_POSTS = RateLimitItemPerMinute(120)
_UPLOADS = RateLimitItemPerMinute(30)
_JOINS = RateLimitItemPerMinute(60)
_TWO_SCRIPTS = re.compile(r"([\u3400-\u9fff][^A-Za-z]*?)[\s·/|]+([A-Za-z].*)")
_NEWEST = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class WebChat:
    """What the web chat is made with.

    invite_live: whether a token still opens a door. stored_file: the bytes a `Picture.ref` names, or None.
    stopping: true once the server is shutting down, so that open streams end. secure: people come by https.
    """

    handle: Callable[[Inbound], Awaitable[Outcome]]
    lane: Lane
    reader: Engine
    watchers: Watchers
    clock: Clock
    invite_live: Callable[[str], Awaitable[bool]]
    stored_file: Callable[[str], Awaitable[bytes | None]]
    stopping: Callable[[], bool]
    brand: Name
    zone: str
    secure: bool
    limiter: MovingWindowRateLimiter = field(default_factory=lambda: MovingWindowRateLimiter(MemoryStorage()))

    @property
    def look_again(self) -> float:
        """Seconds until a stream looks again by itself; rarely on SQLite, whose one process wakes its own streams."""
        return LOOK_AGAIN_ALONE if self.reader.dialect.name == "sqlite" else LOOK_AGAIN

    async def write(self, unit: Callable[[Connection], T], chat: str) -> T:
        """Run a unit of work on the lane."""
        return await asyncio.wrap_future(self.lane.submit(unit, f"web:{chat}"))

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Run a read beside the lane."""

        def run() -> T:
            with self.reader.connect() as connection:
                return query(connection)

        return await run_in_threadpool(run)


def router(web: WebChat, *, home: bool = True) -> APIRouter:
    """The chat, its stream, its files and the way in. home: `/` leads to the chat, as it does outside the demo."""
    routes = APIRouter(route_class=GuardedRoute, include_in_schema=False, default_response_class=Response)
    for method, path, endpoint in (
        ("GET", "/chat", chat_page),
        ("GET", "/chat/static/{version}/{name}", static),
        ("GET", "/chat/messages", messages),
        ("POST", "/chat/messages", post_message),
        ("GET", "/chat/events", events),
        ("GET", "/chat/files/{file}", own_file),
        ("GET", "/chat/pictures/{seq}", sent_picture),
        ("POST", "/chat/leave", leave),
        ("GET", "/join/{token}", join_page),
        ("POST", "/join/{token}", join),
    ):
        routes.add_api_route(path, partial(endpoint, web), methods=[method], response_model=None)
    if home:
        routes.add_api_route("/", to_chat, response_model=None)
    return routes


async def to_chat() -> Response:
    """From the front door to the chat."""
    return RedirectResponse("/chat", 307)


def page_settings(web: WebChat) -> dict[str, Any]:
    """What the page's scripts need to know."""
    return {"zone": web.zone, "maxBytes": files.MAX_BYTES, "brand": msgspec.to_builtins(in_each(web.brand))}


def in_each(brand: Name) -> Name:
    """A brand written as 青屿 Qingyu, once in each script, told apart; any other stays as it is."""
    both = _TWO_SCRIPTS.fullmatch(brand.zh)
    return Name(zh=both[1], en=both[2]) if both is not None and not brand.en else brand


async def chat_page(web: WebChat, request: Request) -> Response:
    """One phone, full screen. Who sits there is told by the requests its script makes."""
    return pages.page(request, "chat.html", settings=page_settings(web))


async def static(_web: WebChat, version: str, name: str) -> Response:
    """A style sheet, script or picture of the page."""
    return pages.static_file(version, name)


async def signed_in(web: WebChat, request: Request, slot: str) -> str:
    """The chat of whoever asks. Raises HTTPException 401."""
    secret = sessions.secret_in(request, slot, secure=web.secure)
    now = web.clock()
    chat = await web.read(lambda connection: sessions.chat_of(connection, secret, now)) if secret else None
    if chat is None:
        raise HTTPException(401, "signed_out")
    return chat


async def messages(
    web: WebChat,
    request: Request,
    slot: Slot = "me",
    after: Annotated[int | None, Query(ge=0)] = None,
    before: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """The newest page of the conversation, the page before a message, or what came after one."""
    chat = await signed_in(web, request, slot)

    def read(connection: Connection) -> tuple[list[dict[str, Any]], bool]:
        if after is not None:
            return [view(message) for message in conversation.after(connection, chat, after)], False
        found, more = conversation.before(connection, chat, before or _NEWEST)
        return [view(message) for message in found], more

    found, more = await web.read(read)
    return JSONResponse({"chat": ids.digest(chat)[:12], "messages": found, "more": more})


async def post_message(web: WebChat, request: Request, slot: Slot = "me") -> Response:
    """One message, once: kept for this chat, then handled as on every channel. The answer comes by the stream."""
    chat = await signed_in(web, request, slot)
    _within(web, _POSTS, "post", chat)
    received = await receive.read_post(request)
    if received.upload is not None:
        _within(web, _UPLOADS, "upload", chat)
    now = web.clock()
    try:
        kept, handle, kind = await web.write(
            lambda connection: receive.keep(connection, chat, received, now), chat
        )
    except receive.GoneError:
        raise HTTPException(409, "gone") from None
    web.watchers.wake(chat)
    locale = received.post.locale
    outcome = await web.handle(receive.inbound(chat, kept, kind=kind, handle=handle, locale=locale))
    return JSONResponse({"status": outcome.status, "seq": kept.seq})


async def events(web: WebChat, request: Request) -> Response:
    """What comes in the conversations of a page (Server-Sent Events): `?dealer=12&staff=40` is each phone's last message."""
    seen = {
        slot: int(last)
        for slot, last in request.query_params.items()
        if slot in sessions.SLOTS and last.isdecimal()
    }
    if not seen:
        raise HTTPException(422, "unreadable")
    phones = [Phone(slot, await signed_in(web, request, slot), last) for slot, last in seen.items()]
    return StreamingResponse(
        _stream(web, request, phones),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


@dataclass(slots=True)
class Phone:
    """A phone of a page: its slot, its chat, and the last message it has."""

    slot: str
    chat: str
    last: int


async def _stream(web: WebChat, request: Request, phones: Sequence[Phone]) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    pinged = 0.0
    with web.watchers.watching([phone.chat for phone in phones]) as news:
        while not web.stopping():
            news.clear()
            for phone in phones:
                for message in await web.read(partial(conversation.after, chat=phone.chat, seq=phone.last)):
                    phone.last = message.seq
                    yield b"data: %s\n\n" % msgspec.json.encode({"slot": phone.slot, **view(message)})
            if loop.time() - pinged >= PING:
                pinged = loop.time()
                try:
                    for phone in phones:
                        await signed_in(web, request, phone.slot)
                except HTTPException:
                    return
                yield b"event: ping\ndata: {}\n\n"
            try:
                async with asyncio.timeout(web.look_again):
                    await news.wait()
            except TimeoutError:
                continue


async def own_file(web: WebChat, request: Request, file: str, slot: Slot = "me") -> Response:
    """A file the person sent in this chat."""
    chat = await signed_in(web, request, slot)
    upload = await web.read(lambda connection: files.of_chat(connection, chat, file))
    if upload is None:
        raise HTTPException(404, "not_found")
    return _file(upload)


async def sent_picture(web: WebChat, request: Request, seq: int, slot: Slot = "me") -> Response:
    """The picture or file that came with a message of this chat."""
    chat = await signed_in(web, request, slot)
    message = await web.read(lambda connection: conversation.numbered(connection, chat, seq))
    picture = message.body.get("picture") if message is not None and not message.mine else None
    if picture is None:
        raise HTTPException(404, "not_found")
    ref: str = picture["ref"]
    drawn = ref.removeprefix("qr:")
    content = files.drawn_qr(drawn) if drawn != ref else await web.stored_file(ref)
    if content is None:
        raise HTTPException(404, "not_found")
    name = picture["name"] or ("qr.png" if is_inline(picture) else "file")
    return _file(files.Upload(name=name, mime=files.mime_of(content), content=content))


def _file(upload: files.Upload) -> Response:
    disposition = files.disposition(upload.name, inline=upload.is_picture)
    return Response(
        upload.content,
        media_type=upload.mime,
        headers={
            "Content-Disposition": disposition,
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, max-age=600",
        },
    )


async def leave(web: WebChat, request: Request, slot: Slot = "me") -> Response:
    """Sign this browser out."""
    chat = await signed_in(web, request, slot)
    secret = sessions.secret_in(request, slot, secure=web.secure)
    await web.write(lambda connection: sessions.sign_out(connection, secret), chat)
    response = Response(status_code=204)
    sessions.drop_cookie(response, slot, secure=web.secure)
    return response


async def join_page(_web: WebChat, request: Request, token: str) -> Response:
    """The door. Opening it spends nothing, because chats fetch links to preview them; the button does."""
    return pages.page(request, "join.html", state="open", token=token)


async def join(web: WebChat, request: Request, token: str) -> Response:
    """Come in: a session for this browser, unless it has one, and the token said to the joining dialogue."""
    host = request.client.host if request.client is not None else ""
    if not web.limiter.hit(_JOINS, "join", host):
        return pages.page(request, "join.html", status=429, state="busy", token=token)
    try:
        chat: str | None = await signed_in(web, request, "me")
    except HTTPException:
        chat = None
    response = RedirectResponse("/chat", 303)
    if not await web.invite_live(token):
        return response if chat else pages.page(request, "join.html", status=410, state="dead", token=token)
    now = web.clock()
    if chat is None:
        chat = ids.token()
        secret = await web.write(partial(_new_chat, chat=chat, now=now), chat)
        sessions.set_cookie(response, "me", secret, secure=web.secure)
    await web.handle(
        receive.entered(
            chat, key=ids.digest(token)[:32], token=token, at=now, locale=pages.locale_of(request)
        )
    )
    return response


def _new_chat(connection: Connection, chat: str, now: datetime) -> str:
    sessions.open_chat(connection, chat, now)
    return sessions.sign_in(connection, chat, now)


def _within(web: WebChat, limit: RateLimitItemPerMinute, what: str, whose: str) -> None:
    if not web.limiter.hit(limit, what, whose):
        raise HTTPException(429, "too_many", {"Retry-After": "5"})
