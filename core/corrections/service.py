"""Writing the ledger of corrections, and forgetting what is old."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import Integer, String, bindparam, case, cast, delete, func, insert, literal, select

from core.corrections.models import corrections
from core.db.base import Id, UtcDateTime
from core.db.rows import json_rows
from core.db.scope import DEALER, scoped, system
from core.db.session import Session
from core.people.actor import Actor

KEPT = timedelta(days=400)
"""How long a correction is kept: a season can be compared with that of the year before."""

_TEXT = ("kind", "message", "intent", "word", "sku", "choice", "cart", "understood", "became")
_rows = json_rows("corrected", line_no=Integer(), **{name: String() for name in _TEXT})
_dealer = cast(bindparam(DEALER), Id)
_before = corrections.alias("before")
_in_a_row = (
    select(
        case(
            ((_before.c.sku == _rows.c.sku) & (_before.c.choice == _rows.c.choice), _before.c.times), else_=0
        )
    )
    .where(_before.c.dealer_id == _dealer, _before.c.word == _rows.c.word, _rows.c.word != "")
    .order_by(_before.c.id.desc())
    .limit(1)
    .correlate(_rows)
    .scalar_subquery()
)
_record = scoped(
    insert(corrections)
    .from_select(
        ["dealer_id", "member_id", "corrected_by", "at", *_TEXT, "times"],
        select(
            _dealer,
            cast(bindparam("member"), Id),
            cast(bindparam("by"), String),
            bindparam("at", type_=UtcDateTime),
            *(_rows.c[name] for name in _TEXT),
            func.coalesce(_in_a_row, literal(0)) + 1,
        ).order_by(_rows.c.line_no),
    )
    .returning(corrections.c.word, corrections.c.sku, corrections.c.times)
)
_forget = system(delete(corrections).where(corrections.c.at < bindparam("before")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a message came to, and what its sender made of it. Lines are plain: {sku, qty, unit, base_qty}.

    message: the one that was read. candidates: of a word that could mean several; word as it is compared.
    """

    kind: str
    message: str
    intent: str = ""
    word: str = ""
    sku: str = ""
    candidates: Sequence[str] = ()
    cart: Sequence[dict[str, Any]] = ()
    understood: Sequence[dict[str, Any]] = ()
    became: Sequence[dict[str, Any]] = ()


def record_corrections(
    session: Session, actor: Actor, *, by: str, found: Sequence[Correction]
) -> dict[str, tuple[str, int]]:
    """Keep them in one statement; of each word what it was to mean and how many times in a row it was the same.

    by: the message that corrects.
    """
    rows = [
        {
            "line_no": line_no,
            "kind": one.kind,
            "message": one.message,
            "intent": one.intent,
            "word": one.word,
            "sku": one.sku,
            "choice": hashlib.sha256("\n".join(sorted(one.candidates)).encode()).hexdigest()
            if one.candidates
            else "",
            "cart": _encoded(one.cart),
            "understood": _encoded(one.understood),
            "became": _encoded(one.became),
        }
        for line_no, one in enumerate(found)
    ]
    params = {"corrected": rows, "member": actor.member_id, "by": by, "at": session.now}
    kept = session.execute(_record, params)
    return {row.word: (row.sku, row.times) for row in kept if row.word}


def forget_corrections(session: Session) -> int:
    """Delete what is older than it is kept for; how many."""
    return session.execute(_forget, {"before": session.now - KEPT}).rowcount


def _encoded(lines: Sequence[dict[str, Any]]) -> str:
    return msgspec.json.encode(lines).decode()
