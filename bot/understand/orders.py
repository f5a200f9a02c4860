"""Goods asked for: new lines, the day they are wanted, where to, and the note that goes with them."""

import re
from bisect import bisect_left
from collections.abc import Callable
from datetime import date

from bot.understand.dates import When, delivery_day
from bot.understand.lexicon import Role
from bot.understand.mentions import Element, Mention, is_op
from bot.understand.moved_day import moved_day
from bot.understand.phrases import says
from bot.understand.reading import Reading
from bot.understand.surfaces import is_han
from bot.understand.tokens import Kind, Token
from bot.understand.types import Add, Deliver, Item, Move, Note, ShipTo

_BY_BEFORE = re.compile(
    r"(?:送货|发货|交货|到货|配送|送达|交期|送|发|最晚|最迟|希望|要求|务必|赶在|需要?在|定在|安排在|争取|日期|时间|by|before|on|for|until|due|no later than|deliver(?:y|ed)?|needed?|want(?:ed)?|arrive|ship)(?:改到|改成|改为|改|换到|换成|推到|推迟到|提前到|延到|延期到|挪到|定到)?[ :是在为the于]*$"
    r"|\b(?:push|move|delay|postpone|shift|bring)(?: it| that| this| delivery| the delivery| everything)?(?: back| forward| up| out)? to $"
    r"|\b(?:need(?:ed)?|want|get|have|deliver|send|ship|bring)(?: (?:it|them|this|that|these|everything|all|the goods|here))*(?: (?:by|on|for|before|delivered))?[ ]$"
)
_BY_AFTER = re.compile(
    r"^[ ,]*(?:[^,，。\d\n]{0,4}[之以]?前)?(?:上午|下午|早上|中午|晚上|晚间|傍晚|一早|一大早|[0-9一二三四五六七八九十两]+点(?:半|钟)?|的?时候)*"
    r"(?:[之以]?前|之内|以内|内|左右)?(?:就|给我|给|我们?|店里|客户|必须|一定|务必|得|能|可以|再|一起|统一|请|要|需要?|急|就要|帮我)*"
    r"(?:送|发|到|要|用|配|交|来|取|提货|自提|装车|出货|运|拉|拿|需|等着|前|之前|以前|delivery|deliver|please|at the latest|morning|afternoon|latest)"
    r"|^[ ]?[\u4e00-\u9fff]{2,4}?(?:要用|急用|等着用|等用|开工|开业|开学|进场)"
)
_NOT_THEN = re.compile(
    r"^[ ]*(?:送|到|来)?(?:不行|不要|不送|不方便|不在|没空|没人|不用|不可以|太早|太晚|来不及|赶不上|不赶趟)|^ (?:doesn't|does not|won't|isn't|is not|is no) "
)
_NOT_ON = re.compile(r"(?:不用|不是|不要|别)(?:在|等)?[ ]*$|\bnot (?:on )?$")
_NEAR = 40  # characters around a day that say what it is
_DAYS = 20  # days of a text that may stand alone; a hostile one has thousands
_LOOSE = 3.0  # weight of unknown words beside a delivery day
_NAME = 3  # characters of a name that can be nothing else
_CLAUSE_REACH = 60  # words: no clause anybody writes is longer, and a hostile one costs no more
_REACH = 6  # characters between an unknown name and its quantity
_STORY = re.compile(
    r"\b(?:ate|drank|bought|had|sold|watched|won|lost|spent)\b|[吃喝买卖看送囤存](?:了|过|完)"
)
_SPENT = re.compile(r"[\u4e00-\u9fff](?<![好对行算得够错完除多少])了[0-9一二三四五六七八九十百千万两]")
_SERVED = re.compile(
    r"^(?:cups?|glass(?:es)?|mugs?|slices?|bowls?|plates?|bites?|sips?|pots?|杯|碗|盘|口|顿)$"
)
_OF_PEOPLE = re.compile(r"\b(?:have|has|had|do|does|did|they|he|she|his|her|was|were|says?|said)\b")
_TODAY = frozenset({"今天", "今日", "今儿", "today", "现在", "tonight", "今晚", "当天"})


def order_moves(reading: Reading, items: list[Item] | None = None) -> tuple[Move, ...]:
    """The lines of a message with what belongs to the order."""
    items = order_items(reading) if items is None else items
    moves: list[Move] = [Add(items=tuple(items))] if items else []
    return (*moves, *order_details(reading))


def order_details(reading: Reading) -> tuple[Move, ...]:
    """Delivery day, ship-to and note, as far as the text gives them."""
    moves: list[Move] = []
    if day := delivery(reading):
        moves.append(Deliver(day=day))
    if reading.ship_to:
        moves.append(ShipTo(text=_sent(reading, reading.ship_to)))
    if reading.note:
        moves.append(Note(text=_sent(reading, reading.note)))
    return tuple(moves)


def _sent(reading: Reading, found: tuple[str, int, int]) -> str:
    words, start, end = found
    at = reading.normal.text.find(words, start, end)
    return reading.original(at, at + len(words)) if at >= 0 else words


def order_items(reading: Reading) -> list[Item]:
    """Known goods, and unknown names where the text asks for them as one asks for goods."""
    lines = [] if told(reading) else list(reading.lines)
    if not lines:
        pending = [i for i in reading.known if i.qty is None]
        if pending and _asks_by_name(reading):
            return pending
        return [i for i in reading.items if could_be_goods(i, reading)] if asks_for_goods(reading) else []
    lines = _corrected(lines, reading)
    wanted = {id(i) for i in lines}
    return [
        i
        for i in reading.items
        if id(i) in wanted or (i.candidates and i.qty is None) or could_be_goods(i, reading)
    ]


def _corrected(lines: list[Item], reading: Reading) -> list[Item]:
    """As in "弹垫6盒，弹垫改8盒": goods named again with a word of setting keep only the later quantity."""
    set_again = [
        (at, i.candidates) for at, i in enumerate(lines) if at and Role.SET in _roles_around(i, reading)
    ]
    return [
        item
        for at, item in enumerate(lines)
        if not any(at < later and item.candidates == candidates for later, candidates in set_again)
    ]


def told(reading: Reading) -> bool:
    """Whether known names with quantities belong to a story, not to an order: "I had two bowls of noodles"."""
    wanting = [t for t in reading.tokens if t.is_word(Role.VERB, Role.AGAIN, Role.MORE)]
    if any(not _done(t, reading) for t in wanting):
        return False
    if wanting and says("personal", reading.text) and _SPENT.search(reading.text):
        return True
    if not wanting and _STORY.search(reading.text) and says("personal", reading.text):
        return True
    amounts = [t.quantity for t in reading.tokens if t.kind is Kind.QUANTITY and t.quantity]
    units = {q.parts[0].unit for q in amounts} - {None}
    if not units:
        return bool(_OF_PEOPLE.search(reading.text) or (not wanting and _SPENT.search(reading.text)))
    real = reading.index.units.real
    return any(u and _SERVED.match(u) for u in units) and not units & real


def _done(verb: Token, reading: Reading) -> bool:
    """Whether what a verb says is past: 买了, 拿过."""
    return reading.goods_text[verb.end : verb.end + 1] in ("了", "过")


def _asks_by_name(reading: Reading) -> bool:
    """Whether goods are named without a quantity in order to have them: a word of wanting before, or nothing else said."""
    elements = reading.elements
    for at, element in enumerate(elements):
        if isinstance(element, Mention) and element.known:
            before = next((e for e in elements[max(0, at - 3) : at][::-1] if not is_op(e, Role.FILLER)), None)
            after = elements[at + 1] if at + 1 < len(elements) else None
            if (before is not None and is_op(before, Role.VERB, Role.AGAIN, Role.MORE)) or (
                after is not None and is_op(after, Role.VERB, Role.AGAIN)
            ):
                return not says("personal", reading.text)
    rest = [
        e for e in elements if not (isinstance(e, Mention) and e.known) and not is_op(e, Role.AND, Role.EACH)
    ]
    return all(
        isinstance(e, Token) and (e.kind is Kind.BREAK or e.is_word(Role.FILLER)) for e in rest
    ) and not _long(rest)


def _long(rest: list[Element]) -> bool:
    return sum(len(e.text) for e in rest if isinstance(e, Token) and e.kind is Kind.WORD) > 24


def asks_for_goods(reading: Reading) -> bool:
    """Whether a text without known goods orders some: each name has its quantity in a packing unit, and no story is told."""
    if says("personal", reading.text):
        return False
    if not any(t.quantity and t.quantity.parts[0].unit for t in reading.tokens if t.kind is Kind.QUANTITY):
        return False
    loose = sum(
        _weight(p.mention.text(reading.normal.text)) for p in reading.pairs if p.mention and p.amount is None
    )
    return loose <= (6 if reading.has_word(Role.VERB, Role.AGAIN) else 0)


def _weight(text: str) -> float:
    return sum(1.0 if is_han(c) else 0.4 for c in text)


def could_be_goods(item: Item, reading: Reading) -> bool:
    """An unknown name with a quantity in a packing unit; of single pieces only with a word of wanting."""
    if item.candidates or item.qty is None or not 1 < len(item.text) <= 40 or item.text.isdigit():
        return False
    if reading.lines and _is_clause(item, reading):
        return True
    if not item.unit:
        return False
    roles = _roles_around(item, reading)
    if item.unit == "打" and not roles & {Role.VERB, Role.AGAIN, Role.OF}:
        return False
    if _far(item) or len(item.text.split()) > 4:
        return False
    return (
        item.unit in reading.index.units.packs
        or bool(roles & {Role.VERB, Role.AGAIN})
        or _is_all(item, reading)
    )


def _is_clause(item: Item, reading: Reading) -> bool:
    """Whether an unknown name and its quantity are all that stands between two pauses, beside known goods."""
    low, high = min(s.start for s in item.spans), max(s.end for s in item.spans)
    tokens = _clause_of(item, reading, parts=lambda t: _parts(t) or t.is_word(Role.AND, Role.AGAIN))
    rest = [t for t in tokens if not low <= reading.normal.span(t.start, t.end).start < high]
    return len(item.spans) > 1 and all(
        t.is_word(Role.FILLER, Role.VERB, Role.OF) or t.kind is Kind.BREAK for t in rest
    )


def _is_all(item: Item, reading: Reading) -> bool:
    """Whether a text is no more than an unknown name and its quantity: 防爆胎四条."""
    named = item.unit in reading.index.units.real and len(item.text) >= _NAME
    said = sum(s.end - s.start for s in item.spans)
    return named and item.spans[0].start < item.spans[-1].start and len(reading.text) - said <= 1


def _far(item: Item) -> bool:
    """Whether other words stand between an unknown name and its quantity."""
    if len(item.spans) < 2:
        return True
    first, second = sorted(item.spans, key=lambda s: s.start)
    return second.start - first.end > _REACH


def _roles_around(item: Item, reading: Reading) -> set[Role]:
    """The roles of the words in the clause of an item."""
    return {t.role for t in _clause_of(item, reading) if t.role is not None}


def _clause_of(item: Item, reading: Reading, *, parts: Callable[[Token], bool] | None = None) -> list[Token]:
    """The tokens between the pauses around an item."""
    tokens, start, parts = reading.tokens, item.spans[0].start, parts or _parts
    at = bisect_left(tokens, start, key=lambda t: reading.normal.span(t.start, t.end).start)
    low = high = at
    while low > max(0, at - _CLAUSE_REACH) and not parts(tokens[low - 1]):
        low -= 1
    while high < min(len(tokens), at + _CLAUSE_REACH) and not parts(tokens[high]):
        high += 1
    return tokens[low:high]


def _parts(token: Token) -> bool:
    return token.kind is Kind.BREAK and token.strength >= 1 and token.text != ":"


def delivery(reading: Reading) -> date | None:
    """The day the text gives as a delivery or need day."""
    today = reading.context.now.date()
    if not reading.known and _chatter(reading):
        return None
    if moved := moved_day(reading.goods_text, reading.context.deliver, today):
        return moved
    days = [w for w in reading.dates("future") if (day := delivery_day(w)) and day >= today]
    wanted = [w for w in days if not _denied(w, reading)]
    if wanted and len(wanted) < len(days) and reading.context.draft:  # "周五赶不上就下周一"
        return delivery_day(wanted[-1])
    days = wanted
    said = [w for w in days if _is_delivery(w, reading)]
    exact = [w for w in said if not w.is_range and not _before(w, reading)]
    if chosen := exact or said:
        return delivery_day(chosen[-1])
    if not (reading.known or reading.context.draft):
        return None
    return next(
        (delivery_day(w) for w in days[:_DAYS] if _stands_alone(w, reading) or _set_instead(reading)), None
    )


def _chatter(reading: Reading) -> bool:
    """Whether a text without goods speaks of more than a day: "my sister flew to Oslo on Tuesday"."""
    loose = sum(_weight(m.text(reading.normal.text)) for m in reading.mentions())
    return loose > _LOOSE or says("personal", _without_days(reading))


def _without_days(reading: Reading) -> str:
    """The text with blanks for its days: "6月" in "6月27号送" is no figure of somebody's life."""
    letters = list(reading.normal.text)
    for token in reading.tokens:
        if token.when:
            letters[token.start : token.end] = " " * (token.end - token.start)
    return "".join(letters).strip()


def without_delivery(reading: Reading) -> str:
    """The text with blanks for its day and the words that want the goods on it: "下单吧，明天要"."""
    text = reading.goods_text
    for token in reading.tokens:
        if token.when is None:
            continue
        low = max(0, token.start - _NEAR)
        before = _BY_BEFORE.search(text[low : token.start])
        after = _BY_AFTER.match(text[token.end : token.end + _NEAR])
        start = low + before.start() if before else token.start
        end = token.end + (after.end() if after else 0)
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _before(when: When, reading: Reading) -> bool:
    return reading.goods_text[when.end_at : when.end_at + 1] in ("前", "之")


def _stands_alone(when: When, reading: Reading) -> bool:
    """Whether a day is all its clause says: "可乐3箱，周四"."""
    text = reading.goods_text
    words = text[when.start_at : when.end_at]
    before = re.split(r"[,。;!?\n]", text[: when.start_at])[-1].strip()
    after = re.split(r"[,。;!?\n]", text[when.end_at :])[0].strip()
    free = not after or after in ("的", "吧", "的话", "please", "上午", "下午", "早上", "晚上", "前")
    figure = re.fullmatch(r"\d{1,2}\.\d{1,2}", words) and reading.context.questions  # "1.8" of a size
    return words not in _TODAY and free and not figure and (not before or _after_goods(when, reading))


def _set_instead(reading: Reading) -> bool:
    """As in "make that Monday instead": a text that is nothing but words of change around a day."""
    words = [t for t in reading.tokens if t.kind is Kind.WORD]
    others = [t for t in reading.tokens if t.kind not in (Kind.WORD, Kind.BREAK) and not t.when]
    roles = (Role.SET, Role.REPLACE, Role.REPAIR, Role.FILLER)
    held = reading.context.deliver is not None
    return (
        not others
        and all(t.is_word(*roles) for t in words)
        and any(t.is_word(Role.SET, Role.REPLACE) or (t.is_word(Role.REPAIR) and held) for t in words)
    )


def _after_goods(when: When, reading: Reading) -> bool:
    ends = [
        t.end
        for t in reading.tokens
        if t.kind in (Kind.QUANTITY, Kind.NAME, Kind.SIZE, Kind.SKU) and t.end <= when.start_at
    ]
    return bool(ends) and not reading.goods_text[max(ends) : when.start_at].strip(" ,")


def _denied(when: When, reading: Reading) -> bool:
    """As in "周日不行", "not Sunday": a day that is not wanted."""
    text = reading.goods_text
    before, after = (
        text[max(0, when.start_at - _NEAR) : when.start_at],
        text[when.end_at : when.end_at + _NEAR],
    )
    return bool(_NOT_THEN.match(after) or _NOT_ON.search(before))


def _is_delivery(when: When, reading: Reading) -> bool:
    text = reading.goods_text
    words = text[when.start_at : when.end_at]
    before, after = text[max(0, when.start_at - 16) : when.start_at], text[when.end_at : when.end_at + 24]
    if _BY_AFTER.match(after) or _BY_BEFORE.search(before):
        return not (
            words in _TODAY
            and not re.match(r"^[^,，\n]{0,6}(?:送|发|到|用|配|前|交|deliver)", after)
            and not _BY_BEFORE.search(before)
        )
    return False
