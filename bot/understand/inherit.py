"""Bare variants beside a full name: 十字和一字起子, 5米和7.5米卷尺, 黑胶布红的."""

from collections.abc import Iterable

from bot.understand.index import Index
from bot.understand.mentions import Mention
from bot.understand.resolve import (
    MANY,
    NOTHING,
    Allowed,
    Found,
    bare,
    fit_sizes,
    holds,
    is_relative,
    is_unmarked,
    names_word,
)
from bot.understand.surfaces import compact
from bot.understand.types import Tier


def inherited(mention: Mention, near: Mention, found: Found, index: Index, allowed: Allowed) -> Found:
    """What a mention without a head noun means next to one that has it."""
    pieces = [bare(p.text) for p in mention.pieces if not is_relative(p.text)]
    names, family = _names(near, found, index), _family(near, found, index, allowed)
    if (
        not pieces
        and mention.pieces
        and (named := _composed(bare(mention.pieces[0].text), mention, names, index, allowed))
    ):
        return Found(named, Tier.WORDS)
    if not pieces:
        fit = fit_sizes(mention, family, index)
        if fit and (mention.sizes or len(fit) < len(family)):
            return Found(fit, Tier.WORDS)
        pieces = [compact(p.text) for p in mention.sizes]
    if not pieces:
        return NOTHING
    if is_unmarked(pieces[0]) and (plain := _plain(near, index, allowed)):
        kept = fit_sizes(mention, plain, index)
        return Found(kept, Tier.WORDS) if kept else NOTHING
    others = mention.pieces[1:]
    skus = (
        _composed(pieces[0], mention, names, index, allowed)
        or _with_tail(pieces[0], mention, names, index, allowed)
        or _of_family(pieces[0], mention, family, index)
    )
    kept = tuple(s for s in skus if all(holds(index.entries[s], p, index) for p in others))
    return Found(kept, Tier.WORDS) if kept else NOTHING


def _with_tail(
    piece: str, mention: Mention, names: Iterable[str], index: Index, allowed: Allowed
) -> tuple[str, ...]:
    """Products that share the end of the neighbour's name and have this word."""
    for name in names:
        for cut in range(1, len(name) - 1):
            skus = (
                s
                for n in index.names.ending(name[cut:], MANY)
                for s in index.names.skus[n]
                if names_word(index.entries[s], piece)
            )
            if kept := _sized(mention, tuple(dict.fromkeys(skus)), index, allowed):
                return kept
    return ()


def _of_family(piece: str, mention: Mention, family: tuple[str, ...], index: Index) -> tuple[str, ...]:
    """Those the neighbour's name stands for with this word in it, or sold in this packing."""
    words = mention.pieces[:1]
    kept = tuple(
        s
        for s in family
        if names_word(index.entries[s], piece) or (words and holds(index.entries[s], words[0], index))
    )
    return kept if len(kept) < len(family) else ()


def _composed(
    piece: str, mention: Mention, names: Iterable[str], index: Index, allowed: Allowed
) -> tuple[str, ...]:
    """Products named by this word in the place of the neighbour's own variant (十字 beside 一字起子)."""
    for name in names:
        for cut in range(len(name)):
            skus = index.names.skus.get(piece + name[cut:]) or index.names.skus.get(name[:-cut] + piece)
            if skus and piece not in name and (kept := _sized(mention, skus, index, allowed)):
                return kept
    return ()


def _sized(mention: Mention, skus: tuple[str, ...], index: Index, allowed: Allowed) -> tuple[str, ...]:
    kept = tuple(s for s in skus if allowed is None or s in allowed)
    return fit_sizes(mention, kept, index)


def _plain(near: Mention, index: Index, allowed: Allowed) -> tuple[str, ...]:
    """The unmarked product beside a variant: the shortest name that the neighbour's name ends in."""
    for head in near.heads:
        for cut in range(len(head.name)):
            if skus := index.names.skus.get(head.name[cut:]):
                shorter = next(
                    (
                        s
                        for c in range(cut + 1, len(head.name) - 1)
                        if (s := index.names.skus.get(head.name[c:]))
                    ),
                    skus,
                )
                return tuple(s for s in shorter if allowed is None or s in allowed)
    return ()


def _family(near: Mention, found: Found, index: Index, allowed: Allowed) -> tuple[str, ...]:
    """All sizes of the neighbour's name, whatever size the neighbour itself was said in."""
    skus = [s for head in near.heads for s in head.skus] or list(found.skus)
    names = {n for s in skus for n in index.entries[s].names[:1]}
    wide = dict.fromkeys((*skus, *(s for n in names for s in index.names.skus.get(n, ()))))
    return tuple(s for s in wide if allowed is None or s in allowed)


def _names(near: Mention, found: Found, index: Index) -> list[str]:
    names = [h.name for h in near.heads if h.kind.value in ("name", "head")]
    names += [n for h in near.heads for s in h.skus[:5] for n in index.entries[s].names[:1] if n not in names]
    if not names:
        names = [n for s in found.skus[:5] for n in index.entries[s].bag.split("|")]
    return [compact(n) for n in names if n]
