"""What only looks like a change: the figures and verbs of ordinary talk while a draft is open."""

import re
from dataclasses import replace

from bot.understand.lexicon import Role
from bot.understand.orders import could_be_goods, told
from bot.understand.phrases import says
from bot.understand.reading import Reading
from bot.understand.surfaces import is_han
from bot.understand.types import Add, Change, Move, Remove, Replace, Target, TargetKind

_WORD = 1.5  # weight of an unknown word that is more than a slip
_PLURAL = re.compile(r"[a-rt-z]s$")
_TEXT = 24  # a command on a draft is short
_COMMANDS = (
    Role.SET,
    Role.REMOVE,
    Role.REPLACE,
    Role.NOT,
    Role.EXCEPT,
    Role.ONLY,
    Role.LESS,
    Role.MORE,
    Role.AGAIN,
)
_MEANT = re.compile(
    r"(?:把|将).{1,16}(?:改|换|去掉|删|减|加|撤|取消)|^(?:把|将|去掉|删掉?|删除|取消|不要|别要|改成|换成|加|减|再加)"
    r"|(?:改成|改为|换成|换为|去掉|删掉?了?|删除|不要了?|取消|撤掉|减半|翻倍|多加|少要|少来|多来|多要)"
    r"|^(?:please |can you |could you |pls |then |and |also |ok |actually )*(?:remove|delete|drop|take off|take out|cancel|change|make|set|add|swap|replace|lose|cut|reduce|increase|double|halve|no|skip|forget|scrap|bump|raise)\b"
    r"|\b(?:instead|to the (?:order|cart|draft|list)|from the (?:order|cart|draft|list)|off the (?:order|list)|after all)\b"
)  # fmt: skip


def is_idle(move: Move, reading: Reading) -> bool:
    """Whether a change is read out of ordinary talk: nothing in the text names goods or a line, and it commands nothing."""
    if reading.known:
        return isinstance(move, Add) and told(reading)
    match move:
        case Add(items=items):
            return says("personal", reading.text) or not any(
                i.candidates or could_be_goods(i, reading) for i in items
            )
        case Replace(item=item) if item.candidates and not reading.context.questions:
            return says("personal", reading.text)
        case Change(target=target) | Remove(target=target) | Replace(target=target):
            return (_nowhere(target) or (_unfigured(move) and _told_of(target, reading))) and not _commands(
                reading
            )
    return False


def _nowhere(target: Target) -> bool:
    return target.kind is TargetKind.SKUS and not target.skus


def _unfigured(move: Change | Remove | Replace) -> bool:
    return not (isinstance(move, Change) and move.qty is not None)


def _told_of(target: Target, reading: Reading) -> bool:
    """As in "the third floor has no light": a place in a row of something else."""
    return target.kind in (TargetKind.INDEX, TargetKind.LAST) and any(
        _weight(m.text(reading.normal.text)) > _WORD for m in reading.mentions() if not m.sizes
    )


def _commands(reading: Reading) -> bool:
    if says("personal", reading.text) or _weight(reading.text) > _TEXT:
        return False
    return bool(_MEANT.search(reading.text))


def _weight(text: str) -> float:
    return sum(1.0 if is_han(c) else 0.4 for c in text)


def each_line(move: Move, reading: Reading) -> tuple[Move, ...]:
    """As in "猫砂都不要了", "double the pillows": a change of every line that goes by the name."""
    if not isinstance(move, Change | Remove) or (isinstance(move, Remove) and move.keep):
        return (move,)
    lines = [line.sku for line in reading.context.draft if line.sku in move.target.skus]
    several = reading.has_word(Role.ALL, Role.EACH) or _PLURAL.search(move.target.text.lower())
    if move.target.kind is not TargetKind.SKUS or len(lines) < 2 or not several:
        return (move,)
    return tuple(replace(move, target=replace(move.target, skus=(sku,))) for sku in lines)
