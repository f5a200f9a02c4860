"""The quantity of one line for another: as many X as Y, the same for X, X and Y the other way round, X 5 not 10."""

import re
from itertools import pairwise

from bot.understand.clauses import Clause
from bot.understand.context import DraftLine
from bot.understand.items import measured, variant_of
from bot.understand.normalise import normalise
from bot.understand.numerals import Part, Quantity
from bot.understand.ops import change
from bot.understand.reading import Reading
from bot.understand.resolve import Found
from bot.understand.targets import in_draft, last_line, skus_at, target_of
from bot.understand.tokens import Kind, Token, is_pronoun
from bot.understand.types import Add, Change, Item, Move, Op, Target, TargetKind

_SAME = re.compile(
    r"(?:^|[,，。 ])(?:and |then )?(?:the )?same (?:amount |quantity |again |number )?(?:for|of|with)\b|\bsame (?:amount|quantity|number)\b|\bas (?:many|much)\b|\bsame$|一样多|同样多|同样(?:的)?数量|也(?:来|要|是)?(?:这么多|一样|同样)|跟它一样|一样来|[跟和与同].{1,12}一样(?:多|数量)?$"
)
_LIKE = re.compile(
    r"^(.*?)\b(?:as (?:many|much)\b|same(?: amount| quantity| number)?\b(?! (?:size|price|kind|brand|colou?r|day|time)))(.*?)\bas\b(.+)$"
    r"|^(.+?)数量(?:(?:和|跟|与|同)(.+?)(?:一样|相同|一致|看齐|持平).{0,3}|(?:同|等于|随|按|照)(.+?)[来走吧]{0,2})$"
    r"|^(.+?)(?:按照?|照着?)(.+?)的?数量[来下走订要吧]{0,2}$"
)
_TURNED = re.compile(
    r"对调|互换|调换|对换|[换调倒]过来|颠倒|(?:数量?|[弄说写报搞记填打])反了?|^反了|数量?(?:交换|换一?下)"
    r"|\b(?:swap|switch|exchange|reverse|flip)\b.{0,20}\b(?:quantit(?:y|ies)|amounts|numbers|figures|those two|these two|the two|around|round)\b"
    r"|\b(?:other|wrong) way (?:a?round|about)\b|\bbackwards?\b|\bmixed up\b|\bvice versa\b"
)
_BOTH = re.compile(r"^(?:两|二|俩|2|two)(?: ?[个样行项种款])?$")
_NOT = frozenset({"不是", "而不是", "not", "rather than", "instead of"})


def likened(reading: Reading) -> tuple[Move, ...]:
    """What one line takes from another: its quantity, or each the other's."""
    return same_again(reading) or turned_round(reading)


def same_again(reading: Reading) -> tuple[Move, ...]:
    """As in "as many X as Y", "the same for X", "X跟Y一样多": the quantity of one line, for other goods."""
    if (like := _LIKE.match(reading.text)) and (moves := _as_another(like, reading)):
        return moves
    if not _SAME.search(reading.text):
        return ()
    goods = [i for i in reading.items if i.candidates] or variants(reading)
    if not goods or any(i.qty is not None for i in goods):
        return ()
    line = last_line(reading)
    if len(goods) == 2:
        return _so_many(goods[:1], _only_line(goods[1], reading), reading)
    return _so_many(goods, line, reading) if line else ()


def _as_another(like: re.Match[str], reading: Reading) -> tuple[Move, ...]:
    """Where the goods and what they are likened to are told apart by the words between."""
    if any(t.kind is Kind.QUANTITY and not is_pronoun(t) for t in reading.tokens):
        return ()
    *before, after = [part for part in like.groups() if part is not None]
    goods, models = _goods_of(" ".join(before), reading), _goods_of(after, reading)
    if not goods or len(models) != 1:
        return ()
    return _so_many(goods, _only_line(models[0], reading), reading)


def _goods_of(text: str, reading: Reading) -> list[Item]:
    if not text.strip():
        return []
    return [i for i in Reading(normalise(text), reading.context, reading.index).items if i.candidates]


def _so_many(goods: list[Item], line: DraftLine | None, reading: Reading) -> tuple[Move, ...]:
    """As much of these as of a line of the draft; without a line it is asked how much."""
    if line is None:
        return (Add(items=tuple(goods)),)
    quantity = Quantity((Part(line.qty, line.unit),), 0, 0)
    moves: list[Move] = []
    for good in goods:
        if in_draft(good.candidates, reading):
            target = Target(kind=TargetKind.SKUS, skus=good.candidates, text=good.text)
            moves.append(Change(target=target, op=Op.SET, qty=line.qty, unit=line.unit))
        else:
            found = Found(good.candidates, good.tier)
            moves.append(Add(items=(measured(good.text, found, quantity, reading.index, good.spans),)))
    return merged(moves)


def variants(reading: Reading) -> list[Item]:
    """As in "same for M": other kinds of what was last talked about, one for each mention."""
    items = []
    for mention in (m for m in reading.mentions() if m.known):
        found = variant_of(mention, reading.talked[:1], reading.index, reading.context.assortment)
        if found and len(found.skus) == 1:
            text, spans = reading.original(mention.start, mention.end), (reading.span(mention),)
            items.append(measured(text, found, None, reading.index, spans))
    return items


def _only_line(item: Item, reading: Reading) -> DraftLine | None:
    held = [line for line in reading.context.draft if line.sku in item.candidates]
    return held[0] if len(held) == 1 else None


def merged(moves: list[Move]) -> tuple[Move, ...]:
    """Neighbouring additions as one."""
    out: list[Move] = []
    for move in moves:
        if isinstance(move, Add) and out and isinstance(previous := out[-1], Add):
            out[-1] = Add(items=previous.items + move.items)
        else:
            out.append(move)
    return tuple(out)


def turned_round(reading: Reading) -> tuple[Move, ...]:
    """As in "A和B的数量对调", "swap the quantities": each of two lines gets the quantity of the other."""
    amounts = [t for t in reading.tokens if t.kind is Kind.QUANTITY and not _BOTH.match(t.text)]
    if amounts or not _TURNED.search(reading.text):
        return ()
    named = _named_lines(reading)
    lines = [line for line in reading.context.draft if line.sku in named] if named else reading.context.draft
    if len(lines) != 2 or len(named) not in (0, 2):
        return ()
    first, second = lines
    return (_with_quantity_of(first, second), _with_quantity_of(second, first))


def _named_lines(reading: Reading) -> set[str]:
    named: set[str] = set()
    for mention in reading.mentions():
        named.update(target_of(Clause([mention]), mention, reading).skus)
    for token in reading.tokens:
        if token.kind is Kind.PLACE:
            for index in token.lines:
                named.update(skus_at(Target(kind=TargetKind.INDEX, index=index), reading))
    return named


def _with_quantity_of(line: DraftLine, other: DraftLine) -> Change:
    target = Target(kind=TargetKind.SKUS, skus=(line.sku,))
    return Change(target=target, op=Op.SET, qty=other.qty, unit=other.unit)


def denied(reading: Reading) -> Move | None:
    """As in "可乐5箱，不是10箱", "5 coke not 10": one line, the quantity that is meant and the one that is not."""
    amounts = [t for t in reading.tokens if t.kind is Kind.QUANTITY and not is_pronoun(t)]
    mentions = reading.mentions()
    if len(amounts) != 2 or len(mentions) > 1 or any(t.kind is Kind.PLACE for t in reading.tokens):
        return None
    said = [t for t in reading.tokens if t.kind is not Kind.BREAK or t.strength > 0]
    before = {second.start: first.text for first, second in pairwise(said)}
    wrong = [a for a in amounts if before.get(a.start) in _NOT]
    if len(wrong) != 1:
        return None
    right = next(a for a in amounts if a is not wrong[0])
    if mentions:
        target = target_of(Clause(list(mentions)), mentions[0], reading)
        held = in_draft(target.skus, reading)
    else:
        target, held = _that_had(wrong[0], reading), bool(reading.context.draft)
    if not held or right.quantity is None:
        return None
    return change(target, Op.SET, _in_its_unit(right.quantity, wrong[0]), reading)


def _that_had(wrong: Token, reading: Reading) -> Target:
    """The line last talked about, unless only another one has the quantity that is said to be wrong."""
    value = wrong.quantity.parts[0].value if wrong.quantity else None
    had = [line.sku for line in reading.context.draft if line.qty == value]
    last = last_line(reading)
    if len(had) == 1 and last is not None and last.sku not in had:
        return Target(kind=TargetKind.SKUS, skus=(had[0],))
    return Target(kind=TargetKind.LAST)


def _in_its_unit(right: Quantity, wrong: Token) -> Quantity:
    """As in "5 not 10 cases": a unit said once is that of both."""
    if wrong.quantity is None or len(right.parts) != 1 or right.parts[0].unit is not None:
        return right
    return right._replace(parts=(right.parts[0]._replace(unit=wrong.quantity.parts[0].unit),))
