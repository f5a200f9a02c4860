"""Messages with buttons lying open: kept when sent, and closed for everybody once a fact says that their matter is over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, insert, select, update

from bot.channels.models import cards
from notifications.outbox.models import facts
from notifications.outbox.sender import Address

_REVIEW: Final = ("approve", "reject")
_EXPENSE: Final = ("approve-expense", "part-expense", "reject-expense")
_MEMBER: Final = ("member-approve", "member-reject")
_CONTRACT: Final = ("contract-renew", "contract-end", "contract-later")
_STOCK: Final = ("stock-buy", "stock-floor", "stock-later")
_TALK: Final = ("talk-take",)
# A fact -> the field that names its matter, the buttons it ends, and the word that takes their place.
_ENDS: Final[dict[str, tuple[str, tuple[str, ...], str]]] = {
    "orders.approved": ("number", _REVIEW, "approved"),
    "orders.rejected": ("number", _REVIEW, "rejected"),
    "orders.review_expired": ("number", _REVIEW, "expired"),
    "orders.cancelled": ("number", (*_REVIEW, "ship"), "cancelled"),
    "orders.shipped": ("number", ("ship",), "shipped"),
    "claims.approved": ("number", _EXPENSE, "approved"),
    "claims.rejected": ("number", _EXPENSE, "rejected"),
    "claims.cancelled": ("number", _EXPENSE, "cancelled"),
    "people.approved": ("member_id", _MEMBER, "approved"),
    "people.rejected": ("member_id", _MEMBER, "rejected"),
    "contracts.decided": ("card", _CONTRACT, "decided"),
    "contracts.snoozed": ("card", _CONTRACT, "later"),
    "stock.wanted": ("sku", _STOCK, "wanted"),
    "stock.snoozed": ("sku", _STOCK, "later"),
    "stock.recovered": ("sku", _STOCK, "recovered"),
    "talks.taken": ("talk_id", _TALK, "taken"),
    "talks.closed": ("talk_id", _TALK, "closed"),
}
_ACTIONS: Final = frozenset(action for _, actions, _ in _ENDS.values() for action in actions)
_BEHIND: Final = 1000  # facts looked at again: they are not committed in the order of their ids

_keep = insert(cards)
_newest_fact = select(func.coalesce(func.max(facts.c.id), 0))
_open = (
    select(cards.c.id, cards.c.matters, cards.c.after_fact)
    .where(
        cards.c.channel == bindparam("way"),
        cards.c.account == bindparam("of"),
        cards.c.closed_at.is_(None),
        cards.c.sent_at > bindparam("since"),
    )
    .order_by(cards.c.id)
)
_since = (
    select(facts.c.id, facts.c.kind, facts.c.data)
    .where(facts.c.id > bindparam("after"), facts.c.kind.in_(list(_ENDS)))
    .order_by(facts.c.id)
)
_close = (
    update(cards)
    .where(cards.c.id == bindparam("card"), cards.c.closed_at.is_(None))
    .values(closed_at=bindparam("now"))
    .returning(*(column for column in cards.c))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """A card whose matter is over. word: what becomes of its buttons."""

    message: str
    code: str
    address: Address
    payload: Mapping[str, Any]
    word: str


def decides(payload: Mapping[str, Any]) -> bool:
    """Whether a message has a button that somebody else may press first."""
    return any(each["action"] in _ACTIONS for each in payload.get("choices", ()))


def newest_fact(connection: Connection) -> int:
    """The newest fact there is, read before a card is sent."""
    return int(connection.execute(_newest_fact).scalar_one())


def keep(  # noqa: PLR0917 - a card's parts
    connection: Connection,
    address: Address,
    payload: Mapping[str, Any],
    message: str,
    after: int,
    now: datetime,
    code: str = "",
) -> None:
    """A card was sent. after: the newest fact before it was."""
    row = {
        "channel": address.channel,
        "account": address.account,
        "message": message,
        "chat": address.chat,
        "subject": address.subject,
        "code": code,
        "payload": payload,
        "matters": [f"{each['action']}:{each.get('arg', '')}" for each in payload.get("choices", ())],
        "after_fact": after,
        "locale": address.locale,
        "sent_at": now,
    }
    connection.execute(_keep, row)


class Table:
    """The open cards of one account. changeable: how long the channel lets us change one."""

    def __init__(self, channel: str, account: str, changeable: timedelta) -> None:
        self._channel, self._account, self._changeable = channel, account, changeable
        self._looked_at = 0

    def take_over(self, connection: Connection, now: datetime) -> Sequence[Over]:
        """The cards whose matter is over, each given out once."""
        whose = {"way": self._channel, "of": self._account, "since": now - self._changeable}
        lying = connection.execute(_open, whose).all()
        if not lying:
            return ()
        after = max(min(card.after_fact for card in lying), self._looked_at - _BEHIND)
        ended: dict[str, list[tuple[int, str]]] = {}
        for fact in connection.execute(_since, {"after": after}):
            named, actions, word = _ENDS[fact.kind]
            for action in actions:
                ended.setdefault(f"{action}:{fact.data.get(named)}", []).append((fact.id, word))
            self._looked_at = max(self._looked_at, fact.id)
        found = []
        for card in lying:
            words = [
                word for matter in card.matters for at, word in ended.get(matter, ()) if at > card.after_fact
            ]
            closed = words and connection.execute(_close, {"card": card.id, "now": now}).first()
            if closed:
                found.append(_over(closed, words[-1]))
        return found


def _over(card: Any, word: str) -> Over:
    address = Address(
        channel=card.channel, account=card.account, chat=card.chat, subject=card.subject, locale=card.locale
    )
    return Over(message=card.message, code=card.code, address=address, payload=card.payload, word=word)
