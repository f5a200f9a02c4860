"""Rebates for others to read: every dealer in every programme, money as decimal strings."""

from typing import Any

from core.db.session import Session
from core.kit.money import Money
from core.rebates.overview import every_account


def rebates_rows(session: Session) -> list[dict[str, Any]]:
    """accrued: earned by now; paid: settled, what was taken back taken off; balance: the dealer's, over all programmes."""
    return [
        {
            "dealer": one.dealer,
            "programme": one.programme,
            "period": f"{one.first_day}/{one.last_day}" if one.first_day else "",
            "balance": str(Money(one.balance).amount),
            "accrued": str(Money(one.accrued).amount),
            "paid": str(Money(one.paid).amount),
        }
        for one in every_account(session)
    ]
