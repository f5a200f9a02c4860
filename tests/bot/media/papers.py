"""Receipts made for tests: pictures with the code of an invoice, or without one."""

import io

import segno
from PIL import Image


def invoice(number: str, amount: str = "260.00", day: str = "20260303") -> bytes:
    """A photo-like JPEG with the code of a fully digital VAT invoice in it."""
    code = io.BytesIO()
    segno.make(f"01,31,,{number},{amount},{day},,3F2A", error="m").save(code, kind="png", scale=5)
    paper = Image.new("RGB", (1200, 800), "white")
    with Image.open(code) as square:
        paper.paste(square.convert("RGB").rotate(4, expand=True, fillcolor="white"), (60, 50))
    out = io.BytesIO()
    paper.save(out, "JPEG", quality=70)
    return out.getvalue()


def picture(shade: int = 200) -> bytes:
    """A picture that says nothing; another shade is another file."""
    out = io.BytesIO()
    Image.new("L", (300, 200), shade).save(out, "PNG")
    return out.getvalue()
