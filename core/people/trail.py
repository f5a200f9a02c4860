"""The audit row of an act, in the actor's name."""

from collections.abc import Sequence
from typing import Any

from core.audit.service import Effect, record, record_each
from core.db.session import Session
from core.people.actor import Actor


def trail(
    session: Session,
    actor: Actor,
    action: str,
    reference: str,
    *,
    reason: str = "",
    on_behalf: str | None = None,
    **detail: Any,
) -> None:
    """Record that `actor` did `action` (noun.verb) to the noun's `reference`; detail is plain JSON."""
    record(
        session,
        actor=actor.subject,
        channel=actor.channel,
        action=action,
        object_type=action.partition(".")[0],
        object_ref=reference,
        detail=detail,
        reason=reason,
        on_behalf=on_behalf,
    )


def trail_each(session: Session, actor: Actor, action: str, rows: Sequence[Effect]) -> None:
    """The same of many at once: (dealer's id, reference, detail) each."""
    record_each(
        session,
        actor=actor.subject,
        channel=actor.channel,
        action=action,
        object_type=action.partition(".")[0],
        rows=rows,
    )
