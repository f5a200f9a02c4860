"""Leftover characters read again: as the head noun of some names, or as a name typed by ear.

Of sounds (homophones, pinyin in letters) the toneless syllables must be equal, never merely alike.
"""

from bisect import bisect_right
from dataclasses import dataclass

from bot.understand.index import Index
from bot.understand.surfaces import sound, sounds_of_letters
from bot.understand.tokens import Kind, Token

_WEAK = frozenset({Kind.HAN, Kind.WORD, Kind.NAME, Kind.UNIT, Kind.LATIN, Kind.SIZE})
_MAX_LETTERS, _MAX_NAME = 48, 12
_HEAD_SYLLABLES = 3  # two syllables of a longer name are too often another word


def by_sound(tokens: list[Token], index: Index) -> list[Token]:
    """The tokens, with leftover characters and letters that sound like a name or head noun read as such."""
    out: list[Token] = []
    pos = 0
    while pos < len(tokens):
        token = tokens[pos]
        if _spelt(token, index):
            match, step = _letters(tokens, pos, index)
            out += match
            pos += step
            continue
        run = pos
        while (
            run < len(tokens)
            and _weak(tokens[run])
            and (run == pos or tokens[run].start == tokens[run - 1].end)
        ):
            run += 1
        if run == pos:
            out.append(token)
            pos += 1
            continue
        part = tokens[pos:run]
        if all(t.text.isascii() for t in part):
            step = next((k for k in range(1, len(part)) if _spelt(part[k], index)), len(part))
            out += part[:step]
            pos += step
            continue
        out += _characters(part, index) if any(t.kind is Kind.HAN for t in part) else part
        pos = run
    return out


def _spelt(token: Token, index: Index) -> bool:
    """Whether letters of no known word may be pinyin."""
    return token.kind is Kind.LATIN and token.text.isalpha() and token.text not in index.words


def _weak(token: Token) -> bool:
    if token.kind is Kind.QUANTITY and token.quantity:
        return token.quantity.parts[0].unit is None
    return token.kind in _WEAK


@dataclass
class _Run:
    """Neighbouring tokens, what is written in them and how it sounds."""

    tokens: list[Token]
    written: str
    marks: str

    @property
    def base(self) -> int:
        return self.tokens[0].start


def _characters(tokens: list[Token], index: Index) -> list[Token]:
    written = "".join(t.text for t in tokens)
    run = _Run(tokens, written, sound(written))
    out: list[Token] = []
    at = 0  # place in the run
    for token in tokens:
        start = token.start - run.base
        if start < at:
            continue
        match = _longest(run, start, index)
        if match is None and token.kind is Kind.HAN:
            out += _inside(token, run, index)
            at = max(token.end, out[-1].end) - run.base
        elif match is None:
            out.append(token)
        else:
            out.append(match)
            at = match.end - run.base
    return _rest(out, run, at)


def _inside(token: Token, run: _Run, index: Index) -> list[Token]:
    """A leftover run, cut where a sound-alike name begins inside it."""
    for start in range(token.start - run.base + 1, token.end - run.base):
        if match := _longest(run, start, index):
            before = token.text[: match.start - token.start]
            return [Token(Kind.HAN, token.start, match.start, before), match]
    return [token]


def _rest(out: list[Token], run: _Run, at: int) -> list[Token]:
    """What a match cut off the end of a token stays as leftover characters."""
    done = run.base + at
    cut = next((t for t in run.tokens if t.start < done < t.end and t.kind is Kind.HAN), None)
    return [*out, Token(Kind.HAN, done, cut.end, cut.text[done - cut.start :])] if cut else out


def _longest(run: _Run, start: int, index: Index) -> Token | None:
    """The longest head noun or sound-alike from here that has a leftover character in it and cuts no longer word."""
    if (
        run.written[start : start + 2] not in index.grams
        and run.marks[start : start + 2] not in index.sound_grams
    ):
        return None
    base = run.base
    for end in range(min(len(run.marks), start + _MAX_NAME), start + 1, -1):
        text, window = run.written[start:end], run.marks[start:end]
        skus = index.sounds.skus.get(window, ())
        alike = bool(skus) or (len(window) >= _HEAD_SYLLABLES and index.sounds.has_ending(window))
        if not alike and not _is_head(text, index):
            continue
        if not _covers(run, base + start, base + end):
            continue
        if _is_head(text, index):
            return Token(
                Kind.HEAD, base + start, base + end, text, skus=index.names.skus.get(text, ()), name=text
            )
        return Token(Kind.SOUND, base + start, base + end, text, skus=skus, name=window)
    return None


def _covers(run: _Run, start: int, end: int) -> bool:
    """Whether start..end holds a leftover character and cuts no other token."""
    low = bisect_right(run.tokens, start, key=lambda t: t.start) - 1
    leftover = False
    for token in run.tokens[max(low, 0) :]:
        if token.start >= end:
            break
        if token.kind is Kind.HAN:
            leftover = True
        elif token.start < start or token.end > end:
            return False
    return leftover


def _is_head(written: str, index: Index) -> bool:
    return len(written) > 1 and index.names.has_ending(written)


def _letters(tokens: list[Token], pos: int, index: Index) -> tuple[list[Token], int]:
    """Words that together are the pinyin of a name ("sheng liao dai"): the longest stretch that is."""
    stop = pos
    while stop < len(tokens) and stop - pos < 12 and _is_letters(tokens[stop]):
        stop += 1
    for end in range(stop, pos, -1):
        letters = "".join(t.text for t in tokens[pos:end] if t.kind is not Kind.BREAK)
        if tokens[end - 1].kind is Kind.BREAK or len(letters) > _MAX_LETTERS:
            continue
        for marks in sounds_of_letters(letters):
            skus = index.sounds.skus.get(marks, ())
            if len(marks) > 1 and (
                skus or (len(marks) >= _HEAD_SYLLABLES and index.sounds.has_ending(marks))
            ):
                token = Token(
                    Kind.SOUND, tokens[pos].start, tokens[end - 1].end, letters, skus=skus, name=marks
                )
                return [token], end - pos
    return [tokens[pos]], 1


def _is_letters(token: Token) -> bool:
    if token.kind is Kind.BREAK:
        return token.text == " "
    return token.kind in (Kind.LATIN, Kind.WORD) and token.text.isascii() and token.text.isalpha()
