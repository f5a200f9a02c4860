"""Two quantities in a row for one product: the later one corrects the first, or adds to it."""

from dataclasses import replace

from bot.understand.lexicon import Role
from bot.understand.mentions import Element, Mention, is_op
from bot.understand.tokens import Kind, Token

_ADDS = (Role.AND, Role.MORE, Role.AGAIN)
_IDLE = (
    Role.REMOVE,
    Role.FILLER,
    Role.VERB,
    Role.ONLY,
    Role.SET,
    Role.REPLACE,
    Role.REPAIR,
    Role.LESS,
    *_ADDS,
)
_CORRECTS = (Role.REMOVE, Role.SET, Role.REPLACE, Role.REPAIR)


def amended(elements: list[Element]) -> list[Element]:
    """As in "田字本15包，哦20包" (20) and "猫条1箱外带3盒" (both together)."""
    out: list[Element] = []
    for at, element in enumerate(elements):
        if not _counts(element) or not _ends(elements, at + 1):
            out.append(element)
            continue
        held = _held(out)
        if held is None:
            if (before := _before_name(out)) is None:
                out.append(element)
            else:
                out[before] = _in_unit_of(out[before], element)
            continue
        first, between = out[held], out[held + 1 :]
        assert isinstance(first, Token)
        assert isinstance(element, Token)
        same = _unit(first) == _unit(element) or _unit(element) is None
        if (
            not same
            and any(is_op(e, *_ADDS) for e in between)
            and not any(is_op(e, *_CORRECTS) for e in between)
        ):
            out[held:] = [_together(first, element)]
        elif (same and _parted(between)) or any(is_op(e, *_CORRECTS) for e in between):
            out[held:] = [_in_unit_of(first, element)]
        else:
            out.append(element)
    return out


def _held(out: list[Element]) -> int | None:
    """Where the quantity stands that the last name already has, with nothing but idle words after it."""
    k = len(out) - 1
    while k >= 0 and not _counts(out[k]):
        element = out[k]
        if isinstance(element, Mention) or not (
            (element.kind is Kind.BREAK and element.strength < 3) or is_op(element, *_IDLE)
        ):
            return None
        k -= 1
    before = k - 1
    while before >= 0 and is_op(out[before], Role.FILLER, Role.VERB, Role.OF, Role.ONLY):
        before -= 1
    return k if before >= 0 and isinstance(out[before], Mention) else None


def _before_name(out: list[Element]) -> int | None:
    """As in "3 cases of nuggets, make that 5": where the quantity before the last name stands, if a word corrects it."""
    k = len(out) - 1
    corrected = False
    while k >= 0 and not isinstance(out[k], Mention):
        element = out[k]
        if not (isinstance(element, Token) and (element.kind is Kind.BREAK or is_op(element, *_IDLE))):
            return None
        corrected = corrected or is_op(element, Role.SET, Role.REPAIR)
        k -= 1
    k -= 1
    while k >= 0 and is_op(out[k], Role.OF, Role.FILLER):
        k -= 1
    alone = k >= 0 and _counts(out[k]) and not (k > 0 and isinstance(out[k - 1], Mention))
    return k if corrected and alone else None


def _ends(elements: list[Element], at: int) -> bool:
    """Whether the clause says nothing more than the quantity."""
    while at < len(elements) and is_op(elements[at], Role.FILLER, Role.ONLY):
        at += 1
    if at >= len(elements):
        return True
    element = elements[at]
    return (
        isinstance(element, Token)
        and element.kind is Kind.BREAK
        and element.strength >= 1
        and element.text != "、"
    )


def _parted(between: list[Element]) -> bool:
    """Whether a pause stands between, and no word that goes on to something else."""
    pause = any(isinstance(e, Token) and e.kind is Kind.BREAK and e.text != "、" for e in between)
    return pause and not any(is_op(e, *_ADDS, Role.VERB) for e in between)


def _counts(element: Element) -> bool:
    return isinstance(element, Token) and element.kind is Kind.QUANTITY and element.quantity is not None


def _unit(token: Element) -> str | None:
    return token.quantity.parts[0].unit if isinstance(token, Token) and token.quantity else None


def _together(first: Token, second: Token) -> Token:
    assert first.quantity is not None
    assert second.quantity is not None
    parts = first.quantity.parts + second.quantity.parts
    return replace(first, end=second.end, quantity=first.quantity._replace(parts=parts, end=second.end))


def _in_unit_of(first: Element, second: Element) -> Token:
    assert isinstance(first, Token)
    assert isinstance(second, Token)
    assert first.quantity is not None
    assert second.quantity is not None
    if _unit(second) is not None or len(second.quantity.parts) != 1:
        return second
    part = second.quantity.parts[0]._replace(unit=_unit(first))
    return replace(second, quantity=second.quantity._replace(parts=(part,)))
