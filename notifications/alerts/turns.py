"""Messages that could not be handled."""

from collections.abc import Iterable

from core.db.session import Session
from core.kit.say import Say
from notifications.alerts.happened import Happened, Rule, button, tell
from notifications.outbox.write import Notice
from notifications.recipients import staff_of


def dead(session: Session, fact: Happened) -> Iterable[Notice]:
    """Given up: administrators see it and may try again or drop it."""
    reference = str(fact.data["reference"])
    say = Say(
        key="alerts.dead",
        params={
            "reference": reference,
            "channel": str(fact.data["channel"]),
            "cause": str(fact.data["cause"]),
        },
        choices=(button("retry", "parked-retry", reference), button("drop", "parked-drop", reference)),
    )
    yield from tell(fact, staff_of(session, "admin"), say)


RULES: dict[str, Rule] = {"turns.dead": dead}
