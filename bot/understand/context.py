"""What a message is read against: the draft, open questions, what was talked about."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """A line of the draft: whole base units, and the unit and quantity it was said in."""

    sku: str
    base_qty: int
    unit: str
    qty: Decimal


class Asking(StrEnum):
    """What an open question wants."""

    PRODUCT = "product"  # which of the candidates
    QUANTITY = "quantity"  # how many of the one candidate
    UNIT = "unit"  # which unit
    CHOICE = "choice"  # one of numbered choices that are not products
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An open question. candidates: SKUs in the order they were numbered; choices: how many non-product choices."""

    asking: Asking
    candidates: tuple[str, ...] = ()
    qty: Decimal | None = None
    unit: str | None = None
    choices: int = 0
    text: str = ""
    about: str = ""  # what a CHOICE or YES_NO is about; the dialogue's own key


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimForm:
    """A claim in hand. files: what was sent for it; again: it is another one like an earlier claim."""

    amount: Decimal | None = None
    day: date | None = None
    category: str | None = None
    note: str = ""
    files: tuple[str, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the message is read against. now: the brand's local time, aware. assortment None = every product."""

    now: datetime
    draft: tuple[DraftLine, ...] = ()
    deliver: date | None = None  # the day the draft is wanted
    questions: tuple[Question, ...] = ()  # the first is the one on the screen
    last_skus: tuple[str, ...] = ()  # products last talked about, latest first
    claim: ClaimForm | None = None
    claim_on_top: bool = False  # the claim, not the order, was talked about last
    assortment: frozenset[str] | None = None
    nicknames: dict[str, str] = field(
        default_factory=dict
    )  # the dealer's own words, as word_key gives them -> SKU
