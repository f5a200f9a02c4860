"""One product given up for another, and the unit of a line for another."""

from collections.abc import Iterator
from dataclasses import replace

from bot.understand.clauses import Clause
from bot.understand.items import find_all, measured, variant_of
from bot.understand.lexicon import Role
from bot.understand.reading import Reading
from bot.understand.resolve import Found
from bot.understand.targets import Named, last_line, same_size, target_of, targets_of
from bot.understand.tokens import Kind, Token
from bot.understand.types import Change, Move, Op, Replace, Target, TargetKind

_NOT, _BUT = frozenset({"不是", "not", "not the"}), frozenset({"是", "而是", "but"})


def swaps(named: Named) -> bool:
    """Whether a word of exchange stands between two products, or before both with "with/for" between."""
    first, second = named.mentions[:2]
    for element in named.clause.elements:
        if isinstance(element, Token) and element.is_word(Role.SET, Role.REPLACE):
            if first.end <= element.start < second.start:
                return True
            if element.start < first.start and element.text[0].isascii():
                return True
            if element.start < first.start and element.role is Role.REPLACE:
                return True
    return False


def exchanged(named: Named, reading: Reading) -> Move:
    """The first of two products given up for the second."""
    old, new = named.mentions[:2]
    if any(
        isinstance(e, Token) and "instead" in e.text and old.end <= e.start < new.start
        for e in named.clause.elements
    ):
        old, new = new, old
    target = target_of(named.clause, old, reading)
    found = find_all([new], reading.index, reading.context.assortment)[id(new)]
    if not found.skus:
        found = (
            variant_of(new, target.skus or reading.talked, reading.index, reading.context.assortment) or found
        )
    found = same_size(found, target.skus, reading)
    quantity = named.amounts[-1].quantity if named.amounts else None
    spans = (reading.span(new),)
    item = measured(reading.original(new.start, new.end), found, quantity, reading.index, spans)
    return Replace(target=target, item=item)


def counted(move: Move, clause: Clause, reading: Reading) -> Move | None:
    """As in "换回铁观音吧，5箱": the quantity of goods that have just taken the place of others."""
    if not isinstance(move, Replace) or move.item.qty is not None or clause.mentions or clause.roles():
        return None
    if len(clause.amounts) != 1 or not move.item.candidates:
        return None
    item, quantity = move.item, clause.amounts[0].quantity
    found = Found(item.candidates, item.tier)
    return replace(move, item=measured(item.text, found, quantity, reading.index, item.spans))


def corrected(reading: Reading) -> Move | None:
    """As in "不是小种，是花茶", "not the lapsang, the jasmine": the goods in the draft were the wrong ones."""
    mentions = reading.mentions()
    if len(mentions) != 2 or any(t.kind is Kind.QUANTITY for t in reading.tokens):
        return None
    old, new = mentions
    before = [t for t in reading.tokens if t.end <= old.start and t.kind is not Kind.BREAK]
    between = [t for t in reading.tokens if old.end <= t.start < new.start]
    if not any(t.text in _NOT for t in before) or not any(
        t.kind is Kind.BREAK or t.text in _BUT for t in between
    ):
        return None
    clause = Clause([old, new])
    target = target_of(clause, old, reading)
    found = find_all([new], reading.index, reading.context.assortment)[id(new)]
    if not found.skus or not any(line.sku in target.skus for line in reading.context.draft):
        return None
    item = measured(reading.original(new.start, new.end), found, None, reading.index, (reading.span(new),))
    return Replace(target=target, item=item)


def instead_of_last(named: Named, reading: Reading) -> Iterator[Move]:
    """As in "不对，是花茶": other goods were meant than those last talked about, as much of them."""
    new = named.mentions[0]
    target = target_of(named.clause, new, reading)
    line = last_line(reading)
    if line is None:
        return
    found = variant_of(new, (line.sku,), reading.index, reading.context.assortment) if new.bare else None
    if found is None and (not new.known or not target.skus or line.sku in target.skus):
        return
    found = found or find_all([new], reading.index, reading.context.assortment)[id(new)]
    if found.skus and not any(held.sku in found.skus for held in reading.context.draft):
        spans = (reading.span(new),)
        item = measured(reading.original(new.start, new.end), found, None, reading.index, spans)
        yield Replace(target=Target(kind=TargetKind.LAST), item=item)


def unit_or_product(named: Named, reading: Reading) -> Iterator[Move]:
    """As in "换成箱" changes the unit; "换成雪碧" the product."""
    target = named.place
    units = [e for e in named.clause.elements if isinstance(e, Token) and e.kind is Kind.UNIT]
    op_at = next(
        e.start for e in named.clause.elements if isinstance(e, Token) and e.is_word(Role.SET, Role.REPLACE)
    )
    if units and units[-1].start > op_at:
        for one in targets_of(named, reading):
            yield Change(target=one, op=Op.SET, unit=reading.index.units.key(units[-1].text))
        return
    new = next((m for m in named.mentions if m.start > op_at), None)
    if new is not None:
        found = find_all([new], reading.index, reading.context.assortment)[id(new)]
        if not found.skus or new.bare:
            line = last_line(reading)
            held = target.skus if target and target.skus else (line.sku,) if line else ()
            found = variant_of(new, held, reading.index, reading.context.assortment) or found
        found = same_size(
            found, target.skus if target else tuple(x.sku for x in (last_line(reading),) if x), reading
        )
        if found.skus:
            item = measured(
                reading.original(new.start, new.end), found, None, reading.index, (reading.span(new),)
            )
            yield Replace(target=target or named.last or Target(kind=TargetKind.LAST), item=item)
