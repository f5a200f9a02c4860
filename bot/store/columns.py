"""Which columns a dealer's own lists use, once somebody has told: by the heads of the sheet."""

import hashlib
from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.store.models import list_columns
from core.db.scope import scoped
from core.db.session import Session

_of = scoped(select(list_columns.c.columns).where(list_columns.c.heads == bindparam("which")))
_insert = upsert(list_columns)
_keep = scoped(
    _insert.on_conflict_do_update(
        index_elements=["dealer_id", "heads"],
        set_={name: _insert.excluded[name] for name in ("columns", "kept_at")},
    )
)
_drop = scoped(delete(list_columns).where(list_columns.c.heads == bindparam("which")))


def columns_for(session: Session, heads: Sequence[str]) -> dict[str, int]:
    """The columns told for sheets with these heads, by key; none where there are no heads or nobody told."""
    told = session.execute(_of, {"which": _signed(heads)}).scalar() if heads else None
    return dict(told or {})


def keep_columns(session: Session, heads: Sequence[str], columns: Mapping[str, int]) -> None:
    """Remember them for the dealer's next sheet with the same heads; a sheet without heads is not known again."""
    if heads:
        row = {"heads": _signed(heads), "columns": dict(columns), "kept_at": session.now}
        session.execute(_keep, row)


def forget_columns(session: Session, heads: Sequence[str]) -> None:
    """They were wrong."""
    session.execute(_drop, {"which": _signed(heads)})


def _signed(heads: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(heads).encode()).hexdigest()
