"""Writing the audit trail."""

from typing import Any

from sqlalchemy import insert

from core.audit.models import audit
from core.db.session import Session

_write = insert(audit)


def record(
    session: Session,
    *,
    actor: str,
    action: str,
    object_type: str,
    object_ref: str,
    detail: dict[str, Any] | None = None,
    reason: str = "",
    channel: str = "",
    on_behalf: str | None = None,
) -> None:
    """One row for one effect, in the effect's own transaction. `detail` holds before and after as plain JSON."""
    session.execute(
        _write,
        {
            "at": session.now,
            "actor": actor,
            "on_behalf": on_behalf,
            "action": action,
            "object_type": object_type,
            "object_ref": object_ref,
            "dealer_id": session.scope.dealer_id,
            "channel": channel,
            "detail": detail or {},
            "reason": reason,
        },
    )
