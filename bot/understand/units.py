"""Words for packing units: what a word may mean for a product, and how much it holds.

A name the product itself gives to a unit wins, then the catalogue's synonyms, then general words. A word that fits two
units of the product stays a question.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from bot.understand.catalogue import Product
from bot.understand.lexicon import read_yaml
from bot.understand.surfaces import sounds_of_letters, sounds_of_name

DOZEN = 12


class Fit(NamedTuple):
    """A unit a word stands for on a product: the catalogue's key and the base units in it."""

    key: str
    factor: int


@cache
def general_groups() -> tuple[frozenset[str], ...]:
    """Sets of words that mean the same packing where a catalogue says nothing."""
    return tuple(frozenset(map(str, group)) for group in read_yaml("units.yaml")["groups"])


@cache
def _listed(name: str) -> frozenset[str]:
    return frozenset(map(str, read_yaml("units.yaml")[name]))


def is_dozen(word: str) -> bool:
    return word in _listed("dozen")


class UnitWords:
    """Every word that can be a unit under one catalogue."""

    def __init__(self, synonyms: Mapping[str, Iterable[str]]) -> None:
        self.keys_of: dict[str, tuple[str, ...]] = {}
        for key, names in synonyms.items():
            for name in names:
                self._note(name.lower(), key)
        self.counts: dict[str, int] = {}  # own words of products, and how many products use each
        self.real: set[str] = {*synonyms, *self.keys_of}  # words of this catalogue, not general ones
        self.packs: set[str] = {
            k for k in synonyms if k not in _listed("single")
        }  # keys of more than a piece
        self.longest = 1
        self._sounds: dict[str, str] = {}
        for word in {*self.keys_of, *synonyms, *_listed("others"), *_listed("dozen"), *_listed("single")}:
            self._hold(word)
        for group in general_groups():
            for word in group:
                self._hold(word)

    def _note(self, word: str, key: str) -> None:
        held = self.keys_of.get(word, ())
        if key not in held:
            self.keys_of[word] = (*held, key)

    def _hold(self, word: str) -> None:
        if word not in self.counts:
            self.counts[word] = 0
            self.longest = max(self.longest, len(word))
            for marks in sounds_of_name(word):
                self._sounds.setdefault(marks, word)

    def learn(self, product: Product) -> None:
        """Take in the product's own units and their names."""
        self.packs |= {k for k in product.units if k not in _listed("single")}
        for key, pack in product.units.items():
            for word in (key, *pack.names):
                self.real.add(word.lower())
                self._hold(word.lower())

    def word_at(self, text: str, pos: int) -> tuple[str, int] | None:
        """The longest unit word that starts here in a normal text, and its end; English words are whole."""
        for end in range(min(len(text), pos + self.longest), pos, -1):
            word = text[pos:end]
            if word in self.counts and not _cut(text, end):
                return word, end
        return self._typed(text, pos)

    def _typed(self, text: str, pos: int) -> tuple[str, int] | None:
        """A unit typed as pinyin ("3 xiang")."""
        end = pos
        while end < len(text) and "a" <= text[end] <= "z":
            end += 1
        if 2 <= end - pos <= 6:
            for marks in sounds_of_letters(text[pos:end]):
                if word := self._sounds.get(marks):
                    return word, end
        return None

    def key(self, word: str) -> str:
        """The catalogue's key for a word, where no product decides."""
        keys = self.keys_of.get(word)
        if keys:
            return keys[0]
        if word in self.packs:
            return word
        if is_dozen(word):
            return "打"
        for group in general_groups():
            if word in group:
                own = {k for keys in self.keys_of.values() for k in keys} | self.packs
                return next((k for k in sorted(group) if k in own), word)
        return word

    def fits(self, product: Product, word: str, *, strict: bool = False) -> tuple[Fit, ...]:
        """The product's units this word may mean; empty when it is not sold so.

        A dozen fits everything, and a word for single pieces the base unit, unless `strict`.
        """
        own = [
            k
            for k, pack in product.units.items()
            if word == k.lower() or word in (n.lower() for n in pack.names)
        ]
        keys = own or [k for k in self.keys_of.get(word, ()) if k in product.units] or _general(product, word)
        if keys:
            return tuple(Fit(k, product.units[k].factor) for k in keys)
        if strict:
            return ()
        if is_dozen(word):
            return (Fit("打", DOZEN),)
        if word in _listed("single") and word not in self.keys_of:
            return (Fit(product.base_unit, 1),)
        return ()


def _general(product: Product, word: str) -> list[str]:
    keys = []
    for group in general_groups():
        if word in group:
            keys += [k for k in product.units if k.lower() in group and k not in keys]
    return keys


def _cut(text: str, end: int) -> bool:
    """Whether an English word goes on here."""
    return text[end - 1].isascii() and text[end : end + 1].isascii() and text[end : end + 1].isalpha()
