"""Changes to the draft: set, more, less, times, remove, keep only, replace; resolved against the draft first."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from bot.understand.assemble import pair_up
from bot.understand.clauses import Clause, clauses, items_of_clause
from bot.understand.exchange import corrected, counted, exchanged, instead_of_last, other_half, other_unit
from bot.understand.items import measured
from bot.understand.lexicon import Role
from bot.understand.likened import denied, likened, merged, variants
from bot.understand.mentions import Mention
from bot.understand.ops import (
    change,
    complains,
    contrasted_in,
    enough,
    objects,
    only_so_much,
    op_of,
    takes_back,
    takes_off,
)
from bot.understand.reading import Reading
from bot.understand.resolve import Found
from bot.understand.targets import (
    Named,
    Others,
    in_draft,
    others_of,
    skus_at,
    target_of,
    targets_of,
    unit_key,
)
from bot.understand.tokens import Kind, is_pronoun
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

_THAT = re.compile(
    r"\b(?:that|those|it|them|this|these)\b|[这那](?:个|种|款)?(?:也|就)?(?:来|要|拿)|它|[来要拿].{0,6}[这那](?:个|种|款)"
    r"|^(?:要是|如果)?有(?:货|现货|的话|货的话)?[,， ]?(?:就|那就|先|的话)?(?:给我)?(?:来|要|拿|订)|^(?:if (?:you have (?:it|them|any)|so|there is|it is|they are|in stock)|then)\b"
)
_IT = frozenset({"it", "that", "this", "them", "those", "它", "这个", "那个"})
_STILL = frozenset({"还是", "还是要", "还是来"})


def change_moves(reading: Reading) -> tuple[Move, ...]:
    """What the text does to the draft, clause by clause; empty when it only names goods."""
    moves: list[Move] = []
    if same := likened(reading):
        return same
    if single := denied(reading) or _other_unit(reading) or of_that(reading) or corrected(reading):
        return (single,)
    parts = list(clauses(reading.elements))
    others = others_of(parts, reading) if any(_of_the_rest(clause) for clause in parts) else None
    topic: list[Target] = []  # what the clause before named without changing it
    last: Target | None = None
    wrong = False  # "说错了": the next clauses correct
    corrects = False
    for clause, following in zip(parts, [*parts[1:], None], strict=False):
        if moves and takes_back(clause):
            moves[-1] = _set_instead(moves[-1], reading)
            continue
        if moves and (exact := counted(moves[-1], clause, reading)):
            moves[-1] = exact
            continue
        if objects(clause, following):
            topic, wrong = _meant(clause, reading) or topic, True
            continue
        found = (
            []
            if _only_repairs(clause)
            else list(_clause_moves(_named(clause, topic, last, others), reading, wrong=wrong))
        )
        wrong = (clause.has(Role.REPAIR) and not clause.amounts and not found) or (wrong and bool(found))
        found = other_half(moves, found, reading)
        if moves and len(found) == 1 and _takes_the_place(moves[-1], found[0]):
            moves.pop()
        topic = [] if found or clause.amounts else _meant(clause, reading) or topic
        last = _talked_about(found) or last
        corrects = corrects or (wrong and bool(found))
        moves += found
    if wrong and not corrects:
        moves = [_set_instead(m, reading) for m in moves]
    return merged(pinned(moves, reading) if len(moves) > 1 else moves)


def _named(clause: Clause, topic: list[Target], last: Target | None, others: Others | None) -> Named:
    wrong = contrasted_in(clause)
    amounts = [a for a in clause.amounts if a is not wrong]
    if len(amounts) > 1 or clause.has(Role.REPLACE):
        amounts = [a for a in amounts if not is_pronoun(a)]
    return Named(clause, clause.mentions, amounts, topic, last, others)


def _meant(clause: Clause, reading: Reading) -> list[Target]:
    """What a clause speaks of without changing it: the next one may."""
    return targets_of(_named(clause, [], None, None), reading) if clause.mentions or clause.places else []


def _talked_about(moves: list[Move]) -> Target | None:
    for move in reversed(moves):
        if isinstance(move, (Change, Remove)) and move.target.kind is not TargetKind.ALL:
            return move.target
        if isinstance(move, Add) and move.items and move.items[-1].candidates:
            return Target(kind=TargetKind.SKUS, skus=move.items[-1].candidates, text=move.items[-1].text)
    return None


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
    """As in "20 bags of that too", after a question about goods that are not in the draft, or after they left it."""
    asked = reading.context.last_skus[:1]
    amounts = [t for t in reading.tokens if t.kind is Kind.QUANTITY]
    amounts = [t for t in amounts if not is_pronoun(t)] or amounts
    if not asked or in_draft(asked, reading) or len(amounts) != 1:
        return None
    if any(m.text(reading.normal.text) not in _IT for m in reading.mentions()):
        return None
    if not (_THAT.search(reading.text) or _wants(reading) or any(t.text in _STILL for t in reading.tokens)):
        return None
    item = measured(reading.text, Found(asked, Tier.NAME), amounts[0].quantity, reading.index, (reading.normal.span(amounts[0].start, amounts[0].end),))  # fmt: skip
    return Add(items=(item,))


def _wants(reading: Reading) -> bool:
    """As in "来6箱", "加6箱", "6 cases then": a text that says no more than so much."""
    idle = (Role.FILLER, Role.VERB, Role.MORE, Role.AGAIN, Role.ONLY)
    said = [t for t in reading.tokens if t.kind is not Kind.BREAK and not t.is_word(*idle)]
    if len(said) != 1 or said[0].kind is not Kind.QUANTITY or said[0].quantity is None:
        return False
    unit = said[0].quantity.parts[0].unit
    return unit in reading.index.units.real if unit else reading.has_word(Role.VERB, Role.MORE)


def _takes_the_place(before: Move, after: Move) -> bool:
    """As in "A不要了，换成B" is one exchange."""
    return isinstance(before, Remove) and isinstance(after, Replace) and before.target == after.target


def _set_instead(move: Move, reading: Reading) -> Move:
    """An addition of what is already in the draft, meant as its new quantity."""
    if isinstance(move, Add) and len(move.items) == 1 and in_draft(move.items[0].candidates, reading):
        item = move.items[0]
        target = Target(kind=TargetKind.SKUS, skus=item.candidates, text=item.text)
        return Change(target=target, op=Op.SET, qty=item.qty, unit=item.unit)
    return move


def pinned(moves: list[Move], reading: Reading) -> list[Move]:
    """Lines by their place as they stood when the message was written: the first move may shift them."""
    return [_pinned(m, reading) if isinstance(m, Change | Remove | Replace) else m for m in moves]


def _pinned(move: Change | Remove | Replace, reading: Reading) -> Move:
    skus = skus_at(move.target, reading)
    if move.target.kind is not TargetKind.INDEX or not skus:
        return move
    return replace(move, target=Target(kind=TargetKind.SKUS, skus=skus, text=move.target.text))


def _only_repairs(clause: Clause) -> bool:
    """Whether a clause says no more than that something was wrong."""
    return clause.has(Role.REPAIR) and not clause.mentions and not clause.amounts and not clause.places


def _of_the_rest(clause: Clause) -> bool:
    """As in "其他的减半", "除了可乐都不要": what is done is done to all that is not named."""
    acts = clause.amounts or clause.has(Role.DOUBLE, Role.HALVE, Role.REMOVE, Role.NOT) or takes_off(clause)
    return bool(acts) and clause.has(Role.REST, Role.EXCEPT)


def _clause_moves(named: Named, reading: Reading, *, wrong: bool = False) -> Iterator[Move]:
    clause, mentions, amounts = named.clause, named.mentions, named.amounts
    if _of_the_rest(clause):
        yield from _of_others(named, reading)
        return
    if clause.has(Role.EXCEPT, Role.ONLY) and named.others and not amounts:
        return  # names what the rest is not
    if exchange := list(exchanged(named, reading)):
        yield from exchange
        return
    scales = clause.has(Role.DOUBLE, Role.HALVE)
    if clause.has(Role.EXCEPT) and mentions and not amounts and not scales:
        yield from (Remove(target=target_of(clause, m, reading)) for m in mentions)
        return
    if scales:
        factor = Decimal(2) if clause.has(Role.DOUBLE) else Decimal("0.5")
        yield from (Change(target=one, op=Op.TIMES, qty=factor) for one in targets_of(named, reading))
        return
    if _keeps(clause) and (mentions or named.places):
        yield from _keep(named, reading)
        return
    removes = clause.has(Role.REMOVE, Role.NOT) or takes_off(clause)
    pointed = mentions or named.places or named.topic or named.last
    if removes and not amounts and (pointed or _points(clause)):
        yield from (Remove(target=one) for one in targets_of(named, reading))
        return
    if amounts:
        yield from _with_amount(named, reading, wrong=wrong)
    else:
        yield from _without_amount(named, reading, wrong=wrong)


def _points(clause: Clause) -> bool:
    """As in "remove it", "把它去掉": what was last talked about."""
    return clause.has(Role.REMOVE) and any(e.text in _IT for e in clause.words)


def _of_others(named: Named, reading: Reading) -> Iterator[Move]:
    """What is done to all that the message does not name."""
    clause, others = named.clause, named.others
    if others is None:
        return
    rest = [Target(kind=TargetKind.SKUS, skus=(sku,)) for sku in others.rest]
    if clause.has(Role.DOUBLE, Role.HALVE):
        factor = Decimal(2) if clause.has(Role.DOUBLE) else Decimal("0.5")
        yield from (Change(target=one, op=Op.TIMES, qty=factor) for one in rest)
    elif named.amounts and named.amounts[-1].quantity:
        op = op_of(Clause([e for e in clause.elements if not isinstance(e, Mention)])) or Op.SET
        yield from (change(one, op, named.amounts[-1].quantity, reading) for one in rest)
    else:
        elements = clause.elements
        text = reading.original(elements[0].start, elements[-1].end)
        yield Remove(target=Target(kind=TargetKind.SKUS, skus=others.named, text=text), keep=True)


def _without_amount(named: Named, reading: Reading, *, wrong: bool) -> Iterator[Move]:
    """Another unit, other goods than were understood, or goods to be added."""
    clause, mentions = named.clause, named.mentions
    if clause.has(Role.SET, Role.REPLACE):
        yield from other_unit(named, reading)
    elif (
        len(mentions) == 1
        and complains(clause, reading)
        and (in_draft((one := target_of(clause, mentions[0], reading)).skus, reading))
    ):
        yield Change(target=one, op=Op.SET)
    elif (wrong or clause.has(Role.REPAIR)) and len(mentions) == 1 and reading.context.draft:
        yield from instead_of_last(named, reading)
    elif mentions and (clause.has(Role.AGAIN, Role.MORE) or any(e.is_word(Role.VERB) for e in clause.words)):
        yield from _additions(clause, reading)


def _keeps(clause: Clause) -> bool:
    """As in "只要可乐": nothing else stays."""
    return clause.has(Role.ONLY) and not clause.has(Role.MORE, Role.LESS) and not only_so_much(clause)


def _keep(named: Named, reading: Reading) -> Iterator[Move]:
    skus: tuple[str, ...] = ()
    for mention in named.mentions:
        skus += target_of(named.clause, mention, reading).skus
    for place in named.places:
        skus += skus_at(place, reading)
    elements = named.clause.elements
    text = reading.original(elements[0].start, elements[-1].end)
    kept = Target(kind=TargetKind.SKUS, skus=tuple(dict.fromkeys(skus)), text=text)
    yield Remove(target=kept, keep=True)
    if named.amounts and len(skus) == 1 and named.amounts[0].quantity:
        yield change(kept, Op.SET, named.amounts[0].quantity, reading)


def _with_amount(named: Named, reading: Reading, *, wrong: bool) -> Iterator[Move]:
    clause, mentions, amounts = named.clause, named.mentions, named.amounts
    op = _op_with_amount(named, reading, wrong=wrong)
    if op is Op.MORE and mentions and not named.places:
        yield from _more_of_each(clause, reading)
        return
    if op is None and mentions:
        yield from _additions(clause, reading)
    if op is None:
        return
    if len(mentions) > 1:
        for pair in pair_up(clause.elements):
            if pair.mention and pair.amount and pair.amount.quantity and not pair.negated:
                yield change(target_of(clause, pair.mention, reading), op, pair.amount.quantity, reading)
        return
    if quantity := amounts[-1].quantity:
        for one in targets_of(named, reading):
            yield change(one, op, quantity, reading)


def _op_with_amount(named: Named, reading: Reading, *, wrong: bool) -> Op | None:
    """What is done with the quantity; None = the goods are new, or more of what is there."""
    clause, mentions = named.clause, named.mentions
    held = [in_draft(target_of(clause, m, reading).skus, reading) for m in mentions]
    op = op_of(clause)
    mended = len(named.amounts) > 1 and clause.has(Role.REPAIR) and not clause.has(Role.SET, Role.REPLACE)
    still = any(e.text in _STILL for e in clause.words)
    if op is Op.SET and mentions and not any(held) and (mended or still):
        return None  # "还是要可乐5箱" after it was taken off, "可乐三箱啊不四箱" of what is not there yet
    if op is not None:
        return op
    if named.places or (wrong and (all(held) or named.last is None)):
        return Op.SET
    if all(held) and (enough(clause, reading) or only_so_much(clause) or (mentions and named.others)):
        return Op.SET
    return None


def _more_of_each(clause: Clause, reading: Reading) -> Iterator[Move]:
    """Several products with more of each: lines of the draft grow, others are new."""
    items = {i.spans[0].start: i for i in items_of_clause(clause, reading)}
    for pair in pair_up(clause.elements):
        if pair.mention is None or pair.negated:
            continue
        one = target_of(clause, pair.mention, reading)
        if pair.amount and pair.amount.quantity and in_draft(one.skus, reading):
            yield change(one, Op.MORE, pair.amount.quantity, reading)
        elif item := items.get(reading.span(pair.mention).start):
            yield Add(items=(item,))


def _additions(clause: Clause, reading: Reading) -> Iterator[Move]:
    mine = items_of_clause(clause, reading)
    mine = [i for i in mine if i.candidates or i.qty is not None] or variants(reading)
    if mine:
        yield Add(items=tuple(mine))
