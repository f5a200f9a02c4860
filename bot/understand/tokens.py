"""The pieces a message is read as."""

from dataclasses import dataclass
from enum import StrEnum

from bot.understand.dates import When
from bot.understand.lexicon import Role
from bot.understand.numerals import Quantity
from bot.understand.sizes import Size


class Kind(StrEnum):
    SKU = "sku"
    NAME = "name"  # a whole name of the catalogue
    HEAD = "head"  # the end of some names: a head noun
    SOUND = "sound"  # characters or letters that sound like a name or a head noun
    SIZE = "size"
    QUANTITY = "quantity"
    UNIT = "unit"  # a unit word without a number
    DATE = "date"
    MONEY = "money"
    PLACE = "place"  # lines of the draft by their place
    REF = "ref"  # an order number or its last characters
    WORD = "word"  # a general word with its role
    BREAK = "break"
    HAN = "han"  # Chinese characters of no known word
    LATIN = "latin"  # an English word that is not general


NAMED = (Kind.SKU, Kind.NAME, Kind.HEAD, Kind.SOUND)


@dataclass(slots=True)
class Token:
    """One piece: its place in the normal text and what it was read as.

    strength: of a BREAK: 0 space, 1 comma, 2 sentence, 3 line.
    """

    kind: Kind
    start: int
    end: int
    text: str
    skus: tuple[str, ...] = ()
    name: str = ""
    role: Role | None = None
    quantity: Quantity | None = None
    size: Size | None = None
    when: When | None = None
    lines: tuple[int, ...] = ()  # of a PLACE
    strength: int = 0

    def is_word(self, *roles: Role) -> bool:
        return self.kind is Kind.WORD and self.role in roles


def is_pronoun(token: Token) -> bool:
    """As in "the big one", "大的那一个": no quantity."""
    return token.text in ("one", "一个", "1个") or token.text.startswith("one or")
