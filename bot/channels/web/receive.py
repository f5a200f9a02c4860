"""What the page posts, read into one form: a sentence, a pressed button, or a file."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from fastapi import HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Connection
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException

from bot.channels.web import conversation, files
from bot.dialog.messages import Inbound, Kind, Media

CHANNEL = ACCOUNT = "web"
MAX_TEXT = 20_000
MAX_NAME = 120
_JUST_NOW = timedelta(seconds=10)
_NUMBER = re.compile(r"[ ]*([1-9][0-9]?)[ .。、)]*", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


class Press(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which button, by its place: the message's number and the button's index in it."""

    message: int
    button: int


class Post(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a page sends. `id` is made by the page and stays the same when it tries again.

    numbered: the page shows choices as numbers.
    """

    id: str
    text: str = ""
    press: Press | None = None
    locale: str = ""
    numbered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A post, with its file if it came with one."""

    post: Post
    upload: files.Upload | None = None


async def read_post(request: Request) -> Received:
    """Read a post. Raises HTTPException: 413 too long or too large, 422 anything a page of ours would not send."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        received = await _read_form(request)
    else:
        try:
            post = msgspec.json.decode(await request.body(), type=Post)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise HTTPException(422, "unreadable") from None
        received = Received(post=post)
    _check(received)
    return received


async def _read_form(request: Request) -> Received:
    try:
        async with request.form(max_files=1, max_fields=3, max_part_size=64 * 1024) as form:
            upload = form.get("file")
            if not isinstance(upload, UploadFile):
                raise HTTPException(422, "unreadable")
            content = await upload.read(files.MAX_BYTES + 1)
            name = file_name(upload.filename or "")
            post = Post(id=str(form.get("id", "")), locale=str(form.get("locale", "")))
    except MultiPartException:
        raise HTTPException(422, "unreadable") from None
    if len(content) > files.MAX_BYTES:
        raise HTTPException(413, "too_large")
    if not content:
        raise HTTPException(422, "empty_file")
    return Received(post=post, upload=await run_in_threadpool(files.told, name, content))


def _check(received: Received) -> None:
    post = received.post
    if not _ID.fullmatch(post.id):
        raise HTTPException(422, "unreadable")
    if len(post.text) > MAX_TEXT:
        raise HTTPException(413, "too_long")
    if received.upload is None and post.press is None and not storable(post.text).strip():
        raise HTTPException(422, "unreadable")


def storable(text: str) -> str:
    """Text without what no database keeps: NUL and halves of surrogate pairs."""
    return _UNSTORABLE.sub("", text)


def file_name(name: str) -> str:
    """A name fit to show and to save under: no folders, no control or direction marks, not too long."""
    last = storable(name).replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(char for char in last if unicodedata.category(char)[0] != "C").strip()
    return plain[-MAX_NAME:] or "file"


class GoneError(LookupError):
    """The pressed button is not there."""


def keep(
    connection: Connection, chat: str, received: Received, now: datetime
) -> tuple[conversation.Message, str, Kind]:
    """Keep the person's own message once, with the handle of what it presses, and its kind. Raises GoneError."""
    post = received.post
    handle = ""
    body: Mapping[str, Any] = {"text": storable(post.text)}
    if post.press is not None:
        button = _button(conversation.numbered(connection, chat, post.press.message), post.press.button)
        handle = button["handle"]
        body = {"text": button["label"], "pressed": msgspec.to_builtins(post.press)}
    elif received.upload is not None and conversation.kept_as(connection, chat, post.id) is None:
        body = {"text": "", "file": files.keep(connection, chat, received.upload, now)}
    kept = conversation.append(connection, chat, key=post.id, mine=True, body=body, at=now)
    number = _NUMBER.fullmatch(body["text"]) if post.numbered and not handle else None
    if number is not None:
        return kept, *_numbered(connection, chat, kept, int(number[1]))
    return kept, handle, Kind.CHOICE if handle else Kind.TEXT


def _numbered(connection: Connection, chat: str, kept: conversation.Message, number: int) -> tuple[str, Kind]:
    """What a bare number presses: a choice of the notice it was written under; an answer's numbers are the dialogue's own.

    Where the notice has only just come between an answer and its number, the dialogue decides.
    """
    shown, _ = conversation.before(connection, chat, kept.seq)
    said = [message for message in reversed(shown) if not message.mine]
    if not said or not said[0].body.get("notice"):
        return "", Kind.TEXT
    handles = [button["handle"] for button in said[0].body["buttons"] if button["handle"]]
    if number > len(handles):
        return "", Kind.TEXT
    came = said[0].at
    answered = next((message.at for message in said if not message.body.get("notice")), None)
    between = answered is not None and kept.at - came < _JUST_NOW and came - answered < _JUST_NOW
    return handles[number - 1], Kind.TEXT if between else Kind.CHOICE


def _button(message: conversation.Message | None, index: int) -> Mapping[str, str]:
    buttons = message.body.get("buttons", []) if message is not None and not message.mine else []
    if not 0 <= index < len(buttons) or not buttons[index]["handle"]:
        raise GoneError(index)
    found: Mapping[str, str] = buttons[index]
    return found


def inbound(chat: str, kept: conversation.Message, *, kind: Kind, handle: str, locale: str) -> Inbound:
    """The kept message as every channel delivers it. Its id names the chat too: pages choose theirs freely."""
    file = kept.body.get("file")
    media = None
    if file is not None:
        kind = Kind.PHOTO if file["mime"] in files.PICTURES.values() else Kind.FILE
        media = Media(
            ref=file["id"], unique=file["sha256"], name=file["name"], mime=file["mime"], size=file["size"]
        )
    return Inbound(
        channel=CHANNEL,
        account=ACCOUNT,
        message_id=f"{chat}:{kept.key}",
        sender=chat,
        chat=chat,
        at=kept.at,
        kind=kind,
        text="" if kind is Kind.CHOICE else kept.body["text"],
        choice=handle,
        media=media,
        locale_hint=locale,
    )


def entered(chat: str, *, key: str, token: str, at: datetime, locale: str) -> Inbound:
    """Someone came in, with the token of a link or without."""
    return Inbound(
        channel=CHANNEL,
        account=ACCOUNT,
        message_id=f"{chat}:{key}",
        sender=chat,
        chat=chat,
        at=at,
        kind=Kind.ENTERED,
        text=token,
        locale_hint=locale,
    )
