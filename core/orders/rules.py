"""Pure rules of orders: splits that sum exactly, derived states, lateness, numbers."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Lateness:
    """Where an order stands against its day.

    code: cancelled | delivered | on_the_way | in_review | waiting_for_stock | to_be_shipped. days > 0: late by so many.
    """

    number: str
    code: str
    deliver_on: date | None
    days: int
    since: date | None  # of what `code` names: placed, shipped or delivered on
    waiting: tuple[str, ...]  # skus that wait for stock
    inbound_on: date | None  # the day all of it is expected, None when unknown
    carrier: str
    tracking: str
