"""Making invites: one-time tokens of 256 bits, of which only the digest is kept, bound to a dealer and a role.

Issuing again for the same person (or, unnamed, for the same role) revokes the older invite, so that a link that went
astray is dead as soon as a new one is asked for.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, and_, bindparam, delete, insert, or_, select, update

from core.audit.service import record
from core.db.scope import scoped
from core.db.session import Session
from core.kit.errors import NotFoundError
from core.kit.ids import digest, token
from core.people.actor import Actor
from core.people.errors import BadRoleError
from core.people.models import invites, join_attempts, members, staff
from core.people.policy import require

MEMBER_ROLES = ("owner", "buyer", "finance")
STAFF_ROLES = ("admin", "sales", "finance", "warehouse")
LIFETIME = timedelta(days=7)
CHANNEL_LIFETIME = timedelta(minutes=15)
ATTEMPTS_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """A new invite. `token` is said once and stored nowhere; `waits`: its claimant needs approval."""

    token: str
    expires_at: datetime
    kind: str
    role: str
    name: str
    member_id: int | None = None
    staff_id: int | None = None
    waits: bool = False
    replaced: int = 0


def _same_person(table: Table) -> ColumnElement[bool]:
    columns = table.c
    named = and_(bindparam("name") != "", columns.name == bindparam("name"))
    by_phone = and_(bindparam("phone") != "", columns.phone == bindparam("phone"))
    nobody = and_(
        bindparam("name") == "",
        bindparam("phone") == "",
        columns.name == "",
        columns.phone == "",
        columns.role == bindparam("as_role"),
    )
    return and_(columns.state == "invited", or_(named, by_phone, nobody))


_invited_member = scoped(select(members.c.id).where(_same_person(members)).order_by(members.c.id))
_invited_staff = select(staff.c.id).where(_same_person(staff)).order_by(staff.c.id)
_new_member = scoped(insert(members).returning(members.c.id))
_new_staff = insert(staff).returning(staff.c.id)
_rename_member = scoped(
    update(members)
    .where(members.c.id == bindparam("member"))
    .values(role=bindparam("as_role"), name=bindparam("as_name"), phone=bindparam("as_phone"))
)
_rename_staff = (
    update(staff)
    .where(staff.c.id == bindparam("member"))
    .values(
        role=bindparam("as_role"),
        name=bindparam("as_name"),
        phone=bindparam("as_phone"),
        region=bindparam("as_region"),
    )
)
_on_rolls = scoped(
    select(members.c.role, members.c.name, members.c.phone, members.c.state).where(
        members.c.id == bindparam("row")
    )
)
_on_staff = select(staff.c.role, staff.c.name, staff.c.phone, staff.c.state, staff.c.region).where(
    staff.c.id == bindparam("row")
)
_revoke_older = (
    update(invites)
    .where(
        invites.c.state == "open",
        or_(
            invites.c.member_id == bindparam("member"),
            invites.c.staff_id == bindparam("staff"),
            and_(invites.c.kind == "channel", invites.c.person_id == bindparam("person")),
        ),
    )
    .values(state="revoked")
    .returning(invites.c.id)
)
_new_invite = insert(invites)
_expire = (
    update(invites)
    .where(invites.c.state == "open", invites.c.expires_at <= bindparam("at"))
    .values(state="expired")
    .returning(invites.c.id)
)
_forget_attempts = delete(join_attempts).where(join_attempts.c.window_start <= bindparam("before"))


def issue_invite(
    session: Session,
    actor: Actor,
    *,
    role: str,
    name: str = "",
    phone: str = "",
    expires: timedelta = LIFETIME,
) -> Invite:
    """An invite to the session's dealer. Unnamed owners and buyers wait for approval once they claim it.

    Raises NotAllowedError, BadRoleError; ScopeError without a dealer.
    """
    require(actor, "members.invite")
    if role not in MEMBER_ROLES:
        raise BadRoleError(role=role)
    who = {"name": name, "phone": phone, "as_role": role, "as_name": name, "as_phone": phone}
    member_id = session.execute(_invited_member, who).scalars().first()
    if member_id is None:
        row = {"name": name, "role": role, "phone": phone, "state": "invited", "created_at": session.now}
        member_id = session.execute(_new_member, row).scalar_one()
    else:
        session.execute(_rename_member, {**who, "member": member_id})
    return _issue(
        session, actor, kind="member", role=role, name=name, phone=phone, expires=expires, member_id=member_id
    )


def issue_staff_invite(
    session: Session,
    actor: Actor,
    *,
    role: str,
    region: str | None = None,
    name: str = "",
    phone: str = "",
    expires: timedelta = LIFETIME,
) -> Invite:
    """An invite to the brand's own staff; region None looks after every region. Raises NotAllowedError, BadRoleError."""
    require(actor, "staff.invite")
    if role not in STAFF_ROLES:
        raise BadRoleError(role=role)
    who = {
        "name": name,
        "phone": phone,
        "as_role": role,
        "as_name": name,
        "as_phone": phone,
        "as_region": region,
    }
    staff_id = session.execute(_invited_staff, who).scalars().first()
    if staff_id is None:
        row = {"name": name, "role": role, "region": region, "phone": phone, "state": "invited"}
        staff_id = session.execute(_new_staff, {**row, "created_at": session.now}).scalar_one()
    else:
        session.execute(_rename_staff, {**who, "member": staff_id})
    return _issue(session, actor, kind="staff", role=role, name=name, phone=phone, expires=expires,
                  staff_id=staff_id, region=region)  # fmt: skip


def issue_on_rolls(session: Session, actor: Actor, *, row_id: int, expires: timedelta = LIFETIME) -> Invite:
    """An invite for somebody on the rolls who has not joined: a member of the session's dealer, without one of the staff.

    Raises NotAllowedError, NotFoundError.
    """
    kind = "staff" if session.scope.dealer_id is None else "member"
    require(actor, "staff.invite" if kind == "staff" else "members.invite")
    found = session.execute(_on_staff if kind == "staff" else _on_rolls, {"row": row_id}).mappings().first()
    if found is None or found["state"] != "invited":
        raise NotFoundError(kind=kind, reference=str(row_id))
    return _issue(
        session, actor, kind=kind, role=found["role"], name=found["name"], phone=found["phone"],
        expires=expires, region=found.get("region"), **{f"{kind}_id": row_id},
    )  # fmt: skip


def issue_channel_link(session: Session, actor: Actor, *, expires: timedelta = CHANNEL_LIFETIME) -> Invite:
    """A short-lived link by which this person opens another channel. Asking for it in the first one confirms it.

    Raises ValueError for an actor who is no person.
    """
    if actor.person_id is None:
        raise ValueError(actor.subject)
    return _issue(session, actor, kind="channel", role=actor.role, name=actor.name, phone="", expires=expires,
                  person_id=actor.person_id)  # fmt: skip


def expire_invites(session: Session) -> int:
    """Close invites whose time is over and forget old guesses; how many invites were closed."""
    closed = session.execute(_expire, {"at": session.now}).scalars().all()
    session.execute(_forget_attempts, {"before": session.now - ATTEMPTS_KEPT})
    return len(closed)


def _issue(
    session: Session,
    actor: Actor,
    *,
    kind: str,
    role: str,
    name: str,
    phone: str,
    expires: timedelta,
    member_id: int | None = None,
    staff_id: int | None = None,
    person_id: int | None = None,
    region: str | None = None,
) -> Invite:
    older = session.execute(_revoke_older, {"member": member_id, "staff": staff_id, "person": person_id})
    replaced = len(older.scalars().all())
    secret, expires_at = token(), session.now + expires
    session.execute(
        _new_invite,
        {
            "token_hash": digest(secret),
            "kind": kind,
            "dealer_id": session.dealer_id if kind == "member" else None,
            "member_id": member_id,
            "staff_id": staff_id,
            "person_id": person_id,
            "role": role,
            "region": region,
            "name": name,
            "phone": phone,
            "state": "open",
            "issued_by": actor.subject,
            "issued_at": session.now,
            "expires_at": expires_at,
        },
    )
    record(session, actor=actor.subject, action="people.invited", object_type=kind,
           object_ref=str(member_id or staff_id or person_id), channel=actor.channel,
           detail={"role": role, "name": name, "region": region, "replaced": replaced})  # fmt: skip
    return Invite(token=secret, expires_at=expires_at, kind=kind, role=role, name=name, member_id=member_id,
                  staff_id=staff_id, waits=kind == "member" and not name and role != "finance",
                  replaced=replaced)  # fmt: skip
