"""What a clause does to a line of the draft: sets it, makes it more or less, scales it, takes it off."""

import re
from decimal import Decimal
from itertools import pairwise

from bot.understand.clauses import Clause
from bot.understand.items import said
from bot.understand.lexicon import Role
from bot.understand.mentions import Element, Mention
from bot.understand.numerals import Quantity
from bot.understand.reading import Reading
from bot.understand.targets import skus_at
from bot.understand.tokens import Kind, Token
from bot.understand.types import Change, Op, Target

_OFF = frozenset({"take off", "take away", "knock off", "cut", "砍掉", "扣掉", "减掉", "减去", "退掉", "去"})
_FEWER, _FURTHER = (
    re.compile(r"\b(?:less|fewer)\b"),
    re.compile(r"\b(?:more|extra|additional|further|another)\b"),
)
_ENOUGH = re.compile(
    r"就(?:够|行|好|可以|得了|成)|够了|即可|(?:is|are|will be) (?:enough|plenty|fine)|will do\b"
)
_NOT = frozenset({"不是", "not", "不要"})
_SURPLUS = frozenset(
    {
        "多了点",
        "太多",
        "太多了",
        "说多了",
        "报多了",
        "要多了",
        "多报了",
        "多要了",
        "多写了",
        "多下了",
        "多订了",
        "too many",
        "too much",
    }
)
_LACKING = frozenset(
    {
        "太少",
        "太少了",
        "说少了",
        "报少了",
        "要少了",
        "少报了",
        "少要了",
        "少写了",
        "少下了",
        "少订了",
        "不够",
        "too few",
        "not enough",
    }
)
_WRONG = frozenset(
    {
        "报错了",
        "写错了",
        "说错了",
        "数量不对",
        "数不对",
        "数错了",
        "搞错了",
        "弄错了",
        "记错了",
        "打错了",
        "wrong",
    }
)
_UP_DOWN = {"up": Op.MORE, "down": Op.LESS}
_IDLE = (Role.FILLER, Role.VERB, Role.OF)


def op_of(clause: Clause) -> Op | None:
    """What is done with the quantity of a clause; None where it only names one."""
    roles = clause.roles()
    if contrasted_in(clause):
        return Op.SET
    if by := _by_which_wrong(clause) or _signed(clause):
        return by
    if Role.MORE in roles and "instead" in _texts(clause):
        return Op.MORE
    if Role.SET in roles or Role.REPLACE in roles or Role.REPAIR in roles or _says_to(clause):
        return Op.SET
    inside = " ".join(a.text for a in clause.amounts)
    if Role.LESS in roles or Role.REMOVE in roles or _FEWER.search(inside):
        return Op.LESS
    if Role.MORE in roles or Role.AGAIN in roles or _FURTHER.search(inside):
        return Op.MORE
    if clause.mentions and (turned := _up_or_down(clause)):
        return turned
    if not clause.mentions and any(e.is_word(Role.ALL, Role.EACH) for e in clause.words):
        return Op.MORE if any(e.is_word(Role.AND) for e in clause.words) else Op.SET
    return None


def _by_which_wrong(clause: Clause) -> Op | None:
    """As in "可乐报多了2箱", "has 2 too many": by how much a quantity was wrong."""
    for first, second in pairwise(clause.elements):
        word, amount = (first, second) if _counts(second) else (second, first)
        if (
            isinstance(word, Token)
            and word.is_word(Role.REPAIR)
            and _counts(amount)
            and len(clause.amounts) == 1
        ):
            if word.text in _SURPLUS and (word is first or clause.has(Role.HAVE) or "has" in _texts(clause)):
                return Op.LESS
            if word.text in _LACKING and word is first:
                return Op.MORE
    for word, past, amount in zip(clause.elements, clause.elements[1:], clause.elements[2:], strict=False):
        told = isinstance(past, Token) and past.text == "了" and _counts(amount)
        if told and isinstance(word, Token) and word.text in ("多", "少"):
            return Op.LESS if word.text == "多" else Op.MORE
    return None


def _signed(clause: Clause) -> Op | None:
    """As in "可乐 +2", "可乐 -1"."""
    if any(a.quantity and a.quantity.parts[0].value < 0 for a in clause.amounts):
        return Op.LESS
    plus = any(isinstance(e, Token) and e.text == "+" and _counts(n) for e, n in pairwise(clause.elements))
    return Op.MORE if plus else None


def _texts(clause: Clause) -> set[str]:
    return {e.text for e in clause.words}


def complains(clause: Clause, reading: Reading) -> bool:
    """As in "可乐多了", "可乐报错了": the quantity is wrong, and the right one is not said."""
    last = next(
        (e for e in reversed(clause.words) if not e.is_word(Role.FILLER) and e.kind is not Kind.BREAK), None
    )
    if last is None or clause.amounts or last.start < clause.mentions[-1].start:
        return False
    if last.text in ("多", "少"):
        return reading.goods_text[last.end : last.end + 1] == "了"
    return last.text in _SURPLUS | _LACKING | _WRONG


def _says_to(clause: Clause) -> bool:
    """As in "cut the paint to 4", "减到4箱": a word of more or less with the new value."""
    return any(
        isinstance(e, Token) and e.text in ("to", "到", "成", "为") and _counts(n)
        for e, n in pairwise(clause.elements)
    )


def _up_or_down(clause: Clause) -> Op | None:
    """As in "coke down 2, sprite up 2"."""
    return next(
        (_UP_DOWN[e.text] for e, n in pairwise(clause.elements)
         if isinstance(e, Token) and e.text in _UP_DOWN and _counts(n)),
        None,
    )  # fmt: skip


def _counts(element: Element) -> bool:
    return isinstance(element, Token) and element.kind is Kind.QUANTITY


def contrasted_in(clause: Clause) -> Token | None:
    """The quantity that is not meant in "5箱不是10箱", "5 not 10"."""
    for first, word, second in zip(clause.elements, clause.elements[1:], clause.elements[2:], strict=False):
        if isinstance(word, Token) and word.text in _NOT and _counts(first) and _counts(second):
            return second if isinstance(second, Token) else None
    return None


def only_so_much(clause: Clause) -> bool:
    """As in "可乐只要5箱", "just 5 coke": what is limited is the quantity, not the list."""
    return any(
        isinstance(e, Token) and (e.is_word(Role.ONLY) or e.text == "just") and _counts(n)
        for e, n in pairwise(
            [
                e
                for e in clause.elements
                if isinstance(e, Mention) or e.text == "just" or not e.is_word(*_IDLE)
            ]
        )
    )


def _is_idle(element: Element) -> bool:
    return isinstance(element, Token) and element.is_word(*_IDLE)


def enough(clause: Clause, reading: Reading) -> bool:
    """As in "可乐要5箱就够了": a quantity that is enough takes the place of the old one."""
    if not clause.elements:
        return False
    text = reading.goods_text[clause.elements[0].start : clause.elements[-1].end + 4]
    return bool(_ENOUGH.search(text))


def takes_off(clause: Clause) -> bool:
    """Whether a word of less means the whole line where no quantity is said."""
    words = clause.words
    return any(e.text in _OFF for e in words) or bool(words and words[-1].text == "out")


def objects(clause: Clause, following: Clause | None) -> bool:
    """As in "可乐10箱太多，" before "5箱": what a clause says was wrong, and the next gives the right quantity."""
    if following is None or following.mentions or following.places:
        return False
    if not following.amounts and not following.has(Role.DOUBLE, Role.HALVE):
        return False
    words = [
        e
        for e in clause.elements
        if isinstance(e, Mention) or not (e.is_word(*_IDLE) or e.kind is Kind.BREAK)
    ]
    if not words:
        return False
    first, last = words[0], words[-1]
    if isinstance(last, Token) and last.is_word(Role.REPAIR):
        return True
    if isinstance(last, Token) and last.is_word(Role.LESS, Role.MORE) and not clause.amounts:
        return bool(clause.mentions)
    denied = clause.has(Role.NOT) or (isinstance(first, Token) and first.text in _NOT)
    return denied and bool(clause.amounts) and bool(clause.mentions)


def takes_back(clause: Clause) -> bool:
    """As in "不是10箱" after a quantity: the one before is the right one."""
    words = [e for e in clause.words if e.kind is not Kind.BREAK]
    return len(words) == 2 and words[0].text in ("不是", "not") and _counts(words[1]) and not clause.mentions


def change(target: Target, op: Op, quantity: Quantity, reading: Reading) -> Change:
    """A change by a quantity; a bare fraction is of what is there."""
    skus = target.skus or skus_at(target, reading)
    first = quantity.parts[0]
    if first.value < 0:  # "-1"
        parts = tuple(part._replace(value=-part.value) for part in quantity.parts)
        return change(target, op, quantity._replace(parts=parts), reading)
    plain = not (first.unit or first.pieces or len(quantity.parts) > 1)
    if plain and 0 < first.value < 1:
        share = {Op.LESS: 1 - first.value, Op.MORE: 1 + first.value}.get(op, Decimal(first.value))
        return Change(target=target, op=Op.TIMES, qty=share)
    qty, unit = (first.value, None) if plain else said(quantity, skus, reading.index)
    return Change(target=target, op=op, qty=qty, unit=unit, approximate=quantity.approximate)
