"""The life of one message, top to bottom: recall, understand, step, keep, commit; or park.

Everything between is one transaction on the lane. What fails is parked in a second one and tried again from there; when not
even that can be written, NotKeptError tells the channel to deliver again.
"""

import hashlib
from copy import copy
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from bot.dialog.api import Turn
from bot.dialog.engine import step
from bot.dialog.heard import heard_as
from bot.dialog.messages import Inbound, Kind, Outcome, Say
from bot.dialog.state import Dialogue, Place
from bot.dialog.texts import known_locale
from bot.flows.joining import brings_invite, join
from bot.shelf import Shelf
from bot.store.inbox import Heard, keep_reply
from bot.store.parked import (
    Parked,
    after_failure,
    due,
    park,
    park_unreadable,
    parked_of,
    settle_parked,
    some_queued,
)
from bot.store.recall import Known, Recalled, keep_state, known_as, recall
from core.db.lane import Lane, RetryUnitError
from core.db.scope import DealerScope, Scope, StaffScope, SystemScope
from core.db.session import Session
from core.kit.clock import Clock
from core.kit.ids import reference
from core.kit.say import dump, load
from core.orders.drafts import Draft, DraftLine
from core.people.actor import Actor
from notifications.outbox.sender import Address
from notifications.outbox.write import write_facts, write_replies

log = structlog.get_logger()


class NotKeptError(RuntimeError):
    """Neither the turn nor its parking could be written: the channel must deliver the message again."""


class _QueueBehindError(Exception):
    """An earlier message of this sender is parked; this one waits its turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What a turn needs: the way to write, the catalogue index, the time, and the installation's settings."""

    lane: Lane
    shelf: Shelf
    clock: Clock
    secret: str
    process: str
    zone: ZoneInfo
    currency: str = "CNY"
    public_url: str = ""
    names: dict[str, str] = field(default_factory=dict)  # what the channels call us, once they have told
    banded_stock: bool = False
    second_looks: bool = False  # a model is shown what was not understood
    tell_dealers: bool = False  # of the end of their contracts
    keep_files: int = 30  # days a received file stays that nothing refers to


def handle(office: Office, inbound: Inbound) -> Outcome:
    """One message, once. Raises NotKeptError when nothing could be written."""
    if not inbound.addressed:
        return Outcome(status="ignored")
    try:
        return office.lane.run(lambda connection: _take(office, connection, inbound), key=_key(inbound))
    except _QueueBehindError:
        return _park(office, inbound, cause="behind an earlier message", queued=True)
    except IntegrityError as error:
        return _answered_elsewhere(office, inbound, error)
    except Exception as error:  # noqa: BLE001 - parked with its cause
        return _park(office, inbound, cause=_cause(error), error=error)


def retry_parked(office: Office) -> int:
    """Try each sender's oldest parked message again; those behind it follow in order. Returns how many were settled."""
    done = 0
    while waiting := office.lane.run(lambda connection: due(_system(office, connection))):
        settled = [_retry(office, message) for message in waiting]
        if not any(settled):
            break
        done += 1
    return done


def receive_unreadable(office: Office, *, channel: str, account: str, raw: bytes, cause: str) -> None:
    """Keep a payload that could not be read; staff see it, once. Raises NotKeptError."""
    code = reference()
    key = f"unreadable:{hashlib.sha256(raw).hexdigest()}"

    def unit(connection: Connection) -> None:
        session = _system(office, connection)
        if park_unreadable(
            session, channel=channel, account=account, key=key, raw=raw, cause=cause, reference=code
        ):
            session.report("turns.dead", reference=code, cause=cause, channel=channel)
        write_facts(session, session.facts)

    try:
        office.lane.run(unit)
    except Exception as error:
        raise NotKeptError from error


def _take(office: Office, connection: Connection, inbound: Inbound, *, again: bool = False) -> Outcome:
    system = _system(office, connection)
    recalled = recall(system, inbound)
    if recalled.reply is not None:
        return Outcome(
            status="duplicate", says=tuple(load(say) for say in recalled.reply), locale=recalled.locale
        )
    if recalled.parked_as and not again:
        return Outcome(status="parked", locale=recalled.locale, reference=recalled.parked_as)
    if recalled.parked_before and not again:
        raise _QueueBehindError
    office.shelf.want(recalled.revision)
    if recalled.active and not brings_invite(inbound):
        session = Session(connection, _scope(recalled), system.now)
        state, says, heard = _step(office, session, recalled, inbound)
    else:
        session, state, heard = system, recalled.state, Heard()
        says, locale = join(session, inbound)
        recalled = recalled if recalled.active else replace(recalled, locale=locale)
    if not keep_state(system, recalled, state):
        raise RetryUnitError
    return _keep(office, session, recalled, inbound, says, heard)


def _step(
    office: Office, session: Session, recalled: Recalled, inbound: Inbound
) -> tuple[object, tuple[Say, ...], Heard]:
    state = Dialogue.load(recalled.state)
    state.ship_to = Place(id=recalled.draft_address_id, name=recalled.ship_to or "")
    turn = Turn(
        session=session,
        actor=_actor(office, recalled, inbound),
        inbound=inbound,
        state=state,
        draft=_draft(recalled, inbound),
        index=office.shelf.index,
        several_dealers=recalled.several,
        listed_only=recalled.listed_only,
        nicknames=recalled.nicknames or {},
        banded_stock=office.banded_stock,
        second_looks=office.second_looks,
        secret=office.secret,
        public_url=office.public_url,
        telegram=office.names.get("telegram", ""),
        wechat="wechat" in office.names,
        wecom="wecom" in office.names,
    )
    before = copy(state)
    says = step(turn)
    return turn.state.dump(), says, Heard(heard_as(turn, before), turn.pressed)


def _keep(  # noqa: PLR0917 - what the turn came to
    office: Office,
    session: Session,
    recalled: Recalled,
    inbound: Inbound,
    says: tuple[Say, ...],
    heard: Heard,
) -> Outcome:
    write_facts(session, session.facts)
    address = Address(
        channel=inbound.channel, account=inbound.account, chat=inbound.chat, subject=recalled.subject
    )
    key = f"reply:{inbound.channel}:{inbound.account}:{inbound.message_id}"
    sent_to = () if inbound.kind is Kind.LEFT else says
    ids = write_replies(
        session,
        sent_to,
        address,
        person_id=recalled.person_id,
        key=key,
        leased_by=office.process,
        locale="" if recalled.active else recalled.locale,
    )
    keep_reply(session, inbound, recalled.subject, [dump(say) for say in says], heard)
    return Outcome(status="done", says=says, locale=recalled.locale or "zh-Hans", outbox_ids=ids)


def _answered_elsewhere(office: Office, inbound: Inbound, error: IntegrityError) -> Outcome:
    """A lost race for the inbox key is answered with what the winner stored; any other breach is a failure."""

    def unit(connection: Connection) -> Outcome | None:
        recalled = recall(_system(office, connection), inbound)
        if recalled.reply is None:
            return None
        return Outcome(
            status="duplicate", says=tuple(load(say) for say in recalled.reply), locale=recalled.locale
        )

    try:
        outcome = office.lane.run(unit, key=_key(inbound))
    except Exception as second:  # noqa: BLE001 - parked with its cause
        return _park(office, inbound, cause=_cause(second), error=second)
    return outcome or _park(office, inbound, cause=_cause(error), error=error)


def _park(
    office: Office, inbound: Inbound, *, cause: str, queued: bool = False, error: Exception | None = None
) -> Outcome:
    code = reference()
    if error is not None:
        log.error("turn_parked", reference=code, cause=cause, exc_info=error)

    def unit(connection: Connection) -> Outcome:
        session = _system(office, connection)
        silent = parked_of(session, inbound) is not None or (queued and some_queued(session, inbound))
        message = park(session, inbound, cause=cause, reference=code, queued=queued)
        who = known_as(session, inbound)
        locale = who.locale or known_locale(inbound.locale_hint)
        if silent:
            return Outcome(status="parked", locale=locale, reference=message.reference)
        say = Say(
            key="dialog.one_moment" if queued else "dialog.parked", params={"reference": message.reference}
        )
        ids = _tell(office, session, inbound, say, who, key=f"parked:{message.reference}")
        return Outcome(
            status="parked", says=(say,), locale=locale, outbox_ids=ids, reference=message.reference
        )

    try:
        return office.lane.run(unit, key=_key(inbound))
    except Exception as second:
        log.exception("turn_not_kept", reference=code)
        raise NotKeptError from second


def _retry(office: Office, message: Parked) -> bool:
    """One more try; True when the message is settled, done or dead."""
    inbound = message.inbound
    if inbound is None:
        return False

    def unit(connection: Connection) -> None:
        _take(replace(office, process=""), connection, inbound, again=True)
        settle_parked(_system(office, connection), message.id, "done")

    try:
        office.lane.run(unit, key=_key(inbound))
    except Exception as error:  # noqa: BLE001 - counted, and given up after the last pause
        return _give_up_or_wait(office, message, inbound, error)
    return True


def _give_up_or_wait(office: Office, message: Parked, inbound: Inbound, error: Exception) -> bool:
    log.warning("parked_failed", reference=message.reference, cause=_cause(error), exc_info=error)

    def unit(connection: Connection) -> bool:
        session = _system(office, connection)
        park(session, inbound, cause=_cause(error), reference=message.reference)
        if after_failure(session, message) == "waiting":
            return False
        _void_confirm(session, inbound)
        say = Say(key="dialog.dead", params={"reference": message.reference})
        who = known_as(session, inbound)
        _tell(office, session, inbound, say, who, key=f"dead:{message.reference}", leased=False)
        session.report(
            "turns.dead", reference=message.reference, cause=_cause(error), channel=inbound.channel
        )
        write_facts(session, session.facts)
        return True

    return office.lane.run(unit, key=_key(inbound))


def _void_confirm(session: Session, inbound: Inbound) -> None:
    """After a message was given up, an earlier read-back may no longer be confirmed."""
    recalled = recall(session, inbound)
    if recalled.active:
        state = Dialogue.load(recalled.state)
        state.forget_shown()
        keep_state(session, recalled, state.dump())


def _tell(
    office: Office, session: Session, inbound: Inbound, say: Say, who: Known, *, key: str, leased: bool = True
) -> tuple[int, ...]:
    """Where the message came from, in the sender's language, without the turn that failed."""
    address = Address(
        channel=inbound.channel, account=inbound.account, chat=inbound.chat, subject=who.subject
    )
    return write_replies(
        session,
        (say,),
        address,
        person_id=who.person_id,
        key=key,
        leased_by=office.process if leased else "",
        locale="" if who.person_id else known_locale(inbound.locale_hint),
    )


def _actor(office: Office, recalled: Recalled, inbound: Inbound) -> Actor:
    return Actor(
        subject=recalled.subject,
        side="staff" if recalled.staff_id else "dealer",
        role=recalled.role,
        name=recalled.name,
        person_id=recalled.person_id,
        member_id=recalled.member_id,
        staff_id=recalled.staff_id,
        dealer_id=recalled.dealer_id,
        dealer_name=recalled.dealer_name,
        region=recalled.region,
        locale=recalled.locale,
        zone=office.zone,
        channel=inbound.channel,
        currency=office.currency,
    )


def _scope(recalled: Recalled) -> Scope:
    if recalled.dealer_id is not None:
        return DealerScope(recalled.dealer_id)
    return StaffScope(recalled.region)


def _draft(recalled: Recalled, inbound: Inbound) -> Draft | None:
    """The draft as recalled; staff have none."""
    if recalled.member_id is None:
        return None
    return Draft(
        id=recalled.draft_id or 0,
        member_id=recalled.member_id,
        place=inbound.place,
        version=recalled.draft_version,
        lines=tuple(DraftLine(**line) for line in recalled.draft_lines or ()),
        deliver_on=recalled.draft_deliver_on,
        address_id=recalled.draft_address_id,
        note=recalled.draft_note,
        texts=tuple(recalled.draft_texts or ()),
        prepared_by=recalled.draft_prepared_by,
    )


def _system(office: Office, connection: Connection) -> Session:
    return Session(connection, SystemScope("turn"), office.clock())


def _key(inbound: Inbound) -> str:
    """One conversation at a time: a person's private chat, or a person in a group."""
    return f"{inbound.channel}:{inbound.account}:{inbound.sender}:{inbound.place}"


def _cause(error: BaseException) -> str:
    """What went wrong without what was in it: parameters of a failed statement are personal data."""
    original = getattr(error, "orig", None)
    return f"{type(error).__name__}: {type(original).__name__}" if original else type(error).__name__
