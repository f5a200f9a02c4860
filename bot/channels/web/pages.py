"""The pages themselves: templates, and the files they load, under an address that changes with their content."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.channels.web.words import preferred, words

_HERE = Path(__file__).parent
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_templates = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@cache
def static_files() -> dict[str, bytes]:
    """Name -> content of everything a page may load."""
    return {
        path.name: path.read_bytes() for path in sorted((_HERE / "static").iterdir()) if path.suffix in _TYPES
    }


@cache
def static_version() -> str:
    """Changes when any of the files does."""
    digest = hashlib.sha256()
    for name, content in static_files().items():
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:12]


def static_file(version: str, name: str) -> Response:
    """A file of the page; kept by browsers for good under its own version. Raises HTTPException 404."""
    content = static_files().get(name)
    if content is None:
        raise HTTPException(404, "not_found")
    fresh = version == static_version()
    kept = "public, max-age=31536000, immutable" if fresh else "no-store"
    return Response(content, headers={"Cache-Control": kept}, media_type=_TYPES[Path(name).suffix])


def locale_of(request: Request) -> str:
    """The language the page is shown in."""
    return preferred(request.cookies.get("lang", ""), request.headers.get("accept-language", ""))


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page in the reader's language."""
    locale = locale_of(request)
    html = _templates.get_template(template).render(
        locale=locale,
        words=words(),
        t=words()[locale],
        static=f"/chat/static/{static_version()}",
        **values,
    )
    return HTMLResponse(html, status, {"Vary": "Cookie, Accept-Language"})
