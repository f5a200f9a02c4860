"""Asking for a person, taking a talk, speaking in it, closing it. While a talk lives, the assistant is silent in it.

Facts: talks.asked (talk_id, member_id, name, text) · talks.taken (talk_id, member_id, name) · talks.said_by_dealer (talk_id,
staff_id, name, text, file) · talks.said_by_staff (talk_id, member_id, name, text, file) · talks.closed (talk_id, member_id,
staff_id, by). file: where the kept bytes are, "" for words alone; text is then its name.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, insert, or_, select, update

from core.audit.service import record
from core.db.scope import across, scoped
from core.db.session import Session
from core.kit.errors import NotFoundError
from core.people.actor import Actor
from core.people.models import members, staff
from core.people.policy import require
from core.talks.errors import TalkClosedError, TalkTakenError
from core.talks.models import talks


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk that is not closed. staff_id None: nobody has taken it yet."""

    id: int
    dealer_id: int
    member_id: int
    member_name: str
    staff_id: int | None
    staff_name: str


_columns = (
    talks.c.id,
    talks.c.dealer_id,
    talks.c.member_id,
    members.c.name.label("member_name"),
    talks.c.staff_id,
    staff.c.name.label("staff_name"),
)
_live = (
    select(*_columns)
    .join(members, (members.c.dealer_id == talks.c.dealer_id) & (members.c.id == talks.c.member_id))
    .outerjoin(staff, staff.c.id == talks.c.staff_id)
    .where(talks.c.state != "closed")
)
_of_member = scoped(_live.where(talks.c.member_id == bindparam("member")))
_by_id = across(_live.where(talks.c.id == bindparam("talk")))
_of_staff = across(_live.where(talks.c.staff_id == bindparam("staff")).order_by(talks.c.id.desc()).limit(1))
_unanswered = across(_live.where(talks.c.state == "open").order_by(talks.c.id).limit(20))
_open = scoped(insert(talks).returning(talks.c.id))
_take = across(
    update(talks)
    .where(
        talks.c.id == bindparam("talk"),
        or_(talks.c.state == "open", talks.c.staff_id == bindparam("staff")),
        talks.c.state != "closed",
    )
    .values(state="taken", staff_id=bindparam("staff"), taken_at=bindparam("at"))
    .returning(talks.c.id)
)
_close = update(talks).where(talks.c.id == bindparam("talk"), talks.c.state != "closed")
_close_values = {"state": "closed", "closed_at": bindparam("at")}
_close_own = scoped(_close.values(**_close_values).returning(talks.c.id))
_close_any = across(_close.values(**_close_values).returning(talks.c.id))


def ask_for_person(session: Session, actor: Actor, *, text: str) -> Talk:
    """Open a talk for a dealer's member; asking again while one lives is the same talk."""
    talk = talk_of_member(session, _member(actor))
    if talk is None:
        row = {"member_id": _member(actor), "state": "open", "opened_at": session.now}
        session.execute(_open, row)
        talk = talk_of_member(session, _member(actor))
        assert talk is not None
        _audit(session, actor, "talks.ask", talk.id)
        session.report("talks.asked", talk_id=talk.id, member_id=talk.member_id, name=actor.name, text=text)
    return talk


def talk_of_member(session: Session, member_id: int) -> Talk | None:
    """The talk a member is in."""
    row = session.execute(_of_member, {"member": member_id}).mappings().first()
    return _talk(row) if row else None


def talk_of_staff(session: Session, actor: Actor) -> Talk | None:
    """The talk a colleague has taken last."""
    row = session.execute(_of_staff, {"staff": actor.staff_id}).mappings().first()
    return _talk(row) if row else None


def open_talks(session: Session) -> tuple[Talk, ...]:
    """Talks nobody has taken, oldest first."""
    return tuple(_talk(row) for row in session.execute(_unanswered).mappings())


def take_talk(session: Session, actor: Actor, *, talk_id: int) -> Talk:
    """Take a talk; the first one wins. Raises NotAllowedError, NotFoundError, TalkTakenError."""
    require(actor, "talks.take")
    taken = session.execute(_take, {"talk": talk_id, "staff": actor.staff_id, "at": session.now}).first()
    row = session.execute(_by_id, {"talk": talk_id}).mappings().first()
    if row is None:
        raise NotFoundError(kind="talk", reference=str(talk_id))
    talk = _talk(row)
    if taken is None:
        raise TalkTakenError(name=talk.staff_name)
    bound = session.for_dealer(talk.dealer_id)
    _audit(bound, actor, "talks.take", talk.id)
    bound.report("talks.taken", talk_id=talk.id, member_id=talk.member_id, name=actor.name)
    return talk


def say_in_talk(session: Session, actor: Actor, *, text: str, file: str = "") -> Talk | None:
    """Pass words, or a file by its name and reference, on to the other side; None when the talk is over."""
    if actor.side == "staff":
        talk = talk_of_staff(session, actor)
        if talk is not None:
            session.for_dealer(talk.dealer_id).report(
                "talks.said_by_staff",
                talk_id=talk.id,
                member_id=talk.member_id,
                name=actor.name,
                text=text,
                file=file,
            )
        return talk
    talk = talk_of_member(session, _member(actor))
    if talk is not None:
        session.report(
            "talks.said_by_dealer",
            talk_id=talk.id,
            staff_id=talk.staff_id,
            member_id=talk.member_id,
            name=actor.name,
            text=text,
            file=file,
        )
    return talk


def close_talk(session: Session, actor: Actor) -> Talk:
    """End the talk one is in; the assistant answers again. Raises TalkClosedError."""
    by_staff = actor.side == "staff"
    talk = talk_of_staff(session, actor) if by_staff else talk_of_member(session, _member(actor))
    statement = _close_any if by_staff else _close_own
    if talk is None or session.execute(statement, {"talk": talk.id, "at": session.now}).first() is None:
        raise TalkClosedError
    bound = session.for_dealer(talk.dealer_id) if by_staff else session
    _audit(bound, actor, "talks.close", talk.id)
    bound.report(
        "talks.closed", talk_id=talk.id, member_id=talk.member_id, staff_id=talk.staff_id, by=actor.subject
    )
    return talk


def _member(actor: Actor) -> int:
    assert actor.member_id is not None
    return actor.member_id


def _talk(row: object) -> Talk:
    values = dict(row)  # type: ignore[call-overload]
    return Talk(**{**values, "staff_name": values["staff_name"] or ""})


def _audit(session: Session, actor: Actor, action: str, talk_id: int) -> None:
    record(
        session,
        actor=actor.subject,
        action=action,
        object_type="talk",
        object_ref=str(talk_id),
        channel=actor.channel,
    )
