"""What a text says is not meant: contrasts ("不是10箱"), exclusions ("黑的不要")."""

from collections.abc import Iterator
from dataclasses import replace

from bot.understand.lexicon import Role
from bot.understand.mentions import Element, Mention, is_op
from bot.understand.tokens import Kind, Token

_REACH = 40  # elements an exclusion looks over
_STOPS = (Role.NOT, Role.REMOVE, Role.EXCEPT)


def is_amount(element: Element) -> bool:
    return isinstance(element, Token) and element.kind is Kind.QUANTITY


def contrasted(elements: list[Element]) -> list[Element]:
    """As in "15箱，不是10箱": what stands after a contrast is not wanted; a quantity goes, a product is an exclusion."""
    out: list[Element] = []
    for at, element in enumerate(elements):
        if isinstance(element, Token) and is_contrast(elements, at):
            out.append(replace(element, text="", role=Role.NOT))
        elif not (is_amount(element) and at > 0 and is_contrast(elements, at - 1)):
            out.append(element)
    return out


def is_contrast(elements: list[Element], at: int) -> bool:
    """Whether 不是/not stands here between a comma and what is not meant."""
    element = elements[at]
    if not isinstance(element, Token) or at == 0 or at + 1 >= len(elements):
        return False
    before, after = elements[at - 1], elements[at + 1]
    if element.text in ("instead of", "rather than"):
        return is_amount(after)
    if element.text not in ("不是", "not", "不要"):
        return False
    parted = isinstance(before, Token) and (before.kind is Kind.BREAK or before.text in ("也", "and"))
    if is_amount(after):
        return parted
    return parted and element.text == "不是" and isinstance(after, Mention)


def unwanted(elements: list[Element]) -> set[int]:
    """Places of mentions that are said not to be wanted: 不要黑的, 黑的不要, without the black ones."""
    found: set[int] = set()
    for at, element in enumerate(elements):
        if not is_op(element, *_STOPS):
            continue
        following = elements[at + 1] if at + 1 < len(elements) else None
        if isinstance(following, Token) and following.kind is Kind.WORD and at + 2 < len(elements):
            following = elements[at + 2] if following.role is Role.FILLER else following
        if isinstance(following, Mention):
            k = at + 1 if elements[at + 1] is following else at + 2
            if not (at > 0 and isinstance(elements[at - 1], Mention) and is_op(element, Role.REMOVE)):
                found.add(k)
                continue
        for k in range(at - 1, max(-1, at - _REACH), -1):
            previous = elements[k]
            if isinstance(previous, Mention):
                found |= {k, *_joined_before(elements, k)}
                break
            if not is_op(previous, Role.FILLER, Role.VERB, Role.EACH, Role.ALL):
                break
    return found


def _joined_before(elements: list[Element], at: int) -> Iterator[int]:
    """As in "S和M都不要": the mentions joined to the one at a place."""
    while at >= 2 and isinstance(elements[at - 2], Mention):
        joint = elements[at - 1]
        if not (is_op(joint, Role.AND) or (isinstance(joint, Token) and joint.text in ("、", "跟"))):
            return
        at -= 2
        yield at
