"""What decides a claim, as plain arithmetic: the days it may be for, the role that decides it, what an invoice's code says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from core.kit.money import parse_minor

MOST_DAYS = 90
"""An expense may be claimed within its calendar year, or within so many days of it."""
RANKS = ("warehouse", "sales", "finance", "admin")
"""Staff roles; whoever stands behind another one here may decide what that one may."""

_INVOICE = re.compile(
    r"01,(?P<kind>\d{2}),(?P<code>\d{0,12}),(?P<number>\d{8}|\d{20}),(?P<amount>[\d.]*),(?P<day>\d{8}),.*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """What the code on a Chinese VAT invoice says, or its print. It is no proof of the invoice, only of its number.

    identity: kind-independent number. amount in minor units, before or after tax depending on the kind.
    """

    identity: str
    amount: int | None
    day: date | None


def invoice_of(code: str) -> Invoice | None:
    """The invoice of a QR text `01,kind,code,number,amount,yyyymmdd,check,...`; None for any other text."""
    match = _INVOICE.fullmatch(code.strip())
    if match is None:
        return None
    try:
        amount = parse_minor(match["amount"]) if match["amount"] else None
    except ValueError:
        amount = None
    return Invoice(identity=f"{match['code']}:{match['number']}", amount=amount, day=day_of(match["day"]))


def day_of(digits: str) -> date | None:
    """The day of yyyymmdd; None where there is no such day."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def is_too_old(day: date, today: date) -> bool:
    """Whether it is too late to claim an expense of this day."""
    return day.year != today.year and today - day > timedelta(days=MOST_DAYS)


def decider(levels: Mapping[str, int], amount: int) -> str:
    """The lowest role that decides this amount. levels: the largest amount by role; none: an administrator decides."""
    able = [role for role in RANKS if amount <= levels.get(role, -1)]
    return able[0] if able else RANKS[-1]


def may_decide(levels: Mapping[str, int], role: str, amount: int) -> bool:
    """Whether this role decides this amount: its own level or that of a role below reaches so far; administrators always."""
    if role not in RANKS:
        return False
    return RANKS.index(role) >= RANKS.index(decider(levels, amount))
