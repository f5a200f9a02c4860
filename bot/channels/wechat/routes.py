"""The address WeChat calls. It answers 200 with encrypted XML, 200 `success`, or 403/413/503 with nothing: anything else WeChat
shows to the person as "the service is out of order".
"""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.background import BackgroundTask

from bot.channels.wechat.answer import Desk, Passive
from bot.channels.wechat.envelope import ForgedError, MalformedError, Seal, text_reply
from bot.channels.wechat.receive import Letter, parse
from core.kit.clock import Clock

PATH: Final = "/wechat"
MAX_BODY: Final = 64 * 1024  # bytes; the longest real message is far below
_METHODS: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

Park = Callable[[bytes, str], Awaitable[None]]

_log = logging.getLogger(__name__)


class TooLargeError(Exception):
    """The body is longer than any message."""


def router(seal: Seal, desk: Desk, park: Park, clock: Clock) -> APIRouter:
    """`GET|POST /wechat`. park: keeps the bytes of what WeChat signed and nobody can read; raises when it could not."""
    routes = APIRouter()
    door = _Door(seal, desk, park, clock)

    @routes.api_route(PATH, methods=_METHODS, include_in_schema=False)
    async def wechat(request: Request) -> Response:
        try:
            if request.method == "GET":
                return Response(seal.check_echo(query_of(request), clock()), media_type="text/plain")
            if request.method != "POST":
                return Response(status_code=403)
            return await door.take(request)
        except ForgedError as error:
            _log.info("wechat: refused: %s", error)
            return Response(status_code=403)
        except TooLargeError:
            return Response(status_code=413)
        except Exception:  # noqa: BLE001 the answer must never be a page of an error
            # Whatever kept it from being kept: WeChat tries twice more.
            _log.exception("wechat: a message could not be kept")
            return Response(status_code=503)

    return routes


class _Door:
    """One account's pushes."""

    def __init__(self, seal: Seal, desk: Desk, park: Park, clock: Clock) -> None:
        self._seal, self._desk, self._park, self._clock = seal, desk, park, clock

    async def take(self, request: Request) -> Response:
        """Open, keep, answer. Raises ForgedError, TooLargeError, and whatever keeping raises."""
        came = time.monotonic()
        query = query_of(request)
        body = await body_of(request)
        try:
            xml = self._seal.open(query, body, self._clock())
            letter = parse(xml, app_id=self._seal.app_id)
        except MalformedError as error:
            _log.warning("wechat: parked what is no message: %s", error)
            await self._park(body, str(error))
            return _success()
        if letter.inbound is None or not letter.inbound.addressed:
            await self._desk.note(letter)
            return _success()
        passive = await self._desk.answer(letter, came)
        if passive is None:
            return _success()
        return await self._respond(request, letter, passive, came)

    async def _respond(self, request: Request, letter: Letter, passive: Passive, came: float) -> Response:
        desk = self._desk
        late = time.monotonic() - came > desk.latest
        if not passive.text or letter.inbound is None or late or await request.is_disconnected():
            desk.finish_later(passive, in_time=not passive.text)
            return _success()
        now = self._clock()
        xml = text_reply(to=letter.inbound.sender, own=letter.own, text=passive.text, now=now)

        async def after() -> None:
            desk.finish_later(passive, in_time=time.monotonic() - came < desk.latest)

        return Response(
            self._seal.close(xml, now), media_type="application/xml", background=BackgroundTask(after)
        )


def _success() -> Response:
    return Response("success", media_type="text/plain")


def query_of(request: Request) -> dict[str, str]:
    """The query, where nothing is given twice. Raises ForgedError."""
    pairs = request.query_params.multi_items()
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ForgedError("a parameter twice")
    return found


async def body_of(request: Request) -> bytes:
    """The body. Raises TooLargeError."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise TooLargeError
    return bytes(body)
