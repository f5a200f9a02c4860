"""The morning's stock as a picture: one row a product, figures right, the shortest cover first."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unicodedata import east_asian_width

import resvg_py
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

FOLDER = Path(__file__).parent
FONT = FOLDER / "NotoSansCJKsc-subset.otf"
COLUMNS = (438, 538, 638, 728)
"""Right edges of the figures, in pixels."""
ROW = 67
HEAD = 40
NAME_WIDTH = 29
"""Widths of a Latin letter a product's name may take."""
ALARM = "#b42318"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One product in the reader's language; alarm: the figure that wants attention."""

    name: str
    note: str
    cells: tuple[str, str, str, str]
    alarm: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Products of one sort under their headings. pressing: drawn in the colour of what must be done."""

    title: str
    heads: tuple[str, str, str, str]
    rows: Sequence[Row]
    pressing: bool


def draw_stock(*, title: str, day: str, sections: Sequence[Section], more: str = "") -> bytes:
    """A PNG, twice as fine as its 760 pixels, as telephones show it."""
    top, drawn = 88, []
    for section in sections:
        drawn.append(_section(section, top))
        top += HEAD + ROW * len(section.rows) + 20
    svg = _template().render(
        title=title, day=day, sections=drawn, more=more, height=top + (40 if more else 0)
    )
    png: bytes = resvg_py.svg_to_bytes(
        svg_string=svg, font_files=[str(FONT)], skip_system_fonts=True, zoom=2.0
    )
    return png


def _section(section: Section, top: int) -> dict[str, object]:
    heads = [{"x": x, "text": text} for x, text in zip(COLUMNS, section.heads, strict=True)]
    rows = [
        {
            "top": HEAD + ROW * place,
            "name": fitting(row.name, NAME_WIDTH),
            "note": fitting(row.note, NAME_WIDTH + 16),
            "cells": [
                {"x": x, "text": text, "ink": ALARM if number == row.alarm else ""}
                for number, (x, text) in enumerate(zip(COLUMNS, row.cells, strict=True))
            ],
        }
        for place, row in enumerate(section.rows)
    ]
    tint, ink = ("#fdecea", ALARM) if section.pressing else ("#eef2f6", "#52606d")
    return {"title": section.title, "heads": heads, "rows": rows, "top": top, "tint": tint, "ink": ink}


def fitting(text: str, most: int) -> str:
    """As much of a text as fits, where a Chinese character takes the room of two letters."""
    width = 0
    for place, sign in enumerate(text):
        width += 2 if east_asian_width(sign) in "WF" else 1
        if width > most:
            return f"{text[: max(1, place - 1)]}…"
    return text


@cache
def _template() -> Template:
    loader = FileSystemLoader(FOLDER)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template("stock.svg")
