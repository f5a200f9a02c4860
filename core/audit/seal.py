"""Sealing the audit trail: batches of rows in a hash chain, so that a row changed, removed or slipped in later shows.

A chain alone does not see its own end cut off or the whole of it written anew: anchors, kept outside the database, do.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, insert, select

from core.audit.models import audit, audit_seals
from core.db.session import Session
from core.kit.violation import Violation

BATCH = 5000
SETTLED = timedelta(minutes=5)
"""Rows older than this have no unfinished neighbour with a smaller id: no transaction lives as long."""

_START = "0" * 64
_last = select(audit_seals.c.number, audit_seals.c.last_id, audit_seals.c.digest).order_by(
    audit_seals.c.number.desc()
)
_horizon = select(func.max(audit.c.id)).where(audit.c.at <= bindparam("settled"))
_rows = (
    select(audit).where(audit.c.id > bindparam("after"), audit.c.id <= bindparam("upto")).order_by(audit.c.id)
)
_batch = _rows.limit(BATCH)
_seal = insert(audit_seals)
_seals = select(audit_seals).where(audit_seals.c.number > bindparam("after")).order_by(audit_seals.c.number)
_tail = select(func.count()).where(audit.c.id > bindparam("after"))


@dataclass(frozen=True, slots=True)
class Anchor:
    """What is remembered of a seal outside the database."""

    number: int
    digest: str


def seal(session: Session) -> int:
    """Seal the next batch of settled rows; returns how many rows that were."""
    last = session.execute(_last.limit(1)).first()
    after, before = (last.last_id, last.digest) if last else (0, _START)
    horizon = session.execute(_horizon, {"settled": session.now - SETTLED}).scalar()
    rows = session.execute(_batch, {"after": after, "upto": horizon or 0}).mappings().all()
    if rows:
        digests = [(row["id"], _digest(row)) for row in rows]
        session.execute(
            _seal,
            {
                "number": last.number + 1 if last else 1,
                "last_id": rows[-1]["id"],
                "marks": [[row_id, digest[:16]] for row_id, digest in digests],
                "digest": _chained(before, digests),
                "at": session.now,
            },
        )
    return len(rows)


def anchors_after(session: Session, number: int) -> list[Anchor]:
    """The seals that have no anchor yet, oldest first."""
    return [Anchor(row.number, row.digest) for row in session.execute(_seals, {"after": number})]


def verify(session: Session, anchors: Iterable[Anchor] = ()) -> Iterator[Violation]:
    """What does not fit: the first changed row of each broken seal, then anchors that name another seal or none."""
    digests: dict[int, str] = {}
    after, before = 0, _START
    for kept in session.execute(_seals, {"after": 0}).mappings().all():
        number = kept["number"]
        if number != len(digests) + 1:
            yield Violation("audit.seal_missing", str(len(digests) + 1), None, number)
            return
        rows = session.execute(_rows, {"after": after, "upto": kept["last_id"]}).mappings()
        found = [(row["id"], _digest(row)) for row in rows]
        if _chained(before, found) != kept["digest"]:
            yield _first_changed(kept, found)
            return
        digests[number] = before = kept["digest"]
        after = kept["last_id"]
    for anchor in anchors:
        if digests.get(anchor.number) != anchor.digest:
            kept_digest = digests.get(anchor.number)
            yield Violation("audit.anchor", f"seal {anchor.number}", kept_digest, anchor.digest)
            return


def unsealed(session: Session) -> int:
    """How many rows no seal covers yet."""
    last = session.execute(_last.limit(1)).first()
    return int(session.execute(_tail, {"after": last.last_id if last else 0}).scalar_one())


def _first_changed(kept: Mapping[Any, Any], found: list[tuple[int, str]]) -> Violation:
    marks = {int(row_id): str(mark) for row_id, mark in kept["marks"]}
    seen = {row_id: digest[:16] for row_id, digest in found}
    for row_id in sorted(marks.keys() | seen.keys()):
        if marks.get(row_id) != seen.get(row_id):
            return Violation("audit.row", str(row_id), seen.get(row_id), marks.get(row_id))
    return Violation("audit.seal", str(kept["number"]), kept["digest"], None)


def _digest(row: Mapping[Any, Any]) -> str:
    return hashlib.sha256(msgspec.json.encode(dict(row), order="sorted")).hexdigest()


def _chained(before: str, digests: Iterable[tuple[int, str]]) -> str:
    chain = hashlib.sha256(before.encode())
    for row_id, digest in digests:
        chain.update(f"\n{row_id}:{digest}".encode())
    return chain.hexdigest()
