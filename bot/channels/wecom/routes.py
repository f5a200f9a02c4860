"""The address WeCom calls: 200 `success`, or 403/413/503 with nothing. Answers go by message, which WeCom does not count."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from bot.channels.wechat.envelope import ForgedError, MalformedError, Seal
from bot.channels.wechat.routes import TooLargeError, body_of, query_of
from bot.channels.wecom.receive import parse
from bot.dialog.messages import Inbound
from core.kit.clock import Clock

PATH: Final = "/wecom"
_METHODS: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

Take = Callable[[Inbound], Awaitable[Any]]
Park = Callable[[bytes, str], Awaitable[None]]

_log = logging.getLogger(__name__)


def router(  # noqa: PLR0917 - the parts of one door
    seal: Seal, account: str, agent_id: str, take: Take, park: Park, clock: Clock
) -> APIRouter:
    """`GET|POST /wecom`. take: one message, kept, its answer on the way. park: keeps what nobody can read."""
    routes = APIRouter()

    async def post(request: Request) -> Response:
        query, body = query_of(request), await body_of(request)
        try:
            callback = parse(seal.open(query, body, clock()), account=account, agent_id=agent_id)
        except MalformedError as error:
            _log.warning("wecom: parked what is no message: %s", error)
            await park(body, str(error))
            return _success()
        if callback.inbound is not None:
            await take(callback.inbound)
        return _success()

    @routes.api_route(PATH, methods=_METHODS, include_in_schema=False)
    async def wecom(request: Request) -> Response:
        try:
            if request.method == "GET":
                return Response(seal.open_echo(query_of(request), clock()), media_type="text/plain")
            return await post(request) if request.method == "POST" else Response(status_code=403)
        except ForgedError as error:
            _log.info("wecom: refused: %s", error)
            return Response(status_code=403)
        except TooLargeError:
            return Response(status_code=413)
        except Exception:  # noqa: BLE001 whatever kept it from being kept: WeCom tries twice more
            _log.exception("wecom: a message could not be kept")
            return Response(status_code=503)

    return routes


def _success() -> Response:
    return Response("success", media_type="text/plain")
