"""Claiming an invite: exactly one claimant, by one guarded update; wrong, used and expired tokens all look alike.

Failures are counted for each sender and for everybody, so claim_invite returns what happened and never raises: a
refusal that raised would undo the count.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, case, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from core.audit.service import record
from core.db.base import UtcDateTime
from core.db.scope import scoped, system
from core.db.session import Session
from core.kit.ids import digest
from core.people.models import identities, invites, join_attempts, members, persons, staff

WINDOW = timedelta(minutes=10)
FAILURES_OF_ONE = 5
FAILURES_OF_ALL = 300
EVERYBODY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """An account in a channel: `external_id` is the channel's immutable id, never a name; `chat` is where to write."""

    channel: str
    account: str
    external_id: str
    chat: str

    @property
    def key(self) -> str:
        """How guesses of this account are counted."""
        return f"{self.channel}:{self.account}:{self.external_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What became of a token.

    status: joined | pending (waits for approval) | bound (another channel of a known person) | already (is it already)
    | invalid (wrong, used, expired or revoked: not told apart) | throttled (until `again_at`).
    """

    status: str
    person_id: int | None = None
    subject: str = ""
    member_id: int | None = None
    staff_id: int | None = None
    dealer_id: int | None = None
    name: str = ""
    role: str = ""
    again_at: datetime | None = None


_attempts = select(join_attempts).where(join_attempts.c.sender.in_([bindparam("sender"), EVERYBODY]))
_over = join_attempts.c.window_start <= bindparam("cut", type_=UtcDateTime())
_started = upsert(join_attempts)
_count = _started.on_conflict_do_update(
    index_elements=["sender"],
    set_={
        "failures": case((_over, 1), else_=join_attempts.c.failures + 1),
        "window_start": case((_over, _started.excluded.window_start), else_=join_attempts.c.window_start),
    },
)
_waits = and_(invites.c.kind == "member", invites.c.name == "", invites.c.role.in_(("owner", "buyer")))
_claim = (
    update(invites)
    .where(
        invites.c.token_hash == bindparam("hash"),
        invites.c.state == "open",
        invites.c.expires_at > bindparam("at", type_=UtcDateTime()),
    )
    .values(state=case((_waits, "claimed"), else_="used"), claimed_at=bindparam("at", type_=UtcDateTime()))
    .returning(invites)
)
_settle = (
    update(invites)
    .where(invites.c.id == bindparam("invite"))
    .values(state=bindparam("as_state"), claimed_by=bindparam("person"), claimed_at=bindparam("as_at"))
)
_identity = (
    select(
        identities.c.id, identities.c.person_id, identities.c.revoked_at, persons.c.name, persons.c.subject
    )
    .join(persons, persons.c.id == identities.c.person_id)
    .where(
        identities.c.channel == bindparam("channel"),
        identities.c.account == bindparam("account"),
        identities.c.external_id == bindparam("external_id"),
    )
)
_person = select(persons.c.id, persons.c.name, persons.c.subject).where(persons.c.id == bindparam("person"))
_new_person = insert(persons).returning(persons.c.id)
_new_identity = insert(identities).returning(identities.c.id)
_rebind = (
    update(identities)
    .where(identities.c.id == bindparam("identity"))
    .values(
        person_id=bindparam("person"),
        chat=bindparam("as_chat"),
        reachable=True,
        revoked_at=None,
        bound_at=bindparam("at"),
        last_seen_at=bindparam("at"),
    )
)
_membership = scoped(
    select(members.c.id).where(
        members.c.person_id == bindparam("person"), members.c.state.in_(("active", "pending"))
    )
)
_employment = select(staff.c.id).where(staff.c.person_id == bindparam("person"), staff.c.state == "active")
_take_member = scoped(
    update(members)
    .where(members.c.id == bindparam("member"), members.c.state == "invited")
    .values(
        person_id=bindparam("person"),
        state=bindparam("as_state"),
        name=case((members.c.name == "", bindparam("as_name")), else_=members.c.name),
    )
    .returning(members.c.id)
)
_take_staff = (
    update(staff)
    .where(staff.c.id == bindparam("member"), staff.c.state == "invited")
    .values(
        person_id=bindparam("person"),
        state="active",
        name=case((staff.c.name == "", bindparam("as_name")), else_=staff.c.name),
    )
    .returning(staff.c.id)
)
_act_as = update(persons).where(persons.c.id == bindparam("person")).values(subject=bindparam("as_subject"))
_waiting = system(
    select(members.c.id)
    .where(members.c.person_id == bindparam("person"), members.c.state == "pending")
    .limit(1)
)


def claim_invite(session: Session, *, token: str, identity: Identity, name: str, locale: str) -> Claim:
    """Use a token from a channel account, in a system session. See Claim.status for what may come of it."""
    again_at = throttled_until(session, identity)
    if again_at is not None:
        return Claim(status="throttled", again_at=again_at)
    invite = session.execute(_claim, {"hash": digest(token), "at": session.now}).one_or_none()
    claim = None if invite is None else _bind(session, invite, identity, name[:80].strip(), locale)
    if claim is None:
        _count_failure(session, identity)
        return Claim(status="invalid")
    return claim


def throttled_until(session: Session, identity: Identity) -> datetime | None:
    """Until when this account may not try again; None when it may."""
    limits = {identity.key: FAILURES_OF_ONE, EVERYBODY: FAILURES_OF_ALL}
    rows = session.execute(_attempts, {"sender": identity.key}).all()
    ends = [
        row.window_start + WINDOW
        for row in rows
        if row.failures >= limits[row.sender] and row.window_start + WINDOW > session.now
    ]
    return max(ends, default=None)


def waits_for_approval(session: Session, person_id: int) -> bool:
    """Whether somebody has claimed an invite and is yet to be approved."""
    return session.execute(_waiting, {"person": person_id}).first() is not None


def person_of(session: Session, identity: Identity) -> int | None:
    """Whose account this is; None for a stranger or a revoked one."""
    known = session.execute(_identity, _key(identity)).one_or_none()
    return known.person_id if known is not None and known.revoked_at is None else None


def bind_identity(session: Session, *, person_id: int, identity: Identity) -> None:
    """Attach an account to a person, in a system session: the demo's phones, and data brought from elsewhere."""
    known = session.execute(_identity, _key(identity)).one_or_none()
    _attach(session, identity, known, person_id)


def _count_failure(session: Session, identity: Identity) -> None:
    for sender in (EVERYBODY, identity.key):
        row = {"sender": sender, "window_start": session.now, "failures": 1}
        session.execute(_count, {**row, "cut": session.now - WINDOW})


def _bind(session: Session, invite: Row[Any], identity: Identity, name: str, locale: str) -> Claim | None:
    """Carry out a claimed invite; None when the row it was for is gone. Someone who is in already leaves it open."""
    known = session.execute(_identity, _key(identity)).one_or_none()
    if known is not None and known.revoked_at is None:
        person_id: int | None = known.person_id
        if _is_in(session, invite, known.person_id):
            _settle_invite(session, invite, "open", None)
            return Claim(status="already", person_id=person_id, subject=known.subject or "")
    else:
        person_id = invite.person_id
    if person_id is None:
        person = {"name": invite.name or name, "locale": locale, "created_at": session.now}
        person_id = session.execute(_new_person, person).scalar_one()
    claim = _take(session, invite, person_id, name)
    if claim is None:
        return None
    identity_id = _attach(session, identity, known, person_id)
    _settle_invite(session, invite, invite.state, person_id)
    if claim.status == "joined":
        session.execute(_act_as, {"person": person_id, "as_subject": claim.subject})
    _announce(session, invite, claim, identity, identity_id, name)
    return claim


def _is_in(session: Session, invite: Row[Any], person_id: int) -> bool:
    if invite.kind == "member":
        at_dealer = session.for_dealer(invite.dealer_id)
        return at_dealer.execute(_membership, {"person": person_id}).first() is not None
    if invite.kind == "staff":
        return session.execute(_employment, {"person": person_id}).first() is not None
    return True


def _take(session: Session, invite: Row[Any], person_id: int, name: str) -> Claim | None:
    """Give the invited row to the person."""
    found = Claim(status="joined", person_id=person_id, name=invite.name or name, role=invite.role)
    taken = {"person": person_id, "as_name": name or "?"}
    if invite.kind == "member":
        pending = invite.state == "claimed"
        taken |= {"member": invite.member_id, "as_state": "pending" if pending else "active"}
        if session.for_dealer(invite.dealer_id).execute(_take_member, taken).one_or_none() is None:
            return None
        subject, status = f"m:{invite.member_id}", "pending" if pending else "joined"
        return replace(
            found, status=status, subject=subject, member_id=invite.member_id, dealer_id=invite.dealer_id
        )
    if invite.kind == "staff":
        if session.execute(_take_staff, {**taken, "member": invite.staff_id}).one_or_none() is None:
            return None
        return replace(found, subject=f"s:{invite.staff_id}", staff_id=invite.staff_id)
    person = session.execute(_person, {"person": person_id}).one()
    return replace(found, status="bound", name=person.name, subject=person.subject or "")


def _attach(session: Session, identity: Identity, known: Row[Any] | None, person_id: int) -> int:
    """The identity's id."""
    if known is None:
        row = {**_key(identity), "chat": identity.chat, "person_id": person_id}
        row |= {"bound_at": session.now, "last_seen_at": session.now}
        return int(session.execute(_new_identity, row).scalar_one())
    row = {"identity": known.id, "person": person_id, "as_chat": identity.chat}
    session.execute(_rebind, {**row, "at": session.now})
    return int(known.id)


def _settle_invite(session: Session, invite: Row[Any], state: str, person_id: int | None) -> None:
    at = None if person_id is None else session.now
    session.execute(_settle, {"invite": invite.id, "as_state": state, "person": person_id, "as_at": at})


def _announce(  # noqa: PLR0917 - what is told is what happened
    session: Session, invite: Row[Any], claim: Claim, identity: Identity, identity_id: int, name: str
) -> None:
    """The issuer and the owner hear of it, whichever channel it came from."""
    action = {"joined": "people.joined", "pending": "people.pending", "bound": "people.bound"}[claim.status]
    bound = session if claim.dealer_id is None else session.for_dealer(claim.dealer_id)
    record(bound, actor=claim.subject or f"p:{claim.person_id}", action=action, object_type="invite",
           object_ref=str(invite.id), channel=identity.channel,
           detail={"role": claim.role, "name": claim.name, "person": claim.person_id})  # fmt: skip
    bound.report(action, dealer_id=claim.dealer_id, member_id=claim.member_id, staff_id=claim.staff_id,
                 person_id=claim.person_id, name=claim.name, claimant=name, role=claim.role,
                 channel=identity.channel, identity_id=identity_id, issued_by=invite.issued_by)  # fmt: skip


def _key(identity: Identity) -> dict[str, str]:
    return {
        "channel": identity.channel,
        "account": identity.account,
        "external_id": identity.external_id,
    }
