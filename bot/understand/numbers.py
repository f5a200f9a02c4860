"""Numbers without a unit that are no quantity: sizes said by their figure, SKUs by their digits, counts in a spec."""

from decimal import Decimal

from bot.understand.index import Entry, Index, figures
from bot.understand.lexicon import Role
from bot.understand.sizes import Size, measure_at
from bot.understand.tokens import Kind, Token

_NAMED = (Kind.NAME, Kind.HEAD, Kind.SOUND)


def settle_numbers(
    tokens: list[Token], index: Index, *, asking: bool, talked: tuple[str, ...] = ()
) -> list[Token]:
    """Tokens with numbers read as sizes, SKUs or spec counts where another quantity stands beside them.

    asking: the text is a question, where a SKU's digits may stand alone. talked: products of the conversation.
    """
    tokens = _without_spec_counts(tokens)
    for at, token in enumerate(tokens):
        if (
            token.kind is Kind.QUANTITY
            and (key := _count_key(token)) in index.sizes
            and _counts_in_pack(tokens, at, index)
        ):
            tokens[at] = Token(
                Kind.SIZE, token.start, token.end, token.text, size=Size(key, _value(token), token.end)
            )
        elif _bare(token):
            if _is_sku(tokens, at, index, asking=asking):
                tokens[at] = Token(Kind.SKU, token.start, token.end, token.text, skus=index.skus[token.text])
            elif sku := _named_by(token, tokens, at, talked, index):
                tokens[at] = Token(Kind.SKU, token.start, token.end, token.text, skus=(sku,))
            elif _is_figure(tokens, at, index, talked):
                tokens[at] = _as_size(token)
    return _listed_figures(tokens, index)


def _bare(token: Token) -> bool:
    return bool(token.kind is Kind.QUANTITY and token.quantity and token.quantity.parts[0].unit is None)


def _value(token: Token) -> Decimal:
    assert token.quantity is not None
    return token.quantity.parts[0].value


def _key(token: Token) -> str:
    return f"{_value(token).normalize():f}"


def _as_size(token: Token) -> Token:
    size = Size("figure:", _value(token), token.end)
    return Token(Kind.SIZE, token.start, token.end, token.text, size=size)


def _without_spec_counts(tokens: list[Token]) -> list[Token]:
    """As in "500ml*12 6箱": the count glued to a size belongs to it."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        out.append(tokens[at])
        if tokens[at].kind is Kind.SIZE and at + 2 < len(tokens):
            times, count = tokens[at + 1], tokens[at + 2]
            glued = times.start == tokens[at].end and count.start == times.end
            if (
                times.is_word(Role.OF)
                and times.text == "*"
                and glued
                and count.kind is Kind.QUANTITY
                and _another(tokens, at + 2)
            ):
                at += 2
        at += 1
    return out


def _another(tokens: list[Token], at: int) -> bool:
    """Whether the clause of a number holds another quantity."""
    for step in (1, -1):
        k = at + step
        while 0 <= k < len(tokens) and not (
            tokens[k].kind is Kind.BREAK and tokens[k].strength >= 1 and tokens[k].text not in ":\t|"
        ):
            if tokens[k].kind is Kind.QUANTITY:
                return True
            k += step
    return False


def _neighbour(tokens: list[Token], at: int, step: int) -> Token | None:
    k = at + step
    if 0 <= k < len(tokens) and tokens[k].kind is Kind.BREAK and tokens[k].strength == 0:
        k += step
    return tokens[k] if 0 <= k < len(tokens) else None


def _named_by(
    token: Token, tokens: list[Token], at: int, talked: tuple[str, ...], index: Index
) -> str | None:
    """The product of the conversation whose name begins with this number ("995也来1箱")."""
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if len(token.text) < 2 or not token.text.isdigit() or after is None or not after.is_word(Role.VERB, Role.AGAIN) or not _another(tokens, at):  # fmt: skip
        return None
    named = [
        s
        for s in talked
        if s in index.entries and any(n.startswith(token.text) for n in index.entries[s].names)
    ]
    return named[0] if len(named) == 1 else None


def _count_key(token: Token) -> str:
    """A quantity as it would stand in a size: 80片 of wipes."""
    size = measure_at(token.text, 0)
    return size.key if size and size.end == len(token.text) else ""


def _counts_in_pack(tokens: list[Token], at: int, index: Index) -> bool:
    """Whether "80片" beside a name is what one pack of it holds, because another quantity is what is wanted."""
    other = _another(tokens, at)
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following is not None and following.text == "的":
        following = tokens[at + 2] if at + 2 < len(tokens) else None
    for near in (following, _neighbour(tokens, at, -1)):
        if near is None or near.kind not in _NAMED:
            continue
        sized = [
            index.entries[s] for s in _skus(near, index) if _count_key(tokens[at]) in index.entries[s].sizes
        ]
        if sized and (other or not any(_sold(e, tokens[at], index) for e in sized)):
            return True
    return False


def _sold(entry: Entry, token: Token, index: Index) -> bool:
    assert token.quantity is not None
    unit = token.quantity.parts[0].unit
    return bool(unit and any(f.key in entry.product.units for f in index.units.fits(entry.product, unit)))


def _is_sku(tokens: list[Token], at: int, index: Index, *, asking: bool) -> bool:
    """Digits of one SKU, followed by a quantity and named by nothing else: 1414要6箱, 2505*6."""
    token = tokens[at]
    if len(token.text) < 3 or not token.text.isdigit() or len(index.skus.get(token.text, ())) != 1:
        return False
    before, after = _neighbour(tokens, at, -1), _neighbour(tokens, at, 1)
    if any(n is not None and n.kind in _NAMED for n in (before, after)):
        return False
    if before is not None and (_bare(before) or before.kind is Kind.MONEY):
        return False  # one of a row of numbers: 733 201 554
    k = at + 1
    while k < len(tokens) and (
        tokens[k].is_word(Role.VERB, Role.OF) or (tokens[k].kind is Kind.BREAK and tokens[k].strength <= 1)
    ):
        k += 1
    alone = k >= len(tokens) or tokens[k].kind is not Kind.QUANTITY
    return not alone or asking


def _is_figure(tokens: list[Token], at: int, index: Index, talked: tuple[str, ...]) -> bool:
    """A size's figure: before 的, or beside a name that comes in it while another number counts."""
    token = tokens[at]
    if _key(token) not in index.figures:
        return False
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if (
        after is not None
        and after.kind is Kind.WORD
        and (after.text.startswith("的") or after.role in (Role.NOT, Role.REMOVE))
    ):
        return True
    before = _neighbour(tokens, at, -1)
    if before is not None and before.is_word(Role.NOT) and (after is None or after.kind is Kind.BREAK):
        return True  # "the 750ml, not the 330"
    if not _another(tokens, at):
        return False
    if after is not None and after.kind is Kind.QUANTITY and not _bare(after) and after.start == token.end:
        return True  # "夜用290六箱"
    if after is not None and after.is_word(Role.VERB) and any(_key(token) in figures(index.entries[s]) for s in talked if s in index.entries):  # fmt: skip
        return True
    for near in (_neighbour(tokens, at, 1), _neighbour(tokens, at, -1)):
        if near is not None and near.kind in _NAMED and _comes_in(near, _key(token), index):
            beyond = _neighbour(tokens, tokens.index(near), 1)
            return beyond is None or beyond.kind is not Kind.SIZE
    return False


def _comes_in(name: Token, figure: str, index: Index) -> bool:
    return any(figure in figures(index.entries[s]) for s in _skus(name, index))


def _skus(name: Token, index: Index) -> list[str]:
    if name.skus:
        return list(name.skus[:60])
    table = index.sounds if name.kind is Kind.SOUND else index.names
    return [s for n in table.ending(name.name, 40) for s in table.skus[n]][:60]


def _listed_figures(tokens: list[Token], index: Index) -> list[Token]:
    """As in "20和25的水管": figures joined to a figure are sizes too."""
    for at in range(len(tokens) - 3, -1, -1):
        token = tokens[at]
        joint = tokens[at + 1]
        joined = joint.is_word(Role.AND) or (joint.kind is Kind.BREAK and joint.text in "、/ ")
        last = tokens[at + 2]
        figure = last.kind is Kind.SIZE and last.size is not None and last.size.key == "figure:"
        if _bare(token) and joined and figure and _key(token) in index.figures:
            tokens[at] = _as_size(token)
    return tokens
