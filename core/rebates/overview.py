"""All dealers' rebates, for the brand: where everybody stands in every programme."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, literal, or_, select

from core.credit.rebate_models import rebate_accounts, rebate_ledger
from core.db.scope import across
from core.db.session import Session
from core.dealers.models import dealers
from core.orders.models import shipments
from core.rebates.models import programmes
from core.rebates.programmes import programme_by_code, taking_part
from core.rebates.purchases import purchases_of
from core.rebates.queries import progress_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A dealer in a programme, minor units; programme "" for a balance that comes from none. balance: of the dealer, now."""

    dealer: str
    programme: str
    first_day: date | None
    last_day: date | None
    balance: int
    accrued: int
    paid: int


_balance = (
    select(func.coalesce(func.sum(rebate_accounts.c.balance), 0))
    .where(rebate_accounts.c.dealer_id == dealers.c.id)
    .correlate(dealers)
    .scalar_subquery()
)
_bought = exists().where(
    shipments.c.dealer_id == dealers.c.id,
    shipments.c.shipped_at >= programmes.c.begins,
    shipments.c.shipped_at < programmes.c.ends,
)
_paid = exists().where(
    rebate_ledger.c.dealer_id == dealers.c.id, rebate_ledger.c.programme_id == programmes.c.id
)
_pairs = across(
    select(dealers.c.id, dealers.c.code, programmes.c.code.label("programme"), _balance.label("balance"))
    .select_from(programmes.join(dealers, literal(value=True)))
    .where(or_(_paid, taking_part() & _bought))
    .order_by(dealers.c.id, programmes.c.begins, programmes.c.id)
)
_others = across(
    select(dealers.c.code, rebate_accounts.c.balance)
    .select_from(rebate_accounts.join(dealers, dealers.c.id == rebate_accounts.c.dealer_id))
    .where(rebate_accounts.c.balance > 0)
    .order_by(dealers.c.id)
)


def every_account(session: Session) -> list[Account]:
    """Everybody who bought in a programme's days or was paid by it, and who has a balance without one."""
    found = []
    for pair in session.execute(_pairs).all():
        bound = session.for_dealer(pair.id)
        terms = programme_by_code(bound, pair.programme)
        progress = progress_in(terms, purchases_of(bound, (terms,)).under(terms))
        found.append(
            Account(
                dealer=pair.code, programme=pair.programme, first_day=terms.first_day, last_day=terms.last_day,
                balance=int(pair.balance), accrued=progress.earned, paid=terms.paid,
            )
        )  # fmt: skip
    named = {one.dealer for one in found}
    others = (row for row in session.execute(_others) if row.code not in named)
    return found + [
        Account(
            dealer=row.code,
            programme="",
            first_day=None,
            last_day=None,
            balance=row.balance,
            accrued=0,
            paid=0,
        )
        for row in others
    ]
