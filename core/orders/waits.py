"""A draft kept until it can be filled: one notice, then forgotten."""

from sqlalchemy import Integer, String, bindparam, delete, insert, select

from core.db.base import Id, UtcDateTime
from core.db.rows import json_rows
from core.db.scope import DEALER, scoped
from core.db.session import Session
from core.kit.errors import NotFoundError
from core.orders.drafts import draft_by_id
from core.orders.errors import DraftEmptyError
from core.orders.models import waits
from core.people.actor import Actor
from core.people.policy import require
from core.people.trail import trail
from core.products.models import products

_wanted = json_rows("wanted", sku=String(), base_qty=Integer())
_forget = scoped(delete(waits).where(waits.c.draft_id == bindparam("draft")))
_wait = scoped(
    insert(waits).from_select(
        ["dealer_id", "member_id", "draft_id", "product_id", "base_qty", "since"],
        select(
            bindparam(DEALER, type_=Id),
            bindparam("member", type_=Id),
            bindparam("draft", type_=Id),
            products.c.id,
            _wanted.c.base_qty,
            bindparam("now", type_=UtcDateTime()),
        ).select_from(_wanted.join(products, products.c.sku == _wanted.c.sku)),
    )
)


def forget_wait(session: Session, draft_id: int) -> None:
    """Nobody waits with this draft any more."""
    session.execute(_forget, {"draft": draft_id})


def wait_for_stock(session: Session, actor: Actor, *, draft_id: int) -> int:
    """Keep the draft until all of it can be had; the number of products waited for. Raises NotFoundError, DraftEmptyError.

    Then the fact `drafts.can_be_filled` is reported once.
    """
    require(actor, "orders.place")
    draft = draft_by_id(session, draft_id)
    if draft.member_id != actor.member_id:
        raise NotFoundError(kind="draft", reference=draft_id)
    wanted: dict[str, int] = {}
    for line in draft.lines:
        wanted[line.sku] = wanted.get(line.sku, 0) + line.base_qty
    if not wanted:
        raise DraftEmptyError
    forget_wait(session, draft_id)
    session.execute(
        _wait,
        {
            "member": draft.member_id,
            "draft": draft_id,
            "wanted": [{"sku": sku, "base_qty": qty} for sku, qty in wanted.items()],
            "now": session.now,
        },
    )
    trail(session, actor, "drafts.wait", str(draft_id), wanted=wanted)
    return len(wanted)
