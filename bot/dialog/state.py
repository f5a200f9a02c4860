"""What a conversation remembers between messages: small, versioned, plain JSON in its row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec

from bot.dialog.chosen import Puzzle
from bot.understand.context import ClaimForm, DraftLine, Question
from bot.understand.types import Repeat
from core.kit.shape import reader
from core.orders.quote import Shown

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
class Place:
    """The name of the address the draft goes to, kept so that a read-back need not look it up. id None: the default one."""

    id: int | None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A question with yes and no. about: what a yes does, an action of the choices; arg: with what."""

    about: str
    arg: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command of staff in hand: its verb, what is known of it, and the slot it has just asked for ("" once complete).

    free: that slot takes any words, even those of another command.
    text: words not read yet, because some of them are doubtful: those at `name` name goods, with their quantity they stand at
    `whole`; options: what they may mean.
    """

    verb: str
    slots: dict[str, str]
    asked: str = ""
    free: bool = False
    text: str = ""
    name: tuple[int, int] = (0, 0)
    whole: tuple[int, int] = (0, 0)
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBack:
    """What the last message with goods was taken to mean: the message, the draft before it, the draft it left, the lines it made."""

    message: str
    intent: str
    cart: tuple[DraftLine, ...]
    lines: tuple[DraftLine, ...]
    skus: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A word that was chosen to mean the same product again and again, and may be learned."""

    said: str
    sku: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListInHand:
    """The last list sent as a file: the file, and the columns told for it, by key. anew: its heads told wrong."""

    file: str
    columns: dict[str, int]
    anew: bool = False


@dataclass(slots=True, kw_only=True)
class Dialogue:
    """A conversation's state.

    questions: open questions about goods, the first is on the screen. asking: a question with yes and no, before all others.
    offers: the one numbered list that is open; `serial` names it, so that a button of an older list is told apart. fresh: the
    last reply ended with those offers. trusted: products of the draft whose quantity was asked about once. shown: the draft as this person last saw it, and what of it
    could be had at once. misses: messages in a row that were not
    understood. again: the earlier order that is to come into a draft with goods in it, while it is asked how. revision: the catalogue the questions were asked from. with_person: staff have the conversation.
    read: what was read back last; puzzled: the words of the last message nobody knew; asked_by: the
    message that last brought such a word or a question; proposal: a word to be learned, asked about
    when nothing else is open; told: nicknames whose meaning this person was shown, as "word=sku".
    why: the choice that explains the last answer; None: the total of the draft or the last order does.
    command: what staff are in the middle of. talking_to: the member whose conversation this colleague has taken.
    """

    version: int = VERSION
    questions: tuple[Question, ...] = ()
    asking: Pending | None = None
    offers: tuple[Offer, ...] = ()
    serial: int = 0
    fresh: bool = False
    undo: tuple[Snapshot, ...] = ()
    redo: tuple[Snapshot, ...] = ()
    last_skus: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ()
    last_order: str = ""
    why: Offer | None = None
    rebate: int = 0  # minor units of rebate to use on the draft
    shown: Shown | None = None
    shown_partial: Shown | None = None
    ship_to: Place | None = None
    heard: Heard | None = None
    again: Repeat | None = None
    claim: ClaimForm | None = None
    claim_on_top: bool = False
    with_person: bool = False
    album: str = ""  # the last album that was answered: one answer for all its pictures
    listing: ListInHand | None = None
    command: Command | None = None
    talking_to: int | None = None
    misses: int = 0
    revision: int = 0
    read: ReadBack | None = None
    puzzled: tuple[Puzzle, ...] = ()
    asked_by: str = ""
    proposal: Proposal | None = None
    told: tuple[str, ...] = ()

    @classmethod
    def load(cls, data: Mapping[str, Any] | None) -> "Dialogue":
        """The state of its JSON, brought to this version. What cannot be read starts afresh: the draft is kept elsewhere."""
        raw = dict(data or {"version": VERSION})
        while (version := raw.get("version", 0)) in _MIGRATIONS:
            raw = {**_MIGRATIONS[version](raw), "version": version + 1}
        try:
            if raw.get("version") == VERSION:
                return _read(raw)
        except msgspec.ValidationError:
            pass
        # Nothing but what must not be lost: a person who has the conversation keeps it.
        return cls(with_person=raw.get("with_person") is True)

    def dump(self) -> dict[str, Any]:
        """The state as plain JSON."""
        data: dict[str, Any] = msgspec.to_builtins(self)
        return data

    def forget_shown(self) -> None:
        """What was read back may no longer be confirmed; it is shown again first."""
        self.shown = self.shown_partial = None
        self.offers = ()

    def remember(self, before: Snapshot) -> None:
        """Keep the draft as it was before a change, to be undone; what was undone can no longer come back."""
        self.undo = (*self.undo, before)[-UNDO_KEPT:]
        self.redo = ()

    def step_back(self, now: Snapshot) -> Snapshot | None:
        """The draft an undo goes back to; None when there is nothing to undo."""
        if not self.undo:
            return None
        *rest, last = self.undo
        self.undo, self.redo = tuple(rest), (*self.redo, now)[-UNDO_KEPT:]
        return last

    def step_forward(self, now: Snapshot) -> Snapshot | None:
        """The draft a redo brings again; None when nothing was undone."""
        if not self.redo:
            return None
        *rest, last = self.redo
        self.redo, self.undo = tuple(rest), (*self.undo, now)[-UNDO_KEPT:]
        return last

    def forget_draft(self) -> None:
        """The draft is gone: ordered, or given up for good."""
        self.questions, self.undo, self.redo, self.trusted = (), (), (), ()
        self.heard = self.ship_to = self.read = None
        self.rebate = 0
        self.forget_shown()


_read = reader(Dialogue)
