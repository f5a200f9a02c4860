"""Button handles: what a button does, signed for one person, place and time. At most 64 bytes (Telegram's limit).

The form is `action.arg.expiry.signature`, the signature 96 bits of HMAC-SHA256 over all of it and the reader's subject and
place, so that a button works only for whom and where it was made, until it expires. What it names is checked again by the
verb it leads to: a handle grants nothing.
"""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

from core.kit.errors import DealerError

LIFETIME = timedelta(days=7)
LIMIT = 64
_SIGNATURE_BYTES = 12


class HandleError(DealerError):
    """Not a handle of ours, not this person's, or too old."""

    code = "dialog.button_expired"


def sign(secret: str, *, subject: str, place: str, action: str, arg: str, now: datetime) -> str:
    """A handle for one reader. Raises ValueError when it would not fit in 64 bytes."""
    expiry = _base36(int((now + LIFETIME).timestamp()) // 60)
    body = f"{action}.{arg}.{expiry}"
    handle = f"{body}.{_signature(secret, subject, place, body)}"
    if len(handle.encode()) > LIMIT or action.count(".") or arg.count("."):
        raise ValueError(handle)
    return handle


def read(secret: str, handle: str, *, subject: str, place: str, now: datetime) -> tuple[str, str]:
    """(action, arg) of a handle. Raises HandleError when it is forged, someone else's, or expired."""
    body, _, signature = handle.rpartition(".")
    parts = body.split(".")
    expected = _signature(secret, subject, place, body)
    if len(parts) != 3 or not hmac.compare_digest(signature.encode(), expected.encode()):
        raise HandleError
    action, arg, expiry = parts
    if int(expiry, 36) * 60 < now.timestamp():
        raise HandleError
    return action, arg


def _signature(secret: str, subject: str, place: str, body: str) -> str:
    key = hashlib.sha256(f"buttons:{secret}".encode()).digest()
    digest = hmac.digest(key, f"{subject}|{place}|{body}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:_SIGNATURE_BYTES]).decode()


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits or "0"
