"""Messages that could not be handled, and conversations that ask for a person."""

from collections.abc import Iterable

from core.db.session import Session
from core.kit.say import Say
from notifications.alerts.happened import Happened, Rule, button, tell
from notifications.outbox.write import Notice
from notifications.recipients import dealer_label, staff_of


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


def person_asked(session: Session, fact: Happened) -> Iterable[Notice]:
    """A dealer's member wants to talk to a person."""
    if fact.dealer_id is None:
        return
    label = dealer_label(session, fact.dealer_id)
    member = str(fact.data["member_id"])
    say = Say(
        key="alerts.person_asked",
        params={"dealer": label.name, "name": str(fact.data["name"]), "text": str(fact.data["text"])},
        choices=(button("take", "handoff-take", member),),
    )
    yield from tell(fact, staff_of(session, "sales", "admin", region=label.region), say)


RULES: dict[str, Rule] = {"turns.dead": dead, "handoff.asked": person_asked}
