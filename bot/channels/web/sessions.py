"""Who sits at a browser: a random secret in a cookie, of which only the hash is stored.

`slot` tells two phones on one demo page apart: each has a cookie of its own, so one browser can be two people there and
everything behind the cookie is the same as in the real chat, whose slot is "me".
"""

from datetime import datetime, timedelta
from typing import Any

from fastapi import Request, Response
from sqlalchemy import Connection, bindparam, delete, insert, select

from bot.channels.web.models import web_chats, web_sessions
from core.kit import ids

LIFETIME = timedelta(days=90)
SLOTS = frozenset({"me", "dealer", "staff"})

_chat_of = select(web_sessions.c.chat).where(
    web_sessions.c.secret_hash == bindparam("hash"), web_sessions.c.expires_at > bindparam("now")
)
_chat_exists = select(web_chats.c.id).where(web_chats.c.id == bindparam("chat"))
_forget = delete(web_sessions).where(web_sessions.c.secret_hash == bindparam("hash"))
_expired = delete(web_sessions).where(web_sessions.c.expires_at <= bindparam("now"))


def open_chat(connection: Connection, chat: str, now: datetime) -> bool:
    """Make the chat unless it is there. Returns whether it is new."""
    if connection.execute(_chat_exists, {"chat": chat}).scalar() is not None:
        return False
    connection.execute(insert(web_chats), {"id": chat, "last_seq": 0, "created_at": now})
    return True


def sign_in(connection: Connection, chat: str, now: datetime) -> str:
    """A new session for an existing chat; returns its secret, which is stored nowhere. Clears expired ones."""
    connection.execute(_expired, {"now": now})
    secret = ids.token()
    row: dict[str, Any] = {"secret_hash": ids.digest(secret), "chat": chat, "created_at": now}
    connection.execute(insert(web_sessions), row | {"expires_at": now + LIFETIME})
    return secret


def sign_out(connection: Connection, secret: str) -> None:
    """Forget a session; its cookie is worth nothing from now on."""
    connection.execute(_forget, {"hash": ids.digest(secret)})


def chat_of(connection: Connection, secret: str, now: datetime) -> str | None:
    """The chat a secret is signed in to, or None."""
    return connection.execute(_chat_of, {"hash": ids.digest(secret), "now": now}).scalar()


def cookie_name(slot: str, *, secure: bool) -> str:
    """The slot's cookie. Over https its name binds it to this host and path (RFC 6265bis, `__Host-`)."""
    return f"__Host-chat-{slot}" if secure else f"chat-{slot}"


def secret_in(request: Request, slot: str, *, secure: bool) -> str:
    """The secret a request carries for a slot, or ""."""
    return request.cookies.get(cookie_name(slot, secure=secure), "")


def set_cookie(response: Response, slot: str, secret: str, *, secure: bool) -> None:
    """Hand the secret to the browser, out of reach of scripts and other sites."""
    response.set_cookie(
        cookie_name(slot, secure=secure),
        secret,
        max_age=int(LIFETIME.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )


def drop_cookie(response: Response, slot: str, *, secure: bool) -> None:
    """Take the secret back from the browser."""
    name = cookie_name(slot, secure=secure)
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="strict")
