"""Looking at a file: what it is by its content, and which invoices it names. Runs in the child of `bot.media`.

Nothing of the file's name is trusted. A picture is opened only after its header told a size that fits in memory.
"""

import io
import warnings
from dataclasses import dataclass
from typing import Any

import zxingcpp
from PIL import Image, ImageOps, UnidentifiedImageError

from bot.media.errors import NotTakenError
from bot.media.pdf import SIDE, pages_of
from bot.media.printed import invoice_in
from bot.media.table import TEXT, XLSX, Rows, rows_of_text, rows_of_workbook
from core.claims.rules import Invoice, invoice_of

PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
PDF = "application/pdf"
MOST_PIXELS = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a file is, the invoices named in it, and the rows of a list; unread: sheets beside it that hold something."""

    mime: str
    invoices: tuple[Invoice, ...] = ()
    rows: Rows = ()
    unread: tuple[str, ...] = ()


def look(content: bytes) -> Seen:
    """What the bytes are. Raises NotTakenError."""
    if b"%PDF-" in content[:1024]:
        return Seen(mime=PDF, invoices=_in_pdf(content))
    if content.startswith(b"PK\x03\x04"):
        rows, unread = rows_of_workbook(content)
        return Seen(mime=XLSX, rows=rows, unread=unread)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise NotTakenError("xls")
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    try:
        with Image.open(io.BytesIO(content), formats=tuple(PICTURES)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise NotTakenError("size")
            mime = PICTURES[picture.format or ""]
            upright = ImageOps.exif_transpose(picture).convert("L")
    except (UnidentifiedImageError, KeyError):
        return _list_in(content)
    except Image.DecompressionBombError:
        raise NotTakenError("size") from None
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        if isinstance(error, NotTakenError):
            raise
        raise NotTakenError("broken") from None
    return Seen(mime=mime, invoices=_invoices(upright))


def _list_in(content: bytes) -> Seen:
    """A list in plain text; not what is written for a machine, nor what says nothing. Raises NotTakenError."""
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise NotTakenError("type")
    rows = rows_of_text(content)
    if not any(map(any, rows)):
        raise NotTakenError("type")
    return Seen(mime=TEXT, rows=rows)


def _in_pdf(content: bytes) -> tuple[Invoice, ...]:
    """Invoices by the codes on the first pages; on a page without one, by what its text says."""
    found: dict[str, Invoice] = {}
    for picture, text in pages_of(content):
        told = _invoices(picture) or tuple(filter(None, [invoice_in(text)]))
        found.update((each.identity, each) for each in told)
    return tuple(found.values())


def _invoices(picture: Image.Image) -> tuple[Invoice, ...]:
    """Invoices by the codes in a grey picture: sought in a smaller one first, then in it as it is."""
    smaller = picture.copy()
    smaller.thumbnail((SIDE, SIDE))
    for sought in (smaller, picture):
        codes: list[Any] = zxingcpp.read_barcodes(
            sought, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
        )
        found = {each.identity: each for code in codes if (each := invoice_of(code.text))}
        if found:
            return tuple(found.values())
        if max(picture.size) <= SIDE:
            break
    return ()
