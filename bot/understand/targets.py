"""Which lines of the draft are meant: by their place, by name, the one last talked about, or all."""

import re
from dataclasses import dataclass

from bot.understand.clauses import Clause
from bot.understand.context import DraftLine
from bot.understand.items import find_all
from bot.understand.lexicon import Role
from bot.understand.mentions import Mention
from bot.understand.numerals import number_at
from bot.understand.reading import Reading
from bot.understand.resolve import Found, fit_sizes, holds, is_relative
from bot.understand.tokens import Kind, Token
from bot.understand.types import Target, TargetKind

_INDEX_ZH = re.compile(
    r"第([0-9一二三四五六七八九十]{1,3})(?:个|项|行|条|样|种|款|件商品|号|排)?|(首行|首个|首项|头一(?:个|项|行|样)|最前面(?:那个|的)?|最上面(?:那个|的|一个)?|打头的|前面那(?:个|样|种|款))"
    r"|(最后(?:一|那)?(?:个|项|行|样|种|条)?(?:的)?|末行|末尾(?:那个|的)?|最末(?:一个|一行)?|最下面(?:那个|的|一个)?|尾行|倒数第一(?:个|行|项)?|后面那(?:个|样|种|款))"
)
_INDEX_EN = re.compile(
    r"\b(?:line|item|row|number|no\.?|#)\s?([0-9]{1,2})\b|\b(?:the )?(first|second|third|fourth|fifth|sixth|[0-9]{1,2}(?:st|nd|rd|th))(?: one| line| item| row| product)?\b"
    r"|\b(?:the )?(last)(?: one| line| item| row| product| thing)\b"
)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6}


def indexes_in(text: str) -> list[int]:
    """All lines or options named by their place, in order."""
    found: list[int] = []
    at = 0
    while place := index_in(text[at:]):
        found.append(place[0])
        at += place[2]
    return found


def index_in(text: str) -> tuple[int, int, int] | None:
    """A line named by its place ("第二个", "line 2", "最后一项"): 1-based number (-1 the last) and where it stands."""
    if match := _INDEX_ZH.search(text):
        if match[1]:
            numeral = number_at(match[1], 0)
            return (int(numeral.value), match.start(), match.end()) if numeral else None
        return (1 if match[2] else -1), match.start(), match.end()
    if match := _INDEX_EN.search(text):
        if match[3]:
            return -1, match.start(), match.end()
        digits = match[1] or "".join(c for c in match[2] if c.isdigit())
        return (int(digits) if digits else _ORDINALS[match[2]]), match.start(), match.end()
    return None


def last_line(reading: Reading) -> DraftLine | None:
    """The line of the draft last talked about, else its last line."""
    draft = {line.sku: line for line in reading.context.draft}
    return next((draft[s] for s in reading.context.last_skus if s in draft), None) or (
        reading.context.draft[-1] if reading.context.draft else None
    )


def in_draft(skus: tuple[str, ...], reading: Reading) -> bool:
    return any(line.sku in skus for line in reading.context.draft)


@dataclass(frozen=True, slots=True)
class Named:
    """What a clause names: goods, amounts, a line by its place, and what the clause before it was about."""

    clause: Clause
    mentions: list[Mention]
    amounts: list[Token]
    place: Target | None
    last: Target | None


def targets_of(named: Named, reading: Reading) -> list[Target]:
    """The lines that are meant, each by the best that was said of it."""
    clause = named.clause
    if named.place:
        return [named.place]
    if named.mentions and clause.has(Role.EXCEPT):
        return _all_but(named, reading)
    if named.mentions:
        return [target_of(clause, mention, reading) for mention in named.mentions]
    if clause.has(Role.EACH) or any(isinstance(e, Token) and e.is_word(Role.ALL) for e in clause.elements):
        return [Target(kind=TargetKind.ALL)]
    return [named.last or Target(kind=TargetKind.LAST)]


def _all_but(named: Named, reading: Reading) -> list[Target]:
    """As in "除了花茶都减1箱": every line but those named."""
    kept = {sku for mention in named.mentions for sku in target_of(named.clause, mention, reading).skus}
    return [
        Target(kind=TargetKind.SKUS, skus=(line.sku,))
        for line in reading.context.draft
        if line.sku not in kept
    ]


def target_of(clause: Clause, mention: Mention, reading: Reading) -> Target:
    """The draft lines a mention means; outside the draft, what it means in the catalogue."""
    found = find_all(clause.mentions or [mention], reading.index, reading.context.assortment).get(id(mention))
    text = reading.original(mention.start, mention.end)
    drafted = tuple(line.sku for line in reading.context.draft)
    skus = found.skus if found else ()
    inside = tuple(s for s in drafted if s in skus) or among(mention, drafted, reading)
    return Target(kind=TargetKind.SKUS, skus=inside or skus, text=text)


def among(mention: Mention, skus: tuple[str, ...], reading: Reading) -> tuple[str, ...]:
    """Which of these products a loose mention fits: every word in their names, and the size."""
    entries = reading.index.entries
    left = tuple(s for s in skus if s in entries)
    words = [p for p in mention.parts if p.kind is not Kind.SIZE and not is_relative(p.text)]
    for part in words:
        left = tuple(s for s in left if s in part.skus or holds(entries[s], part, reading.index))
    fit = fit_sizes(mention, left, reading.index)
    narrowed = bool(words) or len(fit) < len(skus)
    return fit if narrowed else ()


def skus_at(target: Target, reading: Reading) -> tuple[str, ...]:
    """The products a target without names means, for reading a unit on them."""
    draft = reading.context.draft
    if target.kind is TargetKind.INDEX:
        at = target.index - 1 if target.index > 0 else target.index
        return (draft[at].sku,) if -len(draft) <= at < len(draft) else ()
    line = last_line(reading)
    if target.kind is TargetKind.LAST:
        return (line.sku,) if line else ()
    return tuple(other.sku for other in draft)


def unit_key(word: str, reading: Reading) -> str:
    """The key of a unit word on the line last talked about, else in the catalogue."""
    line = last_line(reading)
    entry = reading.index.entries.get(line.sku) if line else None
    fits = reading.index.units.fits(entry.product, word) if entry else ()
    return fits[0].key if fits else reading.index.units.key(word)


def same_size(found: Found, skus: tuple[str, ...], reading: Reading) -> Found:
    """In an exchange the new goods come in the size of the old, where that decides."""
    entries = reading.index.entries
    if len(found.skus) < 2 or len(skus) != 1 or skus[0] not in entries:
        return found
    same = tuple(s for s in found.skus if set(entries[s].sizes) & set(entries[skus[0]].sizes))
    return found._replace(skus=same) if same else found
