"""Whole conversations with the state that should stand after every turn."""

from typing import Any

from tests.eval import changes
from tests.eval.asides import Asides
from tests.eval.goods import Product, base_units
from tests.eval.lines import Amount, Orders, pick

State = dict[str, Any]
Turn = dict[str, Any]


class Talk:
    """Turns so far, the draft behind them and the question still open."""

    def __init__(self, o: Orders, a: Asides) -> None:
        self.o, self.a = o, a
        self.turns: list[Turn] = []
        self.cart: changes.Draft = {}
        self.past: list[changes.Draft] = []
        self.open: dict[str, Any] | None = None
        self.deliver: str | None = None
        self.settled = False

    def say(self, text: str, *, placed: bool = False) -> None:
        """Keep what is said and the state it should leave."""
        lines = [{"sku": s, "base_qty": q} for s, q in self.cart.items()]
        state: State = {
            "cart": [] if placed else lines,
            "pending": [self.open] if self.open else [],
            "deliver": self.deliver,
            "placed": lines if placed else None,
            "claim": None,
        }
        self.turns.append({"user": text, "state": state})

    def put(self, cart: changes.Draft) -> None:
        """A new draft, the old one kept for undo."""
        self.past.append(self.cart)
        self.cart = cart

    def products(self) -> list[Product]:
        """The products in the draft, in their order."""
        return [self.o.goods.products[s] for s in self.cart]


def opened(talk: Talk) -> bool:
    """The first order: one to three products, perhaps one of them a question."""
    o = talk.o
    start = changes.drafted(o)
    if start is None or len(start[0]) > 3:
        return False
    chosen, asked = start[0], o.rng.random() < 0.5
    said: list[str] = []
    for i, p in enumerate(chosen):
        name = o.goods.names(p, o.lang)[0]
        skus, question = o.goods.called(name), asked and i == len(chosen) - 1
        if (len(skus) > 1) != question or len({o.goods.products[s]["default_unit"] for s in skus}) > 1:
            return False
        amount: Amount | None = changes.some(
            o, [o.goods.products[s] for s in skus], o.rng.choice((4, 6, 8, 10, 12, 20))
        )
        if amount is None:
            return False
        said.append(o.put("{n}{q}" if o.lang == "zh" else "{q} {n}", name, amount.text))
        if question:
            talk.open = {"candidates": skus, "qty": float(amount.qty), "unit": amount.unit}
        else:
            talk.cart[p["sku"]] = base_units(p, amount.qty, str(amount.unit)) or 0
    talk.say(o.words["between"][0].join(said))
    return True


def answered(talk: Talk) -> None:
    """The open question answered by size or by place, perhaps after a word about something else."""
    o = talk.o
    if talk.open is None:
        return
    if o.rng.random() < 0.25:
        aside(talk)
    skus = talk.open["candidates"]
    place = o.rng.randrange(len(skus))
    p = o.goods.products[skus[place]]
    sizes = [o.goods.products[s]["size"] for s in skus]
    kind = "by_size" if len(set(sizes)) == len(sizes) and o.rng.random() < 0.65 else "by_place"
    if o.lang == "en" and not p["size"].isascii():
        kind = "by_place"
    base = base_units(p, talk.open["qty"], talk.open["unit"]) or 0
    talk.put(talk.cart | {p["sku"]: base})
    talk.open = None
    talk.say(o.phrase(kind).format(s=p["size"], i=place + 1))


def aside(talk: Talk) -> None:
    """A question about stock, price or the rebate, which changes nothing."""
    o = talk.o
    kind = o.rng.choice(("stock", "price", "rebate", "promo_query"))
    named = o.mention()
    said, _ = talk.a.period(o.lang)
    unit = o.goods.products[named.skus[0]]["default_unit"] if named else ""
    if named or kind in ("rebate", "promo_query"):
        talk.say(o.phrase(kind).format(n=named.text if named else "", u=unit, p=said))


def moved(talk: Talk) -> None:
    """One change to the draft, undone now and then."""
    o = talk.o
    if talk.settled or changes.confusable(talk.products()):
        return
    if (made := changes.change(o, talk.products(), talk.cart)) is None:
        return
    after = {x["sku"]: x["base_qty"] for x in made["expected"]["cart"]}
    if not after and talk.deliver:
        return
    # The place of a product put in for another is nobody's rule, so nothing is said by place afterwards.
    talk.settled = not after or bool(after.keys() - talk.cart.keys() and talk.cart.keys() - after.keys())
    talk.put(after)
    talk.say(made["text"])
    if o.rng.random() < 0.2:
        talk.cart, talk.settled = talk.past.pop(), False
        talk.say(o.phrase("undo"))


def dated(talk: Talk) -> None:
    """A delivery day for what is in the draft."""
    if not talk.cart:
        return
    said, talk.deliver = talk.a.delivery(talk.o.lang)
    talk.say(talk.o.phrase("day").format(d=said))


def talk(o: Orders, a: Asides) -> list[Turn] | None:
    """One conversation of three turns or more, most often ending in an order; nothing when the draw makes none."""
    made = Talk(o, a)
    if not opened(made):
        return None
    answered(made)
    steps = {"move": 0.6, "aside": 0.25, "day": 0.15}
    for _ in range(o.rng.randint(1, 4)):
        step = pick(o.rng, steps)
        {"move": moved, "aside": aside, "day": dated}[step](made)
    if made.cart and o.rng.random() < 0.8:
        made.say(o.phrase("place"), placed=True)
    return made.turns if len(made.turns) > 2 else None
