"""Verbs of people who are known: approve, reject, revoke, language, and as whom a person acts."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select, update

from core.audit.service import record
from core.db.scope import across, scoped, system
from core.db.session import Session
from core.kit.errors import NotFoundError
from core.people.actor import Actor
from core.people.errors import LastAdminError, NotBoundError, NotPendingError, OneselfError, OnlyChatError
from core.people.models import identities, invites, members, persons, staff
from core.people.policy import require

LOCALES = ("zh-Hans", "zh-Hant", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody a verb was about."""

    person_id: int | None
    name: str
    role: str
    state: str
    dealer_id: int | None = None


_dealer_of = across(select(members.c.dealer_id).where(members.c.id == bindparam("member")))
_member = scoped(select(members).where(members.c.id == bindparam("member")))
_to_state = scoped(
    update(members)
    .where(members.c.id == bindparam("member"), members.c.state.in_(bindparam("states", expanding=True)))
    .values(state=bindparam("as_state"))
    .returning(members.c.person_id, members.c.name, members.c.role, members.c.state)
)
_settle_invites = (
    update(invites)
    .where(
        or_(invites.c.member_id == bindparam("member"), invites.c.staff_id == bindparam("staff")),
        invites.c.state.in_(("open", "claimed")),
    )
    .values(state=bindparam("as_state"))
)
_act_as_if_nobody = (
    update(persons)
    .where(persons.c.id == bindparam("person"), persons.c.subject.is_(None))
    .values(subject=bindparam("as_subject"))
)
_act_as_nobody = (
    update(persons)
    .where(persons.c.id == bindparam("person"), persons.c.subject == bindparam("as_was"))
    .values(subject=None)
)
_act_as = update(persons).where(persons.c.id == bindparam("person")).values(subject=bindparam("as_subject"))
_set_locale = update(persons).where(persons.c.id == bindparam("person")).values(locale=bindparam("as_locale"))
_my_member = system(
    select(members.c.dealer_id, members.c.role).where(
        members.c.id == bindparam("member"),
        members.c.person_id == bindparam("person"),
        members.c.state == "active",
    )
)
_my_staff = select(staff.c.role).where(
    staff.c.id == bindparam("staff"), staff.c.person_id == bindparam("person"), staff.c.state == "active"
)
_staff = select(staff).where(staff.c.id == bindparam("staff"))
_other_admins = select(func.count()).where(
    staff.c.role == "admin", staff.c.state == "active", staff.c.id != bindparam("staff")
)
_revoke_staff = (
    update(staff)
    .where(staff.c.id == bindparam("staff"), staff.c.state != "revoked")
    .values(state="revoked")
    .returning(staff.c.id)
)
_bound_here = scoped(
    select(identities.c.id)
    .join(members, members.c.person_id == identities.c.person_id)
    .where(identities.c.id == bindparam("identity"))
)
_bound_in_region = across(
    select(identities.c.id)
    .join(members, members.c.person_id == identities.c.person_id)
    .where(identities.c.id == bindparam("identity"))
)
_others = select(identities.c.id).where(
    identities.c.person_id == bindparam("person"),
    identities.c.id != bindparam("identity"),
    identities.c.revoked_at.is_(None),
)
_prefer = (
    update(persons)
    .where(
        persons.c.id == bindparam("person"),
        select(identities.c.id)
        .where(
            identities.c.person_id == persons.c.id,
            identities.c.channel == bindparam("as_channel"),
            identities.c.revoked_at.is_(None),
        )
        .exists(),
    )
    .values(prefers=bindparam("as_channel"))
    .returning(persons.c.id)
)
_own = select(identities.c.id).where(
    identities.c.id == bindparam("identity"), identities.c.person_id == bindparam("person")
)
_unbind = (
    update(identities)
    .where(identities.c.id == bindparam("identity"), identities.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("at"))
    .returning(identities)
)


def approve_member(session: Session, actor: Actor, *, member_id: int) -> Person:
    """Let in somebody who claimed an unnamed invite. Raises NotAllowedError, NotFoundError, NotPendingError."""
    require(actor, "members.invite")
    at_dealer = _at_dealer_of(session, member_id)
    person = _move(at_dealer, member_id, ("pending",), "active")
    at_dealer.execute(_settle_invites, {"member": member_id, "staff": None, "as_state": "used"})
    at_dealer.execute(_act_as_if_nobody, {"person": person.person_id, "as_subject": f"m:{member_id}"})
    _tell(at_dealer, actor, "people.approved", member_id, person)
    return person


def reject_member(session: Session, actor: Actor, *, member_id: int) -> Person:
    """Turn away somebody who claimed an unnamed invite. Raises NotAllowedError, NotFoundError, NotPendingError."""
    require(actor, "members.invite")
    at_dealer = _at_dealer_of(session, member_id)
    person = _move(at_dealer, member_id, ("pending",), "revoked")
    at_dealer.execute(_settle_invites, {"member": member_id, "staff": None, "as_state": "revoked"})
    _tell(at_dealer, actor, "people.rejected", member_id, person)
    return person


def revoke_member(session: Session, actor: Actor, *, member_id: int, reason: str = "") -> Person:
    """End a membership at once, with its open invites. Raises NotAllowedError, NotFoundError, OneselfError."""
    require(actor, "members.revoke")
    at_dealer = _at_dealer_of(session, member_id)
    if actor.member_id == member_id:
        raise OneselfError(name=actor.name)
    person = _move(at_dealer, member_id, ("invited", "pending", "active"), "revoked")
    at_dealer.execute(_settle_invites, {"member": member_id, "staff": None, "as_state": "revoked"})
    at_dealer.execute(_act_as_nobody, {"person": person.person_id, "as_was": f"m:{member_id}"})
    _tell(at_dealer, actor, "people.revoked", member_id, person, reason=reason)
    return person


def revoke_staff(session: Session, actor: Actor, *, staff_id: int, reason: str = "") -> Person:
    """End a staff member's access at once. Raises NotAllowedError, NotFoundError, OneselfError, LastAdminError."""
    require(actor, "staff.revoke")
    row = session.execute(_staff, {"staff": staff_id}).one_or_none()
    if row is None or row.state == "revoked":
        raise NotFoundError(kind="staff", reference=str(staff_id))
    if actor.staff_id == staff_id:
        raise OneselfError(name=row.name)
    if row.role == "admin" and session.execute(_other_admins, {"staff": staff_id}).scalar_one() == 0:
        raise LastAdminError(name=row.name)
    session.execute(_revoke_staff, {"staff": staff_id})
    session.execute(_settle_invites, {"member": None, "staff": staff_id, "as_state": "revoked"})
    session.execute(_act_as_nobody, {"person": row.person_id, "as_was": f"s:{staff_id}"})
    record(session, actor=actor.subject, action="people.revoked", object_type="staff", object_ref=str(staff_id),
           channel=actor.channel, reason=reason, detail={"name": row.name, "role": row.role})  # fmt: skip
    session.report("people.revoked", staff_id=staff_id, person_id=row.person_id, name=row.name, role=row.role,
                   by=actor.subject)  # fmt: skip
    return Person(person_id=row.person_id, name=row.name, role=row.role, state="revoked")


def revoke_identity(session: Session, actor: Actor, *, identity_id: int) -> str:
    """Unbind one chat account: a person's own, or for owners and staff one of their dealers' people. The old chat is told.

    Returns its channel. Raises NotAllowedError, NotFoundError, OnlyChatError for one's own last.
    """
    own = {"identity": identity_id, "person": actor.person_id}
    is_own = actor.person_id is not None and session.execute(_own, own).first() is not None
    if not is_own:
        require(actor, "members.revoke")
        statement = _bound_here if actor.side == "dealer" else _bound_in_region
        if session.execute(statement, {"identity": identity_id}).first() is None:
            raise NotFoundError(kind="identity", reference=str(identity_id))
    row = session.execute(_unbind, {"identity": identity_id, "at": session.now}).one_or_none()
    if row is None:
        raise NotFoundError(kind="identity", reference=str(identity_id))
    if is_own and session.execute(_others, own).first() is None:
        raise OnlyChatError(channel=row.channel)
    record(session, actor=actor.subject, action="people.unbound", object_type="identity",
           object_ref=str(identity_id), channel=actor.channel, detail={"channel": row.channel})  # fmt: skip
    session.report("people.unbound", person_id=row.person_id, channel=row.channel, account=row.account,
                   chat=row.chat, by=actor.subject)  # fmt: skip
    return str(row.channel)


def prefer_channel(session: Session, actor: Actor, *, channel: str) -> None:
    """Notices go to this channel first from now on, and to the others where it cannot be reached. Raises NotBoundError."""
    if session.execute(_prefer, {"person": actor.person_id, "as_channel": channel}).first() is None:
        raise NotBoundError(channel=channel)
    record(session, actor=actor.subject, action="people.prefers", object_type="person",
           object_ref=str(actor.person_id), channel=actor.channel, detail={"channel": channel})  # fmt: skip


def set_locale(session: Session, *, person_id: int, locale: str) -> None:
    """Speak another language with this person from now on. Raises ValueError for one there is not."""
    if locale not in LOCALES:
        raise ValueError(locale)
    session.execute(_set_locale, {"person": person_id, "as_locale": locale})


def switch_member(session: Session, *, person_id: int, subject: str) -> None:
    """Act as another membership of one's own ("m:12") or as staff ("s:3"), in a system session. Raises NotFoundError."""
    kind, _, number = subject.partition(":")
    ref = {"member": int(number), "staff": int(number), "person": person_id}
    found = session.execute(_my_member if kind == "m" else _my_staff, ref).first()
    if found is None:
        raise NotFoundError(kind="member", reference=subject)
    session.execute(_act_as, {"person": person_id, "as_subject": subject})


def _at_dealer_of(session: Session, member_id: int) -> Session:
    """The session at the member's dealer; staff find it within their region."""
    if session.scope.dealer_id is not None:
        return session
    dealer_id = session.execute(_dealer_of, {"member": member_id}).scalar_one_or_none()
    if dealer_id is None:
        raise NotFoundError(kind="member", reference=str(member_id))
    return session.for_dealer(dealer_id)


def _move(session: Session, member_id: int, states: tuple[str, ...], state: str) -> Person:
    before = session.execute(_member, {"member": member_id}).one_or_none()
    if before is None:
        raise NotFoundError(kind="member", reference=str(member_id))
    moved: Row[Any] | None = session.execute(
        _to_state, {"member": member_id, "states": states, "as_state": state}
    ).one_or_none()
    if moved is None:
        raise NotPendingError(name=before.name, state=before.state)
    return Person(
        person_id=moved.person_id,
        name=moved.name,
        role=moved.role,
        state=moved.state,
        dealer_id=session.dealer_id,
    )


def _tell(
    session: Session, actor: Actor, action: str, member_id: int, person: Person, *, reason: str = ""
) -> None:
    record(session, actor=actor.subject, action=action, object_type="member", object_ref=str(member_id),
           channel=actor.channel, reason=reason, detail={"name": person.name, "role": person.role})  # fmt: skip
    session.report(action, member_id=member_id, person_id=person.person_id, name=person.name, role=person.role,
                   by=actor.subject)  # fmt: skip
