"""One product given up for another, and the unit of a line for another."""

from collections.abc import Iterator

from bot.understand.items import find_all, measured, variant_of
from bot.understand.lexicon import Role
from bot.understand.reading import Reading
from bot.understand.targets import Named, last_line, same_size, target_of, targets_of
from bot.understand.tokens import Kind, Token
from bot.understand.types import Change, Move, Op, Replace, Target, TargetKind


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
