"""Unknown words that general characters would cut to pieces, made whole again."""

from bot.understand.lexicon import Role
from bot.understand.surfaces import is_han
from bot.understand.tokens import NAMED, Kind, Token

_PARTICLES = frozenset(
    "的和跟与及了吗呢吧啊要是在把就呀哦噢喔哈嘛呗啦咯喽哟嗯恩额呃诶欸哎唉哇嘞咧么呐哼嘿给帮请亲喂哥姐叔我你您他咱它那这到有也才先得地之些早急快另将按照缺谢能会行好"
)


def whole_words(tokens: list[Token]) -> list[Token]:
    """Unknown words with a general character in them (染发剂, 加多宝) made whole again."""
    out: list[Token] = []
    for at, token in enumerate(tokens):
        last = out[-1] if out else None
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        if last is not None and (_ends_word(token, last, following) or _ends_name(token, out, following)):
            last.end, last.text = token.end, last.text + token.text
            continue
        if last is not None and _inner(last, out, token):
            out[-2].end, out[-2].text = last.end, out[-2].text + last.text
            del out[-1]
            out.append(token)
            continue
        if (
            token.kind is Kind.HAN
            and last is not None
            and last.end == token.start
            and _part_of(last, out, token)
        ):
            head = (
                out[-2] if len(out) > 1 and out[-2].kind is Kind.HAN and out[-2].end == last.start else None
            )
            first = head or last
            del out[-2 if head else -1 :]
            text = (head.text if head else "") + last.text + token.text
            out.append(Token(Kind.HAN, first.start, token.end, text))
        else:
            out.append(token)
    return out


def _inner(word: Token, out: list[Token], token: Token) -> bool:
    """可口可乐: a general character between unknown characters and a name is part of what the unknown word says."""
    if word.kind is not Kind.WORD or word.role is not Role.FILLER or len(word.text) != 1 or len(out) < 2:
        return False
    before = out[-2]
    return (
        token.kind in NAMED
        and is_han(word.text)
        and word.text not in _PARTICLES
        and before.kind is Kind.HAN
        and before.end == word.start
        and word.end == token.start
    )


def _ends_word(token: Token, last: Token | None, following: Token | None) -> bool:
    """空调 before 和: a general character that ends an unknown word in a row of goods."""
    if token.kind is not Kind.WORD or len(token.text) != 1 or token.role is not Role.VERB or last is None:
        return False
    joined = following is not None and following.is_word(Role.AND)
    return joined and last.kind is Kind.HAN and last.end == token.start


def _ends_name(token: Token, out: list[Token], following: Token | None) -> bool:
    """As in "电表箱2台": a unit's character right after unknown characters ends what they name."""
    last, before = out[-1], out[-2] if len(out) > 1 else None
    return (
        (
            token.kind is Kind.UNIT
            or (token.text == "把" and following is not None and following.kind is Kind.QUANTITY)
        )
        and is_han(token.text[0])
        and last.kind is Kind.HAN
        and last.end == token.start
        and not (before is not None and before.kind in NAMED and before.end == last.start)
        and not (
            following is not None and following.start == token.end and (following.kind in (Kind.HAN, *NAMED))
        )
    )


def _part_of(word: Token, out: list[Token], token: Token) -> bool:
    """Whether a one-character word belongs to the unknown characters around it."""
    if word.kind is not Kind.WORD or len(word.text) != 1 or word.text in "的和跟与及了吗呢吧啊要是在把就":
        return False
    before = out[-2] if len(out) > 1 else None
    if before is not None and before.kind is Kind.HAN and before.end == word.start:
        return True
    return len(token.text) == 1 and (
        before is None or before.end < word.start or before.kind is not Kind.NAME
    )
