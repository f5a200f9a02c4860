"""What a command needs, read from its words: an order, a dealer, goods, an amount, a parcel, a reason.

Each kind takes its words out of what is left of the text, so that the next kind does not see them. Look-ups run in the
staff member's own scope: what lies outside it answers like what does not exist.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

import msgspec

from bot.dialog.api import Turn, choice, say
from bot.dialog.messages import Say
from bot.dialog.vocabulary import name_within, payouts, roles
from bot.understand.context import Context
from bot.understand.dates import scan_dates
from bot.understand.money import scan_money
from bot.understand.normalise import normalise
from bot.understand.types import Add, Ask, Change, Item, Return, Target
from bot.understand.understand import understand
from core.claims.queries import claim_by_reference
from core.db.session import Session
from core.dealers.queries import Dealer, dealer_by_code, find_dealers
from core.kit.errors import NotFoundError
from core.kit.shape import reader
from core.orders.queries import order_by_reference

_FULL_NUMBER = re.compile(r"(?<![\dCc])\d{6}-\d{4,6}(?!\d)")
_CLAIM_NUMBER = re.compile(r"(?<![A-Za-z0-9])[Cc]\d{6}-\d{4,9}(?!\d)")
_TAIL_NUMBER = re.compile(r"(?<![\d.a-z-])\d{4,6}(?![\d.a-z])", re.IGNORECASE)
_MINUS = re.compile(r"(?<!\S)[\-−](?=[¥￥$]?\d)")
_SIGN = re.compile(r"[+\-−＋]\s*$")
_TRACKING = re.compile(r"(?=[A-Za-z0-9-]*\d)[A-Za-z0-9-]{5,40}")
_LONE = re.compile(r"(?<![\w.,-])(?:\d{1,3}(?:,\d{3})+|\d{1,10})(?:\.\d{1,2})?(?![\w.,%-])")
_LEVEL = re.compile(r"([A-Za-z0-9]{1,8}) ?级|\blevel ([A-Za-z0-9]{1,8})\b", re.IGNORECASE)
_UNIT = re.compile(r"[/每一] ?[\u4e00-\u9fffA-Za-z]{1,8}")
_REFERENCE = re.compile(r"\b[A-Za-z0-9]{4,8}\b")
_CHUNK = re.compile(r"[^\s,，;；。:：、]+")
_MOST_OPTIONS = 6

FILL = "fill"
"""The action of a choice that fills a slot; the command puts its own name behind it."""
MEANT = "="
"""In the place of a slot's name: what the doubtful words of the command mean."""


class SlotKind(StrEnum):
    ORDER = "order"
    DEALER = "dealer"
    GOODS = "goods"
    PRODUCT = "product"
    AMOUNT = "amount"
    PARCEL = "parcel"
    WORDS = "words"
    LEVEL = "level"
    DAYS = "days"
    DAY = "day"
    UNIT = "unit"
    ROLE = "role"
    NAME = "name"
    CODE = "code"
    CLAIM = "claim"
    PAYOUT = "payout"


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing a command needs. Its question is the text `<flow>.ask.<name>`."""

    name: str
    kind: SlotKind
    required: bool = True
    offered: "Callable[[Turn], Sequence[tuple[str, str]]] | None" = (
        None  # what it can be just now: value, and as shown
    )


@dataclass(frozen=True, slots=True)
class Goods:
    """An amount of a product: base units, and as it was said."""

    sku: str
    base_qty: int
    qty: str
    unit: str


class AskBackError(Exception):
    """The words fit several things, or none: what to say instead of going on. item: the goods in doubt."""

    def __init__(self, say: Say, item: Item | None = None) -> None:
        super().__init__(say.key)
        self.say = say
        self.item = item


@dataclass(slots=True)
class Rest:
    """What is left of the text."""

    text: str

    def cut(self, start: int, end: int) -> str:
        """Take a part out and return it."""
        taken = self.text[start:end]
        self.text = f"{self.text[:start]} {self.text[end:]}"
        return taken

    def chunks(self) -> list[tuple[int, int, str]]:
        """Words by place."""
        return [(match.start(), match.end(), match.group()) for match in _CHUNK.finditer(self.text)]


def read(slot: Slot, rest: Rest, turn: Turn, order: str = "") -> str | None:
    """The slot's value as it is kept, or None when the text does not say it. order: the one the goods belong to.

    Raises AskBackError, DealerError.
    """
    if order and slot.kind is SlotKind.GOODS:
        return _goods(slot, rest, turn, order)
    return _READERS[slot.kind](slot, rest, turn)


def _order(slot: Slot, rest: Rest, turn: Turn) -> str | None:
    match = _FULL_NUMBER.search(rest.text)
    if match is None and slot.required:
        match = _TAIL_NUMBER.search(rest.text)
    if match is None:
        return None
    return order_by_reference(turn.session, rest.cut(match.start(), match.end())).number


def names_claim(text: str) -> bool:
    """Whether a text holds the number of a claim."""
    return _CLAIM_NUMBER.search(text) is not None


def _dealer(slot: Slot, rest: Rest, turn: Turn) -> str | None:
    """A dealer by code or by a piece of its name; digits at the end of a piece belong to the next slot."""
    for start, _, chunk in rest.chunks():
        name = chunk.rstrip("0123456789.-+¥￥元块万千百")
        bare, taken = name_within(name)
        for words, length in {chunk: len(chunk), name: len(name), bare: taken}.items():
            if len(words) < 2:
                continue
            found = _dealers(turn.session, words)
            if found:
                rest.cut(start, start + length)
                if len(found) == 1:
                    return found[0].code
                raise AskBackError(_which_dealer(slot, found))
    return None


def _dealers(session: Session, words: str) -> tuple[Dealer, ...]:
    try:
        return (dealer_by_code(session, words),)
    except NotFoundError:
        return find_dealers(session, words, most=_MOST_OPTIONS)


def _which_dealer(slot: Slot, found: tuple[Dealer, ...]) -> Say:
    choices = tuple(
        choice("dialog.plain", FILL, f"{slot.name}~{dealer.code}", text=dealer.name) for dealer in found
    )
    return Say(key="dialog.which_dealer", choices=choices)


def _goods(_slot: Slot, rest: Rest, turn: Turn, order: str = "") -> str | None:
    """Products with quantities. Anything doubtful among them is asked about; nothing is guessed."""
    items = _items_of_order(rest.text, turn, order) if order else items_in(rest.text, turn)
    if not items:
        return None
    for item in items:
        if not item.resolved:
            raise AskBackError(_doubt(item, turn), item)
    for span in sorted((span for item in items for span in item.spans), key=lambda span: -span.start):
        rest.cut(span.start, span.end)
    goods = [
        Goods(item.candidates[0], item.base_qty, str(item.qty), item.unit or "")
        for item in items
        if item.base_qty is not None
    ]
    return msgspec.json.encode(goods).decode()


def _product(_slot: Slot, rest: Rest, turn: Turn) -> str | None:
    items = items_in(rest.text, turn) or items_in(_without_money(rest.text, turn), turn)
    if not items:
        return None
    item = items[0]
    if len(item.candidates) != 1:
        raise AskBackError(_doubt(item, turn), item)
    for span in sorted(item.spans[:1], key=lambda span: -span.start):
        rest.cut(span.start, span.end)
    return item.candidates[0]


def _items_of_order(text: str, turn: Turn, number: str) -> tuple[Item, ...]:
    """A short name means what is in the order; what is not in it keeps its full meaning, to be refused by name."""
    if not items_in(text, turn):
        return ()
    ordered = frozenset(line.sku for line in order_by_reference(turn.session, number).lines)
    found = items_in(text, turn, ordered)
    return found if found and all(item.candidates for item in found) else items_in(text, turn)


def items_in(text: str, turn: Turn, among: frozenset[str] | None = None) -> tuple[Item, ...]:
    """The products a text names; among: the only ones it can mean."""
    found: list[Item] = []
    for move in understand(text, Context(now=turn.now, assortment=among), turn.index).moves:
        match move:
            case Add(items=items) | Return(items=items) | Ask(items=items):
                found += [item for item in items if item.candidates or item.qty is not None]
            case Change(target=Target(skus=skus), qty=qty, unit=unit) if skus:
                found.append(Item(text=text, candidates=skus, qty=qty, unit=unit))
    return tuple(found)


def _doubt(item: Item, turn: Turn) -> Say:
    if len(item.candidates) > 1:
        choices = tuple(
            choice("dialog.product_option", FILL, f"{MEANT}~{sku}", product=turn.name(sku), sku=sku)
            for sku in item.candidates[:_MOST_OPTIONS]
        )
        return Say(key="dialog.which_product", params={"text": item.text}, choices=choices)
    if item.candidates:
        return say("dialog.how_many", product=turn.name(item.candidates[0]))
    return say("dialog.no_product", text=item.text)


def _without_money(text: str, turn: Turn) -> str:
    """The text with blanks for its amounts, as long as before: a price beside a name is no quantity of it."""
    normal = normalise(text)
    for money in scan_money(normal.text, turn.actor.currency):
        span = normal.span(money.start, money.end)
        text = text[: span.start] + " " * (span.end - span.start) + text[span.end :]
    return _UNIT.sub(lambda match: " " * len(match.group()), text)


def _amount(_slot: Slot, rest: Rest, turn: Turn) -> str | None:
    normal = normalise(_MINUS.sub(" ", rest.text))
    found = scan_money(normal.text, turn.actor.currency)
    lone = [] if found else list(_LONE.finditer(normal.text))
    if not found and len(lone) != 1:
        return None
    if found:
        span, value = normal.span(found[-1].start, found[-1].end), found[-1].value
    else:
        span, value = normal.span(lone[0].start(), lone[0].end()), Decimal(lone[0][0].replace(",", ""))
    sign = _SIGN.search(rest.text[: span.start])
    minus = sign is not None and sign.group()[0] in "-−"
    rest.cut(sign.start() if sign else span.start, span.end)
    minor = int((value * 100).to_integral_value())
    return str(-minor if minus else minor)


def _parcel(_slot: Slot, rest: Rest, _turn: Turn) -> str | None:
    """Carrier and tracking number, in either order; either may be missing."""
    chunks = rest.chunks()
    tracking = next((each for each in chunks if _TRACKING.fullmatch(each[2])), None)
    carrier = next((each for each in chunks if each != tracking and not each[2].isdigit()), None)
    found = [each for each in (carrier, tracking) if each]
    for start, end, _ in sorted(found, reverse=True):
        rest.cut(start, end)
    return f"{carrier[2] if carrier else ''}\t{tracking[2] if tracking else ''}" if found else None


def _words(_slot: Slot, rest: Rest, _turn: Turn) -> str | None:
    words = " ".join(chunk for _, _, chunk in rest.chunks())
    rest.text = ""
    return words or None


def _level(_slot: Slot, rest: Rest, _turn: Turn) -> str | None:
    match = _LEVEL.search(rest.text)
    if match is None:
        return None
    rest.cut(match.start(), match.end())
    return (match.group(1) or match.group(2)).upper()


def _days(_slot: Slot, rest: Rest, turn: Turn) -> str | None:
    """A day or a span of days gone by, as "first last" in ISO form."""
    normal = normalise(rest.text)
    found = scan_dates(normal.text, turn.now, "past")
    if not found:
        return None
    when = found[0]
    span = normal.span(when.start_at, when.end_at)
    rest.cut(span.start, span.end)
    return f"{when.start.isoformat()} {(when.end - timedelta(days=1)).isoformat()}"


def _day(_slot: Slot, rest: Rest, turn: Turn) -> str | None:
    """A day to come, in ISO form."""
    normal = normalise(rest.text)
    found = [when for when in scan_dates(normal.text, turn.now, "future") if when.start >= turn.today]
    if not found:
        return None
    span = normal.span(found[0].start_at, found[0].end_at)
    rest.cut(span.start, span.end)
    return found[0].start.isoformat()


def _unit(_slot: Slot, rest: Rest, _turn: Turn) -> str | None:
    """A unit written behind the price ("52/箱", "一箱52")."""
    match = _UNIT.search(rest.text)
    return rest.cut(match.start(), match.end()).strip(" /每一") if match else None


def _role(slot: Slot, rest: Rest, _turn: Turn) -> str | None:
    for start, _, chunk in rest.chunks():
        for role, words in roles().items():
            word = next((word for word in words if chunk.lower().startswith(word)), None)
            if word is not None:
                rest.cut(start, start + len(word))
                return role
    del slot
    return None


def _name(_slot: Slot, rest: Rest, _turn: Turn) -> str | None:
    for start, end, chunk in rest.chunks():
        if 2 <= len(chunk) <= 40 and not chunk.isdigit():
            return rest.cut(start, end)
    return None


def _code(_slot: Slot, rest: Rest, _turn: Turn) -> str | None:
    match = _REFERENCE.search(rest.text)
    return rest.cut(match.start(), match.end()).upper() if match else None


def _claim(_slot: Slot, rest: Rest, turn: Turn) -> str | None:
    match = _CLAIM_NUMBER.search(rest.text) or _TAIL_NUMBER.search(rest.text)
    if match is None:
        return None
    return claim_by_reference(turn.session, rest.cut(match.start(), match.end())).number


def _payout(_slot: Slot, rest: Rest, _turn: Turn) -> str | None:
    """What an approved claim shall be paid to, where the words say so."""
    plain = rest.text.lower()
    for where, words in payouts().items():
        for word in words:
            if (at := plain.find(word)) >= 0:
                rest.cut(at, at + len(word))
                return where
    return None


_READERS: dict[SlotKind, Callable[[Slot, Rest, Turn], str | None]] = {
    SlotKind.ORDER: _order,
    SlotKind.DEALER: _dealer,
    SlotKind.GOODS: _goods,
    SlotKind.PRODUCT: _product,
    SlotKind.AMOUNT: _amount,
    SlotKind.PARCEL: _parcel,
    SlotKind.WORDS: _words,
    SlotKind.LEVEL: _level,
    SlotKind.DAYS: _days,
    SlotKind.DAY: _day,
    SlotKind.UNIT: _unit,
    SlotKind.ROLE: _role,
    SlotKind.NAME: _name,
    SlotKind.CODE: _code,
    SlotKind.CLAIM: _claim,
    SlotKind.PAYOUT: _payout,
}

_read_goods = reader(list[Goods])


def goods_of(value: str) -> list[Goods]:
    """The goods of a kept value."""
    return _read_goods(msgspec.json.decode(value))
