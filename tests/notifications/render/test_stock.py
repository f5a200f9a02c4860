"""The stock picture holds what it says and draws Chinese with the font that ships with it."""

import io

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFont

from bot.pictures import drawn
from core.db.scope import SystemScope
from core.db.session import Session
from notifications.outbox.write import write_facts
from notifications.render.stock import FONT, Row, Section, draw_stock, fitting
from tests.databases import Database

HEADS = ("可订", "够卖", "在途", "建议补")


def picture(*names: str, more: str = "") -> Image.Image:
    rows = [Row(name=name, note="", cells=("12", "3 天", "–", "24"), alarm=0) for name in names]
    section = Section(title="偏低", heads=HEADS, rows=rows, pressing=True)
    png = draw_stock(title="今日库存", day="", sections=[section], more=more)
    return Image.open(io.BytesIO(png)).convert("RGB")


def test_every_product_adds_its_row() -> None:
    one, two = picture("羊角锤"), picture("羊角锤", "线手套")
    assert one.width == two.width == 1520
    assert two.height - one.height == 2 * 67


def test_different_characters_are_drawn_differently() -> None:
    assert picture("锤").tobytes() != picture("钳").tobytes()


def test_the_font_knows_simplified_and_traditional_characters() -> None:
    font = ImageFont.truetype(str(FONT), 40)
    missing = font.getmask("\U0010ffff").getbbox(), bytes(font.getmask("\U0010ffff"))
    for sign in "锤钳龙餐饮瓶箱龍餐飲臺灣體¥–…·":
        assert (font.getmask(sign).getbbox(), bytes(font.getmask(sign))) != missing, sign


def test_names_cannot_break_the_picture() -> None:
    assert picture('</text><image href="/etc/passwd"/>&<').height == picture("锤").height


@settings(max_examples=60)
@given(text=st.text(alphabet="锤a 龙7", max_size=60), most=st.integers(4, 40))
def test_a_name_that_is_cut_fits_and_says_so(text: str, most: int) -> None:
    cut = fitting(text, most)
    width = sum(2 if sign in "锤龙" else 1 for sign in cut)
    assert width <= most + 1
    assert cut == text or cut.endswith("…")


def test_a_reference_draws_its_digest_and_nothing_else(sqlite: Database, now: object) -> None:
    row = {
        "sku": "A-1", "name_zh": "羊角锤", "name_en": "hammer", "size": "0.5kg", "unit": "把", "available": 3,
        "floor": 10, "inbound_qty": 0, "inbound_on": None, "cover": None, "suggested": 12, "high": False,
    }  # fmt: skip
    digest = {"day": "2026-03-10", "low": [row], "high": [], "low_count": 3, "high_count": 0}

    def report(connection: object) -> None:
        session = Session(connection, SystemScope("test"), now)  # type: ignore[arg-type]
        session.report("stock.digest", **digest)
        session.report("turns.dead", reference="A")
        write_facts(session, session.facts)

    sqlite.lane.run(report)
    with sqlite.reader.begin() as connection:
        shown = {locale: drawn(connection, f"stock:1:{locale}") for locale in ("zh-Hans", "zh-Hant", "en")}
        assert all(png is not None and png.startswith(b"\x89PNG") for png in shown.values())
        assert len(set(shown.values())) == 3
        for other in ("stock:2:en", "stock:3:en", "stock:1:xx", "file:1", "stock:1"):
            assert drawn(connection, other) is None
