"""The draft of a member in a place: loaded or created lazily, saved by compare-and-set on its version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core.db.session import Session
from core.people.actor import Actor


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A product and how much of it: base units, and unit and quantity (a decimal string) as the person said them."""

    sku: str
    base_qty: int
    unit: str
    qty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a member is about to order. id 0 and version 0: not kept yet."""

    id: int = 0
    member_id: int
    place: str = "private"
    version: int = 0
    lines: tuple[DraftLine, ...] = ()
    deliver_on: date | None = None
    address_id: int | None = None
    note: str = ""
    texts: tuple[str, ...] = ()
    prepared_by: str = ""
    updated_at: datetime | None = None


def draft_of(session: Session, *, member_id: int, place: str = "private") -> Draft:
    """The member's draft in a place, empty when there is none."""
    raise NotImplementedError


def draft_by_id(session: Session, draft_id: int) -> Draft:
    """A draft of the session's dealer. Raises NotFoundError."""
    raise NotImplementedError


def save_draft(session: Session, actor: Actor, draft: Draft) -> Draft:
    """Keep the draft if nobody changed it since it was loaded; the returned one has the new version. Raises StaleError.

    A draft written by staff (`orders.prepare`) is marked `prepared_by` them.
    """
    raise NotImplementedError


def drafts_prepared(session: Session, *, member_id: int) -> Sequence[Draft]:
    """Drafts staff prepared for a member that wait for his word, newest first."""
    raise NotImplementedError
