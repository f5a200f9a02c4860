"""Names as they are compared: the compact form of a text, its sound, and a table of names looked up in running text."""

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from pypinyin import Style, lazy_pinyin
from pypinyin.contrib.tone_convert import to_normal
from pypinyin.pinyin_dict import pinyin_dict

_HAN = re.compile("[\u3400-\u9fff]")
_PIECE = re.compile(r"[a-z]+|\d+(?:\.\d+)?|[^a-z0-9]")
_JOINED = frozenset(" -'·./_()[]\"&+!:")  # between the words of one name
_JOINT_LENGTH = 4  # longer runs of dashes and brackets part words
LAST = "\U0010ffff"


def is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff"


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """An English word without its plural ending; other words as they are."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses", "zes", "oes")):
        return word[:-2]
    return word[:-1]


class View:
    """A normal text in compact form: English words stemmed, joints inside names dropped, with the way back.

    `starts[i]`, `ends[i]`: place in the normal text of compact character i. `opens[i]`, `closes[i]`: whether a name may
    begin before it or stop after it (never inside a word or a number).
    """

    __slots__ = ("at", "closes", "ends", "opens", "starts", "text")

    def __init__(self, normal: str) -> None:
        chars: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.opens: list[bool] = []
        self.closes: list[bool] = []
        self.at = [-1] * (len(normal) + 1)
        for match in _PIECE.finditer(normal):
            piece, start, end = match[0], match.start(), match.end()
            if piece in _JOINED and _joins(normal, start, end):
                continue
            short = stem(piece) if piece[0].isascii() and piece[0].isalpha() else piece
            self.at[start] = len(chars)
            last = len(short) - 1
            for k, char in enumerate(short):
                chars.append(char)
                self.starts.append(start + k)
                self.ends.append(end if k == last else start + k + 1)
                self.opens.append(k == 0)
                self.closes.append(k == last)
        self.at[len(normal)] = len(chars)
        self.text = "".join(chars)


def _joins(text: str, start: int, end: int) -> bool:
    space = text[start] == " "
    first, last = max(0, start - _JOINT_LENGTH), min(len(text), end + _JOINT_LENGTH)
    while start > first and text[start - 1] in _JOINED:
        start -= 1
        space = space or text[start] == " "
    while end < last and text[end] in _JOINED:
        space = space or text[end] == " "
        end += 1
    before, after = text[start - 1 : start], text[end : end + 1]
    if not before or not after or not before.isalnum() or not after.isalnum():
        return False
    return not (space and is_han(before) and is_han(after))


def compact(name: str) -> str:
    """A name of the catalogue in compact form; it has no breaks at all."""
    return "".join(
        stem(p) if p[0].isascii() and p[0].isalpha() else p
        for p in _PIECE.findall(name)
        if (p not in _JOINED and p not in ",;*") or p == "*"
    )


@cache
def _marks() -> dict[str, str]:
    """Every toneless syllable and the private character that stands for it."""
    syllables = {_toneless(readings) for readings in pinyin_dict.values()}
    return {syllable: chr(0xE000 + k) for k, syllable in enumerate(sorted(syllables))}


def _toneless(readings: str) -> str:
    return str(to_normal(readings.split(",", maxsplit=1)[0])).replace("ü", "v")


@lru_cache(maxsize=30_000)
def _sound_of(char: str) -> str:
    readings = pinyin_dict.get(ord(char))
    if readings is None:
        return char
    return _marks().get(_toneless(readings), char)


def sound(text: str) -> str:
    """Each Chinese character as a mark for its toneless syllable, so that homophones are equal; others as they are."""
    return "".join(_sound_of(c) if is_han(c) else c for c in text)


def _letters(other: str) -> list[str]:
    """What is no Chinese character stays, one by one."""
    return list(other)


def sounds_of_name(name: str) -> set[str]:
    """A name's sounds: character by character, and as the whole word is read (行 in 银行)."""
    plain = sound(name)
    if not _HAN.search(name):
        return set()
    marks = _marks()
    read = "".join(
        marks.get(s, s)
        for s in lazy_pinyin(name, style=Style.NORMAL, errors=_letters)  # type: ignore[arg-type]
    )
    return {plain, read} if len(read) == len(plain) else {plain}


def sounds_of_letters(letters: str) -> Iterator[str]:
    """Typed pinyin ("kele") as syllable marks: at most eight readings, longest syllables first."""
    marks_of, found = _marks(), 0
    stack: list[tuple[int, str]] = [(0, "")]
    while stack and found < 8:
        pos, marks = stack.pop()
        if pos == len(letters):
            found += 1
            yield marks
            continue
        stack.extend(
            (pos + n, marks + marks_of[letters[pos : pos + n]])
            for n in range(1, 7)
            if pos + n <= len(letters) and letters[pos : pos + n] in marks_of
        )


def _backwards(name: str) -> str:
    return name[::-1]


class Surfaces:
    """Names in compact form and the SKUs each may mean, found from the left (whole) or by their ends (head nouns)."""

    __slots__ = ("heads", "longest", "skus", "tails")

    def __init__(self) -> None:
        self.skus: dict[str, tuple[str, ...]] = {}
        self.longest: dict[str, int] = {}  # first two characters -> longest name that begins so
        self.heads: list[str] = []  # names, sorted
        self.tails: list[str] = []  # names, sorted by what they read backwards

    def fill(self, names: Iterable[tuple[str, tuple[str]]]) -> None:
        """Add many names at once, each with its one SKU."""
        for name, alone in names:
            self._post(name, alone)
        self.heads = sorted(self.skus)
        self.tails = sorted(self.skus, key=_backwards)

    def _post(self, name: str, alone: tuple[str]) -> bool:
        """Whether the name is new."""
        held = self.skus.get(name)
        if held is None:
            self.skus[name] = alone
            first = name[:2]
            if len(name) > self.longest.get(first, 0):
                self.longest[first] = len(name)
            return True
        if alone[0] not in held:
            self.skus[name] = (*held, *alone)
        return False

    def add(self, name: str, alone: tuple[str]) -> None:
        """Add one name with its SKU."""
        if self._post(name, alone):
            insort(self.heads, name)
            insort(self.tails, name, key=_backwards)

    def discard(self, name: str, sku: str) -> None:
        held = tuple(s for s in self.skus.get(name, ()) if s != sku)
        if held:
            self.skus[name] = held
        elif self.skus.pop(name, None) is not None:
            del self.heads[bisect_left(self.heads, name)]
            del self.tails[bisect_left(self.tails, name[::-1], key=_backwards)]

    def copy(self) -> "Surfaces":
        other = Surfaces()
        other.skus, other.longest = dict(self.skus), dict(self.longest)
        other.heads, other.tails = list(self.heads), list(self.tails)
        return other

    def matches(self, text: str, pos: int) -> Iterator[str]:
        """Names that begin at this place of a compact text, longest first."""
        longest = self.longest.get(text[pos : pos + 2], 0)
        for end in range(min(pos + longest, len(text)), pos, -1):
            name = text[pos:end]
            if name in self.skus:
                yield name
        if text[pos : pos + 1] in self.longest and longest == 0 and text[pos] in self.skus:
            yield text[pos]

    def ending(self, tail: str, limit: int = 2_000) -> list[str]:
        """Names that end with `tail`, at most `limit`."""
        key = tail[::-1]
        low = bisect_left(self.tails, key, key=_backwards)
        high = bisect_right(self.tails, key + LAST, low, key=_backwards)
        return self.tails[low : min(high, low + limit)]

    def starting(self, head: str, limit: int = 2_000) -> list[str]:
        """Names that begin with `head`, at most `limit`."""
        low = bisect_left(self.heads, head)
        high = bisect_right(self.heads, head + LAST, low)
        return self.heads[low : min(high, low + limit)]

    def has_ending(self, tail: str) -> bool:
        key = tail[::-1]
        low = bisect_left(self.tails, key, key=_backwards)
        return low < len(self.tails) and self.tails[low].endswith(tail)
