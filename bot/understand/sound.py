"""Leftover characters read again: as the head noun of some names, or as a name typed by ear.

Of sounds (homophones, pinyin in letters) the toneless syllables must be equal, never merely alike.
"""

from bot.understand.index import Index
from bot.understand.surfaces import sound, sounds_of_letters
from bot.understand.tokens import Kind, Token

_WEAK = frozenset({Kind.HAN, Kind.WORD, Kind.NAME, Kind.UNIT, Kind.LATIN, Kind.SIZE})
_MAX_LETTERS = 48
_HEAD_SYLLABLES = 3  # two syllables of a longer name are too often another word


def by_sound(tokens: list[Token], index: Index) -> list[Token]:
    """The tokens, with leftover characters and letters that sound like a name or head noun read as such."""
    out: list[Token] = []
    pos = 0
    while pos < len(tokens):
        token = tokens[pos]
        if token.kind is Kind.LATIN and token.text.isalpha() and token.text not in index.words:
            match, step = _letters(tokens, pos, index)
            out += match
            pos += step
            continue
        run = pos
        while run < len(tokens) and _weak(tokens[run]) and (run == pos or tokens[run].start == tokens[run - 1].end):
            run += 1
        if run == pos:
            out.append(token)
            pos += 1
            continue
        part = tokens[pos:run]
        if all(t.text.isascii() for t in part):
            out += part[:1]
            pos += 1
            continue
        out += _characters(part, index) if any(t.kind is Kind.HAN for t in part) else part
        pos = run
    return out


def _weak(token: Token) -> bool:
    if token.kind is Kind.QUANTITY and token.quantity:
        return token.quantity.parts[0].unit is None
    return token.kind in _WEAK


def _characters(run: list[Token], index: Index) -> list[Token]:
    marks = sound("".join(t.text for t in run))
    out: list[Token] = []
    at = 0  # place in the run
    for token in run:
        start = token.start - run[0].start
        if start < at:
            continue
        match = _longest(marks, start, run, index)
        if match is None and token.kind is Kind.HAN:
            out += _inside(token, marks, run, index)
            at = max(token.end, out[-1].end) - run[0].start
        elif match is None:
            out.append(token)
        else:
            out.append(match)
            at = match.end - run[0].start
    return _rest(out, run, at)


def _inside(token: Token, marks: str, run: list[Token], index: Index) -> list[Token]:
    """A leftover run, cut where a sound-alike name begins inside it."""
    base = run[0].start
    for start in range(token.start - base + 1, token.end - base):
        if match := _longest(marks, start, run, index):
            before = token.text[: match.start - token.start]
            return [Token(Kind.HAN, token.start, match.start, before), match]
    return [token]


def _rest(out: list[Token], run: list[Token], at: int) -> list[Token]:
    """What a match cut off the end of a token stays as leftover characters."""
    done = run[0].start + at
    for token in run:
        if token.start < done < token.end and token.kind is Kind.HAN:
            out.append(Token(Kind.HAN, done, token.end, token.text[done - token.start :]))
    return out


def _longest(marks: str, start: int, run: list[Token], index: Index) -> Token | None:
    """The longest head noun or sound-alike from here that has a leftover character in it and cuts no longer word."""
    base = run[0].start
    written = "".join(t.text for t in run)
    for end in range(min(len(marks), start + 12), start + 1, -1):
        window = marks[start:end]
        skus = index.sounds.skus.get(window, ())
        if not skus and (len(window) < _HEAD_SYLLABLES or not index.sounds.has_ending(window)) and not _is_head(written[start:end], index):
            continue
        covered = [t for t in run if t.start < base + end and t.end > base + start]
        if not any(t.kind is Kind.HAN for t in covered):
            continue
        whole = all(t.kind is Kind.HAN or (t.start >= base + start and t.end <= base + end) for t in covered)
        if whole:
            text = written[start:end]
            if _is_head(text, index):
                return Token(Kind.HEAD, base + start, base + end, text, skus=index.names.skus.get(text, ()), name=text)
            return Token(Kind.SOUND, base + start, base + end, text, skus=skus, name=window)
    return None


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
            if len(marks) > 1 and (skus or (len(marks) >= _HEAD_SYLLABLES and index.sounds.has_ending(marks))):
                token = Token(Kind.SOUND, tokens[pos].start, tokens[end - 1].end, letters, skus=skus, name=marks)
                return [token], end - pos
    return [tokens[pos]], 1


def _is_letters(token: Token) -> bool:
    if token.kind is Kind.BREAK:
        return token.text == " "
    return token.kind in (Kind.LATIN, Kind.WORD) and token.text.isascii() and token.text.isalpha()
