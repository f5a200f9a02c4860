"""Reading people: a dealer's members, the brand's staff, and the chats somebody is bound to."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_, select

from core.db.scope import across, scoped, system
from core.db.session import Session
from core.people.models import identities, members, persons, staff


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody at a dealer."""

    id: int
    dealer_id: int
    person_id: int | None
    name: str
    role: str
    phone: str
    state: str


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody at the brand; region None looks after all."""

    id: int
    person_id: int | None
    name: str
    role: str
    region: str | None
    state: str


@dataclass(frozen=True, slots=True)
class Binding:
    """A chat a person writes from. `id` is the identity's."""

    id: int
    person_id: int
    name: str
    channel: str
    account: str
    chat: str
    reachable: bool
    bound_at: datetime
    last_seen_at: datetime


_member_columns = (
    members.c.id,
    members.c.dealer_id,
    members.c.person_id,
    members.c.name,
    members.c.role,
    members.c.phone,
    members.c.state,
)
_staff_columns = (
    staff.c.id, staff.c.person_id, staff.c.name, staff.c.role, staff.c.region, staff.c.state
)  # fmt: skip
_binding_columns = (
    identities.c.id, identities.c.person_id, persons.c.name, identities.c.channel, identities.c.account,
    identities.c.chat,
    identities.c.reachable, identities.c.bound_at, identities.c.last_seen_at,
)  # fmt: skip
_members = scoped(select(*_member_columns).where(members.c.state != "revoked").order_by(members.c.id))
_pending = across(select(*_member_columns).where(members.c.state == "pending").order_by(members.c.id))
_mine = system(
    select(*_member_columns)
    .where(members.c.person_id == bindparam("person"), members.c.state.in_(("active", "pending")))
    .order_by(members.c.id)
)
_staff_for = (
    select(*_staff_columns)
    .where(
        staff.c.state == "active",
        staff.c.role == bindparam("as_role"),
        or_(staff.c.region.is_(None), staff.c.region == bindparam("as_region")),
    )
    .order_by(staff.c.id)
)
_staff_by_name = select(*_staff_columns).where(
    staff.c.state == "active", staff.c.name == bindparam("as_name")
)
_all_staff = select(*_staff_columns).where(staff.c.state != "revoked").order_by(staff.c.id)
_subject = select(persons.c.subject).where(persons.c.id == bindparam("person"))
_bindings = (
    select(*_binding_columns)
    .join(persons, persons.c.id == identities.c.person_id)
    .where(identities.c.revoked_at.is_(None))
    .order_by(identities.c.id)
)
_bindings_of_person = _bindings.where(identities.c.person_id == bindparam("person"))
_bindings_of_dealer = scoped(
    _bindings.join(members, members.c.person_id == persons.c.id).where(members.c.state == "active")
)


def members_of(session: Session) -> tuple[Member, ...]:
    """The people of the session's dealer, those invited and waiting too, without the revoked."""
    return tuple(Member(**row) for row in session.execute(_members).mappings())


def pending_members(session: Session) -> tuple[Member, ...]:
    """Who waits for approval in the session's region."""
    return tuple(Member(**row) for row in session.execute(_pending).mappings())


def memberships(session: Session, person_id: int) -> tuple[Member, ...]:
    """The dealers a person belongs to or waits for, in a system session."""
    return tuple(Member(**row) for row in session.execute(_mine, {"person": person_id}).mappings())


def staff_for(session: Session, role: str, region: str | None = None) -> tuple[Staff, ...]:
    """Active staff of a role who look after a region: its own and those of all regions."""
    return tuple(
        Staff(**row) for row in session.execute(_staff_for, {"as_role": role, "as_region": region}).mappings()
    )


def staff_named(session: Session, name: str) -> tuple[Staff, ...]:
    """Active staff of exactly this name."""
    return tuple(Staff(**row) for row in session.execute(_staff_by_name, {"as_name": name}).mappings())


def all_staff(session: Session) -> tuple[Staff, ...]:
    """The brand's people, those invited too, without the revoked."""
    return tuple(Staff(**row) for row in session.execute(_all_staff).mappings())


def subject_of(session: Session, person_id: int) -> str | None:
    """As whom a person acts now: "m:<member>", "s:<staff>", or nobody."""
    return session.execute(_subject, {"person": person_id}).scalar()


def bindings(session: Session, person_id: int | None = None) -> tuple[Binding, ...]:
    """The chats of one person, or of everybody at the session's dealer."""
    if person_id is None:
        return tuple(Binding(**row) for row in session.execute(_bindings_of_dealer).mappings())
    return tuple(
        Binding(**row) for row in session.execute(_bindings_of_person, {"person": person_id}).mappings()
    )
