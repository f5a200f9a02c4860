"""Changes to the draft: set, more, less, times, remove, keep only, replace; resolved against the draft first."""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from bot.understand.assemble import is_amount, pair_up
from bot.understand.clauses import Clause, clauses, items_of_clause
from bot.understand.exchange import corrected, counted, exchanged, instead_of_last, swaps, unit_or_product
from bot.understand.items import measured, said
from bot.understand.lexicon import Role
from bot.understand.mentions import Mention
from bot.understand.numerals import Part, Quantity, read_quantity
from bot.understand.reading import Reading
from bot.understand.resolve import Found
from bot.understand.targets import (
    Named,
    in_draft,
    index_in,
    indexes_in,
    last_line,
    skus_at,
    target_of,
    targets_of,
    unit_key,
)
from bot.understand.tokens import Kind, Token
from bot.understand.types import (
    Add,
    Change,
    Move,
    Op,
    Remove,
    Replace,
    Target,
    TargetKind,
    Tier,
)

_OFF = frozenset({"take off", "take away", "knock off", "cut", "砍掉", "扣掉", "减掉", "减去", "退掉", "去"})
_THAT = re.compile(
    r"\b(?:that|those|it|them|this|these)\b|[这那](?:个|种|款)?(?:也|就)?(?:来|要|拿)|它|[来要拿].{0,6}[这那](?:个|种|款)"
    r"|^(?:要是|如果)?有(?:货|现货|的话|货的话)?[,， ]?(?:就|那就|先|的话)?(?:给我)?(?:来|要|拿|订)|^(?:if (?:you have (?:it|them|any)|so|there is|it is|they are|in stock)|then)\b"
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


def change_moves(reading: Reading) -> tuple[Move, ...]:
    """What the text does to the draft, clause by clause; empty when it only names goods."""
    moves: list[Move] = []
    if same := same_again(reading):
        return (same,)
    if single := _other_unit(reading) or of_that(reading) or corrected(reading):
        return (single,)
    last: Target | None = None
    wrong = False  # "说错了": the next clause corrects
    for clause in clauses(reading.elements):
        if moves and _takes_back(clause):
            moves[-1] = _set_instead(moves[-1], reading)
            continue
        if moves and (exact := counted(moves[-1], clause, reading)):
            moves[-1] = exact
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
            last = target_of(clause, clause.mentions[0], reading)
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


def of_that(reading: Reading) -> Move | None:
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
    several = _places(clause, reading) if place and clause.elements else []
    if len(several) > 1 and clause.amounts and (op := _op(clause)) and clause.amounts[-1].quantity:
        for at in several:
            yield _change(Target(kind=TargetKind.INDEX, index=at), op, clause.amounts[-1].quantity, reading)
        return
    target = (
        Target(kind=TargetKind.INDEX, index=place[0], text=reading.original(place[1], place[2]))
        if place
        else None
    )
    named = Named(clause, mentions, amounts, target, last)
    roles = clause.roles()
    if len(mentions) >= 2 and clause.has(Role.SET, Role.REPLACE) and swaps(named):
        yield exchanged(named, reading)
        return
    scales = clause.has(Role.DOUBLE, Role.HALVE)
    if clause.has(Role.EXCEPT) and mentions and not amounts and not scales and not clause.has(Role.NOT, Role.REMOVE):  # fmt: skip
        yield from (Remove(target=target_of(clause, m, reading)) for m in mentions)
        return
    if scales:
        factor = Decimal(2) if Role.DOUBLE in roles else Decimal("0.5")
        for one in targets_of(named, reading):
            yield Change(target=one, op=Op.TIMES, qty=factor)
        return
    if _keeps(clause) and (mentions or target):
        yield from _keep(named, reading)
        return
    if (
        (clause.has(Role.REMOVE, Role.NOT) or _takes_off(clause))
        and not amounts
        and (mentions or target or last)
    ):
        for one in targets_of(named, reading):
            if one.skus or one.text not in _OTHERS:
                yield Remove(target=one)
        return
    if amounts:
        yield from _with_amount(named, reading, wrong=wrong)
    else:
        yield from _without_amount(named, reading, wrong=wrong)


def _without_amount(named: Named, reading: Reading, *, wrong: bool) -> Iterator[Move]:
    """Another unit or product, other goods than were understood, or goods to be added."""
    clause, mentions = named.clause, named.mentions
    if clause.has(Role.SET, Role.REPLACE):
        yield from unit_or_product(named, reading)
    elif (wrong or clause.has(Role.REPAIR)) and len(mentions) == 1 and reading.context.draft:
        yield from instead_of_last(named, reading)
    elif mentions and (
        clause.has(Role.AGAIN, Role.MORE)
        or any(e.is_word(Role.VERB) for e in clause.elements if isinstance(e, Token))
    ):
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
    quantity = (
        read_quantity(text, at, reading.index.units.word_at)
        if clause.elements and at < clause.elements[-1].end
        else None
    )
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


def _keep(named: Named, reading: Reading) -> Iterator[Move]:
    skus: tuple[str, ...] = ()
    for mention in named.mentions:
        skus += target_of(named.clause, mention, reading).skus
    elements = named.clause.elements
    kept = named.place or Target(kind=TargetKind.SKUS, skus=tuple(dict.fromkeys(skus)), text=reading.original(elements[0].start, elements[-1].end))  # fmt: skip
    yield Remove(target=kept, keep=True)
    if named.amounts and len(named.mentions) == 1 and named.amounts[0].quantity:
        yield _change(kept, Op.SET, named.amounts[0].quantity, reading)


def _with_amount(named: Named, reading: Reading, *, wrong: bool) -> Iterator[Move]:
    clause, mentions, amounts = named.clause, named.mentions, named.amounts
    if clause.has(Role.EXCEPT) and mentions and amounts[-1].quantity:
        rest = _op(Clause([e for e in clause.elements if not isinstance(e, Mention)])) or Op.SET
        yield from (_change(one, rest, amounts[-1].quantity, reading) for one in targets_of(named, reading))
        return
    op = Op.SET if wrong else _op(clause)
    if (
        op is None
        and _enough(clause, reading)
        and all(in_draft(target_of(clause, m, reading).skus, reading) for m in mentions)
    ):
        op = Op.SET
    if op is None and named.place:
        op = Op.SET  # "第3项要5箱"
    if op is None or (op is Op.MORE and mentions and not named.place):
        if op is Op.MORE and len(mentions) == 1 and len(amounts) == 1 and amounts[0].quantity:
            one = target_of(clause, mentions[0], reading)
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
                yield _change(target_of(clause, pair.mention, reading), op, pair.amount.quantity, reading)
        return
    quantity = amounts[-1].quantity
    if quantity:
        for one in targets_of(named, reading):
            yield _change(one, op, quantity, reading)


def _more_of_each(clause: Clause, reading: Reading) -> Iterator[Move]:
    """Several products with more of each: lines of the draft grow, others are new."""
    items = {i.spans[0].start: i for i in items_of_clause(clause, reading)}
    for pair in pair_up(clause.elements):
        if pair.mention is None or pair.negated:
            continue
        one = target_of(clause, pair.mention, reading)
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
    skus = target.skus or skus_at(target, reading)
    unit: str | None = None
    qty = quantity.parts[0].value
    if quantity.parts[0].unit or quantity.parts[0].pieces or len(quantity.parts) > 1:
        qty, unit = said(quantity, skus, reading.index)
    return Change(target=target, op=op, qty=qty, unit=unit, approximate=quantity.approximate)


def _additions(clause: Clause, reading: Reading) -> Iterator[Move]:
    mine = items_of_clause(clause, reading)
    mine = [i for i in mine if i.candidates or i.qty is not None]
    if mine:
        yield Add(items=tuple(mine))
