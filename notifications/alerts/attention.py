"""Alerts nobody has looked at: the manager sees them as they were."""

from collections.abc import Iterable

from core.db.session import Session
from core.kit.say import Choice, Say, load
from notifications.alerts.happened import Happened, Rule, tell
from notifications.outbox.write import Notice
from notifications.recipients import staff_of


def unseen(session: Session, fact: Happened) -> Iterable[Notice]:
    """The same words and buttons under a line that says why."""
    alert = load(fact.data["say"])
    seen = Choice(label=Say(key="alerts.seen"), action="alert-seen", arg=str(fact.data["alert"]))
    say = Say(
        key="alerts.unseen",
        lines=(Say(key=alert.key, params=alert.params, lines=alert.lines),),
        choices=(*alert.choices, seen),
        picture=alert.picture,
    )
    yield from tell(fact, staff_of(session, "admin", region=str(fact.data["region"])), say)


RULES: dict[str, Rule] = {"alerts.unseen": unseen}
