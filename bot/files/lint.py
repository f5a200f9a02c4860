"""What in a catalogue makes orders ambiguous or impossible: names that clash or are no names, missing packs and prices."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.understand.index import plain
from bot.understand.nicknames import no_name
from bot.understand.units import UnitWords
from core.products.queries import CatalogueView, ProductView


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to put right, or (hint) to look at. `word`: the name or unit it is about; `skus`: the products."""

    code: str
    word: str
    skus: tuple[str, ...] = ()
    hint: bool = False


def findings(catalogue: CatalogueView, priced: frozenset[str]) -> list[Finding]:
    """Everything there is to say of the products on sale. `priced`: skus with a price on some list."""
    on_sale = [product for product in catalogue.products if product.active]
    return [
        *_clashes(on_sale),
        *_no_names(on_sale, UnitWords(catalogue.unit_synonyms)),
        *_packs(on_sale),
        *(Finding("no_price", one.name_zh, (one.sku,)) for one in on_sale if one.sku not in priced),
        *_codes(on_sale, {product.sku for product in catalogue.products}),
        *_units(catalogue.unit_synonyms),
    ]


def _clashes(products: Sequence[ProductView]) -> Iterator[Finding]:
    """Products that cannot be told apart by name, and further names that lead to several."""
    named = _holders((name, product) for product in products for name in _names(product))
    for word, holders in _holders((_full(product), product) for product in products).items():
        if len(holders) > 1:
            yield Finding("same_product", word, holders)
    for word, holders in _holders(
        (name, product)
        for product in products
        for name in {plain(alias) for alias in (*product.aliases, *product.aliases_en)}
    ).items():
        others = tuple(sku for sku in named.get(word, ()) if sku not in holders)
        if others:
            yield Finding("alias_is_name", word, (*holders, *others))
        elif len(holders) > 1:
            yield Finding("shared_alias", word, holders, hint=True)


def _no_names(products: Sequence[ProductView], units: UnitWords) -> Iterator[Finding]:
    """Names that mean something else in a message: a unit, a number, a word of ordering, one sign."""
    for product in products:
        for name in dict.fromkeys((*_names(product), *map(plain, (*product.aliases, *product.aliases_en)))):
            code = no_name(name, units)
            if code:
                yield Finding(code, name, (product.sku,))


def _packs(products: Sequence[ProductView]) -> Iterator[Finding]:
    for product in products:
        if len(product.units) == 1:
            yield Finding("one_unit", product.name_zh, (product.sku,), hint=True)
        written = Counter(
            plain(name) for unit, pack in product.units.items() for name in {unit, *pack.get("names", ())}
        )
        for name, times in written.items():
            if times > 1:
                yield Finding("unit_twice", name, (product.sku,))


def _codes(products: Sequence[ProductView], skus: set[str]) -> Iterator[Finding]:
    for barcode, holders in _holders((one.barcode, one) for one in products if one.barcode).items():
        if len(holders) > 1:
            yield Finding("same_barcode", barcode, holders)
    for product in products:
        if product.successor and product.successor not in skus:
            yield Finding("no_successor", product.successor, (product.sku,))


def _units(synonyms: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    leads: dict[str, list[str]] = {}
    for unit, names in synonyms.items():
        for name in {plain(name) for name in names}:
            leads.setdefault(name, []).append(unit)
    for name, units in leads.items():
        if len(units) > 1:
            yield Finding("unit_word_twice", name, tuple(units))


def _names(product: ProductView) -> tuple[str, ...]:
    return tuple(plain(name) for name in (product.name_zh, product.name_en) if name)


def _full(product: ProductView) -> str:
    parts = (product.name_zh, product.spec, product.size)
    return plain(" ".join(part for part in parts if part))


def _holders(pairs: Iterable[tuple[str, ProductView]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for word, product in pairs:
        found.setdefault(word, {})[product.sku] = None
    return {word: tuple(skus) for word, skus in found.items()}
