"""Every address of the application says here whether it may be asked without signing in; a new one fails until it does.

With another's reference an address answers as with one that does not exist. Seen to fail: with the chat left out of the filter of files.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from bot import http
from bot.channels.web import routes
from tests.channels.web.office import Chat, post, upload
from tests.databases import Database

OPEN = {
    "/healthz", "/readyz", "/metrics", "/chat", "/chat/static/{version}/{name}", "/join/{token}",
}  # fmt: skip
"""Pages and probes with nothing of anybody."""
SIGNED_IN = {
    "/chat/messages", "/chat/events", "/chat/files/{file}", "/chat/pictures/{seq}", "/chat/leave",
}  # fmt: skip
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
)


def addresses(chat: Chat) -> Iterator[APIRoute]:
    """Every route of the product's own."""
    for router in (routes.router(chat.web, home=False), http.router(http.Metrics(), lambda: True)):
        yield from (route for route in router.routes if isinstance(route, APIRoute))


def undeclared(routes: Any) -> set[str]:
    return {route.path for route in routes} - OPEN - SIGNED_IN


def test_every_address_is_declared(sqlite: Database) -> None:
    assert undeclared(addresses(Chat(sqlite))) == set()


def test_a_planted_address_is_not() -> None:
    planted = APIRouter()
    planted.add_api_route("/chat/export", lambda: "everything")
    assert undeclared(planted.routes) == {"/chat/export"}


def test_without_a_session_every_other_address_is_refused(sqlite: Database) -> None:
    chat = Chat(sqlite)
    for route in addresses(chat):
        for method in route.methods if route.path in SIGNED_IN else ():
            path = route.path.format(file="x", seq=1)
            answer = chat.browser().request(method, path, params={"me": 0})
            assert answer.status_code == 401, (method, path)


@pytest.mark.parametrize("path", ["/chat/files/{}", "/chat/pictures/{}"])
def test_anothers_file_answers_as_none(database: Database, path: str) -> None:
    chat = Chat(database)
    theirs, mine = chat.signed_in("theirs"), chat.signed_in("mine")
    assert upload(theirs, "key-of-file-1", "canary.png", PNG).status_code == 200
    post(theirs, "key-of-text-1", "canary")
    chat.deliver("theirs", "canary", picture={"ref": "statement", "name": "canary.pdf"})
    message = next(one for one in chat.kept("theirs") if "canary.png" in str(one.body))
    numbers = [str(one.seq) for one in chat.kept("theirs")]
    names = numbers if "pictures" in path else [*numbers, *_strings(message.body)]
    assert any(theirs.get(path.format(name)).status_code == 200 for name in names)
    nothing = seen(mine, path.format("9" * 6))
    for name in names:
        assert seen(mine, path.format(name)) == nothing
    assert "canary" not in mine.get("/chat/messages").text


def _strings(body: Any) -> list[str]:
    if isinstance(body, dict):
        return [name for value in body.values() for name in _strings(value)]
    return [body] if isinstance(body, str) and body and "/" not in body else []


def seen(browser: TestClient, path: str) -> tuple[int, bytes, list[tuple[str, str]]]:
    answer = browser.get(path)
    return answer.status_code, answer.content, sorted(answer.headers.items())
