"""The shapes a message takes: each draws one row, or nothing when the draw does not fit the catalogue."""

import re
from collections.abc import Callable
from typing import Any

from tests.eval import noise
from tests.eval.asides import Asides
from tests.eval.goods import base_units
from tests.eval.lines import PHRASING, Line, Orders, pick

Row = dict[str, Any]
Shape = Callable[[Orders, Asides], Row | None]


def ordered(text: str, lines: list[dict[str, Any]], deliver: str | None = None) -> Row:
    """An order row."""
    expected: Row = {"intent": ["order_create"], "lines": lines}
    return {"text": text, "expected": {**expected, "deliver": deliver} if deliver else expected}


def wrapped(o: Orders, a: Asides, body: str, golds: list[dict[str, Any]]) -> Row:
    """A body of lines with an opening, a closing and now and then a delivery day."""
    when = None
    if o.rng.random() < 0.25:
        day, when = a.delivery(o.lang)
        body += o.phrase("deliver").format(d=day)
    return ordered(o.phrase("open") + body + o.phrase("close"), golds, when)


def joined(o: Orders, lines: list[Line]) -> str:
    """Lines in one sentence; without a separator only where the units and one word order keep them apart."""
    between = o.phrase("between")
    if any(line.amount[-1].isdigit() for line in lines) and between in ("", " "):
        between = o.words["between"][0]
    templates = [t for t in o.words["line"] if len(lines) == 1 or "，" not in t]
    usual, alike = o.rng.choice(templates), between in ("", " ") or o.rng.random() < 0.7
    return between.join(
        o.put(usual if alike else o.rng.choice(templates), line.mention, line.amount) for line in lines
    )


def one_sentence(o: Orders, a: Asides) -> Row | None:
    ways = {"name": 0.6, "alias": 0.25, "bare": 0.08, "sku": 0.07}
    lines = o.several(
        o.rng.randint(1, 4), lambda: pick(o.rng, ways), lambda: pick(o.rng, {"any": 0.9, "half": 0.1})
    )
    return wrapped(o, a, joined(o, lines), [x.gold for x in lines])


def listed(o: Orders, a: Asides) -> Row | None:
    lines = o.several(
        o.rng.randint(2, 7),
        lambda: pick(o.rng, {"name": 0.7, "alias": 0.3}),
        lambda: pick(o.rng, {"any": 0.6, "bare": 0.4}),
    )
    template, marker = o.phrase("listline"), o.phrase("marker") if o.rng.random() < 0.6 else ""
    rows = [marker.format(i=i) + o.put(template, x.mention, x.amount) for i, x in enumerate(lines, 1)]
    header = o.phrase("header")
    return ordered("\n".join([header] * bool(header) + rows), [x.gold for x in lines])


def table(o: Orders, a: Asides) -> Row | None:
    rng, by_code = o.rng, o.rng.random() < 0.5
    chosen = rng.sample(list(o.goods.products.values()), rng.randint(2, 5))
    names = {
        "zh": ("编码", "品名", "规格", "数量", "单位", "单价"),
        "en": ("SKU", "product", "size", "qty", "unit", "price"),
    }
    code, name, size, qty, unit, price = names[o.lang]
    with_unit, with_price = rng.random() < 0.4, rng.random() < 0.4
    header = ([code] if by_code else [name, size]) + [qty] + [unit] * with_unit + [price] * with_price
    rows, golds = [header], []
    for p in chosen:
        count = rng.choice((2, 3, 5, 8, 10, 12, 20))
        sold = rng.choice(list(p["units"])) if with_unit else p["default_unit"]
        words = o.goods.words_for([p["sku"]], sold, o.lang)
        if with_unit and not words:
            return None
        what = [p["sku"]] if by_code else [o.goods.names(p, o.lang)[0], p["size"]]
        rows.append(
            what + [str(count)] + words[:1] * with_unit + [f"{rng.randint(90, 900) / 10}"] * with_price
        )
        golds.append({"sku": p["sku"], "qty": count, "unit": sold, "base_qty": base_units(p, count, sold)})
    glue = rng.choice(("\t", " | ", ","))
    return ordered("\n".join(glue.join(r) for r in rows), golds)


def voice(o: Orders, a: Asides) -> Row | None:
    if o.lang == "en":
        return None
    lines = o.several(o.rng.randint(1, 3), lambda: "voice", lambda: "words")
    if any(re.search(r"[\d（]", x.amount) for x in lines):
        return None
    parts = [o.phrase("voiceline").format(n=x.mention, q=x.amount) for x in lines]
    text = o.phrase("voiceopen") + o.phrase("voicejoin").join(parts) + o.phrase("voiceclose")
    return ordered(text, [x.gold for x in lines])


def repaired(o: Orders, a: Asides) -> Row | None:
    line = o.line(pick(o.rng, {"name": 0.7, "alias": 0.3}))
    if line is None or "sku" not in line.gold:
        return None
    first = o.amount([line.gold["sku"]])
    if first is None or first.unit != line.gold["unit"] or first.qty == line.gold["qty"]:
        return None
    return ordered(
        o.phrase("repair").format(
            n=line.mention + " " * (o.lang == "zh" and line.mention[-1].isascii()),
            old=first.text,
            q=line.amount,
        ),
        [line.gold],
    )


def lone(how: str, shape: str = "any", langs: str = "zh en") -> Shape:
    """A single line named or counted in one particular way."""

    def draw(o: Orders, a: Asides) -> Row | None:
        line = o.line(how, shape) if o.lang in langs.split() else None
        if line is None:
            return None
        return wrapped(o, a, o.put(o.phrase("line"), line.mention, line.amount), [line.gold])

    return draw


def in_pinyin(o: Orders, a: Asides) -> Row | None:
    line = o.line("pinyin") if o.lang == "zh" else None
    if line is None or not re.fullmatch(r"\d+[\u4e00-\u9fff]", line.amount):
        return None
    number, unit = line.amount[:-1], noise.pinyin(line.amount[-1])
    return ordered(f"{line.mention} {number}{o.rng.choice(('', ' '))}{unit}", [line.gold])


def mixed(o: Orders, a: Asides) -> Row | None:
    line = o.line(lang="en") if o.lang == "zh" else None
    if line is None:
        return None
    return wrapped(o, a, o.put(o.phrase("mixedline"), line.mention, line.amount), [line.gold]) | {
        "lang": "mixed"
    }


def size_trap(o: Orders, a: Asides) -> Row | None:
    named = o.mention()
    if (
        named is None
        or len(named.skus) > 1
        or not (number := re.search(r"(?<![\d.])(\d{1,2})(?![\d.])", named.text))
    ):
        return None
    p = o.goods.products[named.skus[0]]
    words, qty = o.goods.words_for(named.skus, p["default_unit"], o.lang), int(number[1])
    if not words or not qty:
        return None
    amount = f"{qty}{words[0]}" if o.lang == "zh" else f"{qty} {words[0]}"
    gold = {
        "sku": p["sku"],
        "qty": qty,
        "unit": p["default_unit"],
        "base_qty": base_units(p, qty, p["default_unit"]),
    }
    return ordered(o.put("{n}{q}" if o.lang == "zh" else "{n} {q}", named.text, amount), [gold])


def shared(o: Orders, a: Asides) -> Row | None:
    """Two products of one size with one quantity, the head noun said once where they share it."""
    heads = PHRASING["heads"][o.goods.trade]["zh"] if o.lang == "zh" else []
    head = o.rng.choice(heads) if heads and o.rng.random() < 0.5 else ""
    singles = [p for p in o.goods.products.values() if len(o.goods.called(o.goods.names(p, o.lang)[0])) == 1]
    pool = [
        p for p in singles if p["name_zh"].endswith(head) and p["sku"] in (o.goods.under(head) or [p["sku"]])
    ]
    if len(pool) < 2:
        return None
    x, y = o.rng.sample(pool, 2)
    said = o.amount([x["sku"], y["sku"]])
    if said is None or len(said.skus) != 2 or said.unit is None:
        return None
    first, second = (o.goods.names(p, o.lang)[0] for p in (x, y))
    text = o.phrase("each").format(a=first.removesuffix(head) if head else first, b=second, q=said.text)
    if "{a}{b}" in text or (o.lang == "zh" and second[-1].isascii()):
        return None
    golds = [g for p in (x, y) if (g := o.gold(said._replace(skus=[p["sku"]])))]
    return ordered(o.phrase("open") + text + o.phrase("close"), golds) if len(golds) == 2 else None


def negated(o: Orders, a: Asides) -> Row | None:
    line, other = o.line(), o.mention()
    if (
        line is None
        or other is None
        or "sku" not in line.gold
        or len(other.skus) > 1
        or other.skus == line.skus
    ):
        return None
    if o.goods.products[other.skus[0]]["name_zh"] == o.goods.products[line.skus[0]]["name_zh"]:
        return None
    return ordered(o.put(o.phrase("negation"), line.mention, line.amount, x=other.text), [line.gold])


def stranger(o: Orders, a: Asides) -> Row | None:
    name, qty = o.rng.choice(PHRASING["strangers"][o.lang]), o.rng.randint(2, 30)
    box = "箱" if o.lang == "zh" else "cases"
    lines, golds = [], []
    if o.rng.random() < 0.4 and (line := o.line()):
        lines, golds = [o.put(o.phrase("line"), line.mention, line.amount)], [line.gold]
    lines.append(
        o.put(
            "{n}{q}" if o.lang == "zh" else "{q} {n}",
            name,
            f"{qty}{box}" if o.lang == "zh" else f"{qty} {box}",
        )
    )
    return ordered(o.words["between"][0].join(lines), [*golds, {"unknown": name, "qty": qty, "unit": "箱"}])


def uncounted(o: Orders, a: Asides) -> Row | None:
    named = o.mention(pick(o.rng, {"name": 0.6, "bare": 0.2, "alias": 0.2}))
    if named is None:
        return None
    return ordered(
        o.phrase("vague").format(n=named.text), [{"ambiguous": named.skus, "qty": None, "unit": None}]
    )


def asked(kind: str) -> Shape:
    """A stock or price question."""

    def draw(o: Orders, a: Asides) -> Row | None:
        named = o.mention(pick(o.rng, {"name": 0.5, "bare": 0.15, "alias": 0.2, "head": 0.1, "sku": 0.05}))
        if named is None:
            return None
        unit = o.goods.products[named.skus[0]]["default_unit"]
        text = o.phrase(kind).format(n=named.text, u=unit)
        return {"text": text, "expected": {"intent": [f"{kind}_query"], "skus": named.skus}}

    return draw


def returned(o: Orders, a: Asides) -> Row | None:
    line = o.line()
    if line is None or "sku" not in line.gold:
        return None
    text = o.put(o.phrase("return"), line.mention, line.amount)
    return {"text": text, "expected": {"intent": ["return_request"], "lines": [line.gold]}}


def numbered(kind: str) -> Shape:
    """A question about, or the cancelling of, a numbered order."""

    def draw(o: Orders, a: Asides) -> Row | None:
        number, tail = a.order_number(o.lang)
        text = o.phrase(kind).format(o=number)
        return {"text": text, "expected": {"intent": [f"order_{kind}"], "order_ref": tail}}

    return draw


def claimed(o: Orders, a: Asides) -> Row | None:
    (kind, category), (amount, value), (day, when) = a.expense(o.lang), a.money(o.lang), a.spent_on(o.lang)
    text = o.phrase("claim").format(k=kind, a=amount, d=day)
    claim = {"amount": value, "category": category, "date": when, "attachment_mentioned": False}
    return {"text": text, "expected": {"intent": ["claim_submit"], "claim": claim}}


def periodic(kind: str) -> Shape:
    """A rebate or target of a period."""

    def draw(o: Orders, a: Asides) -> Row | None:
        said, period = a.period(o.lang)
        return {
            "text": o.phrase(kind).format(p=said),
            "expected": {"intent": [f"{kind}_query"], "period": period},
        }

    return draw


def plain(o: Orders, a: Asides) -> Row | None:
    kind = pick(
        o.rng,
        dict.fromkeys(
            (
                "confirm",
                "complaint",
                "human_agent",
                "promo_query",
                "help",
                "chitchat",
                "claim_status",
                "out_of_scope",
            ),
            1.0,
        ),
    )
    intent = "order_confirm" if kind == "confirm" else kind
    return {"text": o.phrase(kind), "expected": {"intent": [intent]}}


def disguised(shape: Shape, disguise: Callable[[str], str], lang: str = "zh") -> Shape:
    """The same row in full width or in traditional characters."""

    def draw(o: Orders, a: Asides) -> Row | None:
        row = shape(o, a) if o.lang == "zh" else None
        if row is None or any("unknown" in x for x in row["expected"].get("lines", ())):
            return None
        return {"lang": lang, **row, "text": disguise(row["text"])}

    return draw
