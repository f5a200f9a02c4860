"""From a mention to products: the tiers of the policy, best first, then size and packaging; never a guess."""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from bot.understand.index import Entry, Index, has_size
from bot.understand.lexicon import read_yaml
from bot.understand.mentions import HEADS, Mention
from bot.understand.sizes import rank
from bot.understand.spelling import closest_names, corrected, corrected_beside
from bot.understand.surfaces import compact, is_han, sound, stem
from bot.understand.tokens import Kind, Token
from bot.understand.types import Tier

Allowed = frozenset[str] | None
MANY = 200
_PACKS = frozenset("箱件瓶罐包袋盒桶卷块条支把台套听提筒壶")
_LETTERS = {"small": "s", "middle": "m", "big": "l"}
_NUMERALS = frozenset("一二三四五六七八九十单双两")
_WITHOUT = frozenset("无不非免未零")


class Found(NamedTuple):
    """Products a mention may mean, by the best tier; empty = unknown, with near names to offer."""

    skus: tuple[str, ...]
    tier: Tier | None = None
    near: tuple[str, ...] = ()
    topic: Mention | None = None  # the mention before it whose head noun it took


NOTHING = Found(())


def resolve(mention: Mention, index: Index, allowed: Allowed = None, *, loose: bool = False) -> Found:
    """The candidate set of one mention that names its product by itself.

    loose: words that describe no product are passed over; for questions and returns, never for orders.
    """
    found = _by_tier(mention, index, allowed)
    if loose and not found.skus and mention.heads:
        found = _by_tier(Mention([p for p in mention.parts if p.kind in (Kind.SIZE, *HEADS)]), index, allowed)
    if not found.skus:
        return found
    sized = fit_sizes(mention, found.skus, index)
    if not sized:
        return found if loose else Found((), None, found.skus[:3])
    return Found(sized, found.tier, found.near)


def _by_tier(mention: Mention, index: Index, allowed: Allowed) -> Found:
    by_sku = [p for p in mention.heads if p.kind is Kind.SKU]
    if by_sku:
        return _with_sku(mention, by_sku, allowed)
    if mention.heads:
        return _with_head(mention, index, allowed)
    words = [p for p in mention.pieces if p.kind is Kind.LATIN]
    if words:
        return _by_words(mention, words, index, allowed)
    return _by_spelling(mention, index, allowed)


def _keep(skus: Iterable[str], allowed: Allowed) -> tuple[str, ...]:
    return tuple(dict.fromkeys(s for s in skus if allowed is None or s in allowed))


def _with_sku(mention: Mention, by_sku: list[Token], allowed: Allowed) -> Found:
    """A SKU decides; a name beside it that contradicts it makes a question."""
    skus = set(by_sku[0].skus)
    for token in mention.heads:
        if token.skus and not skus & set(token.skus):
            return Found(_keep((*by_sku[0].skus, *token.skus), allowed), Tier.SKU)
    return Found(_keep(by_sku[0].skus, allowed), Tier.SKU)


def _with_head(mention: Mention, index: Index, allowed: Allowed) -> Found:
    pieces = [_spelled(p, index) for p in mention.pieces if not is_relative(p.text)]
    head = max(mention.heads, key=lambda t: len(t.name))
    sets = [list(h.skus or family_of(h, index)) for h in mention.heads]
    whole = set(sets[0]).intersection(*sets[1:])
    tier = Tier.PINYIN if any(h.kind is Kind.SOUND for h in mention.heads) else Tier.NAME
    named = head.skus if len(sets) == 1 else sets[0]
    exact = _keep((s for s in named if s in whole), allowed)
    pieces = pieces if exact and any(names_word(index.entries[s], bare(p.text)) for p in pieces for s in exact) else [p for p in pieces if not is_unmarked(p.text)]  # fmt: skip
    if exact and (fit := _fit_pieces(pieces, exact, index)):
        return Found(fit, tier)
    wide = _family(head, index, allowed)
    if pieces:
        fit = _fit_pieces(pieces, wide, index)
        if fit:
            return Found(_most_plain(fit, pieces, head, index), max(tier, Tier.WORDS))
        kin = _keep((s for e in exact for s in index_family(_main_name(e, index), index)), allowed)
        if fit := _fit_pieces(pieces, kin, index):
            return Found(fit, Tier.WORDS)
        fit = _fit_pieces(pieces, wide, index, by_sound=True)
        if fit:
            return Found(fit, Tier.PINYIN)
        return _by_spelling(mention, index, allowed, wide[:3])
    if not wide:
        return NOTHING
    if not any(_spoken(_main_name(s, index), head).endswith(head.name) for s in wide):
        begun = (s for n in index.names.starting(head.name, MANY) for s in index.names.skus[n])
        wide = _keep((*wide, *(begun if head.kind is not Kind.SOUND else ())), allowed)
    return Found(_unmarked(wide, head, index), max(tier, Tier.WORDS))


def _spelled(piece: Token, index: Index) -> Token:
    """A describing English word, corrected where it is plainly misspelt."""
    if (
        piece.kind is Kind.LATIN
        and stem(piece.text) not in index.words
        and (better := corrected(piece.text, index))
    ):
        return replace(piece, text=better)
    return piece


def family_of(head: Token, index: Index) -> tuple[str, ...]:
    """Products with a name that ends in this head noun."""
    return _family(head, index, None)


def index_family(name: str, index: Index) -> tuple[str, ...]:
    """Products with a name that ends in this one."""
    return tuple(s for n in index.names.ending(name) for s in index.names.skus[n])


def _spoken(name: str, head: Token) -> str:
    """A name in the form the head noun was found in."""
    return sound(name) if head.kind is Kind.SOUND else name


def series_of(text: str, index: Index, *, sized: bool = False) -> tuple[str, ...]:
    """Products whose names begin with the text, if it heads several different names, or sizes of one where one is said."""
    skus = tuple(dict.fromkeys(s for n in index.names.starting(text) for s in index.names.skus[n]))
    if len(text) < 2 or len(skus) < 2:
        return ()
    return skus if sized or len({_main_name(s, index) for s in skus}) > 1 else ()


def _family(head: Token, index: Index, allowed: Allowed) -> tuple[str, ...]:
    table = index.sounds if head.kind is Kind.SOUND else index.names
    names: dict[str, None] = {}
    for name in table.ending(head.name):
        if name.isascii() and not _whole_words(name, head.name, index):
            continue
        for sku in table.skus[name]:
            names.setdefault(sku)
    return _keep(names, allowed)


def _whole_words(name: str, tail: str, index: Index) -> bool:
    """Compact English names hold no spaces: the tail must be words of the product."""
    skus = index.names.skus[name]
    return name == tail or any(tail in _words_joined(index.entries[s]) for s in skus[:3])


def _words_joined(entry: Entry) -> set[str]:
    joined: set[str] = set()
    for name in (entry.product.name_en, *entry.product.aliases_en):
        words = [stem(w) for w in name.lower().replace("-", " ").split()]
        joined |= {"".join(words[k:]) for k in range(len(words))}
    return joined


def _unmarked(skus: tuple[str, ...], head: Token, index: Index) -> tuple[str, ...]:
    """Of products that share a head noun, a main name beats an alias, and a plain name beats the same name with a mark."""
    main = tuple(s for s in skus if _spoken(_main_name(s, index), head).endswith(head.name))
    chosen = main or skus
    plain = [_main_name(s, index) for s in chosen]
    kept = tuple(
        s
        for s, name in zip(chosen, plain, strict=True)
        if not any(name != other and len(other) > 1 and name.endswith(other) for other in set(plain))
    ) if len(chosen) <= MANY else chosen  # fmt: skip
    return kept or chosen


def _main_name(sku: str, index: Index) -> str:
    entry = index.entries[sku]
    return entry.names[0] if entry.names else entry.bag.split("|", 1)[0]


def _most_plain(skus: tuple[str, ...], pieces: list[Token], head: Token, index: Index) -> tuple[str, ...]:
    """Of products that fit all words, those whose name has nothing else, if there are any."""
    said = sorted("".join(sorted(bare(p.text) for p in pieces)) + head.name)
    exact = tuple(s for s in skus if any(sorted(n) == said for n in index.entries[s].bag.split("|")))
    return exact or skus


@lru_cache(maxsize=4096)
def bare(piece: str) -> str:
    """A describing word without its ending: 黑色的, 黑的, 黑色 are one."""
    text = compact(piece)
    for ending in read_yaml("describing.yaml")["endings"]:
        if len(text) > len(ending) and text.endswith(ending):
            text = text[: -len(ending)]
    return text


def _fit_pieces(
    pieces: list[Token], skus: tuple[str, ...], index: Index, *, by_sound: bool = False
) -> tuple[str, ...]:
    """The products whose names hold every describing word."""
    for piece in pieces:
        skus = tuple(s for s in skus if holds(index.entries[s], piece, index, by_sound=by_sound))
    return skus


def holds(entry: Entry, piece: Token, index: Index, *, by_sound: bool = False) -> bool:
    """Whether a product's names, or its packing, have a describing word."""
    if piece.kind is Kind.UNIT:
        return bool(index.units.fits(entry.product, piece.text)) or stem(piece.text) in entry.bag
    text = bare(piece.text)
    if by_sound and not piece.text.isascii():
        return sound(text) in sound(entry.bag)
    if names_word(entry, text):
        return True
    return not piece.text.isascii() and len(text) > 1 and not _blocked(text, entry)


def is_unmarked(text: str) -> bool:
    """Whether a word asks for the plain product among its variants."""
    return bare(text) in read_yaml("describing.yaml")["unmarked"]


def names_word(entry: Entry, word: str) -> bool:
    """Whether a word stands in the product's names, and not as what it is without (糖 in 无糖)."""
    at = entry.bag.find(word)
    while at >= 0:
        if at == 0 or entry.bag[at - 1] not in _WITHOUT or word[0] in _WITHOUT:
            return True
        at = entry.bag.find(word, at + 1)
    return False


def _blocked(text: str, entry: Entry) -> bool:
    """Whether characters are left when the words of the product's names are taken off a longer describing run."""
    rest = text
    for name in sorted(entry.bag.split("|"), key=len, reverse=True):
        rest = rest.replace(name, "")
    return bool(rest) and not (len(rest) > 1 and rest in entry.bag)


def is_relative(text: str) -> bool:
    return relative(text) is not None


def relative(text: str) -> str | None:
    """Big | middle | small, where the word orders sizes instead of naming one."""
    table: dict[str, list[str]] = read_yaml("describing.yaml")["relative"]
    packed = text[0] if len(text) == 2 and text[1] in _PACKS else text  # 大块, 小卷
    return next((k for k, words in table.items() if packed in words), None)


def fit_sizes(mention: Mention, skus: tuple[str, ...], index: Index) -> tuple[str, ...]:
    """Candidates with the sizes said, by measure, as written, by bare figure, or by order (the big one)."""
    for token in mention.sizes:
        skus = tuple(s for s in skus if has_size(index.entries[s], token.size, token.name))
    for piece in mention.pieces:
        order = relative(piece.text)
        if order and len(skus) > 1:
            skus = by_order(order, skus, index)
    return skus


def by_order(order: str, skus: tuple[str, ...], index: Index) -> tuple[str, ...]:
    """The biggest, smallest or middle of candidates whose sizes are of one kind; all of them where they are not."""
    words = read_yaml("describing.yaml")["relative"][order]
    named = tuple(s for s in skus if any(_marked_with(index.entries[s], w) for w in words))
    if named and len(named) < len(skus):
        return named
    letter = _LETTERS[order]
    lettered = tuple(
        s for s in skus if index.entries[s].literal.removesuffix("码").removesuffix("号") == letter
    )
    if lettered and len(lettered) < len(skus):
        return lettered
    ranks = {s: rank(index.entries[s].sizes) for s in skus}
    if any(r is None for r in ranks.values()) or len({r[0] for r in ranks.values() if r}) != 1:
        return skus
    figures_ = sorted({r[1] for r in ranks.values() if r})
    if len(figures_) == 1 or (order == "middle" and len(figures_) != 3):
        return skus
    wanted = {"big": figures_[-1], "small": figures_[0], "middle": figures_[len(figures_) // 2]}[order]
    return tuple(s for s in skus if (r := ranks[s]) and r[1] == wanted)


def _marked_with(entry: Entry, word: str) -> bool:
    text = bare(word)
    return any(n.startswith(text) for n in entry.bag.split("|"))


def _by_words(mention: Mention, words: list[Token], index: Index, allowed: Allowed) -> Found:
    """English words in any order: products that have all of them; a misspelt word is corrected where that is plain."""
    stems = [stem(w.text) for w in words if not is_relative(w.text)]
    if not stems:
        return NOTHING
    tier = Tier.WORDS
    for at, word in enumerate(stems):
        if word not in index.words:
            better = corrected(word, index) or corrected_beside(word, [s for s in stems if s != word], index)
            if better is None:
                return NOTHING
            stems[at], tier = better, Tier.SPELLING
    skus = _having(stems, index, allowed)
    rest = [p for p in mention.pieces if p.kind is not Kind.LATIN and not is_relative(p.text)]
    skus = _fit_pieces(rest, skus, index) if rest else skus
    if not skus:
        return NOTHING
    headed = tuple(s for s in skus if _has_head(index.entries[s], stems))
    if all(is_describing(w) for w in stems):
        headed = tuple(s for s in skus if stems in _english(index.entries[s]))
    if headed:
        return Found(_plainest(headed, stems, index), tier)
    if any(w in index.codes for w in stems):
        return Found(_plainest(skus, stems, index), tier)
    if all(is_describing(w) for w in stems) or not _is_brand(skus, index):
        return Found((), None, skus[:3])
    return Found(skus, tier)


def _having(stems: list[str], index: Index, allowed: Allowed) -> tuple[str, ...]:
    lists = sorted((index.words[s] for s in stems), key=len)
    rest = [set(more) for more in lists[1:]]
    return _keep((s for s in lists[0] if all(s in r for r in rest)), allowed)


def _english(entry: Entry) -> list[list[str]]:
    names = (entry.product.name_en, *entry.product.aliases_en)
    return [[stem(w) for w in n.lower().replace("-", " ").split()] for n in names if n]


def _has_head(entry: Entry, stems: list[str]) -> bool:
    return any(words[-1] in stems for words in _english(entry) if words)


def _plainest(skus: tuple[str, ...], stems: list[str], index: Index) -> tuple[str, ...]:
    """Products one of whose names is just these words, else those whose names hold fewest marks beyond them."""
    said = set(stems)
    exact = tuple(s for s in skus if any(set(words) == said for words in _english(index.entries[s])))
    if exact:
        return exact
    names = {s: [set(w) for w in _english(index.entries[s]) if said <= set(w)] for s in skus[:MANY]}
    marked = {
        s
        for s in names
        if names[s] and any(o < min(names[s], key=len) for t in names if t != s for o in names[t])
    }
    return tuple(s for s in skus if s not in marked) or skus


def is_describing(word: str) -> bool:
    return word in read_yaml("describing.yaml")["words"]


def _is_brand(skus: tuple[str, ...], index: Index) -> bool:
    """Words that stand before several different head nouns name a brand or line, not a kind of goods."""
    heads = {words[0][-1] for s in skus if (words := _english(index.entries[s]))}
    return len(heads) > 1


def _by_spelling(mention: Mention, index: Index, allowed: Allowed, near: tuple[str, ...] = ()) -> Found:
    """A name misspelt: taken where one name is close and every other far, else offered."""
    text = "".join(
        bare(p.text) if p.kind is Kind.HAN else compact(p.text)
        for p in mention.parts
        if p.kind is not Kind.SIZE
    )
    if not any(map(is_han, text)) or len(text) > 24:
        return Found((), None, near)
    if text[0] in _NUMERALS and len(text) > 1:
        begun = tuple(dict.fromkeys(s for n in index.names.starting(text) for s in index.names.skus[n]))
        if (
            len({_main_name(s, index) for s in begun}) == 1
        ):  # 三段 of 三段奶粉: no goods are called by a figure
            return Found(_keep(begun, allowed), Tier.WORDS)
    if series := series_of(text, index, sized=bool(mention.sizes)):
        return Found(_keep(series, allowed), Tier.WORDS)
    near = (*near, *(s for n in index.names.starting(text, 3) for s in index.names.skus[n][:1]))
    sure, close = closest_names(text, index)
    if sure:
        return Found(_keep(sure, allowed), Tier.SPELLING)
    return Found((), None, tuple(dict.fromkeys((*near, *_keep(close, allowed))))[:3])
