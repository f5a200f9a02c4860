"""Order lines as people write them, each with its gold: a product named some way, a quantity said some way."""

import random
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.eval import noise
from tests.eval.goods import Goods, base_units

PHRASING: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("phrasing.yaml").read_text("utf-8"))
MEASURE = re.compile(r"[\d.]+(ml|L|kg|g|mm|m)")


class Mention(NamedTuple):
    """What is written for a product, and what it may mean."""

    text: str
    skus: list[str]


class Amount(NamedTuple):
    """What is written for a quantity; the products are those sold that way."""

    text: str
    qty: float
    unit: str | None
    skus: list[str]


class Line(NamedTuple):
    """One order line as written, and its gold."""

    mention: str
    amount: str
    gold: dict[str, Any]

    @property
    def skus(self) -> list[str]:
        """The products the line takes or may take."""
        return self.gold.get("ambiguous") or [self.gold["sku"]]


class Orders:
    """Order lines of one trade in one language."""

    def __init__(self, goods: Goods, rng: random.Random, lang: str) -> None:
        self.goods, self.rng, self.lang = goods, rng, lang
        self.words: dict[str, list[str]] = PHRASING[lang]

    def phrase(self, kind: str) -> str:
        """One of the wordings of a kind."""
        return self.rng.choice(self.words[kind])

    def mention(self, how: str = "name", lang: str | None = None) -> Mention | None:
        """A product named in one of the ways people name one; nothing when this product has no such name."""
        lang = lang or self.lang
        product = self.rng.choice(list(self.goods.products.values()))
        if how == "sku":
            forms = (product["sku"], product["sku"].lower(), product["sku"].replace("-", "").lower())
            return Mention(self.rng.choice(forms), [product["sku"]])
        if how == "head":
            head = self.rng.choice(PHRASING["heads"][self.goods.trade][lang])
            return Mention(head, self.goods.under(head))
        names = self.goods.names(product, lang)
        surface = self.rng.choice(names[1:] or names) if how == "alias" else names[0]
        skus = self.goods.called(surface)
        written = self._written(surface, how)
        if written is None or (how in ("homophone", "pinyin") and skus != self._sounding(surface)):
            return None
        if how == "bare":
            return Mention(written, skus) if len(skus) > 1 else None
        if len(skus) > 1 or (MEASURE.fullmatch(product["size"]) and self.rng.random() < 0.25):
            if (how == "pinyin" or lang == "en") and not product["size"].isascii():
                return None
            skus, written = (
                self.goods.sized(skus, product["size"]),
                self._sized(written, product["size"], how),
            )
        return Mention(written, skus)

    def _written(self, surface: str, how: str) -> str | None:
        if how == "homophone":
            slipped = noise.homophone(self.rng, surface) if len(surface) > 2 else None
            return slipped if slipped and not self.goods.called(slipped) else None
        if how == "typo":
            return noise.slip(self.rng, surface)
        if how == "pinyin":
            return noise.pinyin(surface) if all("\u4e00" <= c <= "\u9fff" for c in surface) else None
        return surface

    def _sounding(self, surface: str) -> list[str]:
        sound = noise.pinyin(surface)
        return [
            sku
            for sku, p in self.goods.products.items()
            if any(noise.pinyin(n) == sound for n in self.goods.names(p, "zh"))
        ]

    def _sized(self, surface: str, size: str, how: str) -> str:
        said = self.rng.choice((size, size, noise.spoken_size(size)))
        if how == "voice":
            said = noise.in_words(size)
        if self.lang == "en" or how == "pinyin" or surface.isascii():
            return self.rng.choice((f"{size} {surface}", f"{surface} {size}"))
        before, after = (
            " " * (a[-1].isascii() and b[0].isascii()) for a, b in ((said, surface), (surface, said))
        )
        forms = (
            f"{said}{before}{surface}",
            f"{surface}{after}{said}",
            f"{said}的{surface}",
            f"{surface}（{said}）",
        )
        return self.rng.choice(forms[: 3 if how == "voice" else 4])

    def amount(self, skus: list[str], shape: str = "any", lang: str | None = None) -> Amount | None:
        """A quantity in a unit these products are sold in; nothing when its word would be a question."""
        lang, rng = lang or self.lang, self.rng
        if shape == "bare":
            qty = rng.choice((2, 3, 4, 5, 6, 8, 10, 12, 15, 20))
            return Amount(str(qty), qty, None, skus)
        units = self.goods.products[rng.choice(skus)]["units"]
        usual = self.goods.products[skus[0]]["default_unit"]
        unit = usual if rng.random() < 0.55 else rng.choice(list(units))
        sold = self.goods.sold_by(skus, unit)
        if not sold:
            return None
        others = [s for s in skus if s not in sold]
        words = [
            w
            for w in self.goods.words_for(sold, unit, lang)
            if not any(self.goods.units_meant(self.goods.products[s], w) for s in others)
        ]
        if not words:
            return None
        word = unit if unit in words and rng.random() < 0.7 else rng.choice(words)
        if shape == "half":
            return self._half(word, unit, sold, lang)
        qty = (
            rng.choice((1, 2))
            if unit == "托"
            else rng.choice((1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 16, 20, 24, 30, 50))
        )
        return Amount(self._count(qty, word, words, lang, shape), qty, unit, sold)

    def _count(self, qty: int, word: str, words: list[str], lang: str, shape: str) -> str:
        if lang == "en":
            fitting = [w for w in words if (w.endswith("s") and w != "cs") == (qty != 1)] or [word]
            names = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 8: "eight", 10: "ten"}
            count = names[qty] if qty in names and self.rng.random() < 0.25 else str(qty)
            return f"{count} {self.rng.choice(fitting)}"
        if shape == "words" or self.rng.random() < 0.2:
            short = {2: "俩", 3: "仨"}.get(qty) if self.rng.random() < 0.15 else None
            return (short or noise.spoken(qty, counting=True)) + word
        return f"{qty}{word}"

    def _half(self, word: str, unit: str, skus: list[str], lang: str) -> Amount | None:
        whole = self.rng.choice((0, 0, 1, 2, 3))
        if any(base_units(self.goods.products[s], whole + 0.5, unit) is None for s in skus):
            return None
        if lang == "en":
            text = f"half a {word}" if not whole else f"{whole} and a half {word}"
        elif whole:
            text = (
                f"{noise.spoken(whole, counting=True)}{word}半"
                if self.rng.random() < 0.6
                else f"{whole}.5{word}"
            )
        else:
            text = f"半{word}"
        return Amount(text, whole + 0.5, unit, skus)

    def compound(self, skus: list[str]) -> Amount | None:
        """Whole packs and loose pieces together: 1箱加5瓶."""
        product = self.goods.products[skus[0]]
        if len(skus) > 1 or "箱" not in product["units"] or product["base_unit"] == "箱":
            return None
        packs, loose = self.rng.randint(1, 4), self.rng.randint(1, 5)
        joint = self.rng.choice(("加", "零", "外加"))
        qty = (base_units(product, packs, "箱") or 0) + loose
        return Amount(f"{packs}箱{joint}{loose}{product['base_unit']}", qty, product["base_unit"], skus)

    def line(self, how: str = "name", shape: str = "any", lang: str | None = None) -> Line | None:
        """One line with its gold; nothing when the draw makes none."""
        if (named := self.mention(how, lang)) is None:
            return None
        zh = "zh" if self.lang == "zh" else self.lang
        said = self.compound(named.skus) if shape == "compound" else self.amount(named.skus, shape, zh)
        gold = self.gold(said) if said else None
        return Line(named.text, said.text, gold) if said and gold else None

    def gold(self, said: Amount) -> dict[str, Any] | None:
        """The gold of a quantity; nothing when the products differ in the unit meant."""
        unit = said.unit
        if unit is None:
            usual = {self.goods.products[s]["default_unit"] for s in said.skus}
            if len(usual) > 1:
                return None
            unit = usual.pop()
        if len(said.skus) > 1:
            return {"ambiguous": said.skus, "qty": said.qty, "unit": unit}
        base = base_units(self.goods.products[said.skus[0]], said.qty, unit)
        return (
            None if base is None else {"sku": said.skus[0], "qty": said.qty, "unit": unit, "base_qty": base}
        )

    def several(self, count: int, how: Callable[[], str], shape: Callable[[], str]) -> list[Line]:
        """Lines of different products."""
        out: list[Line] = []
        for _ in range(40):
            line = self.line(how(), shape())
            if line and not {s for found in out for s in found.skus} & set(line.skus):
                out.append(line)
            if len(out) == count:
                break
        return out

    def put(self, template: str, mention: str, amount: str, **more: Any) -> str:
        """A wording filled in, without running a size into a quantity."""
        latin = mention[-1].isascii() and mention[-1].isalnum()
        if latin and ("*{q}" in template or " x {q}" in template):
            template = "{n} {q}"
        if not re.search(r"\D$", amount) and template.startswith("{q}"):
            template = "{n} {q}"
        if latin and amount[0].isdigit():
            template = template.replace("{n}{q}", "{n} {q}")
        return template.format(n=mention, q=amount, **more)


def pick(rng: random.Random, table: Mapping[str, float]) -> str:
    """A key by weight."""
    return rng.choices(list(table), list(table.values()))[0]
