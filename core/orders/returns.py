"""Goods that come back."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.db.session import Session
from core.people.actor import Actor


@dataclass(frozen=True, slots=True)
class ReturnRecorded:
    """value: minor units credited to the account."""

    number: str
    dealer_id: int
    value: int
    lines: dict[str, int]
    repeated: bool


def record_return(
    session: Session,
    actor: Actor,
    *,
    number: str,
    lines: Mapping[str, int],
    reason: str,
    source: str,
    restock: bool = True,
) -> ReturnRecorded:
    """Take back base units by sku that were shipped: stock (if `restock`) and account get them at their exact value.

    Raises OrderNotFoundError, ReturnQuantityError, SourceUsedError.
    """
    raise NotImplementedError
