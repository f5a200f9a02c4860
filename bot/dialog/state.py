"""What a conversation remembers between messages: small, versioned, plain JSON in its row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import msgspec

from bot.dialog.sheet import Sheet
from bot.understand.types import Asking, ClaimForm, DraftLine, Question

VERSION = 1
UNDO_KEPT = 20

# One step a version: the JSON of version n made into that of n + 1.
_MIGRATIONS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The draft at one moment, to go back to."""

    lines: tuple[DraftLine, ...] = ()
    questions: tuple[Question, ...] = ()
    deliver: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One of the numbered choices on the screen."""

    action: str
    arg: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The last text that changed the draft, to notice when it comes again."""

    text: str
    at: datetime
    version: int  # of the draft it left


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A flow in hand that asks for several things: what it has so far."""

    flow: str
    slots: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """A conversation's state.

    questions: open, the first is on the screen. offers: the one numbered list that is open; `serial` names it, so that a
    button of an older list is told apart. shown: the draft version this person last saw. misses: messages in a row that were
    not understood. revision: the catalogue the open questions were asked from. with_person: staff have the conversation.
    """

    version: int = VERSION
    questions: tuple[Question, ...] = ()
    undo: tuple[Snapshot, ...] = ()
    redo: tuple[Snapshot, ...] = ()
    last_skus: tuple[str, ...] = ()
    last_order: str = ""
    shown: int = 0
    offers: tuple[Offer, ...] = ()
    serial: int = 0
    claim: ClaimForm | None = None
    claim_on_top: bool = False
    form: Form | None = None
    heard: Heard | None = None
    with_person: bool = False
    misses: int = 0
    revision: int = 0
    locale: str = ""

    @property
    def asking(self) -> Question | None:
        """The question on the screen."""
        return self.questions[0] if self.questions else None

    @property
    def goods(self) -> tuple[Question, ...]:
        """The open questions that are about goods."""
        return tuple(question for question in self.questions if question.candidates)


def dump(state: Dialogue) -> dict[str, Any]:
    """The state as plain JSON."""
    data: dict[str, Any] = msgspec.to_builtins(state)
    return data


def load(data: Mapping[str, Any] | None) -> Dialogue:
    """The state of its JSON, brought to this version. What cannot be read starts afresh: the draft is kept elsewhere."""
    if not data:
        return Dialogue()
    raw = dict(data)
    while (version := raw.get("version", 0)) in _MIGRATIONS:
        raw = {**_MIGRATIONS[version](raw), "version": version + 1}
    if raw.get("version") != VERSION:
        return _afresh(raw)
    try:
        return msgspec.convert(raw, Dialogue)
    except msgspec.ValidationError:
        return _afresh(raw)


def _afresh(raw: Mapping[str, Any]) -> Dialogue:
    """Nothing but what must not be lost: a person who has the conversation keeps it."""
    return Dialogue(with_person=raw.get("with_person") is True)


def sheet_of(state: Dialogue, lines: tuple[DraftLine, ...], deliver: date | None) -> Sheet:
    """The draft and its open questions, as the reducer takes them."""
    return Sheet(lines=lines, questions=state.goods, deliver=deliver, last=state.last_skus)


def ask_first(state: Dialogue, question: Question) -> Dialogue:
    """Put a question on the screen, before those about goods; the same subject is not asked twice."""
    others = tuple(held for held in state.questions if held.about != question.about or held.candidates)
    return replace(state, questions=(question, *others))


def settled(state: Dialogue, about: str) -> Dialogue:
    """The question about this is answered or dropped."""
    others = tuple(held for held in state.questions if held.about != about or held.candidates)
    return replace(state, questions=others)


def no_offer(state: Dialogue) -> Dialogue:
    """No numbered list is open, and no yes or no is waited for."""
    waiting = tuple(q for q in state.questions if q.asking not in (Asking.CHOICE, Asking.YES_NO))
    return replace(state, questions=waiting, offers=())


def remember(state: Dialogue, before: Snapshot) -> Dialogue:
    """Keep the draft as it was before a change, to be undone; what was undone can no longer come back."""
    return replace(state, undo=(*state.undo, before)[-UNDO_KEPT:], redo=())


def step_back(state: Dialogue, now: Snapshot) -> tuple[Dialogue, Snapshot] | None:
    """The state after an undo and the draft it goes back to; None when there is nothing to undo."""
    if not state.undo:
        return None
    *rest, last = state.undo
    return replace(state, undo=tuple(rest), redo=(*state.redo, now)[-UNDO_KEPT:]), last


def step_forward(state: Dialogue, now: Snapshot) -> tuple[Dialogue, Snapshot] | None:
    """The state after a redo and the draft it brings again; None when nothing was undone."""
    if not state.redo:
        return None
    *rest, last = state.redo
    return replace(state, redo=tuple(rest), undo=(*state.undo, now)[-UNDO_KEPT:]), last
