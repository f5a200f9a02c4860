"""Programmes and their tiers as the brand states them. Once a programme has paid, its terms stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import bindparam, exists, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from core.db.scope import system
from core.db.session import Session
from core.people.actor import Actor
from core.people.policy import require
from core.people.trail import trail
from core.rebates.errors import ProgrammeNotFoundError, ProgrammeSettledError, TiersError
from core.rebates.models import programmes, settlements, tiers
from core.rebates.rules import Tier, rising

_find = select(programmes).where(programmes.c.code == bindparam("code")).with_for_update()
_new = insert(programmes)
_TERMS = ("name", "whose", "kind", "sku", "category", "first_day", "last_day", "begins", "ends")
_change = (
    update(programmes)
    .where(programmes.c.id == bindparam("programme"))
    .values({name: bindparam(f"new_{name}") for name in _TERMS})
)
_paid = system(select(exists().where(settlements.c.programme_id == bindparam("programme"))))
_tiers = (
    select(tiers.c.above, tiers.c.rate)
    .where(tiers.c.programme_id == bindparam("programme"))
    .order_by(tiers.c.above)
)
_put_tier = upsert(tiers)
_put_tier = _put_tier.on_conflict_do_update(
    index_elements=["programme_id", "above"], set_={"rate": _put_tier.excluded.rate}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A programme as stated: whose is "dealer:<id>", "level:<level>" or "all"; no sku and no category: all goods count."""

    code: str
    name: str
    whose: str
    kind: str
    sku: str = ""
    category: str = ""
    first_day: date
    last_day: date


def put_programme(session: Session, actor: Actor, terms: Terms) -> str:
    """Make a programme or change its terms: created, updated or unchanged. Raises ProgrammeSettledError."""
    require(actor, "rebates.put")
    values = {name: getattr(terms, name) for name in _TERMS if name not in ("begins", "ends")}
    values |= {
        "begins": _midnight(terms.first_day, actor),
        "ends": _midnight(terms.last_day + timedelta(days=1), actor),
    }
    row = session.execute(_find, {"code": terms.code}).mappings().one_or_none()
    if row is None:
        session.execute(_new, {"code": terms.code, **values})
        trail(session, actor, "rebates.put", terms.code, **_plain(values))
        return "created"
    changed = {name: value for name, value in values.items() if row[name] != value}
    if not changed:
        return "unchanged"
    if set(changed) != {"name"} and session.execute(_paid, {"programme": row["id"]}).scalar():
        raise ProgrammeSettledError(programme=terms.code)
    session.execute(
        _change, {"programme": row["id"], **{f"new_{name}": value for name, value in values.items()}}
    )
    trail(session, actor, "rebates.put", terms.code, **_plain(changed))
    return "updated"


def put_tiers(session: Session, actor: Actor, *, programme: str, wanted: Mapping[int, int]) -> dict[int, str]:
    """Set rates (thousandths of a percent) by threshold: created, updated or unchanged. Tiers not named stay.

    Raises ProgrammeNotFoundError, ProgrammeSettledError, TiersError when more purchases would earn less.
    """
    require(actor, "rebates.put")
    row = session.execute(_find, {"code": programme}).one_or_none()
    if row is None:
        raise ProgrammeNotFoundError(reference=programme)
    known = {each.above: each.rate for each in session.execute(_tiers, {"programme": row.id})}
    outcome = {
        above: "unchanged" if known.get(above) == rate else "updated" if above in known else "created"
        for above, rate in wanted.items()
    }
    changed = [above for above, what in outcome.items() if what != "unchanged"]
    if not changed:
        return outcome
    if session.execute(_paid, {"programme": row.id}).scalar():
        raise ProgrammeSettledError(programme=programme)
    after = [Tier(above, rate) for above, rate in sorted({**known, **wanted}.items())]
    if not rising(after):
        lower = next(high for low, high in pairwise(after) if high.rate < low.rate)
        raise TiersError(programme=programme, above=lower.above)
    session.execute(
        _put_tier, [{"programme_id": row.id, "above": each, "rate": wanted[each]} for each in changed]
    )
    trail(
        session, actor, "rebates.put_tiers", programme, tiers={str(each.above): each.rate for each in after}
    )
    return outcome


def _midnight(day: date, actor: Actor) -> datetime:
    return datetime.combine(day, time.min, actor.zone)


def _plain(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}
