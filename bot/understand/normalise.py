"""One form of every text: width, case, script, dashes and list markers unified, with the way back to what was sent.

Each character is mapped by itself and the map's results map to themselves, so the work is linear and doing it twice
changes nothing.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import opencc

from bot.understand.types import Span

_DASHES = "‐‑‒–—―−﹣－⸺⸻﹘"
_TIMES = "×✕✖╳⨯⨉"
_SPECIAL = {
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_TIMES, "*"),
    "，": ", ",  # a Chinese comma parts words; it never groups digits as "1,280" does
    "⁄": "/",
    "〜": "~",
    "∼": "~",
    "～": "~",
    "￥": "¥",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "\u20e3": "",  # the box around a keycap digit
    "\r": "\n",
    "\v": "\n",
    "\f": "\n",
    "\x85": "\n",
    "\u2028": "\n",
    "\u2029": "\n",
    "係": "是",  # Cantonese copula; simplified it would read 系
    "〇": "零",
    "™": "",
    "℠": "",
}

# What southern and Taiwanese dealers write, in the words the grammar knows. Never longer than the original by more than one.
_REGIONAL = {
    "俾我": "给我",
    "畀": "给",
    "嚟": "来",
    "嘅": "的",
    "咗": "了",
    "唔": "不",
    "冇": "没有",
    "攞": "拿",
    "睇": "看",
    "啲": "些",
    "乜嘢": "什么",
    "几多": "多少",
    "而家": "现在",
    "听日": "明天",
    "琴日": "昨天",
    "寻日": "昨天",
    "边个": "哪个",
    "边度": "哪里",
    "点解": "为什么",
    "几时": "何时",
    "帐": "账",
    "顺便": ",顺便",  # a second wish, as spoken without a comma
    "顺带": ",顺带",
}
_BESIDE = r"(?<=[^\s,.;:!?、])"
_OTHER_WORDS = {
    "顺便": f"{_BESIDE}顺便",
    "顺带": f"{_BESIDE}顺带",
    "听日": "(?<!打)听日(?![期子程])",
    "帐": "(?<![蚊营床纱])帐(?![篷子幕蓬])",
}
_REGIONAL_WORD = re.compile("|".join(_OTHER_WORDS.get(w, w) for w in _REGIONAL))
_TIMES_X = re.compile(r"(?<=[0-9\u4e00-\u9fff])[x✖](?=[0-9])|(?<=[0-9])x(?=[\u4e00-\u9fff])")

# "1、" "(1)" "1)" "一、" "1. " "- " "•" at the start of a line; never the "1、" of "1、2", "1.5", "1:10" or "-5".
_ZH = "一二三四五六七八九十百千零两"
_CONTENT = rf"(?=[ \t]*[^\s0-9{_ZH}、).:,;-]|[ \t]*[0-9]+(?:\.[0-9]+)?[ \t]*[^\s0-9、).:,;-])"
_MARKER = re.compile(
    r"[ \t]*(?:"
    rf"(?:\(?[0-9]{{1,3}}\)|[0-9]{{1,3}}(?:、|[.:](?![0-9]))){_CONTENT[:-1]}|[ \t]*[{_ZH}])"
    rf"|(?:\(?[一二三四五六七八九十]{{1,3}}\)|[一二三四五六七八九十]{{1,3}}、){_CONTENT}"
    r"|[•·※](?=[ \t]*\S)"
    r"|[-*+](?=[ \t]+\S)"
    r"|-+(?=[^\W\d_])"
    r")[ \t]*"
)
_CIRCLE_ZERO = re.compile("(?<=[一二三四五六七八九零〇○])○|○(?=[一二三四五六七八九])")
_CIRCLED = re.compile("[①-⑳❶-❿➀-➓⓵-⓾]|[0-9]\ufe0f?\u20e3|🔟")


@dataclass(frozen=True, slots=True)
class Normal:
    """A text in its normal form. `offsets[i]` is where character i of `text` stands in `original`."""

    text: str
    offsets: tuple[int, ...]
    original: str

    def span(self, start: int, end: int) -> Span:
        """The part of the original that the part start..end of the normal text came from."""
        if not self.offsets or end <= start:
            at = self.offsets[start] if start < len(self.offsets) else len(self.original)
            return Span(at, at)
        return Span(self.offsets[start], self.offsets[end - 1] + 1)


@cache
def _to_simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def _letter(char: str) -> str:
    """One character in its normal form; "" if it is dropped."""
    if char in _SPECIAL:
        return _SPECIAL[char]
    kind = unicodedata.category(char)
    if char in "\n\t":
        return char
    if kind in ("Cc", "Cf") or "\u0300" <= char <= "\u036f" or "\ufe00" <= char <= "\ufe0f":
        return ""
    plain = unicodedata.normalize("NFKC", char)
    if kind in ("So", "Cs", "Co", "Cn", "Sk") and not any(c.isalnum() for c in plain):
        return " " if kind != "Sk" or ord(char) > 0xFFFF else char
    if kind in ("Zs", "Zl", "Zp"):
        return " "
    if kind == "No" and "⁄" in plain:
        return " " + plain.replace("⁄", "/")  # "2½" is 2 1/2, not 21/2
    if "\u3400" <= char <= "\u9fff" or char >= "\U00020000":
        return str(_to_simplified().convert(char))
    if plain != char:
        return "".join(_letter(c) for c in plain)
    lower = char.lower()
    bare = unicodedata.normalize("NFD", lower) if "\u00c0" <= lower <= "\u1eff" else lower
    bare = "".join(c for c in bare if not "\u0300" <= c <= "\u036f")
    return bare if bare == char else "".join(_letter(c) for c in bare)


def normalise(text: str) -> Normal:
    """Text in the form everything else reads, in linear time."""
    letters: list[str] = []
    offsets: list[int] = []
    for at, char in enumerate(_prepared(text)):
        for letter in _letter(char):
            letters.append(letter)
            offsets.append(at)
    plain = _TIMES_X.sub("*", "".join(letters))
    plain, offsets = _replace_regional(plain, offsets)
    plain, offsets = _strip_markers(plain, offsets)
    return Normal(plain, tuple(offsets), text)


def _prepared(text: str) -> str:
    """What needs its neighbours to be read, each character for itself: CR LF, a circle as zero, circled numbers.

    Circled numbers that head items become line breaks; alone they stay numbers.
    """
    text = _CIRCLE_ZERO.sub("零", text.replace("\r\n", "\u200b\n"))

    def _line_break(match: re.Match[str]) -> str:
        after = text[match.end() : match.end() + 2].strip()
        before = text[match.start() - 1 : match.start()]
        if not after[:1].isalnum() or before.isalnum():
            return match.group()
        breaks = "\n" if before.strip(" \n") or before == " " else ""
        return breaks.ljust(len(match.group()), "\u200b")

    return _CIRCLED.sub(_line_break, text) if _CIRCLED.search(text) else text


def _replace_regional(text: str, offsets: list[int]) -> tuple[str, list[int]]:
    pieces: list[str] = []
    places: list[int] = []
    done = 0
    for match in _REGIONAL_WORD.finditer(text):
        word = _REGIONAL[match.group()]
        last = match.end() - 1
        pieces += (text[done : match.start()], word)
        places += offsets[done : match.start()]
        places += (offsets[min(match.start() + k, last)] for k in range(len(word) - 1))
        places.append(offsets[last])
        done = match.end()
    return ("".join((*pieces, text[done:])), places + offsets[done:]) if done else (text, offsets)


def _strip_markers(text: str, offsets: list[int]) -> tuple[str, list[int]]:
    keep: list[tuple[int, int]] = []
    start = 0
    while start <= len(text):
        stop = text.find("\n", start)
        stop = len(text) if stop < 0 else stop
        at = start
        while match := _MARKER.match(text, at, stop):
            at = match.end()
        keep.append((at, min(stop + 1, len(text))))
        start = stop + 1
    return "".join(text[a:b] for a, b in keep), [o for a, b in keep for o in offsets[a:b]]
