"""Verbs of prices."""

from datetime import date

from core.db.session import Session
from core.people.actor import Actor


def set_price(
    session: Session,
    actor: Actor,
    *,
    sku: str,
    unit: str,
    price: int,
    valid_from: date,
    dealer: str | None = None,
    level: str | None = None,
) -> None:
    """A new price in minor units per `unit`, for one dealer (its code), a level, or everybody (neither).

    Raises NotFoundError, NoSuchUnitError, BadPriceError.
    """
    raise NotImplementedError
