"""A draft kept until it can be filled: one notice, then forgotten."""

from core.db.session import Session
from core.people.actor import Actor


def wait_for_stock(session: Session, actor: Actor, *, draft_id: int) -> int:
    """Remember what the draft lacks now; the number of products waited for. Raises NotFoundError, DraftEmptyError.

    When all of it can be had, the fact `drafts.can_be_filled` is reported once.
    """
    raise NotImplementedError
