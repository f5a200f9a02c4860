"""Reading contracts: a dealer its own, staff those of their region, the system all."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, exists, select

from core.contracts.models import contracts
from core.contracts.rules import RUNGS, SPOKEN_OF
from core.db.base import Id
from core.db.scope import across, scoped, system
from core.db.session import Session
from core.dealers.models import dealers
from core.kit.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract. file: the stored file's reference, "" without one."""

    id: int
    dealer_id: int
    number: str
    starts_on: date
    ends_on: date
    decision: str
    snoozed_until: date | None
    file: str
    file_name: str


_columns = (
    contracts.c.id,
    contracts.c.dealer_id,
    contracts.c.number,
    contracts.c.starts_on,
    contracts.c.ends_on,
    contracts.c.decision,
    contracts.c.snoozed_until,
    contracts.c.file,
    contracts.c.file_name,
)
_mine = scoped(select(*_columns).order_by(contracts.c.ends_on.desc(), contracts.c.id.desc()).limit(8))
_by_id = across(select(*_columns).where(contracts.c.id == bindparam("contract", type_=Id)))
_later = contracts.alias("later")
_not_followed = ~exists().where(
    _later.c.dealer_id == contracts.c.dealer_id,
    _later.c.ends_on > contracts.c.ends_on,
    _later.c.starts_on > contracts.c.starts_on,
)
_ending = across(
    select(*_columns)
    .where(contracts.c.ends_on.between(bindparam("since"), bindparam("until")), _not_followed)
    .order_by(contracts.c.ends_on, contracts.c.id)
)
_all = system(
    select(*_columns, dealers.c.code.label("dealer"))
    .select_from(contracts.join(dealers, dealers.c.id == contracts.c.dealer_id))
    .order_by(contracts.c.id)
)


def contracts_of(session: Session) -> tuple[Contract, ...]:
    """The dealer's newest contracts, the one that ends last first."""
    return tuple(_contract(row) for row in session.execute(_mine))


def contract_by_id(session: Session, contract: int) -> Contract:
    """A contract in the staff's region. Raises NotFoundError."""
    row = session.execute(_by_id, {"contract": contract}).one_or_none()
    if row is None:
        raise NotFoundError(kind="contract", reference=str(contract))
    return _contract(row)


def ending_contracts(session: Session, today: date, *, within: int = RUNGS[0]) -> tuple[Contract, ...]:
    """Contracts that end within so many days, or ended this week, and that no later one follows; the nearest first."""
    span = {"since": today - SPOKEN_OF, "until": today + timedelta(days=within)}
    return tuple(_contract(row) for row in session.execute(_ending, span))


def all_contracts(session: Session) -> list[tuple[str, Contract]]:
    """Every contract with its dealer's code, for export."""
    return [(row.dealer, _contract(row)) for row in session.execute(_all)]


def _contract(row: Any) -> Contract:
    return Contract(
        id=row.id,
        dealer_id=row.dealer_id,
        number=row.number,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        decision=row.decision,
        snoozed_until=row.snoozed_until,
        file=row.file,
        file_name=row.file_name,
    )
