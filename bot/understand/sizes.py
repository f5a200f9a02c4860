"""Sizes: 500ml, 5米, 12伏, 0.75公斤, M8, PH2*100, 9件套 as comparable keys.

A measure is brought to one unit of its kind, so that 0.5kg, 500克 and 一斤 are equal; what is no measure is compared as
it is written.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from bot.understand.numerals import number_at

_KINDS: dict[str, dict[str, str]] = {
    "ml": {"ml": "1", "毫升": "1", "cc": "1", "cl": "10", "dl": "100", "l": "1000", "升": "1000", "公升": "1000",
           "litre": "1000", "liter": "1000", "litres": "1000", "liters": "1000", "ltr": "1000", "lt": "1000",
           "floz": "29.57"},
    "g": {"g": "1", "克": "1", "gram": "1", "grams": "1", "gm": "1", "kg": "1000", "公斤": "1000", "千克": "1000",
          "kgs": "1000", "kilo": "1000", "kilos": "1000", "斤": "500", "市斤": "500", "mg": "0.001", "毫克": "0.001",
          "吨": "1000000", "ton": "1000000", "lb": "453.6", "lbs": "453.6", "磅": "453.6", "oz": "28.35",
          "盎司": "28.35"},
    "mm": {"mm": "1", "毫米": "1", "cm": "10", "厘米": "10", "公分": "10", "dm": "100", "m": "1000", "米": "1000",
           "meter": "1000", "metre": "1000", "meters": "1000", "metres": "1000", "mtr": "1000", "km": "1000000"},
    "in": {"寸": "1", "英寸": "1", "吋": "1", "inch": "1", "inches": "1", "in": "1", '"': "1", "''": "1"},
    "ft": {"ft": "1", "feet": "1", "foot": "1", "尺": "1", "英尺": "1"},
    "v": {"v": "1", "伏": "1", "伏特": "1", "volt": "1", "volts": "1"},
    "w": {"w": "1", "瓦": "1", "watt": "1", "watts": "1", "kw": "1000", "千瓦": "1000"},
    "a": {"a": "1", "安": "1", "amp": "1", "amps": "1"},
    "mah": {"mah": "1", "毫安": "1", "ah": "1000", "安时": "1000"},
    "hp": {"hp": "1", "匹": "1"},
    "mm2": {"平方": "1", "平方毫米": "1", "mm2": "1", "sqmm": "1"},
    "码": {"码": "1"},
    "%": {"%": "1"},
    "度": {"度": "1", "°": "1"},
    "#": {"#": "1", "号": "1"},
    "目": {"目": "1", "grit": "1"},
    "片": {"片": "1", "片装": "1"},
    "抽": {"抽": "1", "抽装": "1"},
    "粒": {"粒": "1", "粒装": "1"},
    "枚": {"枚": "1"},
    "张": {"张": "1"},
    "支": {"支装": "1", "支": "1"},
    "条": {"条": "1", "条装": "1"},
    "节": {"节": "1"},
    "色": {"色": "1"},
    "件套": {"件套": "1"},
}  # fmt: skip
MEASURES = {word: (kind, Decimal(scale)) for kind, words in _KINDS.items() for word, scale in words.items()}
_LISTED = "|".join(re.escape(w) for w in sorted(MEASURES, key=len, reverse=True))
_COUNTED = r"(?<!w)(?=\d{1,5}[\u4e00-\u9fff])"  # "500ml6箱"; "2w5块" is money
_WORD = re.compile(f"[ -]?({_LISTED})(?:(?<![a-z])|(?![a-z0-9])|{_COUNTED})")
_FIGURES = re.compile(r"\d{1,9}(?:\.\d{1,4})?")


_DIGITS = "零一二三四五六七八九"
_SPLIT = frozenset({"米", "斤", "公斤", "尺", "寸", "吨", "升"})
_TENTHS = re.compile(r"[一二三四五六七八九](?=的|长|宽|高|规格|[ ,。]|$)")
"""As in "一米二的": what follows the measure is its tenths."""


class Size(NamedTuple):
    """A size as compared: its key, the figure in it, and where it ends in the text."""

    key: str
    figure: Decimal | None
    end: int
    word: str = ""


def measure_at(text: str, pos: int) -> Size | None:
    """A number glued to a measure ("500ml", "五米", "7.5 m") that starts here in a normal text."""
    if figures := _FIGURES.match(text, pos):
        value, end = Decimal(figures[0]), figures.end()
    elif (
        text[pos : pos + 1].isascii() or text.startswith("零度", pos) or not (numeral := number_at(text, pos))
    ):
        return None
    else:
        value, end = numeral.value, numeral.end
    word = _WORD.match(text, end)
    if word is None:
        return None
    kind, scale = MEASURES[word[1]]
    if tenth := _TENTHS.match(text, word.end()) if word[1] in _SPLIT else None:
        value, word_end = value + Decimal(_DIGITS.index(tenth[0])) / 10, tenth.end()
        return Size(f"{kind}:{(value * scale).normalize():f}", value, word_end, word[1])
    return Size(f"{kind}:{(value * scale).normalize():f}", value, word.end(), word[1])


def measures_in(text: str) -> Iterator[tuple[int, Size]]:
    """Every measure written in a normal size field or name, with its place."""
    pos = 0
    while pos < len(text):
        after_letter = pos > 0 and text[pos - 1].isalnum() and text[pos - 1].isascii()
        if not after_letter and (size := measure_at(text, pos)):
            yield pos, size
            pos = size.end
        else:
            pos += 1


def size_keys(text: str) -> tuple[str, ...]:
    """The keys of all measures written in a normal size field or name."""
    return tuple(dict.fromkeys(size.key for _, size in measures_in(text)))


def figures_in(text: str) -> tuple[Decimal, ...]:
    """The bare figures of a size, for sizes said without their measure ("500的")."""
    return tuple(Decimal(f) for f in _FIGURES.findall(text))


def rank(keys: tuple[str, ...]) -> tuple[str, Decimal] | None:
    """Kind and figure of the first measure, by which sizes of one kind are ordered."""
    if not keys:
        return None
    kind, _, figure = keys[0].partition(":")
    return kind, Decimal(figure)
