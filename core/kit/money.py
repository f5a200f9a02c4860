"""Money in whole minor units, and the one rounding rule: half up (away from zero)."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

MAX_MINOR = 10**15


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units (分, cents) of one currency."""

    minor: int
    currency: str = "CNY"

    @property
    def amount(self) -> Decimal:
        """The amount in major units, two decimals."""
        return Decimal(self.minor).scaleb(-2)


def round_half_up(value: Decimal) -> int:
    """The nearest whole number, halves away from zero."""
    return int(value.to_integral_value(rounding=ROUND_HALF_UP))


def share(total: int, part: int, whole: int) -> int:
    """`total` x part / whole in minor units, rounded half up once. Raises ZeroDivisionError when whole is 0."""
    if whole == 0:
        raise ZeroDivisionError(whole)
    return round_half_up(Decimal(total) * part / whole)


def parse_minor(text: str) -> int:
    """Minor units of a decimal string such as "1280.50".

    Raises ValueError for anything that is not a finite number with at most two decimals.
    """
    try:
        value = Decimal(text.strip().replace(",", ""))
    except InvalidOperation:
        raise ValueError(text) from None
    if not value.is_finite() or abs(value) > MAX_MINOR:
        raise ValueError(text)
    minor = value.scaleb(2)
    if minor != minor.to_integral_value():
        raise ValueError(text)
    return int(minor)
