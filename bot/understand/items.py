"""Lines from mentions and quantities: candidates filtered by the unit, whole base units, or the problem named."""

from dataclasses import replace
from decimal import Decimal

from bot.understand.assemble import Pair
from bot.understand.index import Entry, Index, has_size
from bot.understand.inherit import inherited
from bot.understand.mentions import Mention
from bot.understand.normalise import Normal
from bot.understand.numerals import Part, Quantity
from bot.understand.resolve import Allowed, Found, resolve
from bot.understand.tokens import Kind, Token
from bot.understand.types import Item, Problem, Span
from bot.understand.units import DOZEN, Fit

TOO_LARGE = 10**9


def items_of(
    pairs: list[Pair],
    normal: Normal,
    index: Index,
    allowed: Allowed,
    *,
    loose: bool = False,
    talked: tuple[str, ...] = (),
) -> list[Item]:
    """One item for each wanted mention; exclusions narrow the others, a shared size serves all that lack one.

    talked: products of the conversation, latest first, for variants said without their name ("小的也要5箱").
    """
    own = frozenset(id(p.mention) for p in pairs if p.mention and p.amount and not p.shared)
    found = find_all([p.mention for p in pairs if p.mention], index, allowed, loose=loose, own=own)
    for pair in pairs:
        if pair.mention and pair.amount and pair.mention.bare and len(found[id(pair.mention)].skus) != 1:
            found[id(pair.mention)] = (
                variant_of(pair.mention, talked, index, allowed) or found[id(pair.mention)]
            )
    _share_size(pairs, found, index)
    excluded = {s for p in pairs if p.negated and p.mention for s in found[id(p.mention)].skus}
    items: list[Item] = []
    topics = _topics(pairs, found)
    size = _size_of_all(pairs)
    for pair in pairs:
        if pair.negated or pair.mention is None or id(pair.mention) in topics or pair is size:
            continue
        loose_word = pair.mention.bare and not pair.mention.known and not found[id(pair.mention)].topic
        if pair.amount is None and loose_word and len(pairs) > 1:
            continue  # loose characters beside an order name nothing
        if pair.amount is None and _is_heading(pair.mention, pairs, normal):
            continue
        hit = found[id(pair.mention)]
        left = tuple(s for s in hit.skus if s not in excluded)
        if left and left != hit.skus:
            hit = Found(left, hit.tier, hit.near)
        if pair.shared_by_all(len(hit.skus)) or (pair.shared and hit.skus != found[id(pair.mention)].skus):
            items += (item_of(pair, hit._replace(skus=(s,)), normal, index) for s in hit.skus)
        else:
            items.append(item_of(pair, hit, normal, index))
    return items


def _is_heading(mention: Mention, pairs: list[Pair], normal: Normal) -> bool:
    """As in "啤酒：黑啤四箱，无醇一箱": a name before a colon that heads the lines after it."""
    after = normal.text[mention.end : mention.end + 2].lstrip()
    return after.startswith(":") and any(p.amount and p.start > mention.end for p in pairs)


def _topics(pairs: list[Pair], found: dict[int, Found]) -> set[int]:
    """Mentions that only name what others are variants of, or say again what a line is."""
    counted = [found[id(p.mention)] for p in pairs if p.mention and (p.amount or p.negated)]
    heads = {id(hit.topic) for hit in counted if hit.topic is not None}
    lines = [p for p in pairs if p.mention and p.amount and not p.negated]
    topics: set[int] = set()
    for at, pair in enumerate(pairs):
        if pair.mention is None or pair.negated:
            continue
        mine = set(found[id(pair.mention)].skus)
        around = {id(p) for p in pairs[max(0, at - 12) : at + 12]}
        near = (
            [p for p in lines if id(p) in around and p is not pair]
            if pair.shared or pair.mention.bare
            else []
        )
        others = [set(found[id(p.mention)].skus) for p in near]
        again = pair.amount is None and pair.mention.bare and any(mine & o for o in others)
        wider = pair.shared and pair.mention.heads and any(o and o < mine for p, o in zip(near, others, strict=True) if p.shared)  # fmt: skip
        if again or wider or (pair.amount is None and id(pair.mention) in heads):
            topics.add(id(pair.mention))
    return topics


def _size_of_all(pairs: list[Pair]) -> Pair | None:
    """As in "复合肥和尿素，都要50公斤的，各一吨": a size said once after names that have none is no product."""
    shared = [p for p in pairs if p.shared and p.mention]
    if len(shared) < 3 or shared[-1].mention is None:
        return None
    last, others = shared[-1], [p.mention for p in shared[:-1] if p.mention]
    lone = last.mention.bare and last.mention.sizes and not last.mention.pieces if last.mention else False
    return last if lone and not any(m.sizes for m in others) else None


def _share_size(pairs: list[Pair], found: dict[int, Found], index: Index) -> None:
    """As in "柠檬和橙味汽水330ml的各4箱": the size holds for every product of the shared quantity."""
    sized = [p.mention for p in pairs if p.shared and p.mention and p.mention.sizes]
    if len(sized) != 1:
        return
    for pair in pairs:
        if pair.shared and pair.mention and not pair.mention.sizes and len(found[id(pair.mention)].skus) > 1:
            hit = found[id(pair.mention)]
            kept = tuple(
                s for s in hit.skus if all(has_size(index.entries[s], t.size, t.name) for t in sized[0].sizes)
            )
            if kept:
                found[id(pair.mention)] = Found(kept, hit.tier, hit.near)


def variant_of(mention: Mention, talked: tuple[str, ...], index: Index, allowed: Allowed) -> Found | None:
    """What a bare variant means beside the products last talked about, in the same size where that decides."""
    for sku in talked:
        entry = index.entries.get(sku)
        if entry is None:
            continue
        names = entry.names[:1] or tuple(entry.bag.split("|")[:1])
        near = Mention([Token(Kind.NAME, 0, 0, n, skus=index.names.skus.get(n, ()), name=n) for n in names])
        hit = inherited(mention, near, Found((sku,)), index, allowed)
        if hit.skus:
            same = tuple(s for s in hit.skus if set(index.entries[s].sizes) & set(entry.sizes))
            return hit._replace(skus=same if len(hit.skus) > 1 and same else hit.skus, topic=None)
    return None


def find_all(
    mentions: list[Mention],
    index: Index,
    allowed: Allowed,
    *,
    loose: bool = False,
    own: frozenset[int] = frozenset(),
) -> dict[int, Found]:
    """What each mention may mean, keyed by its identity; bare ones take the head noun of a neighbour.

    own: mentions with a quantity of their own; a size among them goes on with the name before it.
    """
    found = {id(m): resolve(m, index, allowed, loose=loose) for m in mentions}
    for at, mention in enumerate(mentions):
        if mention.bare and len(found[id(mention)].skus) != 1:
            after, before = mentions[at + 1 : at + 4], mentions[max(0, at - 6) : at][::-1]
            goes_on = id(mention) in own and not mention.pieces and any(id(m) in own for m in before[:1])
            around = (*before, *after) if goes_on else (*after, *before)
            for near in sorted(around, key=lambda m: not m.heads):
                if near.heads or found[id(near)].skus:
                    taken = inherited(mention, near, found[id(near)], index, allowed)
                    if taken.skus and set(taken.skus) <= set(found[id(mention)].skus or taken.skus):
                        topic = near if near.start < mention.start else None
                        found[id(mention)] = _in_size_of(topic, mention, taken, index)._replace(topic=topic)
                        break
    return found


def _in_size_of(topic: Mention | None, mention: Mention, found: Found, index: Index) -> Found:
    """As in "薯片70克的：原味5箱，番茄5箱": the size of the topic holds for its variants."""
    if topic is None or mention.sizes or not topic.sizes or len(found.skus) < 2:
        return found
    kept = tuple(
        s for s in found.skus if all(has_size(index.entries[s], t.size, t.name) for t in topic.sizes)
    )
    return found._replace(skus=kept) if kept else found


def item_of(pair: Pair, found: Found, normal: Normal, index: Index) -> Item:
    """The item of one mention with its quantity."""
    assert pair.mention is not None
    spans = [normal.span(pair.mention.start, pair.mention.end)]
    if pair.amount:
        spans.append(normal.span(pair.amount.start, pair.amount.end))
    text = _written(spans[0], normal)
    quantity = pair.amount.quantity if pair.amount else None
    return measured(text, found, quantity, index, tuple(spans))


def _written(span: Span, normal: Normal) -> str:
    return normal.original[span.start : span.end].strip()


def measured(
    text: str, found: Found, quantity: Quantity | None, index: Index, spans: tuple[Span, ...] = ()
) -> Item:
    """An item from its candidates and quantity: filtered by unit, converted to base units where that is exact."""
    skus = found.skus
    if quantity is None:
        problem = Problem.NO_QUANTITY if len(skus) == 1 else Problem.AMBIGUOUS if skus else Problem.UNKNOWN
        return Item(
            text=text, candidates=skus, tier=found.tier, problem=problem, near=found.near, spans=spans
        )
    words = [p.unit for p in quantity.parts if p.unit]
    if words and len(skus) > 1:
        sold = tuple(s for s in skus if all(_sold_in(index.entries[s], w, index) for w in words))
        skus = sold or skus
    qty, unit = said(quantity, skus, index)
    item = Item(text=text, candidates=skus, tier=found.tier, qty=qty, unit=unit, near=found.near, spans=spans)
    return _judged(item, quantity, index)


def _judged(item: Item, quantity: Quantity, index: Index) -> Item:
    skus = item.candidates
    if not skus:
        return _with(item, Problem.UNKNOWN)
    if len(skus) > 1:
        return _with(item, Problem.AMBIGUOUS)
    entry = index.entries[skus[0]]
    total = Decimal(0)
    for part in quantity.parts:
        fits = fits_of(entry, part, index)
        if not fits:
            return _with(item, Problem.UNIT_UNKNOWN)
        if len({f.factor for f in fits}) > 1:
            return _with(replace(item, unit=None), Problem.UNIT_AMBIGUOUS)
        total += part.value * fits[0].factor
    if total <= 0:
        return _with(item, Problem.NOT_POSITIVE)
    if total > TOO_LARGE:
        return _with(item, Problem.TOO_LARGE)
    if total != total.to_integral_value():
        return _with(item, Problem.NOT_WHOLE)
    problem = Problem.APPROXIMATE if quantity.approximate else None
    return _with(item, problem, int(total))


def _with(item: Item, problem: Problem | None, base_qty: int | None = None) -> Item:
    return replace(item, problem=problem, base_qty=base_qty)


def fits_of(entry: Entry, part: Part, index: Index) -> tuple[Fit, ...]:
    """The units a part's word may mean on the product; the default unit where none was said."""
    product = entry.product
    if part.unit:
        return index.units.fits(product, part.unit)
    if part.pieces:
        return (Fit(product.base_unit, 1),)
    return (Fit(product.default_unit, product.units[product.default_unit].factor),)


def _sold_in(entry: Entry, word: str, index: Index) -> bool:
    return any(f.key in entry.product.units for f in index.units.fits(entry.product, word, strict=True))


def said(quantity: Quantity, skus: tuple[str, ...], index: Index) -> tuple[Decimal, str | None]:
    """The quantity and the catalogue's key of its unit; several parts come in the smallest of their units."""
    first = quantity.parts[0]
    entry = index.entries[skus[0]] if skus else None
    if len(quantity.parts) > 1 and entry:
        fits = [fits_of(entry, p, index) for p in quantity.parts]
        if all(fits):
            least = min((f[0] for f in fits), key=lambda f: f.factor)
            total = sum(
                (p.value * f[0].factor for p, f in zip(quantity.parts, fits, strict=True)), Decimal(0)
            )
            return total / least.factor, least.key
    if first.pieces:
        return first.value / DOZEN, "打"
    if first.unit is None:
        defaults = {index.entries[s].product.default_unit for s in skus}
        return first.value, defaults.pop() if len(defaults) == 1 else None
    if entry and (fits_ := index.units.fits(entry.product, first.unit)):
        return first.value, fits_[0].key
    return first.value, index.units.key(first.unit)


def amount_of(token: Token) -> Quantity:
    assert token.quantity is not None
    return token.quantity
