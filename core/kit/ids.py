"""Identifiers people and links carry: hard to guess, easy to read out."""

import hashlib
import secrets

_READABLE = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def token() -> str:
    """A one-time secret of 256 bits, 43 characters of A-Z a-z 0-9 _ - (fits a Telegram start link's 64)."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is stored of a secret: its SHA-256, hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def reference() -> str:
    """A short code a person can read out on the telephone, such as A7F2K9."""
    return "".join(secrets.choice(_READABLE) for _ in range(6))
