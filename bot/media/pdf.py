"""Looking at a PDF: its pages as grey pictures for the codes in them, and its text. Runs in the child of `bot.media`.

Nothing in it is run: the library has no script engine, and a document that wants to do something when opened is refused.
"""

import io
import re
from collections.abc import Iterator
from contextlib import closing

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from bot.media.errors import NotTakenError

MOST_PAGES = 30
READ_PAGES = 5
"""Pages that are looked at, from the first on."""
SIDE = 2400
"""Pixels of the longer side of a page."""
MOST_TEXT = 20_000
"""Characters of a page's text that are read."""
_ACTS = re.compile(rb"/S\s*/(?:JavaScript|Launch|ImportData|SubmitForm)\b|/JavaScript\b|/XFA\b")


def pages_of(content: bytes) -> Iterator[tuple[Image.Image, str]]:
    """The first pages of a PDF: each as a grey picture, and its text. Raises NotTakenError."""
    try:
        with pypdfium2.PdfDocument(content) as document:
            _refuse(document)
            for number in range(min(len(document), READ_PAGES)):
                with closing(document[number]) as page:
                    yield _picture(page), _text(page)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
        raise NotTakenError("locked" if locked else "broken") from None


def _refuse(document: pypdfium2.PdfDocument) -> None:
    if not len(document):
        raise NotTakenError("broken")
    if len(document) > MOST_PAGES:
        raise NotTakenError("pages")
    if _acts(document):
        raise NotTakenError("scripted")


def _acts(document: pypdfium2.PdfDocument) -> bool:
    """Whether it would do something by itself. Written anew, nothing of it is hidden in packed objects or odd spellings."""
    if pdfium.FPDFDoc_GetJavaScriptActionCount(document) > 0:
        return True
    plain = io.BytesIO()
    document.save(plain, flags=pdfium.FPDF_NO_INCREMENTAL)
    return _ACTS.search(plain.getbuffer()) is not None


def _picture(page: pypdfium2.PdfPage) -> Image.Image:
    longer = max(page.get_size())
    if longer <= 0:
        raise NotTakenError("broken")
    bitmap = page.render(scale=SIDE / longer, grayscale=True, may_draw_forms=False)
    grey: Image.Image = bitmap.to_pil().convert("L")
    return grey


def _text(page: pypdfium2.PdfPage) -> str:
    with closing(page.get_textpage()) as text:
        found: str = text.get_text_range(0, min(text.count_chars(), MOST_TEXT))
    return found
