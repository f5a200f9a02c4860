"""The vocabulary of understanding: what a message was taken to mean, as closed, typed moves with spans.

`understand(text, context, index) -> Understanding` is pure. A move never acts: the dialogue decides what becomes of it.
Quantities are `Decimal` in the unit said; `base_qty` is whole base units, or None while something must be asked.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum


class Intent(StrEnum):
    """The one intent a message is filed under (the evaluation's nineteen, then the product's own)."""

    ORDER_CREATE = "order_create"
    ORDER_MODIFY = "order_modify"
    ORDER_CONFIRM = "order_confirm"
    ORDER_CANCEL = "order_cancel"
    ORDER_REPEAT = "order_repeat"
    ORDER_STATUS = "order_status"
    STOCK_QUERY = "stock_query"
    PRICE_QUERY = "price_query"
    PROMO_QUERY = "promo_query"
    TARGET_QUERY = "target_query"
    REBATE_QUERY = "rebate_query"
    CLAIM_SUBMIT = "claim_submit"
    CLAIM_STATUS = "claim_status"
    RETURN_REQUEST = "return_request"
    COMPLAINT = "complaint"
    HUMAN_AGENT = "human_agent"
    HELP = "help"
    CHITCHAT = "chitchat"
    OUT_OF_SCOPE = "out_of_scope"
    # the product's own, never in evaluation gold
    ACCOUNT_QUERY = "account_query"
    RECEIPT = "receipt"
    SETTING = "setting"
    CONTRACT_QUERY = "contract_query"


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets into the text as it was sent, end exclusive."""

    start: int
    end: int


class Tier(IntEnum):
    """How a product name was matched, best first (evaluation policy 1)."""

    SKU = 1
    NAME = 2
    WORDS = 3
    PINYIN = 4
    SPELLING = 5


class Problem(StrEnum):
    """Why an item cannot become a line without a question or a word."""

    UNKNOWN = "unknown"  # no product of that name
    AMBIGUOUS = "ambiguous"  # several products
    NO_QUANTITY = "no_quantity"
    UNIT_UNKNOWN = "unit_unknown"  # the product is not sold in that unit
    UNIT_AMBIGUOUS = "unit_ambiguous"  # the word fits two units of the product
    NOT_WHOLE = "not_whole"  # not a whole number of base units
    NOT_POSITIVE = "not_positive"
    TOO_LARGE = "too_large"
    APPROXIMATE = "approximate"  # "十来箱": take the figure, but show it


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One product mention with what was said about it.

    candidates: SKUs of the best tier after size, packaging and unit filters; empty = unknown.
    qty, unit: as said; unit is the catalogue's own unit key (the default unit where none was said), None without quantity.
    base_qty: whole base units; only set when exactly one candidate is left and the conversion is exact.
    near: for unknown names, up to three SKUs to offer; they are never inserted.
    """

    text: str
    candidates: tuple[str, ...] = ()
    tier: Tier | None = None
    qty: Decimal | None = None
    unit: str | None = None
    base_qty: int | None = None
    problem: Problem | None = None
    near: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()

    @property
    def resolved(self) -> bool:
        return (
            len(self.candidates) == 1
            and self.base_qty is not None
            and self.problem in (None, Problem.APPROXIMATE)
        )


class TargetKind(StrEnum):
    SKUS = "skus"  # the draft lines of these products (several: ask which)
    INDEX = "index"  # 1-based draft line; -1 = last
    ALL = "all"
    LAST = "last"  # the line last talked about


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Which lines of the draft a change means; corrections resolve against the draft first."""

    kind: TargetKind
    skus: tuple[str, ...] = ()
    index: int = 0
    text: str = ""


class Op(StrEnum):
    SET = "set"
    MORE = "more"
    LESS = "less"
    TIMES = "times"


# --- moves -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Add:
    """New goods for the draft; a product already there is increased."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Set, raise, lower or scale lines. qty in `unit` (catalogue key), unit None = the line's own unit; for TIMES a factor.

    With op SET, qty None and a unit given, only the unit changes ("换成箱").
    """

    target: Target
    op: Op
    qty: Decimal | None = None
    unit: str | None = None
    approximate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """Take lines off the draft; with `keep`, everything but the target goes."""

    target: Target
    keep: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Replace:
    """This product instead of that one; the quantity stays where the item names none."""

    target: Target
    item: Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Clear:
    """Empty the draft."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A reply to the open question: by option number (1-based, -1 last), by what fits one of its options, or by quantity."""

    option: int | None = None
    skus: tuple[str, ...] = ()
    qty: Decimal | None = None
    unit: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """The day the goods are wanted; None = no particular day any more."""

    day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipTo:
    """A ship-to address by its name or words ("送城南仓")."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Words to keep with the order ("备注 ..."), verbatim."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """Place what was shown ("下单", "就这样")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Yes:
    """A bare yes: an answer to whatever is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class No:
    """A bare no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """Take the last change back; `redo` brings it again."""

    redo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """An earlier order again, with changes. ref: last characters of a number, or "last"; usual=True for 老样子."""

    ref: str = "last"
    day: date | None = None
    override: tuple[Item, ...] = ()
    add: tuple[Item, ...] = ()
    remove: tuple[str, ...] = ()
    usual: bool = False


class Topic(StrEnum):
    STOCK = "stock"
    PRICE = "price"
    STATUS = "status"
    REBATE = "rebate"
    REBATE_WHY = "rebate_why"  # the lines a rebate comes from
    TARGET = "target"
    PROMO = "promo"
    CLAIM = "claim"
    ACCOUNT = "account"
    DRAFT = "draft"
    WHY = "why"
    LATE = "late"
    CONTRACT = "contract"
    ORIGINAL = "original"  # the text sent and the draft confirmed of an order


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question of the dealer; it never changes the draft."""

    topic: Topic
    items: tuple[Item, ...] = ()
    refs: tuple[str, ...] = ()  # order numbers or their last characters, or "last"
    day: date | None = None
    until: date | None = None  # the last day of a span that begins with `day`
    open_only: bool = False
    period: str | None = None  # 2026 | 2026-Q1 | 2026-H1 | 2026-03


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    refs: tuple[str, ...] = ()
    day: date | None = None  # "昨天那单取消": the orders placed on that day


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """The goods of an order arrived ("收到了")."""

    refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    items: tuple[Item, ...] = ()
    refs: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What was said of an expense claim; None = not said. Starts a claim or fills the one in hand."""

    amount: Decimal | None = None
    day: date | None = None
    period: str | None = None
    category: str | None = None
    note: str = ""
    attachment: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitClaim:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class UseRebate:
    """Pay part of the draft with rebate, in whole currency units; None = as much as there is, 0 = none after all."""

    amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Drop what is in hand: a question, a claim, or (text says order) the draft."""

    what: str = ""  # "" | "draft" | "claim"


@dataclass(frozen=True, slots=True, kw_only=True)
class Social:
    """Chit-chat, complaints and everything outside the product; never changes anything."""

    intent: Intent


@dataclass(frozen=True, slots=True, kw_only=True)
class Human:
    """Talk to a person; `back` returns to the assistant."""

    back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Act for another of one's dealers; text may name it."""

    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    locale: str  # zh-Hans | zh-Hant | en


Move = (
    Add | Change | Remove | Replace | Clear | Answer | Deliver | ShipTo | Note | Confirm | Yes | No | Undo | Repeat | Ask
    | CancelOrder | Received | Return | Claim | SubmitClaim | Stop | Social | Human | Help | Switch | Language
    | UseRebate
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """moves in the order to be taken; empty = not understood. unsure: the margin was low, so ask before acting."""

    intent: Intent | None
    moves: tuple[Move, ...] = ()
    unsure: bool = False
