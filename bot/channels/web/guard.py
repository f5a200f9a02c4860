"""What every response and every unsafe request of these pages is held to."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

import structlog
from fastapi import HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

log = structlog.get_logger(__name__)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_SAFE = frozenset({"GET", "HEAD"})
_MAX_BODY = 12 * 1024 * 1024


def same_origin(request: Request) -> bool:
    """Whether our own page sent this. Browsers set both headers themselves; a request with neither is no page's."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin", "")
    return urlsplit(origin).netloc == request.headers.get("host") != ""


def _refusal(request: Request) -> str | None:
    """Why an unsafe request is turned away before its body is read, or None."""
    if request.method in _SAFE:
        return None
    if not same_origin(request):
        return "403 foreign"
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        return "411 length_required"
    return "413 too_large" if int(length) > _MAX_BODY else None


class GuardedRoute(APIRoute):
    """A route whose unsafe methods take only our own pages' requests, of bounded size, and whose answers are sealed."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, guarded."""
        handler = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            refused = _refusal(request)
            if refused is not None:
                status, reason = refused.split()
                response: Response = JSONResponse({"error": reason}, int(status))
            else:
                try:
                    response = await handler(request)
                except HTTPException as error:
                    response = JSONResponse({"error": error.detail}, error.status_code, error.headers)
                except RequestValidationError:
                    response = JSONResponse({"error": "unreadable"}, 422)
                except Exception:
                    log.exception("web request failed", path=self.path)
                    response = JSONResponse({"error": "unavailable"}, 503)  # the page tries again
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return guarded
