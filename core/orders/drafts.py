"""The draft of a member in a place: loaded or created lazily, saved by compare-and-set on its version."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from core.db.scope import scoped
from core.db.session import Session
from core.kit.errors import NotAllowedError, NotFoundError, StaleError
from core.orders.models import drafts
from core.people.actor import Actor
from core.people.policy import may


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


DRAFT_COLUMNS = tuple(column for column in drafts.c if column.name != "dealer_id")
_in_place = scoped(
    select(*DRAFT_COLUMNS).where(
        drafts.c.member_id == bindparam("member"), drafts.c.place == bindparam("in_place")
    )
)
_by_id = scoped(select(*DRAFT_COLUMNS).where(drafts.c.id == bindparam("draft")))
_prepared = scoped(
    select(*DRAFT_COLUMNS)
    .where(drafts.c.member_id == bindparam("member"), drafts.c.prepared_by != "")
    .order_by(drafts.c.updated_at.desc())
)
_first = scoped(
    upsert(drafts)
    .on_conflict_do_nothing(index_elements=["dealer_id", "member_id", "place"])
    .returning(drafts.c.id)
)
_save = scoped(
    update(drafts)
    .where(drafts.c.id == bindparam("draft"), drafts.c.version == bindparam("loaded_version"))
    .values(
        version=drafts.c.version + 1,
        lines=bindparam("new_lines"),
        deliver_on=bindparam("new_day"),
        address_id=bindparam("new_address"),
        note=bindparam("new_note"),
        texts=bindparam("new_texts"),
        prepared_by=bindparam("new_prepared_by"),
        updated_at=bindparam("new_time"),
    )
    .returning(drafts.c.id)
)


def draft_of(session: Session, *, member_id: int, place: str = "private") -> Draft:
    """The member's draft in a place, empty when there is none."""
    row = session.execute(_in_place, {"member": member_id, "in_place": place}).one_or_none()
    return Draft(member_id=member_id, place=place) if row is None else draft_of_row(row)


def draft_by_id(session: Session, draft_id: int) -> Draft:
    """A draft of the session's dealer. Raises NotFoundError."""
    row = session.execute(_by_id, {"draft": draft_id}).one_or_none()
    if row is None:
        raise NotFoundError(kind="draft", reference=draft_id)
    return draft_of_row(row)


def drafts_prepared(session: Session, *, member_id: int) -> Sequence[Draft]:
    """Drafts staff prepared for a member that wait for his word, newest first."""
    found = (draft_of_row(row) for row in session.execute(_prepared, {"member": member_id}))
    return [draft for draft in found if draft.lines]


def save_draft(session: Session, actor: Actor, draft: Draft) -> Draft:
    """Keep the draft if nobody changed it since it was loaded; the returned one has the new version. Raises StaleError.

    A draft written by staff (`orders.prepare`) is marked `prepared_by` them. Raises NotAllowedError for another
    member's draft.
    """
    if actor.side == "staff" and may(actor, "orders.prepare"):
        draft = replace(draft, prepared_by=actor.subject)
    elif not (may(actor, "orders.place") and draft.member_id == actor.member_id):
        raise NotAllowedError(action="orders.place", role=actor.role)
    kept = replace(draft, version=draft.version + 1, updated_at=session.now)
    lines = [asdict(line) for line in draft.lines]
    if draft.id == 0:
        row = session.execute(
            _first,
            {
                "member_id": kept.member_id,
                "place": kept.place,
                "version": kept.version,
                "lines": lines,
                "deliver_on": kept.deliver_on,
                "address_id": kept.address_id,
                "note": kept.note,
                "texts": list(kept.texts),
                "prepared_by": kept.prepared_by,
                "updated_at": kept.updated_at,
            },
        ).one_or_none()
    else:
        row = session.execute(
            _save,
            {
                "draft": kept.id,
                "loaded_version": draft.version,
                "new_lines": lines,
                "new_day": kept.deliver_on,
                "new_address": kept.address_id,
                "new_note": kept.note,
                "new_texts": list(kept.texts),
                "new_prepared_by": kept.prepared_by,
                "new_time": kept.updated_at,
            },
        ).one_or_none()
    if row is None:
        raise StaleError(kind="draft", version=draft.version)
    return replace(kept, id=row.id)


def draft_of_row(row: Any) -> Draft:
    """The draft in a row with DRAFT_COLUMNS."""
    return Draft(
        id=row.id,
        member_id=row.member_id,
        place=row.place,
        version=row.version,
        lines=tuple(DraftLine(**line) for line in row.lines),
        deliver_on=row.deliver_on,
        address_id=row.address_id,
        note=row.note,
        texts=tuple(row.texts),
        prepared_by=row.prepared_by,
        updated_at=row.updated_at,
    )
