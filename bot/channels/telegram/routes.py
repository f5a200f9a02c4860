"""The webhook. Nothing of a body is read before its sender has shown the secret."""

import hmac
import logging
from typing import Final

from fastapi import APIRouter, Request, Response
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from bot.channels.telegram.account import WEBHOOK_PATH
from bot.channels.telegram.intake import Intake

MAX_BODY: Final = 1_000_000  # bytes; the longest real update is far below
_SECRET_HEADER: Final = b"x-telegram-bot-api-secret-token"
_FAILURES: Final = RateLimitItemPerMinute(10)

_log = logging.getLogger(__name__)


class _TooLargeError(Exception):
    """The body is longer than any update."""


def router(intake: Intake) -> APIRouter:
    """`POST /telegram/webhook`: 200 kept or parked · 403 not from Telegram · 413 too long · 429 too many forgeries ·
    503 could not be kept, send it again. Every answer is empty: a JSON body with `method` would be executed.

    Raises `ValueError` when the account has no secret: an open door must not start.
    """
    secret = intake.account.secret.encode()
    if not secret:
        raise ValueError("a Telegram webhook needs a secret")
    failures = MovingWindowRateLimiter(MemoryStorage())
    routes = APIRouter()

    @routes.post(WEBHOOK_PATH, include_in_schema=False)
    async def telegram_webhook(request: Request) -> Response:
        if not _knows(request, secret):
            source = request.client.host if request.client else ""
            return Response(status_code=403 if failures.hit(_FAILURES, source) else 429)
        try:
            await intake.take(await _body(request))
        except _TooLargeError:
            return Response(status_code=413)
        except Exception:  # noqa: BLE001 the answer must never be 200 nor a page of an error
            # Whatever kept it from being kept: Telegram holds the update for a day and sends it again.
            _log.exception("telegram: an update could not be kept")
            return Response(status_code=503, headers={"Retry-After": "2"})
        return Response(status_code=200)

    return routes


def _knows(request: Request, secret: bytes) -> bool:
    shown = [value for name, value in request.scope["headers"] if name == _SECRET_HEADER]
    return len(shown) == 1 and hmac.compare_digest(shown[0], secret)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise _TooLargeError
    return bytes(body)
