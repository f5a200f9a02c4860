"""One product given up for another, and the unit of a line for another."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from bot.understand.clauses import Clause
from bot.understand.context import DraftLine
from bot.understand.intents import HEAD
from bot.understand.items import find_all, measured, said, variant_of
from bot.understand.lexicon import Role
from bot.understand.mentions import Mention
from bot.understand.numerals import Part, Quantity
from bot.understand.reading import Reading
from bot.understand.resolve import Found
from bot.understand.targets import Named, in_draft, last_line, same_size, skus_at, target_of, targets_of
from bot.understand.tokens import Kind, Token
from bot.understand.types import Add, Change, Item, Move, Op, Replace, Target, TargetKind

_OTHER_HALF = re.compile(r"另(?:外)?(?:的)?一?半|\bother half\b")
_INSTEAD = frozenset({"instead of", "rather than", "in place of"})
_NOT, _BUT = frozenset({"不是", "not", "not the"}), frozenset({"是", "而是", "but"})


def exchanged(named: Named, reading: Reading) -> Iterator[Move]:
    """One product given up for another, wholly or in part: A换成B, 3箱换成B, 一半换成B, swap half of A for B."""
    op = next(
        (e for e in named.clause.words if e.is_word(Role.SET, Role.REPLACE) or e.text in _INSTEAD), None
    )
    if op is None or not named.mentions or (named.clause.has(Role.MORE) and len(named.mentions) == 1):
        return
    pair = _old_and_new(named, op)
    if pair is None:
        return
    old, new = pair
    target = target_of(named.clause, old, reading) if old else _held(named)
    held = target.skus or skus_at(target, reading)
    found = _meant(new, held or reading.talked, reading)
    part, whole = _amounts(named, max(op.start, old.start if old else 0), reading)
    halves = any(e.is_word(Role.HALVE) and e.start < new.start for e in named.clause.words)
    drafted = in_draft(found.skus, reading)
    if old is None and (not held or not found.skus or (drafted and not (named.places or part or halves))):
        return  # "改成可乐5箱" sets what is there
    if op.text in _INSTEAD and not in_draft(held, reading):
        return
    found = same_size(found, held, reading)
    spans, text = (reading.span(new),), reading.original(new.start, new.end)
    line = next((each for each in reading.context.draft if each.sku in held), None)
    if line and (part or halves):
        yield from _in_part(
            target, line, part, measured(text, found, part or _half(line), reading.index, spans), reading
        )
        return
    for one in named.places or [target]:
        yield Replace(target=one, item=measured(text, found, whole, reading.index, spans))


def _old_and_new(named: Named, op: Token) -> tuple[Mention | None, Mention] | None:
    """Which mention is given up, if one is named, and which comes instead."""
    before = [m for m in named.mentions if m.start < op.start]
    after = [m for m in named.mentions if m.start >= op.end]
    if op.text in _INSTEAD:
        return (after[0], before[-1]) if before and after else None
    if before and after:
        return None if _and_between(named, op.end, after[0].start) else (before[-1], after[0])
    if len(after) >= 2 and not before and (op.text[0].isascii() or op.role is Role.REPLACE):
        return None if _and_between(named, after[0].end, after[1].start) else (after[0], after[1])
    return (None, after[0]) if after and not before else None


def _and_between(named: Named, start: int, end: int) -> bool:
    """As in "make the towels 6 and the sheets 4": two changes, and no exchange."""
    return any(e.text in ("and", "&") and start <= e.start < end for e in named.clause.words)


def _held(named: Named) -> Target:
    return next(iter(named.places or named.topic), named.last or Target(kind=TargetKind.LAST))


def _meant(new: Mention, held: tuple[str, ...], reading: Reading) -> Found:
    found = find_all([new], reading.index, reading.context.assortment)[id(new)]
    if found.skus and not new.bare:
        return found
    return variant_of(new, held, reading.index, reading.context.assortment) or found


def _amounts(named: Named, edge: int, reading: Reading) -> tuple[Quantity | None, Quantity | None]:
    """How much of the old goods is given up, where that is said, and how much of the new is wanted."""
    part = whole = None
    for amount in named.amounts:
        if amount.end <= edge or reading.goods_text[amount.end : amount.end + 1] in ("成", "为"):
            part = amount.quantity
        else:
            whole = amount.quantity
    return part, whole


def _half(line: DraftLine) -> Quantity:
    return Quantity((Part(line.qty / 2, line.unit),), 0, 0)


def _in_part(
    target: Target, line: DraftLine, part: Quantity | None, item: Item, reading: Reading
) -> Iterator[Move]:
    """The old goods become less by what the new are."""
    if part is None:
        yield Change(target=target, op=Op.TIMES, qty=Decimal("0.5"))
    else:
        qty, unit = said(part, (line.sku,), reading.index)
        if unit == line.unit and qty >= line.qty:
            yield Replace(target=target, item=item)
            return
        yield Change(target=target, op=Op.LESS, qty=qty, unit=unit)
    yield Add(items=(item,))


def other_half(moves: list[Move], found: list[Move], reading: Reading) -> list[Move]:
    """As in "可乐要一半，另一半换绿茶": what was halved just before is not halved again for what becomes of the other half."""
    again = bool(found) and moves[-1:] == found[:1]
    return found[1:] if again and _OTHER_HALF.search(reading.text[:HEAD]) else found


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


def other_unit(named: Named, reading: Reading) -> Iterator[Move]:
    """As in "换成箱": another unit for what is there."""
    units = [e for e in named.clause.words if e.kind is Kind.UNIT]
    op_at = next(e.start for e in named.clause.words if e.is_word(Role.SET, Role.REPLACE))
    if units and units[-1].start > op_at:
        unit = reading.index.units.key(units[-1].text)
        yield from (Change(target=one, op=Op.SET, unit=unit) for one in targets_of(named, reading))
