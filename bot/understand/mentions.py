"""Product mentions: neighbouring names, sizes and describing words put together; each later resolved on its own."""

from dataclasses import dataclass, field

from bot.understand.index import Index, has_size
from bot.understand.lexicon import Role
from bot.understand.spelling import corrected
from bot.understand.surfaces import compact, stem
from bot.understand.tokens import Kind, Token

HEADS = frozenset({Kind.SKU, Kind.NAME, Kind.HEAD, Kind.SOUND})
_PARTS = HEADS | {Kind.SIZE, Kind.HAN, Kind.LATIN}


@dataclass(slots=True)
class Mention:
    """Tokens that name one product. `text` is what was written of it, in normal form."""

    parts: list[Token] = field(default_factory=list)
    known: bool = False  # something in it names or sizes goods of the catalogue

    @property
    def start(self) -> int:
        return self.parts[0].start

    @property
    def end(self) -> int:
        return self.parts[-1].end

    @property
    def heads(self) -> list[Token]:
        return [p for p in self.parts if p.kind in HEADS]

    @property
    def sizes(self) -> list[Token]:
        return [p for p in self.parts if p.kind is Kind.SIZE]

    @property
    def pieces(self) -> list[Token]:
        """Describing words: what is neither a name nor a size."""
        return [p for p in self.parts if p.kind in (Kind.HAN, Kind.LATIN, Kind.UNIT)]

    @property
    def bare(self) -> bool:
        return not self.heads

    def text(self, normal: str) -> str:
        return normal[self.start : self.end].strip()


Element = Mention | Token


def gather(tokens: list[Token], index: Index) -> list[Element]:
    """Tokens with mentions put together; all others stay as they are, spaces dropped."""
    out: list[Element] = []
    held: Mention | None = None
    glue = False  # whether the next part may still join the mention in hand
    for at, token in enumerate(tokens):
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        if following is not None and following.text == "的" and at + 2 < len(tokens):
            following = tokens[at + 2]
        if token.kind in _PARTS or (token.kind is Kind.UNIT and _packaging(token, held, following)):
            if held is None or not glue or _starts_new(held, token, following, index):
                held = Mention()
                out.append(held)
            held.parts.append(token)
            held.known = held.known or _known(token, index)
            glue = True
        elif (token.kind is Kind.BREAK and token.strength == 0) or (
            token.text in ("的", "装", "味", "型", "款", "色") and held is not None
        ):
            continue
        else:
            glue = False
            out.append(token)
    return out


def _known(token: Token, index: Index) -> bool:
    if token.kind is Kind.LATIN:
        return stem(token.text) in index.words or corrected(token.text, index) is not None
    return token.kind in HEADS or token.kind is Kind.SIZE


def _packaging(token: Token, held: Mention | None, following: Token | None) -> bool:
    """A unit word that says how the goods are packed: 罐装可乐, 可乐罐装, coke cans."""
    if following is not None and following.start == token.end and following.text.startswith("装"):
        return True
    return token.text.isascii() and held is not None and len(token.text) > 2


_HEADS_OF_ONE = 8  # a product's name is made of fewer names than this


def _starts_new(held: Mention, token: Token, following: Token | None, index: Index) -> bool:
    if token.kind in HEADS:
        known = held.heads[-_HEADS_OF_ONE:]
        if not known:
            return False
        shared = _means(token, index).intersection(*(_means(h, index) for h in known))
        return not shared
    if token.kind is Kind.SIZE:
        return bool(held.sizes) or (
            bool(held.heads) and following is not None and _better_with(token, held, following, index)
        )
    if held.heads and following is not None and following.kind in HEADS and following.start == token.end:
        return not any(compact(token.text) in index.entries[s].bag for h in held.heads for s in h.skus[:20])
    return False


def _means(token: Token, index: Index) -> set[str]:
    """The SKUs of a name, or of all names that end in a head noun."""
    if token.skus:
        return set(token.skus)
    table = index.sounds if token.kind is Kind.SOUND else index.names
    return {s for n in table.ending(token.name, 200) for s in table.skus[n]}


def _better_with(size: Token, held: Mention, following: Token, index: Index) -> bool:
    """Whether a size between two names is the second one's."""
    if following.kind not in HEADS:
        return False
    mine = any(has_size(index.entries[s], size.size, size.name) for h in held.heads for s in _means(h, index))
    theirs = any(has_size(index.entries[s], size.size, size.name) for s in _means(following, index))
    return theirs and (not mine or held.end != size.start or following.start != size.end)


def is_op(element: Element | None, *roles: Role) -> bool:
    return isinstance(element, Token) and element.is_word(*roles)
