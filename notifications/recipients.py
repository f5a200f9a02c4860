"""Who is told: the brand's staff by role and region, a dealer's members by role."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, or_, select

from core.db.scope import scoped, system
from core.db.session import Session
from core.dealers.models import dealers
from core.people.models import members, staff


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A person and as whom they are told."""

    person_id: int
    subject: str
    role: str


_staff = (
    select(staff.c.person_id, staff.c.id, staff.c.role)
    .where(
        staff.c.state == "active",
        staff.c.person_id.is_not(None),
        staff.c.role.in_(bindparam("roles", expanding=True)),
        or_(staff.c.region.is_(None), staff.c.region == bindparam("region")),
    )
    .order_by(staff.c.id)
)
_members = scoped(
    select(members.c.person_id, members.c.id, members.c.role)
    .where(
        and_(members.c.state == "active", members.c.person_id.is_not(None)),
        members.c.role.in_(bindparam("roles", expanding=True)),
    )
    .order_by(members.c.id)
)
_dealer = system(
    select(dealers.c.name, dealers.c.code, dealers.c.region).where(dealers.c.id == bindparam("dealer"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DealerLabel:
    """How staff know a dealer."""

    name: str
    code: str
    region: str


def staff_of(session: Session, *roles: str, region: str = "") -> list[Recipient]:
    """Active staff of these roles who look after the region; those without one look after all."""
    rows = session.execute(_staff, {"roles": list(roles), "region": region})
    return [Recipient(person_id=row.person_id, subject=f"s:{row.id}", role=row.role) for row in rows]


def members_of(session: Session, dealer_id: int, roles: Iterable[str]) -> list[Recipient]:
    """Active members of a dealer with these roles."""
    rows = session.for_dealer(dealer_id).execute(_members, {"roles": list(roles)})
    return [Recipient(person_id=row.person_id, subject=f"m:{row.id}", role=row.role) for row in rows]


def dealer_label(session: Session, dealer_id: int) -> DealerLabel:
    """A dealer's name and region."""
    row = session.execute(_dealer, {"dealer": dealer_id}).one()
    return DealerLabel(name=row.name, code=row.code, region=row.region)
