"""What is in a file decides, never its name; a child under limits looks, and what it cannot bear is refused."""

import io
import struct
import time
import zlib

import pytest
from PIL import Image

from bot.media import fetch
from bot.media.fetch import look_in_child
from bot.media.look import MOST_PIXELS
from bot.media.table import rows_of_text
from tests.bot.media.papers import invoice, invoice_pdf, pdf, picture


def png_of(width: int, height: int) -> bytes:
    """A PNG of one colour: a few kilobytes that unpack to width x height."""
    row = b"\x00" + bytes((width + 7) // 8)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_an_invoice_is_read_from_a_tilted_photo() -> None:
    seen = look_in_child(invoice("24312000000012345678", "1060.50", "20260301"))
    assert seen["mime"] == "image/jpeg"
    assert seen["invoices"] == [{"identity": ":24312000000012345678", "amount": 106_050, "day": "2026-03-01"}]


def test_a_picture_without_a_code_and_a_pdf_are_taken() -> None:
    assert look_in_child(picture()) == {"mime": "image/png", "invoices": [], "rows": [], "unread": []}
    assert look_in_child(pdf("收据")) == {"mime": "application/pdf", "invoices": [], "rows": [], "unread": []}


FIRST, SECOND = "24312000000012345678", "24312000000012345679"
PRINT = (
    "电子发票（普通发票）",
    f"发票号码：{FIRST}",
    "开票日期：2026年3月3日",
    "¥245.28 ¥14.72",
    "（小写）¥260.00",
)
READ = {"identity": f":{FIRST}", "amount": 260_00, "day": "2026-03-03"}


def test_invoices_are_read_from_the_codes_on_the_pages_of_a_pdf() -> None:
    assert look_in_child(invoice_pdf(FIRST, SECOND)) == {
        "mime": "application/pdf",
        "invoices": [READ, {**READ, "identity": f":{SECOND}"}],
        "rows": [],
        "unread": [],
    }


def test_where_a_pdf_has_no_code_its_print_is_read() -> None:
    assert look_in_child(pdf(*PRINT))["invoices"] == [READ]


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"%PDF-1.7\n...", "broken"),
        (pdf(*PRINT)[:400], "broken"),
        (
            pdf(
                *PRINT,
                trailer=f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{'11' * 32}> /U <{'22' * 32}> >>",
            ),
            "locked",
        ),
        (pdf(*PRINT, catalog="/OpenAction << /S /JavaScript /JS (app.alert) >>"), "scripted"),
        (pdf(*PRINT, catalog="/OpenAction << /S /J#61vaScript /JS (app.alert) >>"), "scripted"),
        (
            pdf(*PRINT, catalog="/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (x) >>] >> >>"),
            "scripted",
        ),
        (pdf(*PRINT, catalog="/AA << /WC << /S /Launch /F (calc.exe) >> >>"), "scripted"),
        (pdf(*PRINT, pages=31), "pages"),
    ],
    ids=[
        "empty",
        "cut off",
        "password",
        "script",
        "script spelt oddly",
        "script by name",
        "program",
        "pages",
    ],
)
def test_a_pdf_that_is_no_plain_paper_is_refused_with_its_cause(content: bytes, cause: str) -> None:
    assert look_in_child(content) == {"refused": cause}


@pytest.mark.parametrize("box", ["0 0 14400 14400", "0 0 1 100000", "0 0 0 0"])
def test_a_page_of_any_size_is_read_within_memory(box: str) -> None:
    assert look_in_child(pdf(*PRINT, media_box=box))["invoices"] == [READ]


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "type"),
        (b"MZ\x90\x00 program", "type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "type"),
        (b"PK\x03\x04 a workbook", "type"),
        (picture()[:60], "broken"),
        (invoice("24312000000012345678")[:3000], "broken"),
        (png_of(30_000, 30_000), "size"),
        (png_of(8_000, MOST_PIXELS // 8_000 + 1), "size"),
    ],
    ids=["nothing", "program", "svg", "zip", "png cut off", "jpeg cut off", "bomb", "just too many"],
)
def test_what_is_no_receipt_is_refused_with_its_cause(content: bytes, cause: str) -> None:
    started = time.monotonic()
    assert look_in_child(content) == {"refused": cause}
    assert time.monotonic() - started < 10


def test_a_gif_renamed_to_jpg_is_refused() -> None:
    out = io.BytesIO()
    Image.new("P", (10, 10)).save(out, "GIF")
    assert look_in_child(out.getvalue()) == {"refused": "type"}


def test_the_largest_picture_that_is_taken_fits_the_childs_memory() -> None:
    assert look_in_child(png_of(8_000, MOST_PIXELS // 8_000)) == {
        "mime": "image/png",
        "invoices": [],
        "rows": [],
        "unread": [],
    }


def test_a_child_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "SECONDS", 0.01)
    assert look_in_child(picture()) == {"refused": "broken"}


def test_a_quotation_mark_nobody_closes_swallows_no_rows() -> None:
    assert rows_of_text('品名,数量\n"可乐,3\n绿茶,2\n'.encode())[1:] == (('"可乐', "3"), ("绿茶", "2"))
    assert rows_of_text('品名,数量\n"可乐,大",3\n'.encode())[1:] == (("可乐,大", "3"),)
