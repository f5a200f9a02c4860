"""Words -> calls of the Bot API, within its documented limits. Text goes out plain, so nothing in it is markup."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from unicodedata import east_asian_width
from urllib.parse import urlsplit

import segno

from bot.dialog.messages import Button, Picture, Words

MAX_TEXT: Final = 4096  # counted in UTF-16 units, the strictest reading of "characters"
MAX_CAPTION: Final = 1024
MAX_HANDLE: Final = 64  # bytes of callback_data
MAX_PHOTO: Final = 10_000_000  # bytes; a larger picture goes as a file
_ROW_WIDTH: Final = 30  # Latin letters that fit a phone's width; a Chinese character takes two
_ROW_BUTTONS: Final = 3

OpenFile = Callable[[str], bytes]
Method = Literal["sendMessage", "sendPhoto", "sendDocument"]
Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call. text: message or caption."""

    method: Method
    text: str = ""
    file: bytes = b""
    name: str = ""
    rows: Rows = ()


def render(words: Words, open_file: OpenFile | None = None) -> list[Call]:
    """The calls that say these words, in order; buttons are on the last. Empty when there is nothing to say.

    open_file: the bytes of a stored file by its ref. Raises what it raises.
    """
    buttons, links = _pressable(words.buttons)
    text = "\n".join(filter(None, (_valid(words.text), *links)))
    caption = text if words.picture and _units(text) <= MAX_CAPTION else ""
    calls = []
    if words.picture:
        calls.append(_picture(words.picture, caption, open_file))
    if not caption:
        calls += [Call(method="sendMessage", text=part) for part in cut(text, MAX_TEXT)]
    if calls and buttons:
        last = calls.pop()
        calls.append(
            Call(method=last.method, text=last.text, file=last.file, name=last.name, rows=arrange(buttons))
        )
    return calls


def cut(text: str, limit: int) -> list[str]:
    """The text in parts of at most `limit` UTF-16 units, cut between lines where it can be; none of them blank."""
    parts: list[str] = []
    for line in text.split("\n"):
        for piece in _pieces(line, limit):
            joined = f"{parts[-1]}\n{piece}" if parts else piece
            if parts and _units(joined) <= limit:
                parts[-1] = joined
            else:
                parts.append(piece)
    return [part for part in parts if part.strip()]


def last_text(words: Words, note: str) -> tuple[str, bool]:
    """What the message with the buttons said, with a note under it, and whether that is a picture's caption."""
    _, links = _pressable(words.buttons)
    text = "\n".join(filter(None, (_valid(words.text), *links)))
    if words.picture and _units(text) <= MAX_CAPTION:
        return cut(text, MAX_CAPTION - len(note))[0] + note, True
    return cut(cut(text, MAX_TEXT)[-1], MAX_TEXT - len(note))[-1] + note, False


def arrange(buttons: Sequence[Button]) -> Rows:
    """Rows of the keyboard: short labels side by side, long ones alone, in the given order."""
    rows: list[list[Button]] = []
    for button in buttons:
        row = [*rows[-1], button] if rows else [button]
        widest = max(_width(each.label) for each in row)
        if rows and len(row) <= _ROW_BUTTONS and widest * len(row) <= _ROW_WIDTH:
            rows[-1] = row
        else:
            rows.append([button])
    return tuple(map(tuple, rows))


def _pressable(buttons: Sequence[Button]) -> tuple[list[Button], list[str]]:
    """Buttons Telegram accepts; links it would refuse (no public host name) are written out instead."""
    pressable, links = [], []
    for button in buttons:
        assert 0 < len(button.handle.encode()) <= MAX_HANDLE or button.url, button
        if button.url and not _is_public(button.url):
            links.append(f"{button.label}: {button.url}")
        else:
            pressable.append(button)
    return pressable, links


def _is_public(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "tg" or (parts.scheme in ("http", "https") and "." in (parts.hostname or ""))


def _picture(picture: Picture, caption: str, open_file: OpenFile | None) -> Call:
    scheme, _, text = picture.ref.partition(":")
    if scheme == "qr":
        return Call(method="sendPhoto", text=caption, file=draw_qr(text), name=picture.name or "qr.png")
    assert open_file, "a stored file needs somebody to open it"
    content = open_file(picture.ref)
    is_photo = content.startswith((b"\x89PNG", b"\xff\xd8\xff")) and len(content) <= MAX_PHOTO
    method: Method = "sendPhoto" if is_photo else "sendDocument"
    return Call(method=method, text=caption, file=content, name=picture.name or "file")


def draw_qr(text: str) -> bytes:
    """The text as a QR code, PNG, large enough to scan from another screen."""
    png = io.BytesIO()
    segno.make(text, error="m", micro=False).save(png, kind="png", scale=8, border=4)
    return png.getvalue()


def _valid(text: str) -> str:
    """The text with half characters, which no encoding can carry, replaced."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _pieces(line: str, limit: int) -> Iterator[str]:
    wide = line.encode("utf-16-le")
    while len(wide) > 2 * limit:
        end = 2 * limit
        if 0xD8 <= wide[end - 1] <= 0xDB:  # first half of a character outside the basic plane
            end -= 2
        yield wide[:end].decode("utf-16-le")
        wide = wide[end:]
    yield wide.decode("utf-16-le")


def _width(label: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in label)
