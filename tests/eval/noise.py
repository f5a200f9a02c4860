"""How people write on a phone: numerals in words, homophones, full width, pinyin, slips of the finger."""

import random
import re
from functools import cache

from opencc import OpenCC
from pypinyin import lazy_pinyin

DIGITS = "零一二三四五六七八九"
# Characters that change the meaning of an order are never put in by accident.
MEANINGFUL = set(
    "零一二三四五六七八九十百千万亿两俩仨半双打箱件包袋瓶罐盒提支条个只块卷把套副本桶托板排筒斤升克加减改换删去"
    "不没别要来拿给再各和跟都每样第行项号月日周年天前后大小中多少退订单货钱价元毛分点对错是还有另把从到在了吗呢吧啊"
)


def spoken(n: int, *, counting: bool = False) -> str:
    """A whole number below 10,000 in Chinese words; counting says 两 for a lone two."""
    if n == 2 and counting:
        return "两"
    out, gap = "", False
    for size, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = n // size % 10
        if digit:
            out += ("零" if gap and out else "") + DIGITS[digit] + name
            gap = False
        else:
            gap = bool(out)
    return out[1:] if out.startswith("一十") else out


def full_width(text: str) -> str:
    """The same text as a phone set to full width types it."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else "\u3000" if c == " " else c for c in text)


@cache
def _converter() -> OpenCC:
    return OpenCC("s2t")


def traditional(text: str) -> str:
    """The same text in traditional characters."""
    return str(_converter().convert(text))


def pinyin(text: str) -> str:
    """Toneless pinyin without spaces, Latin letters kept."""
    return "".join(lazy_pinyin(text))


@cache
def _alike() -> dict[str, list[str]]:
    """The common characters (GB 2312 level 1) by toneless sound."""
    table: dict[str, list[str]] = {}
    for high in range(0xB0, 0xD8):
        for low in range(0xA1, 0xFF):
            char = bytes((high, low)).decode("gb2312", "ignore")
            if char and char not in MEANINGFUL:
                table.setdefault(lazy_pinyin(char)[0], []).append(char)
    return table


def homophone(rng: random.Random, text: str) -> str | None:
    """One character replaced by another of the same sound, as an input method slips; nothing if none fits."""
    spots = [i for i, c in enumerate(text) if "\u4e00" <= c <= "\u9fff" and c not in MEANINGFUL]
    rng.shuffle(spots)
    for i in spots:
        others = [c for c in _alike().get(lazy_pinyin(text[i])[0], []) if c != text[i]]
        rng.shuffle(others)
        for other in others:
            slipped = text[:i] + other + text[i + 1 :]
            if lazy_pinyin(slipped) == lazy_pinyin(text):
                return slipped
    return None


def slip(rng: random.Random, text: str) -> str | None:
    """One letter of a long word dropped, doubled or swapped with its neighbour; nothing if no word is long."""
    words = list(re.finditer(r"[a-z]{6,}", text))
    if not words:
        return None
    word = rng.choice(words)
    i = rng.randrange(word.start() + 1, word.end() - 2)
    kind = rng.choice(("drop", "double", "swap"))
    middle = {"drop": "", "double": text[i] * 2, "swap": text[i + 1] + text[i]}[kind]
    slipped = text[:i] + middle + text[i + (2 if kind == "swap" else 1) :]
    return slipped if slipped != text else None


def spoken_size(size: str) -> str:
    """A size as it is said: 500ml becomes 500毫升."""
    units = {"ml": "毫升", "L": "升", "kg": "公斤", "g": "克", "mm": "毫米", "m": "米"}
    if (m := re.fullmatch(r"([\d.]+)(ml|L|kg|g|mm|m)", size)) is None:
        return f"{size}码" if size in ("S", "M", "L", "XL", "NB") else size
    return m[1] + units[m[2]]


def in_words(size: str) -> str:
    """A spoken size with its number in words: 五百毫升, 一点五公斤."""

    def said(m: re.Match[str]) -> str:
        whole, _, part = m[0].partition(".")
        tail = "点" + "".join(DIGITS[int(c)] for c in part) if part else ""
        return (spoken(int(whole)) or "零") + tail

    return re.sub(r"^\d+(\.\d+)?", said, spoken_size(size))
