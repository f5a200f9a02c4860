"""A dealer's trade since a day: what it bought, and how it pays."""

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from sqlalchemy import bindparam, distinct, func, select

from core.credit.models import account_ledger
from core.db.scope import scoped
from core.db.session import Session
from core.orders.account import Account, account_of
from core.orders.staff import Punctuality, punctuality

_moved = scoped(
    select(
        account_ledger.c.kind,
        func.sum(account_ledger.c.amount).label("amount"),
        func.count(distinct(account_ledger.c.order_number)).label("orders"),
    )
    .where(account_ledger.c.at >= bindparam("since"), account_ledger.c.kind.in_(("shipment", "return")))
    .group_by(account_ledger.c.kind)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Minor units. bought = shipped - returned, as the account's ledger has them; orders: those shipped."""

    since: date
    orders: int
    shipped: int
    returned: int
    account: Account
    last_orders: tuple[Punctuality, ...]

    @property
    def bought(self) -> int:
        """What was shipped, without what came back."""
        return self.shipped - self.returned


def record_of(session: Session, *, since: date, zone: tzinfo) -> Record:
    """The trade of the session's dealer since the beginning of a day of `zone`."""
    begins = datetime.combine(since, time(), tzinfo=zone)
    moved = {row.kind: row for row in session.execute(_moved, {"since": begins})}
    account = account_of(session, zone=zone)
    return Record(
        since=since,
        orders=moved["shipment"].orders if "shipment" in moved else 0,
        shipped=-int(moved["shipment"].amount) if "shipment" in moved else 0,
        returned=int(moved["return"].amount) if "return" in moved else 0,
        account=account,
        last_orders=punctuality(session, payment_days=account.payment_days, zone=zone),
    )
