"""A dealer's own words for products: what can be one, and where a message means one by it."""

from itertools import pairwise

from bot.understand.context import Context
from bot.understand.index import Index, has_size, plain
from bot.understand.lexicon import words
from bot.understand.number_scan import scan_numbers
from bot.understand.resolve import bare, is_relative, is_unmarked
from bot.understand.surfaces import compact
from bot.understand.tokens import NAMED, Kind, Token
from bot.understand.units import UnitWords

LONGEST = 40
_JOINED = (*NAMED, Kind.HAN, Kind.LATIN, Kind.UNIT)


def word_key(text: str) -> str:
    """A word as nicknames are compared: without case, spaces, width and script."""
    return compact(plain(text))


def no_name(name: str, units: UnitWords) -> str:
    """Why a word in normal form cannot name goods: one_sign | is_unit | is_word | is_number; "" when it can."""
    if len(name) < 2:
        return "one_sign"
    if name in units.counts:
        return "is_unit"
    if name in words():
        return "is_word"
    whole = any(number.start == 0 and number.end == len(name) for number in scan_numbers(name))
    return "is_number" if whole else ""


def can_be_nickname(text: str, index: Index) -> bool:
    """Whether a word may be learned: it names goods by itself (大桶), where "the big one" only tells some apart."""
    word = plain(text)
    if (
        "\n" in text
        or len(text) > LONGEST
        or not 1 < len(word) <= LONGEST
        or no_name(word, index.units)
        or is_unmarked(word)
    ):
        return False
    return not is_relative(bare(word)) or (word[1:] in index.units.counts and len(word) == 2)


def part_of_more(tokens: list[Token], context: Context, index: Index) -> frozenset[str]:
    """Nicknames that stand in the message as a part of a longer name, or beside a size that is not their product's.

    Such words are the catalogue's: a nickname holds for nothing but itself.
    """
    seen = [token for token in tokens if not (token.kind is Kind.BREAK and token.strength == 0)]
    found: set[str] = set()
    for at, token in enumerate(seen):
        if not _is_nickname(token):
            continue
        before = seen[at - 1] if at else None
        after = seen[at + 1] if at + 1 < len(seen) else None
        joined = any(
            other is not None and other.kind in _JOINED and _touch(other, *pair)
            for other, pair in ((before, (before, token)), (after, (token, after)))
        )
        if joined or not _sizes_fit(seen, at, index):
            found.add(token.name)
    return frozenset(word for word in context.nicknames if word in found)


def orders_sizes(tokens: list[Token]) -> frozenset[str]:
    """Nicknames in the message that otherwise tell sizes apart (大桶): what is talked about may give them that meaning."""
    return frozenset(token.name for token in tokens if _is_nickname(token) and is_relative(token.name))


def beside_names(tokens: list[Token]) -> bool:
    """Whether such a word stands next to a name, with no quantity between: then it may tell that one's size."""
    goods = [token for token in tokens if token.kind in NAMED or token.kind is Kind.QUANTITY]
    words = orders_sizes(tokens)
    return any(
        Kind.QUANTITY not in (left.kind, right.kind) and {left.name, right.name} & words
        for left, right in pairwise(goods)
    )


def _is_nickname(token: Token) -> bool:
    return token.kind is Kind.SKU and bool(token.name)


def _touch(other: Token, left: Token | None, right: Token | None) -> bool:
    """Side by side: between two Chinese names a space parts them, describing and English words it does not."""
    if left is None or right is None:
        return False
    english = left.text[-1:].isascii() and right.text[:1].isascii()
    loose = english or other.kind not in NAMED
    return left.end == right.start or (loose and right.start - left.end <= 1)


def _sizes_fit(seen: list[Token], at: int, index: Index) -> bool:
    """Whether every size said of the word is its product's: those beside it, and in its clause where it stands alone."""
    first, last = at, at
    while first and seen[first - 1].kind is not Kind.BREAK:
        first -= 1
    while last + 1 < len(seen) and seen[last + 1].kind is not Kind.BREAK:
        last += 1
    clause = seen[first : last + 1]
    if sum(token.kind in NAMED for token in clause) > 1:
        clause = seen[max(0, at - 1) : at + 2]
    entry = index.entries[seen[at].skus[0]]
    return all(has_size(entry, token.size, token.name) for token in clause if token.kind is Kind.SIZE)
