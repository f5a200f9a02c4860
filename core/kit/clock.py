"""Time: aware UTC everywhere, and the brand's own days."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present, aware."""
    return datetime.now(UTC)


def business_day(at: datetime, zone: ZoneInfo) -> date:
    """The brand's calendar day of a moment."""
    return at.astimezone(zone).date()
