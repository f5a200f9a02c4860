"""Which lines of the draft are meant: by their place, by name, the one last talked about, all, or all others."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.understand.clauses import Clause
from bot.understand.context import DraftLine
from bot.understand.items import find_all
from bot.understand.lexicon import Role
from bot.understand.mentions import Mention
from bot.understand.reading import Reading
from bot.understand.resolve import Found, fit_sizes, holds, is_relative
from bot.understand.tokens import Kind, Token
from bot.understand.types import Target, TargetKind

_REACH = 6  # mentions on either side whose head noun one may take


def last_line(reading: Reading) -> DraftLine | None:
    """The line of the draft last talked about, else its last line."""
    draft = {line.sku: line for line in reading.context.draft}
    return next((draft[s] for s in reading.context.last_skus if s in draft), None) or (
        reading.context.draft[-1] if reading.context.draft else None
    )


def in_draft(skus: tuple[str, ...], reading: Reading) -> bool:
    return any(line.sku in skus for line in reading.context.draft)


@dataclass(frozen=True, slots=True)
class Others:
    """What a message names, and the lines of the draft that it does not: 其他的, the rest."""

    named: tuple[str, ...]
    rest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """What a clause names: goods, amounts, lines by their place; what the ones before named and changed; all others."""

    clause: Clause
    mentions: list[Mention]
    amounts: list[Token]
    topic: list[Target]
    last: Target | None
    others: Others | None

    @property
    def places(self) -> list[Target]:
        return [
            Target(kind=TargetKind.INDEX, index=line, text=token.text)
            for token in self.clause.places
            for line in token.lines
        ]


def others_of(parts: Iterable[Clause], reading: Reading) -> Others | None:
    """The lines that no clause of the message names; None where none names any."""
    named: list[str] = []
    for clause in parts:
        for mention in clause.mentions:
            named += target_of(clause, mention, reading).skus
        for token in clause.places:
            named += (sku for line in token.lines for sku in skus_at(_line(line), reading))
    if not named:
        return None
    rest = (line.sku for line in reading.context.draft if line.sku not in named)
    return Others(tuple(dict.fromkeys(named)), tuple(rest))


def _line(index: int) -> Target:
    return Target(kind=TargetKind.INDEX, index=index)


def targets_of(named: Named, reading: Reading) -> list[Target]:
    """The lines that are meant, each by the best that was said of it."""
    clause = named.clause
    if named.places:
        return named.places
    if named.mentions:
        return [target_of(clause, mention, reading) for mention in named.mentions]
    if named.topic:
        return named.topic
    if any(e.is_word(Role.EACH, Role.ALL) for e in clause.words):
        return [Target(kind=TargetKind.ALL)]
    return [named.last or _in_that_unit(named, reading) or Target(kind=TargetKind.LAST)]


def _in_that_unit(named: Named, reading: Reading) -> Target | None:
    """As in "sorry, 60 bags": the one line that was said in that unit, where the last one was not."""
    line, quantity = last_line(reading), named.amounts[-1].quantity if named.amounts else None
    word = quantity.parts[0].unit if quantity else None
    if (
        line is None
        or word is None
        or named.clause.has(Role.SET, Role.REPLACE, Role.MORE, Role.LESS, Role.AGAIN)
    ):
        return None
    entries, units = reading.index.entries, reading.index.units
    said = [
        held.sku
        for held in reading.context.draft
        if held.sku in entries and held.unit in (f.key for f in units.fits(entries[held.sku].product, word))
    ]
    if len(said) != 1 or said[0] == line.sku:
        return None
    return Target(kind=TargetKind.SKUS, skus=(said[0],))


def target_of(clause: Clause, mention: Mention, reading: Reading) -> Target:
    """The draft lines a mention means; outside the draft, what it means in the catalogue."""
    found = find_all(_around(mention, clause), reading.index, reading.context.assortment).get(id(mention))
    text = reading.original(mention.start, mention.end)
    drafted = tuple(line.sku for line in reading.context.draft)
    skus = found.skus if found else ()
    inside = tuple(s for s in drafted if s in skus) or among(mention, drafted, reading)
    return Target(kind=TargetKind.SKUS, skus=inside or skus, text=text)


def _around(mention: Mention, clause: Clause) -> list[Mention]:
    """The mentions of a clause that one may take its head noun from; a hostile clause has thousands."""
    at = next((k for k, one in enumerate(clause.mentions) if one is mention), None)
    return [mention] if at is None else clause.mentions[max(0, at - _REACH) : at + _REACH]


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
