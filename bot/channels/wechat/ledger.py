"""What WeChat lets us send to whom, kept on our side so that a way is chosen before it is called.

5 messages within 48 hours of the person's message; 3 within a minute of following, scanning or using the menu; they do not
add up (developers.weixin.qq.com, customer service messages). Times are WeChat's own, a little shortened.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, case, delete, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.channels.wechat.models import wechat_templates, wechat_users
from bot.channels.wechat.receive import CHANNEL, Opens
from bot.dialog.messages import Inbound, Kind
from core.db.session import Session
from core.people.models import identities
from notifications.outbox.models import outbox

_AFTER: Final[dict[str, tuple[int, timedelta]]] = {
    "message": (5, timedelta(hours=48) - timedelta(minutes=1)),
    "event": (3, timedelta(seconds=57)),
}
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)

_its = and_(wechat_users.c.account == bindparam("of"), wechat_users.c.openid == bindparam("whose"))


def _upsert(make: Any, opens: str) -> Any:
    """A newer message or event opens its window anew; one delivered again changes nothing."""
    new = make(wechat_users)
    left, until = f"{opens}_left", f"{opens}_until"
    return new.on_conflict_do_update(
        index_elements=["account", "openid"],
        set_={left: new.excluded[left], until: new.excluded[until]},
        where=new.excluded[until] > wechat_users.c[until],
    )


_opened = {
    (dialect, opens): _upsert(make, opens)
    for dialect, make in (("sqlite", sqlite_insert), ("postgresql", postgresql_insert))
    for opens in _AFTER
}
_seen = (
    update(identities)
    .where(
        identities.c.channel == CHANNEL,
        identities.c.account == bindparam("of"),
        identities.c.external_id == bindparam("whose"),
        or_(identities.c.last_seen_at < bindparam("at"), identities.c.reachable != bindparam("is_there")),
    )
    .values(reachable=bindparam("is_there"), last_seen_at=bindparam("at"))
)
_open = [
    and_(
        wechat_users.c[f"{opens}_left"] >= bindparam("n"), wechat_users.c[f"{opens}_until"] > bindparam("now")
    )
    for opens in _AFTER
]
_spend = (
    update(wechat_users)
    .where(_its, or_(*_open))
    .values(
        {
            f"{opens}_left": case(
                (
                    wechat_users.c[f"{opens}_left"] > bindparam("n"),
                    wechat_users.c[f"{opens}_left"] - bindparam("n"),
                ),
                else_=0,
            )
            for opens in _AFTER
        }
    )
    .returning(wechat_users.c.openid)
)
_refund = (
    update(wechat_users)
    .where(_its)
    .values(
        {
            f"{opens}_left": case(
                (
                    wechat_users.c[f"{opens}_left"] + bindparam("n") < most,
                    wechat_users.c[f"{opens}_left"] + bindparam("n"),
                ),
                else_=most,
            )
            for opens, (most, _) in _AFTER.items()
        }
    )
)
_shut = update(wechat_users).where(_its).values(message_left=0, event_left=0)
_gone = (
    update(wechat_users)
    .where(_its)
    .values(
        {f"{opens}_{what}": value for opens in _AFTER for what, value in (("left", 0), ("until", _NEVER))}
    )
)
_answered = update(wechat_users).where(_its).values(notice=None, notice_at=None, answered_at=bindparam("now"))
_noticed = update(wechat_users).where(_its).values(notice=bindparam("handles"), notice_at=bindparam("now"))
_withdrawn = (
    update(wechat_users)
    .where(_its, wechat_users.c.notice_at == bindparam("shown_at"))
    .values(notice=None, notice_at=None)
)
_notice = select(wechat_users.c.notice, wechat_users.c.notice_at, wechat_users.c.answered_at).where(_its)
_under_way = insert(wechat_templates)
_arrived = (
    delete(wechat_templates)
    .where(wechat_templates.c.account == bindparam("of"), wechat_templates.c.msg_id == bindparam("msg"))
    .returning(wechat_templates.c.outbox_id)
)
_failed = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"), outbox.c.state == "sent")
    .values(state="waiting", error=bindparam("reason"), settled_at=None)
)


def came(session: Session, inbound: Inbound, opens: Opens) -> None:
    """Somebody wrote, followed, scanned or left: what may be sent to them now, and whether they can be reached at all."""
    its = {"of": inbound.account, "whose": inbound.sender}
    session.execute(_seen, {**its, "at": inbound.at, "is_there": inbound.kind is not Kind.LEFT})
    if inbound.kind is Kind.LEFT:
        session.execute(_gone, its)
    if opens:
        left, span = _AFTER[opens]
        row = {f"{each}_{what}": value for each in _AFTER for what, value in (("left", 0), ("until", _NEVER))}
        row |= {f"{opens}_left": left, f"{opens}_until": inbound.at + span}
        whose = {"account": inbound.account, "openid": inbound.sender, "answered_at": _NEVER}
        session.execute(_opened[session.connection.dialect.name, opens], {**whose, **row})


def spend(connection: Connection, account: str, openid: str, n: int, now: datetime) -> bool:
    """Count n messages before they are sent; False when they may not be."""
    its = {"of": account, "whose": openid, "n": n, "now": now}
    return connection.execute(_spend, its).first() is not None


def refund(connection: Connection, account: str, openid: str, n: int) -> None:
    """Messages that were counted and surely not sent."""
    connection.execute(_refund, {"of": account, "whose": openid, "n": n})


def shut(connection: Connection, account: str, openid: str) -> None:
    """WeChat says that nothing more may be sent."""
    connection.execute(_shut, {"of": account, "whose": openid})


def answered(connection: Connection, account: str, openid: str, now: datetime) -> None:
    """The last thing on their screen is an answer: numbers are for the conversation again."""
    connection.execute(_answered, {"of": account, "whose": openid, "now": now})


def noticed(connection: Connection, account: str, openid: str, handles: Sequence[str], now: datetime) -> None:
    """The last thing on their screen is a notice with these numbered choices."""
    its = {"of": account, "whose": openid, "handles": list(handles) or None, "now": now}
    connection.execute(_noticed, its)


def withdrawn(connection: Connection, account: str, openid: str, shown_at: datetime) -> None:
    """The notice of this moment did not reach them after all."""
    connection.execute(_withdrawn, {"of": account, "whose": openid, "shown_at": shown_at})


def notice_of(
    connection: Connection, account: str, openid: str
) -> tuple[list[str], datetime, datetime] | None:
    """The choices under the notice that is the last thing on their screen, when it came, and when they were last answered."""
    row = connection.execute(_notice, {"of": account, "whose": openid}).first()
    return (row.notice, row.notice_at, row.answered_at) if row is not None and row.notice else None


def under_way(connection: Connection, account: str, msg_id: str, outbox_id: int, now: datetime) -> None:
    """A template message was taken; whether it arrives is told later."""
    row = {"account": account, "msg_id": msg_id, "outbox_id": outbox_id, "sent_at": now}
    connection.execute(_under_way, row)


def finished(session: Session, account: str, msg_id: str, status: str) -> None:
    """A template message arrived or did not; one that did not goes along with the next answer."""
    row = session.execute(_arrived, {"of": account, "msg": msg_id}).scalar()
    if row is not None and status != "success":
        session.execute(_failed, {"row": row, "reason": f"template {status}"[:300]})
