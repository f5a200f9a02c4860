"""Questions and requests about what exists already: stock, prices, orders, rebates, claims, returns, repeats."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from bot.understand.clauses import clauses, items_of_clause
from bot.understand.dates import Prefer
from bot.understand.intents import HEAD
from bot.understand.items import find_all
from bot.understand.lexicon import Role, read_yaml
from bot.understand.mentions import is_op
from bot.understand.money import scan_money
from bot.understand.numerals import scan_numbers
from bot.understand.orders import delivery
from bot.understand.phrases import says
from bot.understand.reading import Reading
from bot.understand.targets import among
from bot.understand.tokens import Kind
from bot.understand.types import (
    Ask,
    CancelOrder,
    Claim,
    Human,
    Intent,
    Item,
    Move,
    Received,
    Repeat,
    Return,
    Topic,
)

RECENT = timedelta(days=30)
"""How far back "my orders" goes."""
TOPICS = {
    Intent.STOCK_QUERY: Topic.STOCK,
    Intent.PRICE_QUERY: Topic.PRICE,
    Intent.ORDER_STATUS: Topic.STATUS,
    Intent.REBATE_QUERY: Topic.REBATE,
    Intent.TARGET_QUERY: Topic.TARGET,
    Intent.PROMO_QUERY: Topic.PROMO,
    Intent.CLAIM_STATUS: Topic.CLAIM,
    Intent.ACCOUNT_QUERY: Topic.ACCOUNT,
    Intent.CONTRACT_QUERY: Topic.CONTRACT,
}
_LAST = re.compile(
    r"上(?:一|个|次|回|张|笔|单|批)|最近(?:一|的|那)|刚才|刚下|刚刚|last|latest|most recent|previous|just placed"
)
_OPEN = re.compile(
    r"(?:几|哪些|哪几|多少)(?:单|个|张|笔)[^,，]{0,6}(?:没|未)|(?:还有|哪些|几个|几张|多少).{0,6}(?:没发|未发|没到|未到|没送|未完成|在途|没出库|没收到|待发)|(?:没发|未发|没到|未到|没送|未完成|在途|待发货|待发|没收到|未出库)(?:货|完|齐|的|过来)*(?:订单|单子|单|货|有哪些|都有)|所有.{0,4}(?:没|未)|\b(?:open|outstanding|pending|undelivered|unshipped|unfulfilled)\b|(?:\bnot|n't|still to be|yet to be)(?: been| yet| be)* (?:shipped|delivered|sent|dispatched|arrived|gone out)\b|\byet to (?:ship|arrive|come)\b"
)
_ATTACHED = re.compile(r"发票|收据|小票|凭证|照片|图片|截图|附件|attached|receipt|invoice|photo|picture")
_CODE = re.compile(r"(?<![a-z0-9.-])(?=[a-z0-9-]{0,24}[0-9])[a-z0-9](?:[a-z0-9-]{3,20})(?![a-z0-9.])")
_QUARTER = re.compile(r"第?([一二三四1-4])季度?")
_THIS_QUARTER = re.compile(r"(?:本|这个?|当前|上个?)季度?(?!节)|(?:this|last|previous) quarter")
_YEARLY = re.compile(r"年度|全年|一整年|\bannual\b|\byearly\b|\bfull.year\b")
_CURRENCY = re.compile(r"[¥$元块]|yuan|rmb|cny|dollar|usd")
_USUAL = re.compile(r"老样子|老规矩|照旧|照老样|照常|平时|往常|按老样|usual|as always")


def ask(intent: Intent, reading: Reading) -> Move:
    """The question an intent asks, with the goods, orders and period the text names."""
    topic = TOPICS[intent]
    items = named_goods(reading) if topic in (Topic.STOCK, Topic.PRICE, Topic.PROMO) else ()
    period, day, until = None, None, None
    refs: tuple[str, ...] = ()
    if topic in (Topic.REBATE, Topic.TARGET):
        period = period_of(reading, "past" if topic is Topic.REBATE else "nearest")
    if topic is Topic.STATUS:
        refs = order_refs(reading)
        day, until = (None, None) if refs else _past_days(reading)
        if until and _OPEN.search(reading.text):
            day, until = None, None
        if says("late", reading.text):
            topic = Topic.LATE
        if not refs and day is None and _LAST.search(reading.text):
            refs = ("last",)
    open_only = topic is Topic.STATUS and bool(_OPEN.search(reading.text))
    return Ask(topic=topic, items=items, refs=refs, day=day, until=until, open_only=open_only, period=period)


def named_goods(reading: Reading) -> tuple[Item, ...]:
    """Known goods in the text, words that describe no product passed over."""
    loose = tuple(i for i in reading.loose_items if i.candidates)
    if loose:
        return loose
    negated = [p.mention for p in reading.pairs if p.mention and p.negated]
    found = find_all(negated, reading.index, reading.context.assortment)
    items = [
        Item(text=reading.original(m.start, m.end), candidates=found[id(m)].skus, tier=found[id(m)].tier)
        for m in negated
        if found[id(m)].skus
    ]
    return tuple(items)


def period_of(reading: Reading, prefer: Prefer) -> str | None:
    now = reading.context.now
    readings: tuple[Prefer, ...] = (prefer, "past", "future") if prefer == "nearest" else (prefer,)
    found = [w.period for p in readings for w in reading.dates(p) if w.period]
    quarter_said = _QUARTER.search(reading.text)
    if found:
        period = next((p for p in found if p.startswith(str(now.year))), found[0])
        return _quarter(period, quarter_said) if quarter_said and period.isdigit() else period
    if quarter_said:
        return _quarter(str(now.year), quarter_said)
    if match := _THIS_QUARTER.search(reading.text):
        quarter = (now.month - 1) // 3 + 1
        back = match[0].startswith(("上", "last", "previous"))
        return f"{now.year - (back and quarter == 1)}-Q{(quarter - 1 or 4) if back else quarter}"
    if _YEARLY.search(reading.text):
        return str(now.year)
    return None


def _quarter(year: str, said: re.Match[str]) -> str:
    return f"{year}-Q{'一二三四'.find(said[1]) + 1 or int(said[1])}"


def past_day(reading: Reading) -> date | None:
    """A single day of the text that is not in the future."""
    today = reading.context.now.date()
    return next((w.start for w in reading.dates("past") if not w.is_range and w.start <= today), None)


def _past_days(reading: Reading) -> tuple[date | None, date | None]:
    """The day or the span orders are asked of; of all of them, the days since a month ago."""
    if day := past_day(reading):
        return day, None
    today = reading.context.now.date()
    spans = [when for when in reading.dates("past") if when.is_range and when.start <= today]
    if spans:
        return spans[0].start, min(spans[0].end - timedelta(days=1), today)
    return (today - RECENT, today) if says("all_orders", reading.text) else (None, None)


def cancel_order(reading: Reading) -> Move:
    refs = order_refs(reading)
    day = None if refs else past_day(reading)
    if not refs and day is None and _LAST.search(reading.text):
        refs = ("last",)
    return CancelOrder(refs=refs, day=day)


def order_refs(reading: Reading) -> tuple[str, ...]:
    """Order numbers in a text that speaks of orders: a bare code with a figure in it counts here."""
    if reading.refs:
        return reading.refs
    taken = [
        (t.start, t.end)
        for t in reading.tokens
        if t.kind in (Kind.DATE, Kind.SIZE, Kind.SKU, Kind.NAME, Kind.MONEY)
    ]
    return tuple(
        m[0].upper()
        for m in _CODE.finditer(reading.normal.text)
        if not any(a < m.end() and m.start() < b for a, b in taken)
    )


def received(reading: Reading) -> Move:
    return Received(refs=order_refs(reading))


def human(reading: Reading) -> Move:
    return Human(back=says("human_back", reading.text))


def return_goods(reading: Reading) -> Move:
    items = [i for i in reading.loose_items if i.candidates]
    counted = {i.candidates for i in items if i.qty is not None}
    items = [i for i in items if i.qty is not None or i.candidates not in counted]
    return Return(items=tuple(items), refs=reading.refs, reason=reading.normal.original.strip()[:200])


def repeat(reading: Reading) -> Move:
    """An earlier order again, with what is to differ."""
    override: list[Item] = []
    add: list[Item] = []
    remove: list[str] = []
    for item, kind in changes_to_repeat(reading):
        (override if kind is Role.SET else add).append(item)
    negated = [p.mention for p in reading.pairs if p.mention and p.negated]
    found = find_all(negated, reading.index, reading.context.assortment)
    for mention in negated:
        remove += found[id(mention)].skus or among(mention, reading.talked, reading)
    day = None if reading.refs or delivery(reading) else past_day(reading)
    return Repeat(
        ref=reading.refs[0] if reading.refs else "last",
        day=day,
        override=tuple(override),
        add=tuple(add),
        remove=tuple(dict.fromkeys(remove)),
        usual=bool(_USUAL.search(reading.text)) and not reading.refs,
    )


def changes_to_repeat(reading: Reading) -> list[tuple[Item, Role]]:
    """Lines of a repeat with whether they are added or take the place of the old quantity."""
    out: list[tuple[Item, Role]] = []
    role = Role.SET
    for clause in clauses(reading.elements):
        lines = [i for i in items_of_clause(clause, reading) if i.candidates and i.qty is not None]
        if not lines:
            continue
        if clause.has(Role.MORE, Role.AGAIN) or any(is_op(e, Role.AND) for e in clause.elements):
            role = Role.MORE
        elif clause.has(Role.SET, Role.REPLACE) or any(is_op(e, Role.VERB) for e in clause.elements):
            role = Role.SET
        out += ((item, role) for item in lines)
    return out


def category_of(reading: Reading) -> str | None:
    """The expense category a text names, by its longest word."""
    text = reading.normal.text
    general: dict[str, list[str]] = read_yaml("expenses.yaml")
    own = _longest_word(text, dict(reading.index.expenses))
    return own or _longest_word(text, {k: v for k, v in general.items() if k in dict(reading.index.expenses)})


def _longest_word(text: str, words_of: Mapping[str, Iterable[str]]) -> str | None:
    found = [(len(w), key) for key, words in words_of.items() for w in words if w and _has_word(text, w)]
    return max(found, key=lambda f: f[0])[1] if found else None


def _has_word(text: str, word: str) -> bool:
    if not word.isascii():
        return re.search(word.replace("~", ".{1,6}"), text) is not None if "~" in word else word in text
    return re.search(rf"(?<![a-z]){re.escape(word)}(?:s|es)?(?![a-z])", text) is not None


def claim(reading: Reading) -> Claim:
    """What the text says of an expense."""
    when = next(iter(reading.dates("past")), None)
    single = when is not None and not when.is_range
    return Claim(
        amount=amount_of(reading),
        day=when.start if when and single else None,
        period=when.period if when and not single else None,
        category=category_of(reading),
        note=reading.normal.original.strip()[:200],
        attachment=bool(_ATTACHED.search(reading.text)),
    )


def amount_of(reading: Reading) -> Decimal | None:
    """The amount of money in the text that is no date, size or order number; the last one after a repair."""
    taken = [(t.start, t.end) for t in reading.tokens if t.kind in (Kind.DATE, Kind.REF, Kind.SKU)]
    text = reading.normal.text[:HEAD]
    amounts = [
        m for m in scan_money(text) if m.value > 0 and not any(a < m.end and m.start < b for a, b in taken)
    ]
    if not amounts:
        bare = [n.value for n in scan_numbers(text) if not any(a < n.end and n.start < b for a, b in taken)]
        return bare[0] if len(bare) == 1 and bare[0] >= 1 and "." in str(bare[0]) else None
    if reading.has_word(Role.REPAIR):
        return amounts[-1].value
    named = [m for m in amounts if _CURRENCY.search(text[max(0, m.start - 2) : m.end + 5])]
    return (named or amounts)[0].value
