"""Files people send here, and what the assistant sends them: kept, told by content, given only to their own chat."""

import hashlib
import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import segno
from PIL import Image, UnidentifiedImageError
from sqlalchemy import Connection, bindparam, insert, select

from bot.channels.web.models import web_files
from core.kit import ids

MAX_BYTES = 10 * 1024 * 1024
PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
OTHER = "application/octet-stream"

_of_chat = select(web_files).where(web_files.c.chat == bindparam("of"), web_files.c.id == bindparam("file"))
_content = select(web_files.c.content).where(web_files.c.id == bindparam("file"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file; `mime` is what its bytes say, not its name."""

    name: str
    mime: str
    content: bytes
    sha256: str = ""

    @property
    def is_picture(self) -> bool:
        """Whether it may be shown in place."""
        return self.mime in PICTURES.values()


def told(name: str, content: bytes) -> Upload:
    """A file as it arrived, looked at and hashed: too slow for the lane or the event loop."""
    return Upload(
        name=name, mime=mime_of(content), content=content, sha256=hashlib.sha256(content).hexdigest()
    )


def mime_of(content: bytes) -> str:
    """The type of a picture by its header, otherwise plain bytes."""
    try:
        with Image.open(io.BytesIO(content), formats=tuple(PICTURES)) as picture:
            return PICTURES.get(picture.format or "", OTHER)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return OTHER


def keep(connection: Connection, chat: str, upload: Upload, now: datetime) -> dict[str, Any]:
    """Store a file and give what its message says of it: id, name, mime, size, sha256."""
    described = {
        "id": ids.token(),
        "name": upload.name,
        "mime": upload.mime,
        "size": len(upload.content),
        "sha256": upload.sha256,
    }
    row = described | {"chat": chat, "content": upload.content, "created_at": now}
    connection.execute(insert(web_files), row)
    return described


def of_chat(connection: Connection, chat: str, file: str) -> Upload | None:
    """A file, if it was sent in this chat; another chat's is as if it did not exist."""
    row = connection.execute(_of_chat, {"of": chat, "file": file}).one_or_none()
    return Upload(name=row.name, mime=row.mime, content=row.content) if row is not None else None


def content(connection: Connection, file: str) -> bytes | None:
    """The bytes behind a `Media.ref` of this channel, for whoever reads what people send."""
    found: bytes | None = connection.execute(_content, {"file": file}).scalar()
    return found


def drawn_qr(text: str) -> bytes:
    """A QR code as PNG."""
    picture = io.BytesIO()
    segno.make(text, error="m").save(picture, kind="png", scale=8, border=4)
    return picture.getvalue()


def disposition(name: str, *, inline: bool) -> str:
    """Content-Disposition with any name (RFC 6266): pictures in place, all else to be saved."""
    return f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{quote(name, safe='')}"
