"""Writing the audit trail."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert

from core.audit.models import audit
from core.db.session import Session

_write = insert(audit)

Effect = tuple[int | None, str, dict[str, Any]]


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


def record_each(
    session: Session, *, actor: str, action: str, object_type: str, channel: str, rows: Sequence[Effect]
) -> None:
    """Rows for many effects of one kind, (dealer's id, reference, detail) each, in their own transaction."""
    common = {
        "at": session.now,
        "actor": actor,
        "action": action,
        "object_type": object_type,
        "channel": channel,
    }
    if rows:
        session.execute(
            _write,
            [
                {**common, "dealer_id": dealer, "object_ref": reference, "detail": detail}
                for dealer, reference, detail in rows
            ],
        )
