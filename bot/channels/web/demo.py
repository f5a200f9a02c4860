"""The demo page: a dealer's phone and a colleague's side by side. Mounted in demo mode only."""

import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Literal

import msgspec
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy import Connection

from bot.channels.web import conversation, pages, receive, sessions
from bot.channels.web.guard import GuardedRoute
from bot.channels.web.routes import WebChat, page_settings
from bot.channels.web.words import HANS, words
from bot.dialog.messages import Name

_PREFIX = "demo-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """Someone of the sample brand one can be. `about`: dealer or role; `tries`: "zh" and "en" -> sentences to try."""

    key: str
    side: Literal["dealer", "staff"]
    name: Name
    about: Name
    tries: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What the demo page is made with.

    become(chat, persona key, locale): binds the web identity to the persona's person and sets their language; again is
    harmless. next_day: moves the clock, runs what is due, gives the new day.
    """

    web: WebChat
    personas: Sequence[Persona]
    become: Callable[[str, str, str], Awaitable[None]]
    today: Callable[[], date]
    next_day: Callable[[], Awaitable[date]]


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Which persona on which phone, and the language to be spoken to in."""

    slot: Literal["dealer", "staff"]
    persona: str
    locale: str


def chat_of(persona: str) -> str:
    """The web chat of a persona; the same in every browser, so that their phone remembers."""
    return f"{_PREFIX}{persona}"


def router(demo: Demo) -> APIRouter:
    """The page, the choice of persona and the clock."""
    routes = APIRouter(route_class=GuardedRoute, include_in_schema=False, default_response_class=Response)
    for method, path, endpoint in (
        ("GET", "/", demo_page),
        ("GET", "/demo/state", state),
        ("POST", "/demo/persona", choose),
        ("POST", "/demo/next-day", next_day),
    ):
        routes.add_api_route(path, partial(endpoint, demo), methods=[method], response_model=None)
    return routes


async def open_phones(demo: Demo) -> None:
    """Bind every persona's phone before anyone looks, so that what others do reaches it."""
    for persona in demo.personas:
        chat = chat_of(persona.key)
        now = demo.web.clock()
        if await demo.web.write(partial(sessions.open_chat, chat=chat, now=now), chat):
            await demo.become(chat, persona.key, HANS)


async def demo_page(demo: Demo, request: Request) -> Response:
    """Two phones."""
    return pages.page(request, "demo.html", settings=page_settings(demo.web))


async def state(demo: Demo, request: Request) -> Response:
    """The personas, who is on which phone of this browser, and the day."""
    web = demo.web
    now = web.clock()
    known = {chat_of(persona.key): persona.key for persona in demo.personas}
    chosen: dict[str, str | None] = {}
    for slot in ("dealer", "staff"):
        secret = sessions.secret_in(request, slot, secure=web.secure)
        chat = await web.read(partial(sessions.chat_of, secret=secret, now=now))
        chosen[slot] = known.get(chat or "")
    personas: Any = msgspec.to_builtins(demo.personas)
    return JSONResponse({"today": demo.today().isoformat(), "chosen": chosen, "personas": personas})


async def choose(demo: Demo, request: Request) -> Response:
    """Be a persona on one phone. Until something was said, the assistant is told that someone came in; notices come before."""
    try:
        choice = msgspec.json.decode(await request.body(), type=Choice)
    except msgspec.DecodeError:
        raise HTTPException(422, "unreadable") from None
    known = {persona.key for persona in demo.personas if persona.side == choice.slot}
    if choice.persona not in known or choice.locale not in words():
        raise HTTPException(404, "not_found")
    web, chat, now = demo.web, chat_of(choice.persona), demo.web.clock()

    def enter(connection: Connection) -> tuple[str, bool]:
        sessions.open_chat(connection, chat, now)
        last, _ = conversation.before(connection, chat, sys.maxsize)
        return sessions.sign_in(connection, chat, now), all(one.body.get("notice") for one in last)

    secret, silent = await web.write(enter, chat)
    await demo.become(chat, choice.persona, choice.locale)
    if silent:
        await web.handle(receive.entered(chat, key="entered", token="", at=now, locale=choice.locale))
    response = Response(status_code=204)
    sessions.set_cookie(response, choice.slot, secret, secure=web.secure)
    return response


async def next_day(demo: Demo) -> Response:
    """Tomorrow, with all that becomes due."""
    return JSONResponse({"today": (await demo.next_day()).isoformat()})
