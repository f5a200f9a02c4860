"""When a contract that runs out is spoken of. Days are the brand's; day 0 is the last day of the term."""

from datetime import date, timedelta

RUNGS = (90, 60, 30, 7, 0)
"""Days before the end at which somebody is told, once each."""
ESCALATED = frozenset({30, 7, 0})
"""Rungs at which the manager hears too."""
REMINDED = frozenset({7, 0})
"""Rungs at which a renewal that was decided, but whose new contract is not here yet, is spoken of again."""
SPOKEN_OF = timedelta(days=7)
"""How long after its end a contract is still told of, where nobody could be told on the day."""
SNOOZE = timedelta(days=7)


def rung_of(ends_on: date, today: date) -> int | None:
    """The one rung that counts today: the nearest that was reached. None before the first and when long past.

    A contract that comes in late, or a week in which nothing ran, gets this rung alone, never those it skipped.
    """
    left = (ends_on - today).days
    if left < -SPOKEN_OF.days:
        return None
    return min((rung for rung in RUNGS if left <= rung), default=None)


def due_rung(
    ends_on: date, today: date, *, decision: str = "", snoozed_until: date | None = None
) -> int | None:
    """The rung staff are to be told of today, or None: decided, put off, or nothing reached."""
    rung = rung_of(ends_on, today)
    if rung is None or decision == "end" or (snoozed_until is not None and today < snoozed_until):
        return None
    return rung if not decision or rung in REMINDED else None


def state_of(starts_on: date, ends_on: date, today: date) -> str:
    """Coming | running | ended."""
    if today < starts_on:
        return "coming"
    return "running" if today <= ends_on else "ended"
