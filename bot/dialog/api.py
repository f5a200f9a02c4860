"""All a flow may see: the turn it takes part in, what it declares of itself, and short ways to say things."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from bot.dialog.messages import Choice, Inbound, Kind, Name, Param, Quantity, Say
from bot.dialog.sheet import Sheet
from bot.dialog.state import Dialogue, Offer, Pending
from bot.understand.catalogue import Pack, Product
from bot.understand.context import DraftLine
from bot.understand.index import Index
from bot.understand.types import Understanding
from core.db.session import Session
from core.kit.money import Money
from core.orders import drafts
from core.people.actor import Actor
from core.people.policy import may

_BARE = {"": Pack(factor=1)}
SHOWN_LINES = 8  # more are counted, not listed

Says = Sequence[Say]


@dataclass(slots=True, kw_only=True)
class Turn:
    """One message on its way: who wrote it, the conversation, the draft, and the goods it can speak of.

    `state` and `draft` are replaced as the turn goes on; `said` is what the text was taken to mean.
    """

    session: Session
    actor: Actor
    inbound: Inbound
    state: Dialogue
    draft: drafts.Draft | None
    index: Index
    several_dealers: bool = False
    listed_only: bool = False
    banded_stock: bool = False
    secret: str = ""
    public_url: str = ""
    telegram: str = ""  # the bot's name there, where it is on
    wechat: bool = False
    wecom: bool = False
    nicknames: Mapping[str, str] = field(default_factory=dict)  # the dealer's own words -> SKU
    asleep: Mapping[str, str] = field(default_factory=dict)  # those whose product it cannot order now
    said: Understanding | None = None
    second_looks: bool = False  # a model may be shown what was not understood
    listed: str = ""  # a list read from a file, to be heard after this as if it had been written
    pressed: str = ""  # the action and argument of the button that was pressed
    repeating: bool = False  # the person said yes to hearing the same text again
    touched: set[str] = field(
        default_factory=set
    )  # what this turn has already shown, so that it is not shown twice

    @property
    def now(self) -> datetime:
        """The time in the brand's zone."""
        return self.session.now.astimezone(self.actor.zone)

    @property
    def today(self) -> date:
        """The brand's day."""
        return self.now.date()

    @property
    def private(self) -> bool:
        """Not in a group: money may be spoken of."""
        return self.inbound.place == "private"

    def may(self, action: str) -> bool:
        """Whether this person may do it."""
        return may(self.actor, action)

    def explain(self, action: str, arg: str = "") -> None:
        """What a bare "why?" after this answer shows: one of the choices, with its argument."""
        self.state.why = Offer(action=action, arg=arg)
        self.touched.add("why")

    def product(self, sku: str) -> Product:
        """A product of the catalogue; what has left it is a bare number that can only be taken off."""
        entry = self.index.entries.get(sku)
        return (
            entry.product
            if entry
            else Product(sku=sku, name_zh=sku, base_unit="", default_unit="", units=_BARE)
        )

    def name(self, sku: str) -> Name:
        """How a product is called, told apart by its size; its number where it left the catalogue."""
        entry = self.index.entries.get(sku)
        if entry is None:
            return Name(zh=sku)
        return called(entry.product)

    def money(self, minor: int) -> Money:
        """An amount in the brand's currency."""
        return Money(minor, self.actor.currency)

    @property
    def lines(self) -> tuple[DraftLine, ...]:
        """The draft's lines as understanding and the reducer take them."""
        return lines_of(self.draft.lines) if self.draft else ()

    @property
    def sheet(self) -> Sheet:
        """The draft and its open questions."""
        return Sheet(
            lines=self.lines,
            questions=self.state.questions,
            deliver=self.draft.deliver_on if self.draft else None,
            last=self.state.last_skus,
        )


class Named(Protocol):
    """Whatever has the names of a product."""

    @property
    def name_zh(self) -> str: ...
    @property
    def name_en(self) -> str: ...
    @property
    def size(self) -> str: ...


MoveHandler = Callable[[Turn, Sequence[Any]], Says]
ChoiceHandler = Callable[[Turn, str], Says]
KindHandler = Callable[[Turn], Says | None]
TextHandler = Callable[[Turn], Says | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What a folder under bot/flows handles. The engine finds it as `FLOW` in the folder's flow.py.

    side: dealer | staff | both. moves: by type of move; neighbouring moves of one handler come together. topics: questions (`Ask`).
    choices: by the action of a button or numbered choice. kinds: messages that hold no text; the
    first flow that does not say None answers. text: reads a text itself before it is
    understood (staff's commands); None from it means that it is not for this flow. held: the same for a command in hand, after every
    flow's `text`, or before them all where it asks for free words.
    """

    name: str
    side: str = "dealer"
    moves: Mapping[type, MoveHandler] = field(default_factory=dict)
    topics: Mapping[str, MoveHandler] = field(default_factory=dict)
    choices: Mapping[str, ChoiceHandler] = field(default_factory=dict)
    kinds: Mapping[Kind, KindHandler] = field(default_factory=dict)
    text: TextHandler | None = None
    held: TextHandler | None = None


def say(key: str, **params: Param) -> Say:
    """Words by key."""
    return Say(key=key, params=params)


def choice(key: str, action: str, arg: str | int = "", **params: Param) -> Choice:
    """A choice by the key of its label."""
    return Choice(label=Say(key=key, params=params), action=action, arg=str(arg))


def ask_yes_no(turn: Turn, question: Say, about: str, arg: str = "") -> Say:
    """Ask before doing something: yes runs the choice `about`, no drops it."""
    turn.state.asking = Pending(about=about, arg=arg)
    return Say(
        key=question.key,
        params=question.params,
        lines=question.lines,
        choices=(choice("dialog.yes", "yes"), choice("dialog.no", "no")),
    )


def capped(lines: Sequence[Say]) -> tuple[Say, ...]:
    """At most eight lines; the rest is counted, and the full list offered."""
    if len(lines) <= SHOWN_LINES + 1:
        return tuple(lines)
    return (*lines[:SHOWN_LINES], say("dialog.more", count=len(lines)))


def together(says: Iterable[Say]) -> Say:
    """One message of several: their lines under one another, the choices of the last that has any."""
    parts = tuple(says)
    if len(parts) == 1:
        return parts[0]
    choices = next((part.choices for part in reversed(parts) if part.choices), ())
    bare = tuple(Say(key=part.key, params=part.params, lines=part.lines) for part in parts)
    return Say(key="", lines=bare, choices=choices)


def offers_of(says: Says) -> tuple[Offer, ...]:
    """The numbered choices these words leave open: those of the last that has any."""
    choices = next((each.choices for each in reversed(says) if each.choices), ())
    return tuple(Offer(action=each.action, arg=each.arg) for each in choices if not each.url)


def note(turn: Turn, sheet: Sheet) -> None:
    """Keep what the reducer left open. A changed list of questions is a new list: buttons of the old one are void."""
    if turn.state.questions != sheet.questions:
        turn.state.questions = sheet.questions
        turn.state.serial += 1
        if not turn.state.offers or turn.state.offers[0].action == "pick":
            turn.state.offers = ()
    turn.state.last_skus = sheet.last


def quantity(qty: Decimal | str, unit: str) -> Quantity:
    """A figure in a unit."""
    return Quantity(value=Decimal(qty), unit=unit)


def lines_of(lines: Iterable[drafts.DraftLine]) -> tuple[DraftLine, ...]:
    """Stored lines as the reducer takes them."""
    return tuple(
        DraftLine(sku=line.sku, base_qty=line.base_qty, unit=line.unit, qty=Decimal(line.qty))
        for line in lines
    )


def stored(lines: Iterable[DraftLine]) -> tuple[drafts.DraftLine, ...]:
    """Lines of the reducer as they are kept."""
    return tuple(
        drafts.DraftLine(line.sku, line.base_qty, line.unit, format(line.qty.normalize(), "f"))
        for line in lines
    )


def called(product: Named) -> Name:
    """How a product is called, told apart by its size."""
    english = _with_size(product.name_en, product.size) if product.name_en else ""
    return Name(zh=_with_size(product.name_zh, product.size), en=english)


def _with_size(name: str, size: str) -> str:
    return f"{name} {size}" if size and size.lower() not in name.lower() else name
