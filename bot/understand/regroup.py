"""Elements put in order before pairing: split mentions joined, lists of variants split, what is there already left out."""

from bot.understand.index import Index
from bot.understand.lexicon import Role
from bot.understand.mentions import HEADS, Element, Mention, is_op
from bot.understand.resolve import family_of, holds, is_relative
from bot.understand.tokens import Kind, Token

_THROUGH = (Role.FILLER, Role.VERB, Role.ONLY, Role.OF)


def regroup(elements: list[Element], index: Index) -> list[Element]:
    elements = _without_had(elements)
    elements = _joined(elements, index)
    return _split(elements, index)


def _without_had(elements: list[Element]) -> list[Element]:
    """As in "还剩3箱": a quantity after a word of having is not wanted."""
    out: list[Element] = []
    had = counted = False
    for at, element in enumerate(elements):
        if is_op(element, Role.HAVE):
            had = True
        elif (isinstance(element, Token) and element.kind is Kind.BREAK and element.strength >= 1) or is_op(
            element, Role.VERB, Role.AGAIN, Role.MORE
        ):
            had = False
        if had and isinstance(element, Token) and element.kind is Kind.QUANTITY:
            counted = True
            continue
        if (
            counted
            and isinstance(element, Mention)
            and any(isinstance(e, Mention) for e in elements[at + 1 : at + 40])
        ):
            counted = False
            continue  # "一天卖8包猫砂，豆腐猫砂15箱": other goods are wanted
        counted = False
        out.append(element)
    return out


def _joined(elements: list[Element], index: Index) -> list[Element]:
    """A size or describing word that follows its name at a distance ("可乐要500ml的") joins it."""
    out: list[Element] = []
    for at, element in enumerate(elements):
        before = _before(out) or (_counted_before(out) if _ends_clause(elements, at) else None)
        refused = at + 1 < len(elements) and is_op(elements[at + 1], Role.NOT, Role.REMOVE)
        if isinstance(element, Mention) and element.bare and before is not None and not refused and _describes(element, before, index):  # fmt: skip
            before.parts.extend(element.parts)
            continue
        out.append(element)
    return out


def _before(out: list[Element]) -> Mention | None:
    """The mention right before, with only words of wanting or one comma between."""
    commas = 0
    for element in reversed(out[-12:]):
        if isinstance(element, Mention):
            return None if commas and (element.pieces or element.sizes) else element
        if element.kind is Kind.BREAK and element.strength == 1 and element.text != "、":
            commas += 1
            if commas > 1:
                return None
        elif not is_op(element, *_THROUGH):
            return None
    return None


def _counted_before(out: list[Element]) -> Mention | None:
    """As in "工装再加5套XL的": the name whose quantity stands right before."""
    if not out or not _is_amount(out[-1]):
        return None
    for element in reversed(out[-6:-1]):
        if isinstance(element, Mention):
            return None if element.sizes else element
        if not is_op(element, *_THROUGH, Role.MORE, Role.AGAIN):
            return None
    return None


def _ends_clause(elements: list[Element], at: int) -> bool:
    """Whether a size alone stands at the end of its clause."""
    element = elements[at]
    if not isinstance(element, Mention) or element.pieces or not element.sizes:
        return False
    following = elements[at + 1] if at + 1 < len(elements) else None
    return following is None or (isinstance(following, Token) and following.kind is Kind.BREAK)


def _is_amount(element: Element) -> bool:
    return isinstance(element, Token) and element.kind is Kind.QUANTITY


def _describes(loose: Mention, named: Mention, index: Index) -> bool:
    if not named.heads or (loose.sizes and named.sizes):
        return False
    words = [p for p in loose.pieces if not is_relative(p.text)]
    if not words:
        return True
    skus = [s for h in named.heads for s in family_of(h, index)]
    return any(all(holds(index.entries[s], w, index) for w in words) for s in skus[:200])


def _split(elements: list[Element], index: Index) -> list[Element]:
    """With 各/each: "软毛硬毛儿童牙刷" names three products, "牛奶薄荷沐浴露" two."""
    if not any(is_op(e, Role.EACH) for e in elements):
        return elements
    out: list[Element] = []
    for element in elements:
        if isinstance(element, Mention) and element.heads and element.parts[0].kind is Kind.HAN:
            out += _variants(element, index)
        elif isinstance(element, Mention) and element.bare and [p.kind for p in element.parts] == [Kind.HAN]:
            out += _variants_beside(element, [e for e in out if isinstance(e, Mention) and e.heads], index)
        else:
            out.append(element)
    return out


def _variants(mention: Mention, index: Index) -> list[Element]:
    head = next(p for p in mention.parts if p.kind in HEADS)
    first = mention.parts[0]
    for cut in range(len(head.name)):
        tail = head.name[cut:]
        pieces = _cut(first.text, tail, index)
        if pieces:
            out: list[Element] = []
            at = first.start
            for piece in pieces:
                name = piece + tail
                token = Token(Kind.NAME, at, at + len(piece), piece, skus=index.names.skus[name], name=name)
                out.append(Mention([token], known=True))
                at += len(piece)
            rest = [p for p in mention.parts if p is not first]
            return [*out, Mention(rest, known=True)]
    return [mention]


def _variants_beside(mention: Mention, named: list[Mention], index: Index) -> list[Element]:
    """As in "美缝剂金色不要，白色银灰各3箱": a row of variants of a name said before."""
    text = mention.parts[0].text
    for near in reversed(named):
        name = near.heads[-1].name
        for cut in range(len(name)):
            pieces = _cut(text, name[cut:], index)
            if pieces and len(pieces) > 1:
                out: list[Element] = []
                at = mention.start
                for piece in pieces:
                    full = piece + name[cut:]
                    token = Token(
                        Kind.NAME, at, at + len(piece), piece, skus=index.names.skus[full], name=full
                    )
                    out.append(Mention([token], known=True))
                    at += len(piece)
                return out
    return [mention]


def _cut(text: str, tail: str, index: Index) -> list[str] | None:
    """The text as a row of variants that each make a name with this tail."""
    if not text:
        return []
    for end in range(len(text), 0, -1):
        if text[:end] + tail in index.names.skus:
            rest = _cut(text[end:], tail, index)
            if rest is not None:
                return [text[:end], *rest]
    return None
