"""Calls go out to the configured address and nowhere else, whatever an answer, a redirect or a file's path may name."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

_PORTS: Final = {"http": 80, "https": 443}

Hooks = Mapping[str, list[Callable[[Any], Awaitable[None]]]]


def only_to(url: str, refused: Callable[[str], Exception]) -> Hooks:
    """Event hooks of an HTTP client that raise `refused` before anything is sent to another scheme, host or port than url's."""
    allowed = _place(url)

    async def check(request: Any) -> None:
        if _place(str(request.url)) != allowed:
            raise refused("not a configured address")

    return {"request": [check]}


def _place(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").rstrip("."), parts.port or _PORTS.get(parts.scheme)
