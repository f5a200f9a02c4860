"""Words as WeChat shows them: plain text within its limits."""

import io
import re
from collections.abc import Iterator
from typing import Final

import segno

from bot.dialog.messages import Words

MAX_TEXT: Final = 2048  # bytes of UTF-8
MAX_PARTS: Final = 3  # of one message; what is longer ends in an ellipsis
MAX_THING: Final = 20  # characters of a template's "thing"
_ELLIPSIS: Final = "…"
# Not allowed in XML, and nothing anybody would see.
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TAG: Final = re.compile(r"<(?=/?a\b)", re.IGNORECASE)


def text_of(words: Words) -> str:
    """The text as it may be sent. WeChat makes links of <a>, so what people wrote must not become one."""
    return _TAG.sub("＜", _CONTROL.sub("", words.text)).strip()


def cut(text: str, limit: int = MAX_TEXT) -> list[str]:
    """The text in parts of at most `limit` bytes, cut between lines where it can be; none of them blank."""
    parts: list[str] = []
    for line in text.split("\n"):
        for piece in _pieces(line, limit):
            joined = f"{parts[-1]}\n{piece}" if parts else piece
            if parts and size(joined) <= limit:
                parts[-1] = joined
            else:
                parts.append(piece)
    return [part for part in parts if part.strip()]


def parts_of(words: Words) -> list[str]:
    """The messages that say these words, as many as a quota can bear."""
    parts = cut(text_of(words))
    if len(parts) <= MAX_PARTS:
        return parts
    last = next(_pieces(parts[MAX_PARTS - 1], MAX_TEXT - size(_ELLIPSIS)))
    return [*parts[: MAX_PARTS - 1], last + _ELLIPSIS]


def one_line(words: Words) -> str:
    """A notice that goes along with an answer: its first line."""
    return text_of(words).partition("\n")[0]


def thing(words: Words) -> str:
    """A notice in a template's short field."""
    line = one_line(words)
    return line if len(line) <= MAX_THING else line[: MAX_THING - 1] + _ELLIPSIS


def size(text: str) -> int:
    """Bytes of UTF-8."""
    return len(text.encode())


def draw_qr(text: str) -> bytes:
    """The text as a QR code, PNG."""
    png = io.BytesIO()
    segno.make(text, error="m", micro=False).save(png, kind="png", scale=8, border=4)
    return png.getvalue()


def _pieces(line: str, limit: int) -> Iterator[str]:
    raw = line.encode()
    while len(raw) > limit:
        end = limit
        while raw[end] & 0xC0 == 0x80:  # inside a character
            end -= 1
        yield raw[:end].decode()
        raw = raw[end:]
    yield raw.decode()
