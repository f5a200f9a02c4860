"""Stock and prices: answers about one product or several; the draft stays as it is."""

from collections.abc import Sequence

from bot.dialog.api import SHOWN_LINES, ChoiceHandler, Flow, Says, Turn, capped, quantity, say
from bot.dialog.messages import Param, Say
from bot.dialog.packs import factor_of, line_of
from bot.understand import phrases as words
from bot.understand.normalise import normalise
from bot.understand.types import Ask, Topic
from core.pricing.queries import prices_of
from core.products.queries import assortment_of
from core.stock.queries import StockItem, stock_of

FEW = 10  # in bands, fewer than this many of the usual pack are few


def stock(turn: Turn, moves: Sequence[Ask]) -> Says:
    """How much there is, exactly or in bands as the brand shows it, and when more comes."""
    if not any(move.items for move in moves) and words.says("range", normalise(turn.inbound.text).text):
        return (_range(turn),)
    skus, says = _asked(turn, moves)
    if not skus:
        return says or (say("stock.which"),)
    turn.explain("stock-why", ",".join(skus))
    found = stock_of(turn.session, skus)
    lines = [
        _stock(turn, found[sku]) if sku in found else say("stock.not_yours", product=turn.name(sku))
        for sku in skus
    ]
    return (*says, Say(key="", lines=capped(lines)))


def _range(turn: Turn) -> Say:
    """What this dealer can order: a few by name, the rest counted."""
    entries = turn.index.entries
    skus = [sku for sku in (assortment_of(turn.session) if turn.listed_only else entries) if sku in entries]
    names = tuple(say("orders.name", product=turn.name(sku)) for sku in skus[:SHOWN_LINES])
    return say("stock.range", count=len(skus), names=names)


def price(turn: Turn, moves: Sequence[Ask]) -> Says:
    """This dealer's price of each product, per priced unit."""
    if not turn.private:
        return (say("dialog.group.private"),)
    skus, says = _asked(turn, moves)
    if not skus:
        return says or (say("stock.which"),)
    turn.explain("price-why", ",".join(skus))
    found = prices_of(turn.session, skus, on=turn.today)
    lines = []
    for sku in skus:
        if sku not in found:
            lines.append(say("prices.none", sku=turn.name(sku)))
            continue
        each = found[sku]
        pack: dict[str, Param] = {"product": turn.name(sku), "price": turn.money(each.price)}
        base = turn.product(sku).base_unit
        if each.unit == base:
            lines.append(say("stock.price", **pack, unit=quantity("1", each.unit)))
        else:
            content = quantity(str(each.factor), base)
            lines.append(say("stock.price_pack", **pack, unit=quantity("1", each.unit), content=content))
    return (*says, Say(key="", lines=capped(lines)))


def why_stock(turn: Turn, arg: str) -> Says:
    """What is there less what is reserved is what can be had; where the brand shows bands, that it does."""
    if turn.banded_stock:
        return (say("stock.why_banded"),)
    found = stock_of(turn.session, arg.split(","))
    lines = [_arithmetic(turn, item) for item in found.values()]
    return (Say(key="", lines=capped(lines)),) if lines else (say("stock.which"),)


def _arithmetic(turn: Turn, item: StockItem) -> Say:
    base = turn.product(item.sku).base_unit
    figures = {"on_hand": item.on_hand, "reserved": item.reserved, "available": max(0, item.available)}
    amounts: dict[str, Param] = {name: quantity(str(value), base) for name, value in figures.items()}
    return say("stock.why", product=turn.name(item.sku), **amounts)


def why_price(turn: Turn, arg: str) -> Says:
    """Which list a price is from, and since when."""
    if not turn.private:
        return (say("dialog.group.private"),)
    found = prices_of(turn.session, arg.split(","), on=turn.today)
    lines = [
        say(
            f"stock.why_price.{each.price_list}",
            product=turn.name(each.sku),
            price=turn.money(each.price),
            unit=quantity("1", each.unit),
            level=each.level,
            since=each.valid_from,
        )
        for each in found.values()
    ]
    none = [say("prices.none", sku=turn.name(sku)) for sku in arg.split(",") if sku not in found]
    return (Say(key="", lines=capped([*lines, *none])),)


def ask(_turn: Turn, _arg: str = "") -> Says:
    """Of which product."""
    return (say("stock.which"),)


def _asked(turn: Turn, moves: Sequence[Ask]) -> tuple[list[str], Says]:
    """The products meant, what was last talked about where none is named, and words about unknown ones."""
    items = [item for move in moves for item in move.items]
    unknown = [say("stock.unknown", text=item.text) for item in items if not item.candidates]
    skus = list(dict.fromkeys(sku for item in items for sku in item.candidates))
    if not items:
        question = turn.state.questions[0].candidates if turn.state.questions else ()
        skus = list(question) or list(turn.state.last_skus[:1]) or [line.sku for line in turn.lines]
    else:
        turn.state.last_skus = (*skus[:SHOWN_LINES], *(s for s in turn.state.last_skus if s not in skus))[
            :SHOWN_LINES
        ]
    return [sku for sku in skus if sku in turn.index.entries], unknown


def _stock(turn: Turn, item: StockItem) -> Say:
    product = turn.product(item.sku)
    params: dict[str, Param] = {"product": turn.name(item.sku)}
    available = max(0, item.available)
    key = "stock.none"
    if turn.banded_stock and available:
        pack = factor_of(product, product.default_unit) or 1
        key = "stock.few" if available < FEW * pack else "stock.plenty"
    elif available:
        return _exact(turn, item.sku, available)
    if not available and item.inbound_on:
        line = line_of(product, item.inbound_qty, product.default_unit)
        amount = quantity(line.qty, line.unit)
        return say(
            "stock.none_inbound", **params, day=item.inbound_on, qty=None if turn.banded_stock else amount
        )
    return say(key, **params)


def _exact(turn: Turn, sku: str, available: int) -> Say:
    """Whole usual packs, and what is left over in base units."""
    product = turn.product(sku)
    factor = factor_of(product, product.default_unit) or 1
    packs, rest = divmod(available, factor)
    name = turn.name(sku)
    if not packs:
        return say("stock.exact", product=name, qty=quantity(str(rest), product.base_unit))
    whole = quantity(str(packs), product.default_unit)
    if not rest:
        return say("stock.exact", product=name, qty=whole)
    return say("stock.exact_rest", product=name, qty=whole, rest=quantity(str(rest), product.base_unit))


_CHOICES: dict[str, ChoiceHandler] = {"stock-ask": ask, "stock-why": why_stock, "price-why": why_price}
FLOW = Flow(name="stock", topics={Topic.STOCK: stock, Topic.PRICE: price}, choices=_CHOICES)
