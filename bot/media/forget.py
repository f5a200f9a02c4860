"""Files nobody refers to any more: after a while they and what is noted of them are deleted, and the audit trail says so."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import String, bindparam, delete, exists, literal, or_, select

from bot.dialog.state import Dialogue
from bot.store.models import conversations, files, media
from core.audit.service import record
from core.claims.models import claim_evidence
from core.contracts.models import contracts
from core.db.base import UtcDateTime
from core.db.scope import across
from core.db.session import Session

KEPT_DAYS = 30
"""How long a received file stays that nothing refers to."""
BATCH = 500
"""Rows deleted in one run at most, so that nobody waits for it; the next run takes the next ones."""

_before = bindparam("before", type_=UtcDateTime())
_after = bindparam("after", type_=UtcDateTime())
_noted = (
    select(media.c.id, media.c.subject, media.c.created_at)
    .where(
        media.c.told,
        media.c.created_at < _before,
        media.c.created_at >= _after,
        or_(media.c.created_at > _after, media.c.id > bindparam("after_id")),
    )
    .order_by(media.c.created_at, media.c.id)
    .limit(BATCH)
)
_states = select(conversations.c.state).where(
    conversations.c.subject.in_(bindparam("subjects", expanding=True))
)
_forget = delete(media).where(media.c.id.in_(bindparam("ids", expanding=True)))
_reference = literal("file:", String).concat(files.c.sha256)
_loose = across(
    select(files.c.sha256)
    .where(
        files.c.at < _before,
        ~exists().where(media.c.sha256 == files.c.sha256),
        ~exists().where(claim_evidence.c.identity == _reference),
        ~exists().where(contracts.c.file == _reference),
    )
    .order_by(files.c.at)
    .limit(BATCH)
)
_delete = (
    delete(files)
    .where(files.c.sha256.in_(bindparam("hashes", expanding=True)), files.c.at < _before)
    .returning(files.c.size)
)
"""Again only what is old: who keeps the same bytes meanwhile makes them young (bot/store/media.py)."""


def forget_files(session: Session, *, kept_days: int = KEPT_DAYS) -> int:
    """Delete what was received before and is in no claim, contract or conversation; how many files. The scheduler's."""
    before = session.now - timedelta(days=kept_days)
    noted = _forget_notes(session, before)
    loose = session.execute(_loose, {"before": before}).all()
    gone: list[int] = []
    if loose:
        hashes = [row.sha256 for row in loose]
        gone = list(session.execute(_delete, {"hashes": hashes, "before": before}).scalars())
    if noted or gone:
        detail = {
            "before": before.isoformat(),
            "notes": noted,
            "files": len(gone),
            "bytes": sum(gone),
        }
        record(
            session,
            actor="system:schedule",
            action="files.forget",
            object_type="files",
            object_ref=before.date().isoformat(),
            detail=detail,
        )
    return len(gone)


def _forget_notes(session: Session, before: datetime) -> int:
    """What is noted of received files, but for those a conversation still has in hand: they do not bar the way to others."""
    after, last = datetime.fromtimestamp(0, UTC), ""
    while rows := session.execute(_noted, {"before": before, "after": after, "after_id": last}).all():
        subjects = sorted({row.subject for row in rows})
        held = set(_in_hand(row.state for row in session.execute(_states, {"subjects": subjects})))
        ids = [row.id for row in rows if row.id not in held]
        if ids:
            session.execute(_forget, {"ids": ids})
            return len(ids)
        after, last = rows[-1].created_at, rows[-1].id
    return 0


def _in_hand(states: Iterable[dict[str, Any]]) -> Iterable[str]:
    for state in map(Dialogue.load, states):
        yield from state.claim.files if state.claim else ()
        if state.listing:
            yield state.listing.file
