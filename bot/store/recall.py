"""The one locked read at the head of a turn: answered already? who is it? where was the conversation?"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, cast, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.dialog.messages import Inbound
from bot.store.models import conversations, inbox, parked
from core.db.scope import system
from core.db.session import Session
from core.dealers.models import addresses, dealers
from core.nicknames.queries import OF_MEMBER
from core.orders.models import drafts
from core.people.models import identities, members, persons, staff
from core.products.models import catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """What is known at the head of a turn. Fields are None for a stranger; `reply` is set for a message answered before."""

    subject: str
    conversation_id: int
    version: int
    state: Any
    reply: Any = None
    parked_before: bool = False
    parked_as: str | None = None
    revision: int = 0
    person_id: int | None = None
    locale: str = ""
    name: str = ""
    role: str = ""
    active: bool = False
    member_id: int | None = None
    staff_id: int | None = None
    dealer_id: int | None = None
    dealer_name: str = ""
    listed_only: bool = False
    several: bool = False
    region: str | None = None
    draft_id: int | None = None
    draft_version: int = 0
    draft_lines: Any = None
    draft_deliver_on: date | None = None
    draft_address_id: int | None = None
    draft_note: str = ""
    draft_texts: Any = None
    draft_prepared_by: str = ""
    ship_to: str | None = None
    nicknames: Any = None  # {word: sku} of the dealer


_subject_id = cast(func.substr(persons.c.subject, 3), BigInteger)
_is_member = func.substr(persons.c.subject, 1, 2) == "m:"
_is_staff = func.substr(persons.c.subject, 1, 2) == "s:"
_dedupe = and_(
    inbox.c.channel == bindparam("channel"),
    inbox.c.account == bindparam("account"),
    inbox.c.dedupe_key == bindparam("key"),
)
_waiting = (
    select(parked.c.id)
    .where(
        parked.c.channel == bindparam("channel"),
        parked.c.account == bindparam("account"),
        parked.c.sender == bindparam("sender"),
        parked.c.state == "waiting",
        parked.c.dedupe_key != bindparam("key"),
    )
    .exists()
)
_kept = (
    select(parked.c.reference)
    .where(
        parked.c.channel == bindparam("channel"),
        parked.c.account == bindparam("account"),
        parked.c.dedupe_key == bindparam("key"),
    )
    .scalar_subquery()
)
_revision = select(catalogue.c.revision).where(catalogue.c.id == 1).scalar_subquery()
_other = members.alias("hats")
_hats = (
    select(func.count())
    .select_from(_other)
    .where(_other.c.person_id == persons.c.id, _other.c.state == "active")
    .correlate(persons)
    .scalar_subquery()
)
_chosen = (
    select(addresses.c.name)
    .where(addresses.c.dealer_id == drafts.c.dealer_id, addresses.c.id == drafts.c.address_id)
    .correlate(drafts)
    .scalar_subquery()
)
_default = (
    select(addresses.c.name)
    .where(addresses.c.dealer_id == members.c.dealer_id)
    .order_by(addresses.c.is_default.desc(), addresses.c.id)
    .limit(1)
    .correlate(members)
    .scalar_subquery()
)

_known = system(
    select(
        conversations.c.subject,
        conversations.c.id.label("conversation_id"),
        conversations.c.version,
        conversations.c.state,
        inbox.c.reply,
        _waiting.label("parked_before"),
        _kept.label("parked_as"),
        func.coalesce(_revision, 0).label("revision"),
        persons.c.id.label("person_id"),
        persons.c.locale,
        func.coalesce(members.c.name, staff.c.name, persons.c.name).label("name"),
        func.coalesce(members.c.role, staff.c.role, "").label("role"),
        (func.coalesce(members.c.state, staff.c.state) == "active").label("active"),
        members.c.id.label("member_id"),
        staff.c.id.label("staff_id"),
        members.c.dealer_id,
        func.coalesce(dealers.c.name, "").label("dealer_name"),
        func.coalesce(dealers.c.listed_only, False).label("listed_only"),
        (_hats > 1).label("several"),
        staff.c.region,
        drafts.c.id.label("draft_id"),
        func.coalesce(drafts.c.version, 0).label("draft_version"),
        drafts.c.lines.label("draft_lines"),
        drafts.c.deliver_on.label("draft_deliver_on"),
        drafts.c.address_id.label("draft_address_id"),
        func.coalesce(drafts.c.note, "").label("draft_note"),
        drafts.c.texts.label("draft_texts"),
        func.coalesce(drafts.c.prepared_by, "").label("draft_prepared_by"),
        func.coalesce(_chosen, _default).label("ship_to"),
        OF_MEMBER.label("nicknames"),
    )
    .select_from(identities)
    .join(persons, persons.c.id == identities.c.person_id)
    .join(
        conversations,
        and_(conversations.c.subject == persons.c.subject, conversations.c.place == bindparam("place")),
    )
    .outerjoin(members, and_(_is_member, members.c.id == _subject_id))
    .outerjoin(dealers, dealers.c.id == members.c.dealer_id)
    .outerjoin(staff, and_(_is_staff, staff.c.id == _subject_id))
    .outerjoin(drafts, and_(drafts.c.dealer_id == members.c.dealer_id, drafts.c.member_id == members.c.id,
                            drafts.c.place == bindparam("place")))
    .outerjoin(inbox, _dedupe)
    .where(
        identities.c.channel == bindparam("channel"),
        identities.c.account == bindparam("account"),
        identities.c.external_id == bindparam("sender"),
        identities.c.revoked_at.is_(None),
    )
    .with_for_update(of=conversations)
)  # fmt: skip

_unknown = system(
    select(
        conversations.c.subject,
        conversations.c.id.label("conversation_id"),
        conversations.c.version,
        conversations.c.state,
        inbox.c.reply,
        _waiting.label("parked_before"),
        _kept.label("parked_as"),
    )
    .outerjoin(inbox, _dedupe)
    .where(conversations.c.subject == bindparam("subject"), conversations.c.place == bindparam("place"))
    .with_for_update(of=conversations)
)

_person = system(
    select(persons.c.id, persons.c.subject, persons.c.locale)
    .join(identities, identities.c.person_id == persons.c.id)
    .where(
        identities.c.channel == bindparam("channel"),
        identities.c.account == bindparam("account"),
        identities.c.external_id == bindparam("sender"),
        identities.c.revoked_at.is_(None),
    )
)

_NEW = {"version": 0, "state": {}}
_first = {
    "sqlite": sqlite_insert(conversations).on_conflict_do_nothing(),
    "postgresql": postgresql_insert(conversations).on_conflict_do_nothing(),
}

_keep = (
    update(conversations)
    .where(
        conversations.c.id == bindparam("conversation"), conversations.c.version == bindparam("read_version")
    )
    .values(version=conversations.c.version + 1, state=bindparam("new_state"), updated_at=bindparam("now"))
    .returning(conversations.c.version)
)


def stranger_subject(inbound: Inbound) -> str:
    """Under which subject somebody without a person is remembered."""
    return f"x:{inbound.channel}:{inbound.account}:{inbound.sender}"


@dataclass(frozen=True, slots=True)
class Known:
    """Who a sender is: as whom he is addressed, his person and language where he has any."""

    subject: str
    person_id: int | None = None
    locale: str = ""


def known_as(session: Session, inbound: Inbound) -> Known:
    """Who a message is from, locking nothing."""
    keys = {"channel": inbound.channel, "account": inbound.account, "sender": inbound.sender}
    row = session.execute(_person, keys).first()
    if row is None or row.subject is None:
        return Known(stranger_subject(inbound))
    return Known(row.subject, row.id, row.locale)


def recall(session: Session, inbound: Inbound) -> Recalled:
    """Read and lock. A first message inserts the conversation row before it is read."""
    keys = {
        "channel": inbound.channel,
        "account": inbound.account,
        "sender": inbound.sender,
        "place": inbound.place,
        "key": inbound.message_id,
    }
    row = session.execute(_known, keys).mappings().first()
    if row is not None:
        return Recalled(**row)
    subject = known_as(session, inbound).subject
    if subject.startswith("x:"):
        row = session.execute(_unknown, {**keys, "subject": subject}).mappings().first()
        if row is not None:
            return Recalled(**row)
    first = {"subject": subject, "place": inbound.place, "updated_at": session.now, **_NEW}
    session.execute(_first[session.connection.dialect.name], first)
    if subject.startswith("x:"):
        return Recalled(**session.execute(_unknown, {**keys, "subject": subject}).mappings().one())
    return Recalled(**session.execute(_known, keys).mappings().one())


def keep_state(session: Session, recalled: Recalled, state: Any) -> bool:
    """Write the conversation's new state; False when somebody else changed it since it was read."""
    params = {
        "conversation": recalled.conversation_id,
        "read_version": recalled.version,
        "new_state": state,
        "now": session.now,
    }
    return session.execute(_keep, params).scalar() is not None
