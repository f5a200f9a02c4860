"""Amounts of money in a normal text."""

from decimal import Decimal
from typing import NamedTuple

from bot.understand.numerals import scan_numbers


class Money(NamedTuple):
    """An amount of money: value in whole currency units, ISO currency, place in the text."""

    value: Decimal
    currency: str
    start: int
    end: int


def scan_money(text: str, local: str = "CNY") -> list[Money]:
    """Every amount of a normal text, in order; a bare number is in the local currency."""
    return [Money(n.value, local, n.start, n.end) for n in scan_numbers(text)]
