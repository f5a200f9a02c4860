"""Changes to the draft: set, more, less, times, remove, keep only, replace; resolved against the draft first."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from bot.understand.assemble import is_amount, pair_up
from bot.understand.items import find_all, measured, said, variant_of
from bot.understand.lexicon import Role
from bot.understand.mentions import Element, Mention
from bot.understand.numerals import Part, Quantity, number_at, read_quantity
from bot.understand.reading import Reading
from bot.understand.resolve import Found, fit_sizes, holds, is_relative
from bot.understand.tokens import Kind, Token
from bot.understand.types import (
    Add,
    Change,
    DraftLine,
    Item,
    Move,
    Op,
    Remove,
    Replace,
    Target,
    TargetKind,
    Tier,
)

OPS = (
    Role.SET, Role.MORE, Role.LESS, Role.DOUBLE, Role.HALVE, Role.REMOVE, Role.NOT, Role.ONLY, Role.REPLACE,
    Role.REPAIR, Role.EACH, Role.AGAIN, Role.EXCEPT,
)  # fmt: skip
_INDEX_ZH = re.compile(
    r"第([0-9一二三四五六七八九十]{1,3})(?:个|项|行|条|样|种|款|件商品|号|排)?|(首行|首个|首项|头一(?:个|项|行|样)|最前面(?:那个|的)?|最上面(?:那个|的|一个)?|打头的)"
    r"|(最后(?:一|那)?(?:个|项|行|样|种|条)?(?:的)?|末行|末尾(?:那个|的)?|最末(?:一个|一行)?|最下面(?:那个|的|一个)?|尾行|倒数第一(?:个|行|项)?)"
)
_INDEX_EN = re.compile(
    r"\b(?:line|item|row|number|no\.?|#)\s?([0-9]{1,2})\b|\b(?:the )?(first|second|third|fourth|fifth|sixth|[0-9]{1,2}(?:st|nd|rd|th))(?: one| line| item| row| product)?\b"
    r"|\b(?:the )?(last)(?: one| line| item| row| product| thing)\b"
)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6}


_OFF = frozenset({"take off", "take away", "knock off", "cut", "砍掉", "扣掉", "减掉", "减去", "退掉", "去"})
_THAT = re.compile(
    r"\b(?:that|those|it|them|this|these)\b|[这那](?:个|种|款)?(?:也|就)?(?:来|要|拿)|它|[来要拿].{0,6}[这那](?:个|种|款)"
)
_FEWER, _FURTHER = (
    re.compile(r"\b(?:less|fewer)\b"),
    re.compile(r"\b(?:more|extra|additional|further|another)\b"),
)
_ENOUGH = re.compile(
    r"就(?:够|行|好|可以|得了|成)|够了|即可|(?:is|are|will be) (?:enough|plenty|fine)|will do\b"
)
_OTHERS = frozenset(
    {"其他", "其它", "其余", "别的", "剩下", "剩下的", "其他的", "rest", "others", "other", "everything else"}
)
_SAME = re.compile(
    r"(?:^|[,，。 ])(?:and |then )?(?:the )?same (?:amount |quantity |again |number )?(?:for|of|with)\b|一样多|同样多|同样(?:的)?数量|也(?:来|要|是)?(?:这么多|一样|同样)|跟它一样|一样来"
)


@dataclass
class Clause:
    """A stretch of the message with one thing done to the draft."""

    elements: list[Element] = field(default_factory=list)

    @property
    def mentions(self) -> list[Mention]:
        return [e for e in self.elements if isinstance(e, Mention)]

    @property
    def amounts(self) -> list[Token]:
        return [e for e in self.elements if isinstance(e, Token) and is_amount(e)]

    def roles(self) -> list[Role]:
        return [e.role for e in self.elements if isinstance(e, Token) and e.role in OPS and e.role]

    def has(self, *roles: Role) -> bool:
        return any(r in roles for r in self.roles())


def indexes_in(text: str) -> list[int]:
    """All lines or options named by their place, in order."""
    found: list[int] = []
    at = 0
    while place := index_in(text[at:]):
        found.append(place[0])
        at += place[2]
    return found


def index_in(text: str) -> tuple[int, int, int] | None:
    """A line named by its place ("第二个", "line 2", "最后一项"): 1-based number (-1 the last) and where it stands."""
    if match := _INDEX_ZH.search(text):
        if match[1]:
            numeral = number_at(match[1], 0)
            return (int(numeral.value), match.start(), match.end()) if numeral else None
        return (1 if match[2] else -1), match.start(), match.end()
    if match := _INDEX_EN.search(text):
        if match[3]:
            return -1, match.start(), match.end()
        digits = match[1] or "".join(c for c in match[2] if c.isdigit())
        return (int(digits) if digits else _ORDINALS[match[2]]), match.start(), match.end()
    return None


def change_moves(reading: Reading) -> tuple[Move, ...]:
    """What the text does to the draft, clause by clause; empty when it only names goods."""
    moves: list[Move] = []
    if same := same_again(reading):
        return (same,)
    if single := _other_unit(reading) or _of_that(reading):
        return (single,)
    last: Target | None = None
    wrong = False  # "说错了": the next clause corrects
    for clause in clauses(reading.elements):
        if moves and _takes_back(clause):
            moves[-1] = _set_instead(moves[-1], reading)
            continue
        found = [] if _only_repairs(clause) else list(_clause_moves(clause, reading, last, wrong=wrong))
        wrong = clause.has(Role.REPAIR) and not clause.amounts and not found
        if moves and len(found) == 1 and _takes_the_place(moves[-1], found[0]):
            moves.pop()
        for move in found:
            if isinstance(move, (Change, Remove)) and move.target.kind is not TargetKind.ALL:
                last = move.target
            elif isinstance(move, Add) and move.items and move.items[-1].candidates:
                last = Target(kind=TargetKind.SKUS, skus=move.items[-1].candidates, text=move.items[-1].text)
        if not found and clause.mentions and not clause.amounts:
            last = _target(clause, clause.mentions[0], reading, None)
        moves += found
    if wrong:
        moves = [_set_instead(m, reading) for m in moves]
    return merged(moves)


def same_again(reading: Reading) -> Move | None:
    """As in "The same for X": the quantity of the line last talked about, for other goods."""
    line = last_line(reading)
    goods = [i for i in reading.items if i.candidates]
    if line is None or not goods or any(i.qty is not None for i in goods) or not _SAME.search(reading.text):
        return None
    quantity = Quantity((Part(line.qty, line.unit),), 0, 0)
    items = [measured(i.text, Found(i.candidates, i.tier), quantity, reading.index, i.spans) for i in goods]
    return Add(items=tuple(items))


def last_line(reading: Reading) -> DraftLine | None:
    """The line of the draft last talked about, else its last line."""
    draft = {line.sku: line for line in reading.context.draft}
    return next((draft[s] for s in reading.context.last_skus if s in draft), None) or (
        reading.context.draft[-1] if reading.context.draft else None
    )


def _other_unit(reading: Reading) -> Move | None:
    """As in "不是箱，是提": another unit for the line last talked about."""
    units = [t for t in reading.tokens if t.kind is Kind.UNIT]
    amounts = any(t.kind is Kind.QUANTITY for t in reading.tokens)
    if (
        not units
        or amounts
        or reading.known
        or not reading.has_word(Role.REPAIR, Role.NOT)
        or not reading.context.draft
    ):
        return None
    return Change(target=Target(kind=TargetKind.LAST), op=Op.SET, unit=unit_key(units[-1].text, reading))


def _of_that(reading: Reading) -> Move | None:
    """As in "20 bags of that too", after a question about goods that are not in the draft."""
    asked = reading.context.last_skus[:1]
    amounts = [t for t in reading.tokens if t.kind is Kind.QUANTITY]
    if (
        not asked
        or in_draft(asked, reading)
        or len(amounts) != 1
        or reading.mentions()
        or not _THAT.search(reading.text)
    ):
        return None
    item = measured(reading.text, Found(asked, Tier.NAME), amounts[0].quantity, reading.index, (reading.normal.span(amounts[0].start, amounts[0].end),))  # fmt: skip
    return Add(items=(item,))


def unit_key(word: str, reading: Reading) -> str:
    """The key of a unit word on the line last talked about, else in the catalogue."""
    line = last_line(reading)
    entry = reading.index.entries.get(line.sku) if line else None
    fits = reading.index.units.fits(entry.product, word) if entry else ()
    return fits[0].key if fits else reading.index.units.key(word)


def _takes_the_place(before: Move, after: Move) -> bool:
    """As in "A不要了，换成B" is one exchange."""
    return isinstance(before, Remove) and isinstance(after, Replace) and before.target == after.target


def _takes_back(clause: Clause) -> bool:
    """As in "不是10箱" after a quantity: the one before is the right one."""
    words = [e for e in clause.elements if isinstance(e, Token) and e.kind is not Kind.BREAK]
    return (
        len(words) == 2 and words[0].text in ("不是", "not") and is_amount(words[1]) and not clause.mentions
    )


def _set_instead(move: Move, reading: Reading) -> Move:
    """An addition of what is already in the draft, meant as its new quantity."""
    if isinstance(move, Add) and len(move.items) == 1 and in_draft(move.items[0].candidates, reading):
        item = move.items[0]
        target = Target(kind=TargetKind.SKUS, skus=item.candidates, text=item.text)
        return Change(target=target, op=Op.SET, qty=item.qty, unit=item.unit)
    return move


def clauses(elements: list[Element]) -> Iterator[Clause]:
    """The text cut at commas and line ends, and before 再 and the like once a quantity was said."""
    clause = Clause()
    for element in elements:
        ends = (
            isinstance(element, Token)
            and element.kind is Kind.BREAK
            and element.strength >= 1
            and element.text not in "、:"
        )
        again = isinstance(element, Token) and element.is_word(Role.AGAIN) and bool(clause.amounts)
        again = again or (isinstance(element, Mention) and _complete(clause))
        if (ends or again) and clause.elements:
            yield clause
            clause = Clause()
        if not ends:
            clause.elements.append(element)
    if clause.elements:
        yield clause


def _complete(clause: Clause) -> bool:
    """Whether a clause has named goods and then their quantity, so that another name begins the next."""
    if (
        not clause.mentions
        or not clause.amounts
        or clause.has(Role.SET, Role.REPLACE, Role.EACH, Role.REPAIR)
    ):
        return False
    return clause.mentions[-1].known and clause.mentions[-1].end <= clause.amounts[0].start


def merged(moves: list[Move]) -> tuple[Move, ...]:
    """Neighbouring additions as one."""
    out: list[Move] = []
    for move in moves:
        if isinstance(move, Add) and out and isinstance(previous := out[-1], Add):
            out[-1] = Add(items=previous.items + move.items)
        else:
            out.append(move)
    return tuple(out)


def _only_repairs(clause: Clause) -> bool:
    """Whether a clause says no more than that something was wrong."""
    return clause.has(Role.REPAIR) and not clause.mentions and not clause.amounts


def _clause_moves(
    clause: Clause, reading: Reading, last: Target | None, *, wrong: bool = False
) -> Iterator[Move]:
    place = _place(clause, reading)
    mentions = [m for m in clause.mentions if not (place and place[1] < m.end and m.start < place[2])]
    clause = Clause([e for e in clause.elements if not isinstance(e, Mention) or e in mentions])
    amounts = [a for a in clause.amounts if not (place and place[1] < a.end and a.start < place[2])]
    if place and not amounts and (rest := _after_place(place[2], clause, reading)):
        amounts = [rest]  # "line 1 to 15 cases"
    several = _places(clause, reading) if place else []
    if len(several) > 1 and clause.amounts and (op := _op(clause)) and clause.amounts[-1].quantity:
        for at in several:
            yield _change(Target(kind=TargetKind.INDEX, index=at), op, clause.amounts[-1].quantity, reading)
        return
    target = (
        Target(kind=TargetKind.INDEX, index=place[0], text=reading.original(place[1], place[2]))
        if place
        else None
    )
    roles = clause.roles()
    if len(mentions) >= 2 and clause.has(Role.SET, Role.REPLACE) and _swap(clause, mentions):
        yield from _replace(clause, mentions, amounts, reading)
        return
    if clause.has(Role.EXCEPT) and mentions and not amounts and not clause.has(Role.NOT, Role.REMOVE):
        yield from (Remove(target=_target(clause, m, reading, None)) for m in mentions)
        return
    if clause.has(Role.DOUBLE, Role.HALVE):
        factor = Decimal(2) if Role.DOUBLE in roles else Decimal("0.5")
        for one in _targets(clause, mentions, target, reading, last):
            yield Change(target=one, op=Op.TIMES, qty=factor)
        return
    if _keeps(clause) and (mentions or target):
        yield from _keep(clause, mentions, amounts, target, reading)
        return
    if (
        (clause.has(Role.REMOVE, Role.NOT) or _takes_off(clause))
        and not amounts
        and (mentions or target or last)
    ):
        for one in _targets(clause, mentions, target, reading, last):
            if one.skus or one.text not in _OTHERS:
                yield Remove(target=one)
        return
    if amounts:
        yield from _with_amount(clause, mentions, amounts, target, reading, last, wrong=wrong)
    elif clause.has(Role.SET, Role.REPLACE):
        yield from _set_unit_or_product(clause, mentions, target, reading, last)
    elif mentions and (clause.has(Role.AGAIN, Role.MORE) or any(e.is_word(Role.VERB) for e in clause.elements if isinstance(e, Token))):  # fmt: skip
        yield from _additions(clause, reading)


def _keeps(clause: Clause) -> bool:
    """As in "只要可乐", "除了可乐都不要"."""
    if clause.has(Role.EXCEPT):
        return clause.has(Role.NOT, Role.REMOVE)
    return clause.has(Role.ONLY) and not clause.has(Role.MORE, Role.LESS)


def _enough(clause: Clause, reading: Reading) -> bool:
    """As in "可乐要5箱就够了": a quantity that is enough takes the place of the old one."""
    if not clause.elements:
        return False
    text = reading.goods_text[clause.elements[0].start : clause.elements[-1].end + 4]
    return bool(_ENOUGH.search(text))


def _takes_off(clause: Clause) -> bool:
    return any(isinstance(e, Token) and e.text in _OFF for e in clause.elements)


def _after_place(end: int, clause: Clause, reading: Reading) -> Token | None:
    """The quantity that follows a line's number, where both were read as one range."""
    text = reading.goods_text
    match = re.compile(r"\s*(?:to|=|:|到|改|成|为)?\s*").match(text, end)
    at = match.end() if match else end
    quantity = read_quantity(text, at, reading.index.units.word_at) if at < clause.elements[-1].end else None
    return (
        Token(Kind.QUANTITY, at, quantity.end, text[at : quantity.end], quantity=quantity)
        if quantity
        else None
    )


def _places(clause: Clause, reading: Reading) -> list[int]:
    return indexes_in(reading.goods_text[clause.elements[0].start : clause.elements[-1].end])


def _place(clause: Clause, reading: Reading) -> tuple[int, int, int] | None:
    if not clause.elements:
        return None
    start, end = clause.elements[0].start, clause.elements[-1].end
    found = index_in(reading.goods_text[start:end])
    return (found[0], found[1] + start, found[2] + start) if found else None


def _swap(clause: Clause, mentions: list[Mention]) -> bool:
    """Whether a word of exchange stands between two products, or before both with "with/for" between."""
    first, second = mentions[0], mentions[1]
    for element in clause.elements:
        if isinstance(element, Token) and element.is_word(Role.SET, Role.REPLACE):
            if first.end <= element.start < second.start:
                return True
            if element.start < first.start and element.text[0].isascii():
                return True
            if element.start < first.start and element.role is Role.REPLACE:
                return True
    return False


def _replace(
    clause: Clause, mentions: list[Mention], amounts: list[Token], reading: Reading
) -> Iterator[Move]:
    old, new = mentions[0], mentions[1]
    if any(
        isinstance(e, Token) and "instead" in e.text and old.end <= e.start < new.start
        for e in clause.elements
    ):
        old, new = new, old
    target = _target(clause, old, reading, None)
    found = find_all([new], reading.index, reading.context.assortment)[id(new)]
    if not found.skus:
        found = (
            variant_of(new, target.skus or reading.talked, reading.index, reading.context.assortment) or found
        )
    found = same_size(found, target.skus, reading)
    quantity = amounts[-1].quantity if amounts else None
    spans = (reading.span(new),)
    item = measured(reading.original(new.start, new.end), found, quantity, reading.index, spans)
    yield Replace(target=target, item=item)


def same_size(found: Found, skus: tuple[str, ...], reading: Reading) -> Found:
    """In an exchange the new goods come in the size of the old, where that decides."""
    entries = reading.index.entries
    if len(found.skus) < 2 or len(skus) != 1 or skus[0] not in entries:
        return found
    same = tuple(s for s in found.skus if set(entries[s].sizes) & set(entries[skus[0]].sizes))
    return found._replace(skus=same) if same else found


def _keep(clause: Clause, mentions: list[Mention], amounts: list[Token], target: Target | None, reading: Reading) -> Iterator[Move]:  # fmt: skip
    skus: tuple[str, ...] = ()
    for mention in mentions:
        skus += _target(clause, mention, reading, None).skus
    kept = target or Target(kind=TargetKind.SKUS, skus=tuple(dict.fromkeys(skus)), text=reading.original(clause.elements[0].start, clause.elements[-1].end))  # fmt: skip
    yield Remove(target=kept, keep=True)
    if amounts and len(mentions) == 1 and amounts[0].quantity:
        yield _change(kept, Op.SET, amounts[0].quantity, reading)


def _with_amount(clause: Clause, mentions: list[Mention], amounts: list[Token], target: Target | None, reading: Reading, last: Target | None, *, wrong: bool) -> Iterator[Move]:  # fmt: skip
    op = Op.SET if wrong else _op(clause)
    if (
        op is None
        and _enough(clause, reading)
        and all(in_draft(_target(clause, m, reading, None).skus, reading) for m in mentions)
    ):
        op = Op.SET
    if op is None and target:
        op = Op.SET  # "第3项要5箱"
    if op is None or (op is Op.MORE and mentions and not target):
        if op is Op.MORE and len(mentions) == 1 and len(amounts) == 1 and amounts[0].quantity:
            one = _target(clause, mentions[0], reading, None)
            if in_draft(one.skus, reading):
                yield _change(one, Op.MORE, amounts[0].quantity, reading)
                return
        if op is Op.MORE and len(mentions) > 1:
            yield from _more_of_each(clause, reading)
            return
        if mentions:
            yield from _additions(clause, reading)
            return
        if op is None:
            if not clause.has(Role.AGAIN):
                return
            op = Op.MORE
    if len(mentions) > 1 and len(amounts) >= 1:
        for pair in pair_up(clause.elements):
            if pair.mention and pair.amount and pair.amount.quantity and not pair.negated:
                yield _change(_target(clause, pair.mention, reading, None), op, pair.amount.quantity, reading)
        return
    quantity = amounts[-1].quantity
    if quantity:
        for one in _targets(clause, mentions, target, reading, last):
            yield _change(one, op, quantity, reading)


def _more_of_each(clause: Clause, reading: Reading) -> Iterator[Move]:
    """Several products with more of each: lines of the draft grow, others are new."""
    items = {i.spans[0].start: i for i in items_of_clause(clause, reading)}
    for pair in pair_up(clause.elements):
        if pair.mention is None or pair.negated:
            continue
        one = _target(clause, pair.mention, reading, None)
        if pair.amount and pair.amount.quantity and in_draft(one.skus, reading):
            yield _change(one, Op.MORE, pair.amount.quantity, reading)
        elif item := items.get(reading.span(pair.mention).start):
            yield Add(items=(item,))


def _op(clause: Clause) -> Op | None:
    roles = clause.roles()
    if Role.SET in roles or Role.REPLACE in roles or Role.REPAIR in roles or _says_to(clause):
        return Op.SET
    inside = " ".join(a.text for a in clause.amounts)
    if Role.LESS in roles or Role.REMOVE in roles or _FEWER.search(inside):
        return Op.LESS
    if Role.MORE in roles or Role.AGAIN in roles or _FURTHER.search(inside):
        return Op.MORE
    if not clause.mentions and any(
        isinstance(e, Token) and e.is_word(Role.ALL, Role.EACH) for e in clause.elements
    ):
        return (
            Op.MORE if any(isinstance(e, Token) and e.is_word(Role.AND) for e in clause.elements) else Op.SET
        )
    return None


def _says_to(clause: Clause) -> bool:
    """As in "cut the paint to 4", "减到4箱": a word of more or less with the new value."""
    return any(
        isinstance(e, Token)
        and e.text in ("to", "到", "成", "为")
        and isinstance(n, Token)
        and n.kind is Kind.QUANTITY
        for e, n in pairwise(clause.elements)
    )


def _change(target: Target, op: Op, quantity: Quantity, reading: Reading) -> Change:
    skus = target.skus or _skus_at(target, reading)
    unit: str | None = None
    qty = quantity.parts[0].value
    if quantity.parts[0].unit or quantity.parts[0].pieces or len(quantity.parts) > 1:
        qty, unit = said(quantity, skus, reading.index)
    return Change(target=target, op=op, qty=qty, unit=unit, approximate=quantity.approximate)


def _skus_at(target: Target, reading: Reading) -> tuple[str, ...]:
    """The products a target without names means, for reading a unit on them."""
    draft = reading.context.draft
    if target.kind is TargetKind.INDEX:
        at = target.index - 1 if target.index > 0 else target.index
        return (draft[at].sku,) if -len(draft) <= at < len(draft) else ()
    line = last_line(reading)
    if target.kind is TargetKind.LAST:
        return (line.sku,) if line else ()
    return tuple(other.sku for other in draft)


def _set_unit_or_product(clause: Clause, mentions: list[Mention], target: Target | None, reading: Reading, last: Target | None) -> Iterator[Move]:  # fmt: skip
    """As in "换成箱" changes the unit; "换成雪碧" the product."""
    units = [e for e in clause.elements if isinstance(e, Token) and e.kind is Kind.UNIT]
    op_at = next(
        e.start for e in clause.elements if isinstance(e, Token) and e.is_word(Role.SET, Role.REPLACE)
    )
    if units and units[-1].start > op_at:
        for one in _targets(clause, mentions, target, reading, last):
            yield Change(target=one, op=Op.SET, unit=reading.index.units.key(units[-1].text))
        return
    new = next((m for m in mentions if m.start > op_at), None)
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
            yield Replace(target=target or last or Target(kind=TargetKind.LAST), item=item)


def _additions(clause: Clause, reading: Reading) -> Iterator[Move]:
    mine = items_of_clause(clause, reading)
    mine = [i for i in mine if i.candidates or i.qty is not None]
    if mine:
        yield Add(items=tuple(mine))


def items_of_clause(clause: Clause, reading: Reading) -> list[Item]:
    """The items named in a clause."""
    return reading.items_in(clause.elements[0].start, clause.elements[-1].end)


def _targets(clause: Clause, mentions: list[Mention], target: Target | None, reading: Reading, last: Target | None) -> list[Target]:  # fmt: skip
    if target:
        return [target]
    if mentions:
        return [_target(clause, m, reading, None) for m in mentions]
    if clause.has(Role.EACH) or any(isinstance(e, Token) and e.is_word(Role.ALL) for e in clause.elements):
        return [Target(kind=TargetKind.ALL)]
    return [last or Target(kind=TargetKind.LAST)]


def in_draft(skus: tuple[str, ...], reading: Reading) -> bool:
    return any(line.sku in skus for line in reading.context.draft)


def _target(clause: Clause, mention: Mention, reading: Reading, found: Found | None) -> Target:
    """The draft lines a mention means; outside the draft, what it means in the catalogue."""
    found = found or find_all(clause.mentions or [mention], reading.index, reading.context.assortment).get(
        id(mention)
    )
    text = reading.original(mention.start, mention.end)
    drafted = tuple(line.sku for line in reading.context.draft)
    skus = found.skus if found else ()
    inside = tuple(s for s in drafted if s in skus) or among(mention, drafted, reading)
    return Target(kind=TargetKind.SKUS, skus=inside or skus, text=text)


def among(mention: Mention, skus: tuple[str, ...], reading: Reading) -> tuple[str, ...]:
    """Which of these products a loose mention fits: every word in their names, and the size."""
    entries = reading.index.entries
    left = tuple(s for s in skus if s in entries)
    words = [p for p in mention.parts if p.kind is not Kind.SIZE and not is_relative(p.text)]
    for part in words:
        left = tuple(s for s in left if s in part.skus or holds(entries[s], part, reading.index))
    fit = fit_sizes(mention, left, reading.index)
    narrowed = bool(words) or len(fit) < len(skus)
    return fit if narrowed else ()
