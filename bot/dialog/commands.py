"""Commands of the brand's staff: a verb, what it needs, what it will do. Asked for, shown, confirmed, done once.

A verb is declared in its flow with its slots; its words are in the flow's `phrases.yaml`. Missing slots are asked one at a
time; a verb with a preview shows what will happen and acts on the yes to exactly that.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import yaml

from bot.dialog.api import Flow, Says, Turn, choice, say
from bot.dialog.messages import Choice, Say
from bot.dialog.slots import FILL, MEANT, AskBackError, Rest, Slot, SlotKind, items_in, names_claim, read
from bot.dialog.state import Command
from bot.understand.context import Asking, Context, Question
from bot.understand.normalise import normalise
from bot.understand.types import Answer, Confirm, Item, No, Stop, Yes
from bot.understand.understand import understand
from core.people.policy import ACTIONS, require

FLOWS = Path(__file__).parent.parent / "flows"
_POLITE = re.compile(r"^(?:请|麻烦|帮我|帮忙|我要|我想|please|can you|could you)\s*", re.IGNORECASE)

OF_CLAIMS = {"review": "expense", "approving": "approving-expense", "rejecting": "rejecting-expense"}
"""What the words for orders mean beside the number of a claim."""
MOST_OFFERED = 6
"""Values a question offers to pick from."""
_NUMBER = re.compile(r"\s*\d{1,2}\s*[.、]?\s*")

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Nothing:
    """A preview that shows there is nothing to do: it is said, and no yes is asked for."""

    said: Say


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """Something staff may do. policy: the action the table must allow; ValueError, at the start, for one that is not in it.

    preview None: done at once, for what is only read.
    """

    name: str
    policy: str
    slots: tuple[Slot, ...] = ()
    run: Callable[[Turn, Values], Says]
    preview: Callable[[Turn, Values], Say | Nothing] | None = None

    def __post_init__(self) -> None:
        if self.policy not in ACTIONS:
            raise ValueError(f"{self.name}: no policy {self.policy!r}")

    def slot(self, name: str) -> Slot:
        """A slot by name. Raises StopIteration."""
        return next(slot for slot in self.slots if slot.name == name)


def staff_flow(name: str, verbs: Sequence[Verb], **entries: tuple[str, str]) -> Flow:
    """A flow of these verbs. entries: action of a button -> (verb, slot its argument fills)."""
    table = {verb.name: verb for verb in verbs}
    choices = {}
    for verb in verbs:
        choices[f"do-{verb.name}"] = _doing(verb)
        choices[f"no-{verb.name}"] = _dropping
        choices[f"{FILL}-{verb.name}"] = _filling(name, verb)
    for action, (verb_name, slot) in entries.items():
        choices[action] = _entering(name, table[verb_name], slot)

    def text(turn: Turn) -> Says | None:
        if turn.state.offers and _NUMBER.fullmatch(turn.inbound.text):
            return None  # a pick from the list on the screen
        found = verb_of(turn.inbound.text)
        if turn.state.talking_to is not None and "ending" not in table:
            return None  # his words are for the dealer
        verb = table.get(found[0]) if found else None
        return _advance(name, verb, turn, {}, Rest(found[1])) if found and verb else None

    def held(turn: Turn) -> Says | None:
        waiting = turn.state.command
        if waiting is None or waiting.verb not in table or turn.state.talking_to is not None:
            return None
        if turn.state.offers and _NUMBER.fullmatch(turn.inbound.text):
            return None
        return _answer(name, table[waiting.verb], turn, waiting)

    return Flow(name=name, side="staff", choices=choices, text=text, held=held)


@cache
def phrases() -> Mapping[str, str]:
    """Every phrase of every flow and the verb it calls, longest first. Raises ValueError when two verbs claim one phrase."""
    found: dict[str, str] = {}
    for path in sorted(FLOWS.glob("*/phrases.yaml")):
        for verb, words in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            for phrase in words:
                if found.setdefault(phrase, verb) != verb:
                    raise ValueError(f"{phrase} is claimed by {found[phrase]} and {verb}")
    return dict(sorted(found.items(), key=lambda item: -len(item[0])))


def verb_of(text: str) -> tuple[str, str] | None:
    """The verb a text calls and what is left of it. Verbs come first, or after a number or name ("4821 发货")."""
    normal = normalise(text)
    plain = normal.text
    polite = _POLITE.match(plain)
    start = polite.end() if polite else 0
    best: tuple[int, int, str] | None = None
    for phrase, verb in phrases().items():
        at = _find(plain, phrase, start)
        if at >= 0 and (best is None or (at, -len(phrase)) < (best[0], -best[1])):
            best = (at, len(phrase), verb)
    if best is None:
        return None
    at, length, verb = best
    span = normal.span(at, at + length)
    head = "" if at == start else text[: span.start]
    verb = OF_CLAIMS.get(verb, verb) if names_claim(text) else verb
    return verb, f"{head} {text[span.end :]}".strip()


def _find(plain: str, phrase: str, start: int) -> int:
    """Where a phrase stands: at the start, or after a first word. English ones end at a word's end."""
    at = plain.find(phrase, start)
    if at < 0:
        return -1
    end = at + len(phrase)
    if phrase.isascii() and end < len(plain) and plain[end].isalnum() and plain[end].isascii():
        return -1
    head = plain[start:at].strip()
    return at if not head or re.fullmatch(r"[\w-]{2,24}", head) else -1


def _answer(flow: str, verb: Verb, turn: Turn, held: Command) -> Says:
    """A text while a command waits: what it asked for; or yes, no, or what was shown once more."""
    meant = _yes_or_no(turn)
    if meant is False:
        return _dropping(turn, "")
    if held.asked:
        text = held.text if meant else _completed(turn, held)
        return _advance(flow, verb, turn, dict(held.slots), Rest(text), "" if held.text else held.asked)
    if meant is True:
        return _doing(verb)(turn, _mark(held.slots))
    return _advance(flow, verb, turn, dict(held.slots), Rest(turn.inbound.text))


def _completed(turn: Turn, held: Command) -> str:
    """The command's words with the answer to what was asked about them."""
    answer = turn.inbound.text
    if not held.text:
        return answer
    if not held.whole[1]:
        return f"{answer} {held.text}"
    if held.options:
        asked = Question(asking=Asking.PRODUCT, candidates=held.options)
        moves = understand(answer, Context(now=turn.now, questions=(asked,)), turn.index).moves
        match moves[:1]:
            case (Answer(skus=(sku,), qty=None),):
                return _meaning(held, sku)
            case (Answer(option=int(option), qty=None),) if 0 < option <= len(held.options):
                return _meaning(held, held.options[option - 1])
    counted = any(item.qty is not None for item in items_in(answer, turn))
    start, end = held.whole if counted else held.name
    return f"{held.text[:start]} {answer} {held.text[end:]}"


def _meaning(held: Command, sku: str) -> str:
    """The command's words with the doubtful name replaced by the product's own."""
    start, end = held.name
    return f"{held.text[:start]} {sku} {held.text[end:]}"


def _doubtful(held: Command, text: str, item: Item | None) -> Command:
    """Keep what was not read, and where the goods in doubt stand in it."""
    if item is None or not item.spans:
        return replace(held, text=text)
    name = (item.spans[0].start, item.spans[0].end)
    if item.candidates and item.qty is None:
        name = (name[1], name[1])  # the name is clear: the quantity goes behind it
    whole = (min(span.start for span in item.spans), max(span.end for span in item.spans))
    return replace(
        held, text=text, name=name, whole=whole, options=item.candidates if name[0] != name[1] else ()
    )


def _yes_or_no(turn: Turn) -> bool | None:
    """A bare yes or no; None for anything else."""
    question = Question(asking=Asking.YES_NO, choices=2, about="command")
    moves = understand(turn.inbound.text, Context(now=turn.now, questions=(question,)), turn.index).moves
    if len(moves) != 1:
        return None
    if isinstance(moves[0], (Yes, Confirm)):
        return True
    return False if isinstance(moves[0], (No, Stop)) else None


def _advance(  # noqa: PLR0917 - the parts of one step
    flow: str, verb: Verb, turn: Turn, values: dict[str, str], rest: Rest, asked: str = ""
) -> Says:
    """Read what the text says, ask for the next thing missing, show or do. asked: the one slot the text answers."""
    require(turn.actor, verb.policy)
    slot = verb.slots[0] if verb.slots else None
    try:
        for slot in verb.slots if rest.text else ():
            if slot.name in values or (asked and slot.required and slot.name != asked):
                continue
            wanted = replace(slot, required=True) if slot.name == asked else slot
            value = read(wanted, rest, turn, values.get("order", ""))
            if value is not None:
                values[slot.name] = value
    except AskBackError as back:
        held = Command(verb=verb.name, slots=values, asked=slot.name if slot else "")
        turn.state.command = _doubtful(held, rest.text, back.item)
        return (_own(verb, back.say),)
    missing = _missing(verb, values)
    if missing is not None:
        offered = missing.offered(turn) if missing.offered else ()
        if len(offered) != 1 or asked or rest.text.strip() or verb.preview is None:
            return _ask(flow, verb, turn, values, missing, offered, again=asked == missing.name)
        values[missing.name] = offered[0][0]  # the only one there is, and it is shown before anything is done
        return _advance(flow, verb, turn, values, rest)
    if verb.preview is None:
        turn.state.command = None
        return verb.run(turn, values)
    turn.state.command = Command(verb=verb.name, slots=values)
    return (_preview(verb, turn, values),)


def _missing(verb: Verb, values: Values) -> Slot | None:
    return next((slot for slot in verb.slots if slot.required and slot.name not in values), None)


def _ask(  # noqa: PLR0917 - the parts of one question
    flow: str,
    verb: Verb,
    turn: Turn,
    values: Values,
    missing: Slot,
    offered: Sequence[tuple[str, str]],
    *,
    again: bool,
) -> Says:
    free = missing.kind is SlotKind.WORDS
    turn.state.command = Command(verb=verb.name, slots=dict(values), asked=missing.name, free=free)
    turn.touched.add("question")
    choices = tuple(
        choice("dialog.plain", f"{FILL}-{verb.name}", f"{missing.name}~{value}", text=shown)
        for value, shown in offered[:MOST_OFFERED]
    )
    question = Say(key=f"{flow}.ask.{verb.name}.{missing.name}", choices=choices)
    return (question, say("desk.or_leave")) if again else (question,)


def _preview(verb: Verb, turn: Turn, values: Values) -> Say:
    assert verb.preview is not None
    shown = verb.preview(turn, values)
    if isinstance(shown, Nothing):
        turn.state.command = None
        return shown.said
    choices = (
        choice("dialog.do", f"do-{verb.name}", _mark(values)),
        choice("dialog.leave", f"no-{verb.name}"),
    )
    return Say(key=shown.key, params=shown.params, lines=shown.lines, choices=choices)


def _doing(verb: Verb) -> Callable[[Turn, str], Says]:
    def do(turn: Turn, mark: str) -> Says:
        held = turn.state.command
        if held is None or held.verb != verb.name or held.asked:
            return (say("dialog.nothing_to_do"),)
        if mark != _mark(held.slots):
            return (_preview(verb, turn, held.slots),)
        require(turn.actor, verb.policy)
        turn.state.command = None
        return verb.run(turn, held.slots)

    return do


def _dropping(turn: Turn, _arg: str) -> Says:
    turn.state.command = None
    return (say("dialog.left"),)


def _filling(flow: str, verb: Verb) -> Callable[[Turn, str], Says]:
    def fill(turn: Turn, arg: str) -> Says:
        slot, _, value = arg.partition("~")
        held = turn.state.command
        if held is None or held.verb != verb.name:
            return (say("dialog.nothing_to_do"),)
        if slot == MEANT:
            return _advance(flow, verb, turn, dict(held.slots), Rest(_meaning(held, value)))
        return _advance(flow, verb, turn, {**held.slots, slot: value}, Rest(held.text))

    return fill


def _entering(flow: str, verb: Verb, slot: str) -> Callable[[Turn, str], Says]:
    def enter(turn: Turn, arg: str) -> Says:
        return _advance(flow, verb, turn, {slot: arg}, Rest(""))

    return enter


def begun(flow: str, verb: Verb, turn: Turn, words: str) -> Says:
    """A button of another kind: the verb as if these words had been said with it."""
    return _advance(flow, verb, turn, {}, Rest(words))


def _own(verb: Verb, asked: Say) -> Say:
    """Choices that fill a slot fill this verb's."""
    choices = tuple(
        Choice(label=each.label, action=f"{FILL}-{verb.name}", arg=each.arg) if each.action == FILL else each
        for each in asked.choices
    )
    return Say(key=asked.key, params=asked.params, lines=asked.lines, choices=choices)


def _mark(values: Values) -> str:
    """What exactly was shown, in eight characters."""
    return hashlib.sha256(repr(sorted(values.items())).encode()).hexdigest()[:8]


def source_of(turn: Turn) -> str:
    """What makes an effect of this message happen once."""
    return f"chat:{turn.inbound.channel}:{turn.inbound.message_id}"
