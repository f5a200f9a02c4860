"""Where an approved claim's money goes: to the dealer's account, or to its rebate balance for the orders to come."""

from dataclasses import dataclass
from typing import Literal

from core.credit.ledger import post
from core.credit.rebate import pay_into_rebate
from core.db.session import Session
from core.orders.settle import settle_with

PayTo = Literal["account", "rebate"]
ACCOUNT, REBATE = "account", "rebate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout:
    """The movement that paid a claim, of the one or the other, and the balance it left there."""

    account_entry: int | None = None
    rebate_entry: int | None = None
    balance: int


def pay(session: Session, *, number: str, amount: int, pay_to: str, by: str) -> Payout:
    """Pay a claim. On the account it settles the oldest shipped orders; as rebate it waits to be used on one."""
    source = f"claim:{number}"
    if pay_to == REBATE:
        movement, left = pay_into_rebate(session, amount=amount, source=source, by=by)
        return Payout(rebate_entry=movement, balance=left)
    entry, account = post(session, kind="claim", amount=amount, source=source, by=by, reason=number)
    settle_with(session, ledger_id=entry, amount=amount)
    return Payout(account_entry=entry, balance=account.balance)
