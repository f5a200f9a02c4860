"""A catalogue as the policy sees it: which products a name may mean, which unit a word means, what a gold line may say."""

import json
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

Product = dict[str, Any]
HERE = Path(__file__).parent


class Goods:
    """The products of one trade, with the names and units a person may use for them."""

    def __init__(self, trade: str) -> None:
        self.trade = trade
        self.file: dict[str, Any] = json.loads((HERE / f"catalogue_{trade}.json").read_text("utf-8"))
        self.products: dict[str, Product] = {p["sku"]: p for p in self.file["products"]}

    def names(self, product: Product, lang: str) -> list[str]:
        """The name and the aliases in one language, the name first."""
        tail = "" if lang == "zh" else "_en"
        return [product["name_zh" if lang == "zh" else "name_en"], *product["aliases" + tail]]

    def called(self, surface: str) -> list[str]:
        """Products whose whole name or alias this is."""
        said = surface.lower()
        return [
            sku
            for sku, p in self.products.items()
            if said in (n.lower() for lang in ("zh", "en") for n in self.names(p, lang))
        ]

    def under(self, head: str) -> list[str]:
        """Products a head noun alone may mean: a marked variant only where no plain one is sold."""
        found = [
            s for s, p in self.products.items() if head in p["name_zh"] or f" {head}" in f" {p['name_en']}"
        ]
        plain = {self.products[s]["name_zh"] for s in found}
        return [
            s for s in found if not any(n != (m := self.products[s]["name_zh"]) and n in m for n in plain)
        ]

    def sized(self, skus: Iterable[str], size: str) -> list[str]:
        """Those of one size."""
        return [s for s in skus if self.products[s]["size"] == size]

    def sold_by(self, skus: Iterable[str], unit: str) -> list[str]:
        """Those sold in a unit."""
        return [s for s in skus if unit in self.products[s]["units"]]

    def units_meant(self, product: Product, word: str) -> set[str]:
        """Units of the product a word fits: its own names first, then its unit keys, then the synonyms."""
        units = product["units"]
        own = {k for k, v in units.items() if isinstance(v, dict) and word in v["names"]}
        if own or word in units:
            return own or {word}
        return {k for k in units if word in self.file["unit_synonyms"].get(k, [])}

    def words_for(self, skus: list[str], unit: str, lang: str) -> list[str]:
        """Words that mean this unit, and nothing else, for every one of the products."""
        own = [
            n for s in skus if isinstance(v := self.products[s]["units"].get(unit), dict) for n in v["names"]
        ]
        words = [unit, *self.file["unit_synonyms"].get(unit, []), *own]
        return [
            w
            for w in dict.fromkeys(words)
            if w.isascii() == (lang == "en")
            and all(self.units_meant(self.products[s], w) == {unit} for s in skus)
        ]


def factor(product: Product, unit: str) -> int:
    """Base units in one of this unit."""
    pack = product["units"][unit]
    return int(pack["factor"] if isinstance(pack, dict) else pack)


def base_units(product: Product, qty: float, unit: str) -> int | None:
    """Base units in a quantity; nothing when it is not a whole number of them."""
    exact = Fraction(str(qty)) * factor(product, unit)
    return int(exact) if exact.denominator == 1 and exact > 0 else None


def fault(line: dict[str, Any], products: dict[str, Product]) -> str | None:
    """What is impossible about a gold line, if anything."""
    skus = line.get("ambiguous") or line.get("candidates") or ([line["sku"]] if "sku" in line else [])
    if strange := [s for s in skus if s not in products]:
        return f"no such product {strange}"
    if len(set(skus)) != len(skus):
        return "a product twice in one question"
    qty, unit = line.get("qty"), line.get("unit")
    if len(skus) == 1 and "sku" not in line and unit is not None:
        return "a question with one answer names a unit that settles it"
    if unit and any(unit not in products[s]["units"] for s in skus):
        return f"a product is not sold by {unit}"
    if "sku" in line:
        if line["base_qty"] != int(line["base_qty"]) or line["base_qty"] <= 0:
            return "not a whole number of base units"
        if qty is not None and base_units(products[line["sku"]], qty, str(unit)) != line["base_qty"]:
            return "the pack factor does not give base_qty"
    return None
