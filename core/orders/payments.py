"""Money in: payments and adjustments, and which orders they settle."""

from dataclasses import dataclass

from core.db.session import Session
from core.people.actor import Actor


@dataclass(frozen=True, slots=True)
class Credited:
    """A movement of the account. settled: minor units by order number; balance is the one afterwards."""

    dealer_id: int
    amount: int
    balance: int
    settled: dict[str, int]
    repeated: bool


def record_payment(
    session: Session,
    actor: Actor,
    *,
    amount: int,
    source: str,
    dealer: str | None = None,
    order_number: str | None = None,
    reason: str = "",
) -> Credited:
    """Money received from a dealer (its code; None: the session's): settles the order named, else the oldest shipped first.

    What is left settles later shipments. The same `source` again changes nothing. Raises NotFoundError,
    OrderNotFoundError, BadAmountError, SourceUsedError.
    """
    raise NotImplementedError


def adjust_balance(
    session: Session,
    actor: Actor,
    *,
    amount: int,
    source: str,
    reason: str,
    dealer: str | None = None,
    opening: bool = False,
) -> Credited:
    """A correction of the account by a signed amount; positive amounts settle like payments. Raises as record_payment."""
    raise NotImplementedError
