"""Changes to a draft and repeated orders, each with the draft that should stand afterwards."""

from typing import Any

from tests.eval.asides import Asides
from tests.eval.goods import Product, base_units, factor
from tests.eval.lines import Amount, Mention, Orders, pick
from tests.eval.shapes import Row

Draft = dict[str, int]
KINDS = {
    "set": 3,
    "more": 3,
    "less": 2,
    "drop": 3,
    "index": 2,
    "last": 1,
    "twice": 1,
    "half": 1,
    "eachmore": 1,
    "swap": 2,
    "clear": 1,
    "new": 1,
}


def drafted(o: Orders) -> tuple[list[Product], Draft] | None:
    """A draft of products whose names cannot be taken for one another."""
    chosen = o.rng.sample(list(o.goods.products.values()), o.rng.randint(1, 4))
    if confusable(chosen):
        return None
    usual = {
        p["sku"]: base_units(p, o.rng.choice((4, 6, 8, 10, 12, 20)), p["default_unit"]) or 0 for p in chosen
    }
    return chosen, usual


def confusable(products: list[Product]) -> bool:
    """Whether one product's name says another's too."""
    names = [(p["sku"], n) for p in products for n in (p["name_zh"], p["name_en"])]
    return any(s != t and x in y for s, x in names for t, y in names)


def some(o: Orders, products: list[Product], qty: int) -> Amount | None:
    """A quantity in the unit all these products are usually sold in."""
    unit = products[0]["default_unit"]
    skus = [p["sku"] for p in products]
    words = o.goods.words_for(skus, unit, o.lang) if all(p["default_unit"] == unit for p in products) else []
    if not words:
        return None
    word = words[0] if o.lang == "zh" else next((w for w in words if w.endswith("s") == (qty > 1)), words[0])
    return Amount(f"{qty}{word}" if o.lang == "zh" else f"{qty} {word}", qty, unit, skus)


def row(o: Orders, text: str, before: Draft, after: Draft) -> Row:
    """An order_modify row."""
    cart = [{"sku": s, "base_qty": q} for s, q in before.items()]
    left = [{"sku": s, "base_qty": q} for s, q in after.items()]
    return {"text": text, "context": {"cart": cart}, "expected": {"intent": ["order_modify"], "cart": left}}


def changed(o: Orders, a: Asides) -> Row | None:
    """One change to a draft."""
    start = drafted(o)
    return change(o, *start) if start else None


def change(o: Orders, chosen: list[Product], before: Draft) -> Row | None:
    """One change to the draft of these products; nothing when it would not leave whole goods."""
    kind = pick(o.rng, KINDS)
    if kind == "clear":
        return row(o, o.phrase(kind), before, {})
    if kind == "twice":
        return row(o, o.phrase(kind), before, {s: q * 2 for s, q in before.items()})
    at = len(chosen) - 1 if kind == "last" else o.rng.randrange(len(chosen))
    p = chosen[at]
    name = o.rng.choice(o.goods.names(p, o.lang))
    qty = (
        o.rng.choice((1, 2, 3))
        if kind in ("more", "less", "eachmore")
        else o.rng.choice((2, 3, 5, 7, 9, 15, 18))
    )
    said = some(o, chosen if kind == "eachmore" else [p], qty)
    if said is None or (kind in ("index", "last") and len(chosen) < 2):
        return None
    if kind == "swap":
        return swapped(o, name, p, before)
    if kind == "new":
        return added(o, before)
    if kind == "half" and before[p["sku"]] % 2:
        return None
    step = {s: qty * factor(o.goods.products[s], said.unit or "") for s in said.skus}
    after = {
        "set": before | step,
        "index": before | step,
        "last": before | step,
        "more": {s: q + step.get(s, 0) for s, q in before.items()},
        "eachmore": {s: q + step.get(s, 0) for s, q in before.items()},
        "less": {s: q - step.get(s, 0) for s, q in before.items()},
        "half": before | {p["sku"]: before[p["sku"]] // 2},
        "drop": {s: q for s, q in before.items() if s != p["sku"]},
    }[kind]
    if min(after.values(), default=1) <= 0:
        return None
    return row(o, o.put(o.phrase(kind), name, said.text, i=at + 1), before, after)


def swapped(o: Orders, name: str, old: Product, before: Draft) -> Row | None:
    """One product for another in the same number of the same unit."""
    other = o.mention()
    if other is None or len(other.skus) > 1 or other.skus[0] in before:
        return None
    new = o.goods.products[other.skus[0]]
    if new["default_unit"] != old["default_unit"] or new["name_zh"] == old["name_zh"]:
        return None
    count = before[old["sku"]] // factor(old, old["default_unit"])
    after = {s: q for s, q in before.items() if s != old["sku"]}
    after[new["sku"]] = count * factor(new, new["default_unit"])
    return row(o, o.phrase("swap").format(n=name, b=other.text), before, after)


def fresh(o: Orders, before: Draft) -> tuple[Mention, Amount, Any] | None:
    """A product that is not in the draft, with its quantity and gold."""
    new = o.mention()
    if new is None or len(new.skus) > 1 or new.skus[0] in before:
        return None
    names = [o.goods.products[s]["name_zh"] for s in before]
    if any(
        n in o.goods.products[new.skus[0]]["name_zh"] or o.goods.products[new.skus[0]]["name_zh"] in n
        for n in names
    ):
        return None
    said = some(o, [o.goods.products[new.skus[0]]], o.rng.choice((2, 3, 5)))
    return (new, said, o.gold(said)) if said else None


def added(o: Orders, before: Draft) -> Row | None:
    """One more product in the draft."""
    if (found := fresh(o, before)) is None:
        return None
    new, said, gold = found
    template = o.words["more"][-1]
    return row(o, o.put(template, new.text, said.text), before, before | {gold["sku"]: gold["base_qty"]})


def repeated(o: Orders, a: Asides) -> Row | None:
    """The last order once more, as it was or with a change."""
    kind = pick(o.rng, {"again": 1, "again_set": 2, "again_add": 2, "again_drop": 2})
    expected: Row = {"intent": ["order_repeat"], "order_ref": "last"}
    if kind == "again":
        return {"text": o.phrase(kind), "expected": expected}
    if (found := fresh(o, {})) is None:
        return None
    new, said, gold = found
    change = {
        "again_set": {"override": [gold]},
        "again_add": {"add": [gold]},
        "again_drop": {"remove": new.skus},
    }[kind]
    return {"text": o.put(o.phrase(kind), new.text, said.text), "expected": expected | change}
