"""A chat history read message by message as the assistant would read it: what is understood, asked, unknown, and which words
later messages made clear. In memory only: a draft and its questions for each sender, forgotten at the end of the day.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, tzinfo

from bot.dialog.chosen import Chosen, Puzzle, items_of, named, picked
from bot.dialog.draft import edit
from bot.dialog.sheet import Sheet
from bot.replay.chat import Message, is_media
from bot.understand.context import Asking, Context
from bot.understand.index import Index
from bot.understand.nicknames import can_be_nickname, word_key
from bot.understand.types import (
    Add,
    Answer,
    Ask,
    Change,
    Clear,
    Confirm,
    Deliver,
    Item,
    Move,
    Problem,
    Remove,
    Replace,
    Social,
    Stop,
)
from bot.understand.understand import understand

EXAMPLES = 3
LIVES = 3
"""So many messages of its sender a word waits for what it meant."""
_EDITS = (Add, Change, Remove, Replace, Clear, Answer, Deliver)


@dataclass(slots=True)
class Word:
    """A word as dealers wrote it, how often, in which messages, and what later messages showed it to mean."""

    said: str
    candidates: tuple[str, ...] = ()
    count: int = 0
    examples: list[str] = field(default_factory=list)
    meant: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Alias:
    """A further name worth giving a product: the word, how often it was shown to mean it, one message with it."""

    word: str
    sku: str
    times: int
    example: str


@dataclass(slots=True)
class Report:
    """What a history came to. Messages are counted once each: understood, asked, unknown; lost, where nothing to do was heard in
    them; only talk; no text.
    """

    counts: Counter[str] = field(default_factory=Counter)
    senders: set[str] = field(default_factory=set)
    asked: dict[str, Word] = field(default_factory=dict)
    unknown: dict[str, Word] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)  # messages of which nothing at all was understood

    def aliases(self, index: Index) -> list[Alias]:
        """Words that were always shown to mean one product and are no name of the catalogue yet, the most frequent first."""
        found = []
        for word in (*self.unknown.values(), *self.asked.values()):
            if len(word.meant) != 1 or not _may_be_alias(word, index):
                continue
            sku, times = word.meant.most_common(1)[0]
            found.append(Alias(word.said, sku, times, word.examples[0]))
        return sorted(found, key=lambda alias: (-alias.times, alias.word))


def _may_be_alias(word: Word, index: Index) -> bool:
    """Whether a word could be a name of one product: no name yet, no size, and not what several products' names have in common."""
    key = word_key(word.said)
    common = word.candidates and all(key in index.entries[sku].bag for sku in word.candidates)
    sized = any(char.isdigit() for char in key)
    return not (common or sized or key in index.names.skus) and can_be_nickname(word.said, index)


@dataclass(slots=True)
class _Talk:
    """One sender's day."""

    day: date
    sheet: Sheet = field(default_factory=Sheet)
    puzzled: tuple[Puzzle, ...] = ()
    age: int = 0  # messages since something was asked or unknown


def replay(
    messages: Sequence[Message],
    index: Index,
    zone: tzinfo,
    *,
    ours: Collection[str] = (),
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Report:
    """Read a history. ours: the brand's own people, who are not counted, but whose words settle what a dealer meant."""
    report = Report()
    talks: dict[str, _Talk] = {}
    for number, message in enumerate(messages):
        progress(number, len(messages))
        if is_media(message.text):
            report.counts["media"] += message.sender not in ours
        elif message.sender in ours:
            _settle(report, talks, message, index, zone)
        else:
            talk = talks.get(message.sender)
            if talk is None or talk.day != message.at.date():
                talk = talks[message.sender] = _Talk(message.at.date())
            report.senders.add(message.sender)
            report.counts[_read(report, talk, message, index, zone)] += 1
    return report


def _read(report: Report, talk: _Talk, message: Message, index: Index, zone: tzinfo) -> str:
    """One message of a dealer: how it was heard; the draft it leaves is kept."""
    before = talk.sheet
    context = Context(
        now=message.at.replace(tzinfo=zone),
        draft=before.lines,
        questions=before.questions,
        last_skus=before.last,
    )
    moves = understand(message.text, context, index).moves
    if not moves:
        report.lost.append(message.text)
        return "lost"
    if all(isinstance(move, Social) for move in moves):
        return "talk"
    talk.sheet = _edited(before, moves, index)
    for chosen in (*picked(before, talk.sheet), *named(talk.puzzled, moves)):
        _note(report, chosen)
    items = [*items_of(moves), *(item for move in moves if isinstance(move, Ask) for item in move.items)]
    for item in items:
        _count(report, item, message.text)
    puzzled = [item for item in items if item.problem is Problem.UNKNOWN]
    asked = bool(set(talk.sheet.questions) - set(before.questions))
    _grow_old(talk, puzzled, asked=asked, goods=bool(items))
    return "unknown" if puzzled else "asked" if asked else "understood"


def _grow_old(talk: _Talk, puzzled: Sequence[Item], *, asked: bool, goods: bool) -> None:
    """Nobody was really asked: what is open is forgotten when the talk has gone on."""
    talk.age = 0 if puzzled or asked else talk.age + 1
    if goods or talk.age > LIVES:
        talk.puzzled = tuple(Puzzle(said=item.text, qty=item.qty) for item in puzzled)
    if talk.age > LIVES:
        talk.sheet = replace(talk.sheet, questions=())


def _edited(sheet: Sheet, moves: Sequence[Move], index: Index) -> Sheet:
    for move in moves:
        if isinstance(move, Confirm) or (isinstance(move, Stop) and move.what == "draft"):
            sheet = Sheet(last=sheet.last)
        elif isinstance(move, _EDITS):
            sheet = edit(sheet, move, lambda sku: index.entries[sku].product).sheet
    return sheet


def _settle(report: Report, talks: dict[str, _Talk], message: Message, index: Index, zone: tzinfo) -> None:
    """What the brand's own answer shows: the candidate it names, or the goods in place of an unknown word."""
    moves = understand(message.text, Context(now=message.at.replace(tzinfo=zone)), index).moves
    items = [item for move in moves for item in getattr(move, "items", ()) if len(item.candidates) == 1]
    for talk in talks.values():
        if talk.day != message.at.date():
            continue
        for chosen in named(talk.puzzled, moves):
            _note(report, chosen)
            talk.puzzled = ()
        for asked in talk.sheet.questions:
            meant = {item.candidates[0] for item in items} & set(asked.candidates)
            if asked.asking is Asking.PRODUCT and asked.text and len(meant) == 1:
                sku = meant.pop()
                _note(report, Chosen(said=asked.text, sku=sku, candidates=asked.candidates))
                settled = Answer(skus=(sku,))
                talk.sheet = edit(talk.sheet, settled, lambda sku: index.entries[sku].product).sheet


def _note(report: Report, chosen: Chosen) -> None:
    words = report.asked if chosen.candidates else report.unknown
    word = words.setdefault(word_key(chosen.said), Word(chosen.said, chosen.candidates))
    word.meant[chosen.sku] += 1


def _count(report: Report, item: Item, text: str) -> None:
    if item.problem is Problem.UNKNOWN:
        words, word = report.unknown, Word(item.text)
    elif item.problem is Problem.AMBIGUOUS:
        words, word = report.asked, Word(item.text, item.candidates)
    else:
        return
    word = words.setdefault(word_key(item.text), word)
    word.count += 1
    if len(word.examples) < EXAMPLES:
        word.examples.append(text)


def catalogue_words(skus: Sequence[str], index: Index) -> list[str]:
    """Products as people call them: the name, with its size where it has one."""
    named_ = (index.entries[sku].product for sku in skus if sku in index.entries)
    return [" ".join(part for part in (one.name_zh, one.size) if part) for one in named_]
