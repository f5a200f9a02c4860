"""Two things said in one message, each in clauses of its own: goods and a question, goods and an expense."""

import re
from collections.abc import Callable

from bot.understand.changes import change_moves
from bot.understand.claims import read_claim
from bot.understand.intents import scores
from bot.understand.items import measured
from bot.understand.normalise import normalise
from bot.understand.orders import order_items, order_moves
from bot.understand.queries import TOPICS, category_of, named_goods
from bot.understand.reading import Reading
from bot.understand.resolve import Found
from bot.understand.tokens import Kind
from bot.understand.types import Add, Ask, Change, Intent, Item, Move, Remove, Replace, Topic, Understanding

CLAUSE = re.compile(r"[^,。;!?\n]+[?]?")
_IF_SO = re.compile(
    r"[吗么嘛没?呢价]?[,，?? ]*(?P<so>(?<=[?？])(?:那|就)?(?:先|给我)来|(?:如果|要是)?有(?:货|现货)?(?:的话|就|的就)|(?:如果|要是)有(?:货)?"
    r"|\bif (?:so|yes|you (?:do|have)|there (?:is|are)|it is|they are|in stock)\b)"
)
Reader = Callable[[Reading], Understanding]


def claim_beside(reading: Reading, read: Reader) -> Understanding | None:
    """An expense in clauses of its own beside goods ordered in others: "洗面奶来2箱，顺便报一下昨天的运费120"."""
    if not reading.lines or category_of(reading) is None or reading.context.claim is not None:
        return None
    parts = [reading.original(m.start(), m.end()) for m in CLAUSE.finditer(reading.normal.text)]
    reads = [Reading(normalise(part), reading.context, reading.index) for part in parts if part]
    own = [not r.lines and category_of(r) is not None for r in reads]
    if not any(own) or len(reads) < 2 or len(reads) > 8:
        return None
    expense = "，".join(r.normal.original for r, mine in zip(reads, own, strict=True) if mine)
    goods = "，".join(r.normal.original for r, mine in zip(reads, own, strict=True) if not mine)
    claimed = read_claim(Reading(normalise(expense), reading.context, reading.index))
    if claimed is None:
        return None
    ordered = read(Reading(normalise(goods), reading.context, reading.index))
    if not any(isinstance(m, Add | Change | Remove | Replace) for m in ordered.moves):
        return None
    return Understanding(intent=ordered.intent, moves=(*ordered.moves, *claimed.moves))


def ordered_if_there(reading: Reading, read: Reader) -> Understanding | None:
    """A question and what is ordered on a yes: "绿茶有货吗有的话来一箱", "is it in stock, if so add 2 cases"."""
    text = reading.normal.text
    match = next((m for m in _IF_SO.finditer(text) if m.start()), None)
    if match is None or len(text) > 60:
        return None
    head, tail = (
        Reading(normalise(reading.original(a, b)), reading.context, reading.index)
        for a, b in ((0, match.start("so")), (match.start("so"), len(text)))
    )
    asked = read(head)
    amounts = [t for t in tail.tokens if t.kind is Kind.QUANTITY]
    if len(asked.moves) != 1 or not isinstance(question := asked.moves[0], Ask) or len(amounts) != 1:
        return None
    if question.topic not in (Topic.STOCK, Topic.PRICE) or len(question.items) != 1 or tail.mentions():
        return None
    item = question.items[0]
    found = Found(item.candidates, item.tier)
    wanted = measured(item.text, found, amounts[0].quantity, reading.index, item.spans)
    intent = Intent.ORDER_MODIFY if reading.context.draft else Intent.ORDER_CREATE
    return Understanding(intent=intent, moves=(Add(items=(wanted,)), question)) if found.skus else None


def question_beside(top: Intent, reading: Reading) -> tuple[Move, ...]:
    """A question in a clause of its own beside goods ordered in others: "来3箱可乐，雪碧还有货吗"."""
    text = reading.normal.text
    asked = [match for match in CLAUSE.finditer(text) if scores(match[0]).get(top, 0) >= 4]
    if top in (
        Intent.ORDER_STATUS,
        Intent.REBATE_QUERY,
    ):  # a clause with goods and their quantity asks after no order
        asked = [m for m in asked if not any(i.qty is not None for i in reading.items_in(m.start(), m.end()))]
    spans = [reading.normal.span(match.start(), match.end()) for match in asked]
    inside = [i for i in named_goods(reading) if any(s.start <= _at(i, reading) < s.end for s in spans)]
    places = {_at(i, reading) for i in inside}
    ordered = [i for i in order_items(reading) if i.spans[0].start not in places]
    question = Ask(topic=TOPICS[top], items=tuple(i for i in inside if i.candidates))
    if not any(i.qty is not None for i in ordered):
        changes = _changes_of_lines(reading, besides=inside) if asked else ()
        return (*changes, question) if changes else ()
    moves = change_moves(reading) if reading.context.draft else ()
    if not moves or inside:
        moves = order_moves(reading, ordered)
    return (*moves, question) if asked else moves


def _at(item: Item, reading: Reading) -> int:
    """Where an item is named, in the text as it was sent."""
    return item.spans[0].start if item.spans else reading.normal.original.find(item.text)


def _changes_of_lines(reading: Reading, besides: list[Item]) -> tuple[Move, ...]:
    """Changes of lines of the draft that are named; what is asked about in the same message is not changed."""
    asked = {sku for item in besides for sku in item.candidates}
    drafted = {line.sku for line in reading.context.draft} - asked
    return tuple(
        move
        for move in (change_moves(reading) if drafted else ())
        if isinstance(move, (Change, Remove)) and move.target.skus and drafted.issuperset(move.target.skus)
    )
