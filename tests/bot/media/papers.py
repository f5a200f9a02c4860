"""Receipts made for tests: pictures with the code of an invoice, or without one."""

import io

import segno
from PIL import Image


def _paper(number: str, amount: str, day: str) -> Image.Image:
    code = io.BytesIO()
    segno.make(f"01,31,,{number},{amount},{day},,3F2A", error="m").save(code, kind="png", scale=5)
    paper = Image.new("RGB", (1200, 800), "white")
    with Image.open(code) as square:
        paper.paste(square.convert("RGB").rotate(4, expand=True, fillcolor="white"), (60, 50))
    return paper


def invoice(number: str, amount: str = "260.00", day: str = "20260303") -> bytes:
    """A photo-like JPEG with the code of a fully digital VAT invoice in it."""
    out = io.BytesIO()
    _paper(number, amount, day).save(out, "JPEG", quality=70)
    return out.getvalue()


def invoice_pdf(*numbers: str, amount: str = "260.00", day: str = "20260303") -> bytes:
    """A PDF with the code of an invoice on each page."""
    out = io.BytesIO()
    first, *others = [_paper(number, amount, day) for number in numbers]
    first.save(out, "PDF", save_all=True, append_images=others)
    return out.getvalue()


def pdf(
    *lines: str, catalog: str = "", trailer: str = "", media_box: str = "0 0 595 842", pages: int = 1
) -> bytes:
    """A PDF written by hand: Chinese text on its first page; `catalog` and `trailer` are added to its dictionaries."""
    shown = " T* ".join(f"<{line.encode('utf-16-be').hex()}> Tj" for line in lines)
    stream = f"BT /F1 12 Tf 14 TL 40 800 Td {shown} ET" if lines else ""
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [{media_box}] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        f"<< /Type /Pages /Kids [{' '.join(['3 0 R'] * pages)}] /Count {pages} >>",
        page,
        f"<< /Length {len(stream)} >> stream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
        (
            "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light"
            " /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /FontDescriptor 7 0 R >>"
        ),
        (
            "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /ItalicAngle 0 /Ascent 880 /Descent -120"
            " /CapHeight 880 /StemV 93 /FontBBox [-25 -254 1000 880] >>"
        ),
    ]
    body, places = b"%PDF-1.7\n", []
    for number, text in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{text}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"trailer << /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{len(body)}\n%%EOF"
    return body + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{end}".encode()


def picture(shade: int = 200) -> bytes:
    """A picture that says nothing; another shade is another file."""
    out = io.BytesIO()
    Image.new("L", (300, 200), shade).save(out, "PNG")
    return out.getvalue()
