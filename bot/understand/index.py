"""The catalogue made ready for look-up: names, sounds, words, sizes, SKUs and units in memory.

An index never changes: `changed` gives a new one, sharing what stayed, so that a turn in progress keeps its own.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.understand.catalogue import Catalogue, Product
from bot.understand.normalise import normalise
from bot.understand.sizes import Size, figures_in, measures_in, size_keys
from bot.understand.surfaces import Surfaces, compact, is_han, sounds_of_name, stem
from bot.understand.units import UnitWords

_WORD = re.compile(r"[a-z]+|\d+(?:\.\d+)?[a-z]*")
COMMON = 2_000  # a pair of characters in more names than this tells nothing
_NOT_SKU = re.compile(r"[^a-z0-9]")
_CODE = re.compile(r"(?<![a-z0-9])(?:[a-z]+\d+[a-z0-9]*|\d+[a-z]+\d+[a-z0-9]*)(?![a-z0-9])")
_PACKED = re.compile(r"[瓶罐听袋桶盒包]?装|\(\s*\)")


@dataclass(frozen=True, slots=True)
class Entry:
    """A product with what its mentions are checked against."""

    product: Product
    called: tuple[str, ...]  # all names in compact form, the main one first
    sizes: tuple[str, ...]  # comparable keys of its measures
    literal: str  # the size as written, compact
    alone: tuple[str]  # its SKU, as the tables hold it
    bag: str  # all names and the size, parted by "|"

    @property
    def names(self) -> tuple[str, ...]:
        """Chinese names."""
        return tuple(n for n in self.called if any(map(is_han, n)))


def fold_sku(text: str) -> str:
    """A SKU without case, dashes and spaces."""
    return fold_normal(normalise(text).text)


def fold_normal(normal: str) -> str:
    """The same of a text in normal form."""
    return _NOT_SKU.sub("", normal)


def plain(text: str) -> str:
    """A catalogue word in normal form, on one line."""
    return normalise(text).text.strip()


class Index:
    """What one revision of the catalogue is looked up in."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.revision = catalogue.revision
        self.units = UnitWords(catalogue.unit_synonyms)
        self.expenses = tuple(
            (key, tuple(plain(w) for w in (key, *words)))
            for key, words in catalogue.expense_categories.items()
        )
        self.entries: dict[str, Entry] = {}
        self.skus: dict[str, tuple[str, ...]] = {}  # folded SKU, or its digits alone
        self.words: dict[str, tuple[str, ...]] = {}  # English word stem -> SKUs
        self.names, self.sounds, self.literals = Surfaces(), Surfaces(), Surfaces()
        self.sound_grams: set[str] = set()  # pairs of sounds in names
        self.figures: set[str] = set()  # bare figures of all sizes
        self.sizes: set[str] = set()  # keys of all sizes
        self.codes: set[str] = set()  # words of letters and figures (spf30) in names
        self.grams: dict[str, list[str]] = {}  # two characters -> Chinese names that hold them

    def alike(self, text: str) -> set[str]:
        """Chinese names that share at least half of the shorter one's character pairs with the text."""
        counts: dict[str, int] = {}
        for gram in {text[k : k + 2] for k in range(len(text) - 1)}:
            for name in self.grams.get(gram, ())[:COMMON]:
                counts[name] = counts.get(name, 0) + 1
        return {
            n for n, hits in counts.items() if 2 * hits >= min(len(text), len(n)) - 1 and n in self.names.skus
        }

    def note_grams(self, name: str) -> None:
        """Take in the character pairs of a Chinese name."""
        for marks in sounds_of_name(name):
            self.sound_grams.update(marks[k : k + 2] for k in range(len(marks) - 1))
        if is_han(name[0]) or is_han(name[-1]):
            for k in range(len(name) - 1):
                held = self.grams.setdefault(name[k : k + 2], [])
                if len(held) < COMMON and name not in held[-8:]:
                    held.append(name)

    def note_sizes(self, entry: Entry) -> None:
        """Take in the sizes and codes of a product."""
        self.figures |= set(figures(entry))
        self.sizes |= set(entry.sizes)
        self.codes |= set(_CODE.findall(entry.bag))

    def copy(self, revision: int) -> "Index":
        other = object.__new__(Index)
        other.revision, other.units, other.expenses = revision, self.units, self.expenses
        other.entries, other.skus, other.words = dict(self.entries), dict(self.skus), dict(self.words)
        other.grams, other.figures = self.grams, self.figures  # these only hint, so they are shared and grow
        other.sizes, other.codes, other.sound_grams = self.sizes, self.codes, self.sound_grams
        other.names, other.sounds, other.literals = (
            self.names.copy(),
            self.sounds.copy(),
            self.literals.copy(),
        )
        return other

    def changed(self, products: Iterable[Product], removed: Iterable[str] = (), revision: int = 0) -> "Index":
        """The index with these products new or in place of their old selves, and without the removed SKUs."""
        products = tuple(products)
        other = self.copy(revision)
        for sku in (*removed, *(p.sku for p in products)):
            other.forget(sku)
        for product in products:
            other.take(product)
        return other

    def take(self, product: Product) -> None:
        """Put a product into every table."""
        entry = entry_of(product)
        self.entries[product.sku] = entry
        self.units.learn(product)
        self.note_sizes(entry)
        for key in _sku_keys(product.sku):
            self.skus[key] = (*self.skus.get(key, ()), product.sku)
        for word in words_of(product):
            self.words[word] = (*self.words.get(word, ()), product.sku)
        for surfaces, name in _surfaces(self, entry):
            surfaces.add(name, entry.alone)
        for name in _names(entry):
            self.note_grams(name)

    def forget(self, sku: str) -> None:
        """Take a product out of every table."""
        entry = self.entries.pop(sku, None)
        if entry is None:
            return
        for table, keys in ((self.skus, _sku_keys(sku)), (self.words, words_of(entry.product))):
            for key in keys:
                left = tuple(s for s in table.get(key, ()) if s != sku)
                if left:
                    table[key] = left
                else:
                    table.pop(key, None)
        for surfaces, name in _surfaces(self, entry):
            surfaces.discard(name, sku)


def build_index(catalogue: Catalogue) -> Index:
    """The index of a whole catalogue; seconds at 50,000 products, so never on a turn's thread."""
    index = Index(catalogue)
    skus: dict[str, list[str]] = {}
    words: dict[str, list[str]] = {}
    names: list[tuple[str, tuple[str]]] = []
    for product in catalogue.products:
        entry = entry_of(product)
        index.entries[product.sku] = entry
        index.units.learn(product)
        index.note_sizes(entry)
        for key in _sku_keys(product.sku):
            skus.setdefault(key, []).append(product.sku)
        for word in words_of(product):
            words.setdefault(word, []).append(product.sku)
        names += ((n, entry.alone) for n in _names(entry))
    index.skus = {k: tuple(v) for k, v in skus.items()}
    index.words = {k: tuple(v) for k, v in words.items()}
    index.names.fill(names)
    index.sounds.fill((s, alone) for n, alone in names for s in sounds_of_name(n))
    for name in index.names.skus:
        index.note_grams(name)
    index.literals.fill((e.literal, e.alone) for e in index.entries.values() if e.literal)
    return index


def _surfaces(index: Index, entry: Entry) -> Iterator[tuple[Surfaces, str]]:
    for name in _names(entry):
        yield index.names, name
        for marks in sounds_of_name(name):
            yield index.sounds, marks
    if entry.literal:
        yield index.literals, entry.literal


def _names(entry: Entry) -> tuple[str, ...]:
    return tuple(n for n in entry.called if n != entry.literal)


def entry_of(product: Product) -> Entry:
    """The product's names, sizes and words, compact."""
    written = [
        plain(n) for n in (product.name_zh, *product.aliases, product.name_en, *product.aliases_en) if n
    ]
    size = plain(product.size) or _size_in_spec(product)
    own = set(size_keys(size))
    names = dict.fromkeys(compact(form) for name in written for form in _without_size(name, own))
    keys = size_keys(size) + tuple(k for name in written for k in size_keys(name))
    literal = "".join(size.split())
    called = tuple(n for n in names if n)
    return Entry(
        product,
        called,
        _shared(tuple(dict.fromkeys(keys))),
        sys.intern(literal),
        (product.sku,),
        "|".join((*called, literal)),
    )


@lru_cache(maxsize=4096)
def _shared(keys: tuple[str, ...]) -> tuple[str, ...]:
    """One tuple for all products of a size, so that a large catalogue stays small."""
    return keys


def _without_size(name: str, own: set[str]) -> tuple[str, ...]:
    """The name, and the name without the product's own size written into it."""
    short, found = name, False
    for start, size in reversed(list(measures_in(name))):
        if size.key in own or not own:
            short, found = short[:start] + " " + short[size.end :], True
    short = _PACKED.sub("", short).strip(" -*()/")
    return (name, short) if found and len(short) > 1 else (name,)


def _size_in_spec(product: Product) -> str:
    first = plain(product.spec).split("*")[0].split("/")[0].strip()
    return first if size_keys(first) else ""


def words_of(product: Product) -> frozenset[str]:
    """The stems of the English words and codes in a product's names."""
    text = " ".join(
        plain(n)
        for n in (product.name_en, *product.aliases_en, product.name_zh, *product.aliases, product.size)
    )
    return frozenset((*(stem(w) for w in _WORD.findall(text)), *_CODE.findall(text)))


def _sku_keys(sku: str) -> tuple[str, ...]:
    folded = fold_sku(sku)
    digits = "".join(c for c in folded if c.isdigit())
    return (folded, digits) if len(digits) >= 3 and digits != folded else (folded,)


def figures(entry: Entry) -> tuple[str, ...]:
    """The bare figures in a product's size ("500" of 500ml)."""
    return tuple(f"{f.normalize():f}" for f in figures_in(entry.literal))


def has_size(entry: Entry, size: Size | None, written: str = "") -> bool:
    """Whether a product comes in a size said: by measure, as it is written, by its first part (M4 of M4*30), by figure."""
    if size is None:
        return False
    if size.key in entry.sizes or entry.literal in (size.key, written):
        return True
    if size.key.startswith("a:") and size.figure is not None:  # 六十安 of a battery are its ampere-hours
        return f"mah:{(size.figure * 1000).normalize():f}" in entry.sizes
    if entry.literal.startswith((size.key + "*", (written or size.key) + "*")):
        return True
    return (
        size.key == "figure:" and size.figure is not None and f"{size.figure.normalize():f}" in figures(entry)
    )
