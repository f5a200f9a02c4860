"""Which quantity belongs to which product: orientation, shared quantities, self-repair, exclusions."""

import re
from dataclasses import dataclass
from functools import cache

from bot.understand.amended import amended
from bot.understand.lexicon import Role
from bot.understand.mentions import Element, Mention, is_op
from bot.understand.numerals import number_at
from bot.understand.tokens import Kind, Token
from bot.understand.unwanted import contrasted, is_amount, unwanted

_SWITCH = 2.5  # the cost of changing from "3箱可乐" to "可乐3箱" inside one message
_ALONE_NAME, _ALONE_UNKNOWN, _ALONE_AMOUNT, _ALONE_NUMBER = 9.0, 3.0, 12.0, 6.0
_UNKNOWN = 2.0  # the cost of giving a quantity to words that name nothing known
_REACH = 40  # elements a repair, an exclusion or a shared quantity looks over
_REPAIRS = 100
_KINDS = re.compile(
    r"([2-9]|[两二三四五六七八九])\s?(?:种|款|个)?(?:颜色|口味|味道|规格|尺寸|型号|色|种|款|样|kinds?|flavou?rs|sizes|colou?rs|types)"
)
_BESIDE_EACH = (Role.FILLER, Role.VERB, Role.OF, Role.EACH, Role.MORE, Role.LESS, Role.SET)


@dataclass(slots=True)
class Pair:
    """A product mention with its quantity token, as far as said; `negated` = said not to be wanted."""

    mention: Mention | None
    amount: Token | None = None
    negated: bool = False
    shared: bool = False  # the quantity is meant for several products
    kinds: int = 0  # "两种各3箱": how many kinds share it

    def shared_by_all(self, candidates: int) -> bool:
        """Whether the quantity is said for each of that many kinds."""
        return candidates > 1 and self.kinds == candidates

    @property
    def start(self) -> int:
        return min(x.start for x in (self.mention, self.amount) if x)


def pair_up(elements: list[Element]) -> list[Pair]:
    """Mentions and quantities of a text, in text order, repaired and paired."""
    elements = amended(repaired(contrasted(elements)))
    negated = unwanted(elements)
    pairs, left = _shared(elements, negated)
    pairs += _by_order(left)
    for at, element in enumerate(elements):
        if isinstance(element, Mention) and at in negated:
            pairs.append(Pair(element, negated=True))
    return sorted(_orphans_placed(pairs), key=lambda p: p.start)


def _orphans_placed(pairs: list[Pair]) -> list[Pair]:
    """A quantity without a name goes to the last known name before it that has none."""
    pairs = sorted(pairs, key=lambda p: p.start)
    for orphan in [p for p in pairs if p.mention is None][:_REACH]:
        before = [
            p for p in pairs if p.mention and p.start < orphan.start and not p.negated and known(p.mention)
        ]
        if before and before[-1].amount is None:
            before[-1].amount = orphan.amount
            pairs = [p for p in pairs if p is not orphan]
    return pairs


def known(mention: Mention) -> bool:
    """Whether something in a mention names goods of the catalogue."""
    return mention.known


def repaired(elements: list[Element]) -> list[Element]:
    """As in "10箱不对是20箱": what a repair takes back is dropped."""
    out: list[Element] = []
    left = _REPAIRS
    for at, element in enumerate(elements):
        if left == 0 or (not is_op(element, Role.REPAIR) and not _never_mind(elements, at)):
            out.append(element)
            continue
        left -= 1
        following = _next_content(elements, at + 1)
        if following is None or (not out):
            out.append(element)
            continue
        _take_back(out, following, elements, at)
    return out


def _never_mind(elements: list[Element], at: int) -> bool:
    """As in "50箱算了12箱吧": giving up one quantity for the next."""
    element = elements[at]
    return (
        isinstance(element, Token)
        and element.text == "算了"
        and at + 1 < len(elements)
        and is_amount(elements[at + 1])
    )


def _next_content(elements: list[Element], at: int) -> Element | None:
    for element in elements[at : at + _REACH]:
        if isinstance(element, Mention) or is_amount(element):
            return element
        if element.kind is Kind.BREAK and element.strength >= 3:
            return None
    return None


def _take_back(out: list[Element], following: Element, elements: list[Element], at: int) -> None:
    """A new quantity replaces the last quantity, a new product the last product (and its quantity, if it has its own)."""
    last = next(
        (k for k in range(len(out) - 1, -1, -1) if is_amount(out[k]) or isinstance(out[k], Mention)), None
    )
    if last is None:
        return
    if is_amount(following):
        held = [k for k in range(len(out)) if is_amount(out[k])]
        if held:
            _keep_unit(out[held[-1]], following)
            repeated = len(held) > 1 and _said_same(out[held[-1]], out[held[-2]])
            for k in reversed(held[-2:] if repeated else held[-1:]):
                del out[k]
        return
    names = [k for k in range(len(out)) if isinstance(out[k], Mention)]
    has_own = _amount_near(elements, at)
    if len(names) > 1 and has_own and _same(out[names[-1]], out[names[-2]]):
        del out[names[-2] :]  # "乌龙茶20箱，乌龙茶说错了": both go
        return
    if names:
        tail = names[-1]
        keep = [e for e in out[tail + 1 :] if not (is_amount(e) and has_own)]
        before = tail - 1
        if (
            has_own
            and before >= 0
            and is_amount(out[before])
            and not any(is_amount(e) for e in out[tail + 1 :])
        ):
            del out[before]
            tail -= 1
        out[tail:] = keep


def _keep_unit(old: Element, new: Element) -> None:
    """As in "3吨，不，4": the new figure counts in the unit of the one it replaces."""
    if isinstance(old, Token) and isinstance(new, Token) and old.quantity and new.quantity:
        first, second = old.quantity.parts[0], new.quantity.parts[0]
        if second.unit is None and first.unit is not None and len(new.quantity.parts) == 1:
            new.quantity = new.quantity._replace(parts=(second._replace(unit=first.unit),))


def _said_same(one: Element, other: Element) -> bool:
    """As in "6箱……6箱太多了，4箱": the same quantity said again to be taken back."""
    return isinstance(one, Token) and isinstance(other, Token) and one.text == other.text


def _same(one: Element, other: Element) -> bool:
    if not isinstance(one, Mention) or not isinstance(other, Mention):
        return False
    return [p.text for p in one.parts] == [p.text for p in other.parts]


def _amount_near(elements: list[Element], at: int) -> bool:
    """Whether the product named after a repair brings its own quantity."""
    for element in elements[at + 1 : at + _REACH]:
        if is_amount(element):
            return True
        if isinstance(element, Token) and element.kind is Kind.BREAK and element.strength >= 2:
            return False
    return False


def _shared(elements: list[Element], negated: set[int]) -> tuple[list[Pair], list[Element]]:
    """Quantities said for each of several products, taken out; and what is left."""
    taken: set[int] = set()
    pairs: list[Pair] = []
    for at, element in enumerate(elements):
        if not is_op(element, Role.EACH):
            continue
        amount = _beside(elements, at)
        if amount is None or amount in taken:
            continue
        names = _run(elements, min(at, amount), -1, taken, negated)
        names = names or _run(elements, max(at, amount), 1, taken, negated)
        if not names:
            continue
        taken |= {amount, *names}
        token = elements[amount]
        assert isinstance(token, Token)
        kinds = _kinds(elements, names[0], at) if len(names) == 1 else 0
        pairs += [
            Pair(e, token, shared=True, kinds=kinds) for k in names if isinstance(e := elements[k], Mention)
        ]
    left = [e for k, e in enumerate(elements) if k not in taken and k not in negated]
    return pairs, left


def _kinds(elements: list[Element], name: int, each: int) -> int:
    """How many kinds of one name share a quantity: "两种各3箱", "3 flavours, 2 each"."""
    for element in elements[min(name, each) : max(name, each) + 1]:
        text = " ".join(p.text for p in element.parts) if isinstance(element, Mention) else element.text
        if match := _KINDS.search(text):
            numeral = number_at(match[1], 0)
            return int(numeral.value) if numeral else 0
    return 0


def _beside(elements: list[Element], at: int) -> int | None:
    """The quantity next to 各/each, on either side."""
    for step in (1, -1):
        k = at + step
        while 0 <= k < len(elements) and abs(k - at) < _REACH and is_op(elements[k], *_BESIDE_EACH):
            k += step
        if 0 <= k < len(elements) and is_amount(elements[k]):
            return k
    return None


def _run(elements: list[Element], at: int, step: int, taken: set[int], negated: set[int]) -> list[int]:
    """Mentions on one side without a quantity of their own."""
    names: list[int] = []
    parted = False  # a comma lies between: chatter beyond it shares nothing
    k = at + step
    while 0 <= k < len(elements) and abs(k - at) <= _REACH:
        element = elements[k]
        if isinstance(element, Token) and element.kind is Kind.BREAK and element.text == ",":
            parted = bool(names)
        if is_amount(element):
            if (step == 1 and names) or (step == -1 and names and _glued(elements, k, names[-1])):
                names.pop()
            break
        if isinstance(element, Mention):
            if k in taken or (parted and not element.known):
                break
            if k not in negated:
                names.append(k)
        elif (element.kind is Kind.BREAK and element.strength >= 2 and names) or (
            is_op(element, Role.AGAIN, Role.REPAIR) and names
        ):
            break
        k += step
    return sorted(names)


def _glued(elements: list[Element], amount: int, name: int) -> bool:
    """Whether a quantity stands right before a name ("3箱可乐"), and no name right before the quantity."""
    return name == amount + 1 and not (amount > 0 and isinstance(elements[amount - 1], Mention))


def _alone(element: Element) -> float:
    if isinstance(element, Mention):
        return _ALONE_NAME if known(element) else _ALONE_UNKNOWN
    return _ALONE_AMOUNT if element.quantity and element.quantity.parts[0].unit else _ALONE_NUMBER


@dataclass(slots=True)
class _Spot:
    element: Element
    gap: float  # cost of joining it to the one before


def _by_order(elements: list[Element]) -> list[Pair]:
    """The cheapest pairing of neighbouring names and quantities over each stretch of the text."""
    pairs: list[Pair] = []
    stretch: list[_Spot] = []
    gap = 0.0
    for element in elements:
        if isinstance(element, Mention) or is_amount(element):
            stretch.append(_Spot(element, gap))
            gap = 0.0
        else:
            gap += _gap(element)
            if element.kind is Kind.BREAK and element.strength >= 3 and len(stretch) > 40:
                pairs += _best(stretch)
                stretch = []
    return pairs + _best(stretch)


def _gap(element: Element) -> float:
    if not isinstance(element, Token):
        return 0.0
    if element.kind is Kind.BREAK:
        if element.text == ":":
            return 0.2
        return (0.1, 2.0, 5.0, 5.5)[element.strength]
    if element.kind is Kind.WORD:
        return {
            Role.AGAIN: 4.0,
            Role.AND: 2.5,
            Role.OF: -0.5,
            Role.MORE: 1.0,
            Role.NOT: 3.0,
            Role.REMOVE: 4.0,
        }.get(element.role or Role.FILLER, 0.1)
    return 1.0


def _best(stretch: list[_Spot]) -> list[Pair]:
    size = len(stretch)
    if size > 400:
        return _best(stretch[:400]) + _best(stretch[400:])

    @cache
    def cost(at: int, facing: int) -> tuple[float, int]:
        """Cheapest cost from here, and the choice: 0 leave alone, 1 pair with the next."""
        if at >= size:
            return 0.0, 0
        here = stretch[at].element
        alone = _alone(here) + cost(at + 1, facing)[0]
        if at + 1 >= size:
            return alone, 0
        there = stretch[at + 1].element
        if isinstance(here, Mention) == isinstance(there, Mention):
            return alone, 0
        now = 1 if isinstance(here, Mention) else -1
        gap = stretch[at + 1].gap + (0.0 if known(here if isinstance(here, Mention) else there) else _UNKNOWN)  # type: ignore[arg-type]
        paired = gap + (_SWITCH if facing not in (0, now) else 0.0) + cost(at + 2, now)[0]
        return (paired, 1) if paired <= alone and gap < _ALONE_NAME else (alone, 0)

    for at in range(size - 1, -1, -1):  # fills the table without deep recursion
        for facing in (-1, 0, 1):
            cost(at, facing)
    pairs: list[Pair] = []
    at, facing = 0, 0
    while at < size:
        here = stretch[at].element
        if cost(at, facing)[1]:
            there = stretch[at + 1].element
            name, amount = (here, there) if isinstance(here, Mention) else (there, here)
            assert isinstance(name, Mention) and isinstance(amount, Token)  # noqa: PT018
            facing = 1 if name is here else -1
            pairs.append(Pair(name, amount))
            at += 2
        else:
            pairs.append(Pair(here) if isinstance(here, Mention) else Pair(None, here))
            at += 1
    return pairs
