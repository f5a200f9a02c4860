"""What is shipped and not settled: the oldest first, and what of it is overdue."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy import and_, bindparam, case, func, select

from core.db.base import UtcDateTime
from core.db.scope import scoped
from core.db.session import Session
from core.orders.models import orders, shipments
from core.orders.rules import due_on

_debts = scoped(
    select(
        orders.c.id,
        orders.c.number,
        orders.c.total,
        orders.c.shipped_value,
        orders.c.paid,
        func.min(shipments.c.shipped_at, type_=UtcDateTime()).label("first_shipped_at"),
        func.sum(
            case(
                (shipments.c.shipped_at < bindparam("cutoff", type_=UtcDateTime()), shipments.c.value),
                else_=0,
            )
        ).label("old_value"),
    )
    .select_from(
        orders.join(
            shipments,
            and_(shipments.c.dealer_id == orders.c.dealer_id, shipments.c.order_id == orders.c.id),
        )
    )
    .where(orders.c.shipped_value != orders.c.paid, orders.c.shipped_value > orders.c.paid)
    .group_by(orders.c.id)
    .order_by(func.min(shipments.c.shipped_at), orders.c.id)
)


@dataclass(frozen=True, slots=True)
class Debt:
    """One order's shipped and unsettled value; `old` is what of it was shipped before the cutoff."""

    order_id: int
    number: str
    amount: int
    old: int
    first_shipped_at: datetime


@dataclass(frozen=True, slots=True)
class Overdue:
    """Past due in all, and the oldest order of it with the day it was due ("" and None when nothing is)."""

    amount: int
    oldest: str
    oldest_on: date | None
    unpaid: int  # shipped and not settled, overdue or not


def debts_of(session: Session, *, cutoff: datetime | None = None) -> tuple[Debt, ...]:
    """Orders with shipped and unsettled value, the oldest shipment first."""
    rows = session.execute(_debts, {"cutoff": cutoff or session.now})
    return tuple(
        Debt(
            row.id,
            row.number,
            row.shipped_value - row.paid,
            max(0, int(row.old_value) - row.paid),
            row.first_shipped_at,
        )
        for row in rows
    )


def overdue_of(session: Session, *, payment_days: int, zone: tzinfo) -> Overdue:
    """What the dealer should have paid before today, by the days of `zone`; payments count for the oldest shipments first."""
    today = session.now.astimezone(zone).date()
    cutoff = datetime.combine(today - timedelta(days=payment_days), time(), tzinfo=zone)
    debts = debts_of(session, cutoff=cutoff)
    late = [debt for debt in debts if debt.old > 0]
    oldest = late[0] if late else None
    return Overdue(
        amount=sum(debt.old for debt in late),
        oldest=oldest.number if oldest else "",
        oldest_on=due_on(oldest.first_shipped_at.astimezone(zone).date(), payment_days) if oldest else None,
        unpaid=sum(debt.amount for debt in debts),
    )
