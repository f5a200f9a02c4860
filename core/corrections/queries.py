"""Reading the ledger, by the system only: it holds what every dealer wrote about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from core.corrections.models import corrections
from core.db.base import UtcDateTime
from core.db.scope import system
from core.db.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionView:
    """A row of the ledger."""

    id: int
    dealer_id: int
    kind: str
    message: str
    corrected_by: str
    intent: str
    word: str
    sku: str
    times: int
    cart: Sequence[dict[str, Any]]
    understood: Sequence[dict[str, Any]]
    became: Sequence[dict[str, Any]]
    at: datetime


_since = system(
    select(*(corrections.c[name] for name in CorrectionView.__dataclass_fields__))
    .where(corrections.c.at >= bindparam("since", type_=UtcDateTime))
    .order_by(corrections.c.at, corrections.c.id)
)


def corrections_since(session: Session, since: datetime) -> tuple[CorrectionView, ...]:
    """Everything since a moment, oldest first."""
    return tuple(CorrectionView(**row) for row in session.execute(_since, {"since": since}).mappings())
