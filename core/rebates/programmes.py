"""The programmes a dealer takes part in, with their tiers and what they have paid it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, bindparam, cast, func, literal, or_, select

from core.credit.rebate_models import rebate_ledger
from core.db.base import Id
from core.db.scope import DEALER, scoped
from core.db.session import Session
from core.dealers.models import dealers
from core.rebates.errors import ProgrammeNotFoundError
from core.rebates.models import programmes, tiers
from core.rebates.rules import Tier

ALL = "all"
_dealer = bindparam(DEALER, type_=Id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """An agreement for some days; tiers ascending. paid: minor units the dealer has been paid by it, taken back ones taken off."""

    id: int
    code: str
    name: str
    whose: str
    kind: str  # whole | marginal
    sku: str  # "": of every product
    category: str  # "": of every category
    first_day: date
    last_day: date
    begins: datetime
    ends: datetime
    tiers: tuple[Tier, ...]
    paid: int

    def counts(self, sku: str, category: str) -> bool:
        """Whether a product counts in it."""
        return self.sku in ("", sku) and self.category in ("", category)


_paid = (
    select(func.coalesce(func.sum(rebate_ledger.c.amount), 0))
    .where(rebate_ledger.c.dealer_id == _dealer, rebate_ledger.c.programme_id == programmes.c.id)
    .correlate(programmes)
    .scalar_subquery()
)


def taking_part() -> ColumnElement[bool]:
    """Whether the dealer of a row takes part in its programme, where `dealers` and the programmes are joined."""
    return or_(
        programmes.c.whose == ALL,
        programmes.c.whose == literal("level:", String).concat(dealers.c.level),
        programmes.c.whose == literal("dealer:", String).concat(cast(dealers.c.id, String)),
    )


def _with_tiers(condition: Any) -> Select[Any]:
    return scoped(
        select(*programmes.c, _paid.label("paid"), tiers.c.above, tiers.c.rate)
        .select_from(programmes.join(tiers, tiers.c.programme_id == programmes.c.id))
        .where(condition)
        .order_by(programmes.c.first_day, programmes.c.id, tiers.c.above)
    )


_by_code = _with_tiers(programmes.c.code == bindparam("code"))


def programme_by_code(session: Session, code: str) -> Programme:
    """One programme, whoever takes part in it, with what it paid the session's dealer. Raises ProgrammeNotFoundError."""
    found = _programmes(session.execute(_by_code, {"code": code}))
    if not found:
        raise ProgrammeNotFoundError(reference=code)
    return found[0]


def _programmes(rows: Iterable[Row[Any]]) -> tuple[Programme, ...]:
    return tuple(_programme(list(group)) for _, group in groupby(rows, key=lambda row: row.id))


def _programme(rows: Sequence[Row[Any]]) -> Programme:
    row = rows[0]
    names = (name for name in Programme.__dataclass_fields__ if name not in ("tiers", "paid"))
    return Programme(
        **{name: getattr(row, name) for name in names},
        tiers=tuple(Tier(each.above, each.rate) for each in rows),
        paid=int(row.paid),
    )
