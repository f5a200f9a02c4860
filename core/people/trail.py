"""The audit row of an act, in the actor's name."""

from typing import Any

from core.audit.service import record
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
