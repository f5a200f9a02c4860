"""Cards lying open: kept when sent, and closed for everybody once a fact says that their matter is over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, insert, select, update

from bot.channels.wecom.models import wecom_cards
from notifications.outbox.models import facts

CHANGEABLE: Final = timedelta(hours=71)  # WeCom allows 72

_REVIEW: Final = ("approve", "reject")
_EXPENSE: Final = ("approve-expense", "part-expense", "reject-expense")
_MEMBER: Final = ("member-approve", "member-reject")
# A fact -> the field that names its matter, the buttons it ends, and the word that takes their place.
_ENDS: Final[dict[str, tuple[str, tuple[str, ...], str]]] = {
    "orders.approved": ("number", _REVIEW, "approved"),
    "orders.rejected": ("number", _REVIEW, "rejected"),
    "orders.review_expired": ("number", _REVIEW, "expired"),
    "orders.cancelled": ("number", (*_REVIEW, "ship"), "cancelled"),
    "orders.shipped": ("number", ("ship",), "shipped"),
    "claims.approved": ("number", _EXPENSE, "approved"),
    "claims.rejected": ("number", _EXPENSE, "rejected"),
    "people.approved": ("member_id", _MEMBER, "approved"),
    "people.rejected": ("member_id", _MEMBER, "rejected"),
}

_keep = insert(wecom_cards)
_newest_fact = select(func.coalesce(func.max(facts.c.id), 0))
_open = (
    select(wecom_cards)
    .where(
        wecom_cards.c.account == bindparam("of"),
        wecom_cards.c.closed_at.is_(None),
        wecom_cards.c.sent_at > bindparam("since"),
    )
    .order_by(wecom_cards.c.id)
)
_since = (
    select(facts.c.id, facts.c.kind, facts.c.data)
    .where(facts.c.id > bindparam("after"), facts.c.kind.in_(list(_ENDS)))
    .order_by(facts.c.id)
)
_close = (
    update(wecom_cards)
    .where(wecom_cards.c.id == bindparam("card"), wecom_cards.c.closed_at.is_(None))
    .values(closed_at=bindparam("now"))
    .returning(wecom_cards.c.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """A card whose matter is over. word: what becomes of its buttons."""

    response_code: str
    person: str
    locale: str
    word: str


def newest_fact(connection: Connection) -> int:
    """The newest fact there is, read before a card is sent."""
    return int(connection.execute(_newest_fact).scalar_one())


def keep(connection: Connection, card: Mapping[str, Any]) -> None:
    """A card was sent."""
    connection.execute(_keep, card)


def take_over(connection: Connection, account: str, now: datetime) -> Sequence[Over]:
    """The cards whose matter is over, each given out once."""
    lying = connection.execute(_open, {"of": account, "since": now - CHANGEABLE}).all()
    if not lying:
        return ()
    ended: dict[str, list[tuple[int, str]]] = {}
    for fact in connection.execute(_since, {"after": min(card.after_fact for card in lying)}):
        named, actions, word = _ENDS[fact.kind]
        for action in actions:
            ended.setdefault(f"{action}:{fact.data.get(named)}", []).append((fact.id, word))
    found = []
    for card in lying:
        words = [
            word for matter in card.matters for at, word in ended.get(matter, ()) if at > card.after_fact
        ]
        if words and connection.execute(_close, {"card": card.id, "now": now}).first():
            over = Over(
                response_code=card.response_code, person=card.person, locale=card.locale, word=words[-1]
            )
            found.append(over)
    return found
