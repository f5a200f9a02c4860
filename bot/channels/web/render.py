"""Rendered words as kept in a chat, and as its page gets them: without handles, which stay on this side."""

from collections.abc import Mapping
from typing import Any

import msgspec

from bot.channels.web.conversation import Message
from bot.dialog.messages import Words

_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif")


def body_of(words: Words, *, numbered: str = "", notice: bool = False) -> dict[str, Any]:
    """What is kept of an answer. numbered: its text where choices are numbers; notice: it came unasked."""
    body: dict[str, Any] = {"text": words.text, "buttons": msgspec.to_builtins(words.buttons)}
    if numbered:
        body["numbered"] = numbered
    if notice:
        body["notice"] = True
    if words.picture is not None:
        body["picture"] = msgspec.to_builtins(words.picture)
    return body


def view(message: Message) -> dict[str, Any]:
    """What the page gets of a message. A button is pressed by its place, so no handle leaves the server."""
    body = message.body
    shown: dict[str, Any] = {
        "seq": message.seq,
        "id": message.key if message.mine else "",
        "mine": message.mine,
        "at": message.at.isoformat(),
        "text": body.get("text", ""),
        "buttons": [_button(button) for button in body.get("buttons", ())],
    }
    picture = body.get("picture")
    if picture is not None:
        shown["picture"] = {"name": picture["name"], "inline": is_inline(picture)}
    for field in ("numbered", "file", "pressed"):
        if field in body:
            shown[field] = body[field]
    return shown


def is_inline(picture: Mapping[str, Any]) -> bool:
    """Whether something the assistant sent is shown in place rather than offered as a file."""
    name = picture["name"] or picture["ref"]
    return str(picture["ref"]).startswith("qr:") or str(name).lower().endswith(_PICTURES)


def _button(button: Mapping[str, Any]) -> dict[str, str]:
    url = str(button.get("url", ""))
    if url.startswith(("https://", "http://")):
        return {"label": button["label"], "url": url}
    return {"label": button["label"]}
