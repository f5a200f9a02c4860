"""Parked and dead messages, and messages that could not be delivered."""

from dataclasses import replace

from bot.dialog.api import Flow, Says, Turn, choice, say
from bot.dialog.commands import Values, Verb, staff_flow
from bot.dialog.messages import Say
from bot.dialog.slots import Slot, SlotKind
from bot.store.parked import Parked, find_parked, parked_messages, settle_parked
from core.audit.service import record
from core.kit.errors import NotFoundError
from core.people.policy import require

REFERENCE = Slot("reference", SlotKind.CODE)


def incidents(turn: Turn, _values: Values) -> Says:
    """What waits for another try and what was given up, newest first."""
    found = parked_messages(turn.session, limit=10)
    if not found:
        return (say("incidents.none"),)
    lines = tuple(_line(each) for each in found)
    choices = tuple(
        choice("incidents.retry", "parked-retry", each.reference, reference=each.reference)
        for each in found[:3]
    )
    return (Say(key="incidents.list", params={"count": len(found)}, lines=lines, choices=choices),)


def _line(message: Parked) -> Say:
    said = message.inbound.text[:40] if message.inbound else ""
    key = f"incidents.{message.state}" if message.inbound else "incidents.unreadable"
    return say(
        key,
        reference=message.reference,
        at=message.first_at,
        text=said,
        cause=message.cause,
        channel=message.channel,
    )


def retry(turn: Turn, values: Values) -> Says:
    """Another try, at once."""
    message = _found(turn, values["reference"])
    if message.inbound is None:
        return (say("incidents.cannot_retry", reference=message.reference),)
    settle_parked(turn.session, message.id, "waiting", again=turn.session.now)
    _audit(turn, "parked.retry", message)
    return (say("incidents.retried", reference=message.reference),)


def drop(turn: Turn, values: Values) -> Says:
    """Not to be tried again."""
    message = _found(turn, values["reference"])
    settle_parked(turn.session, message.id, "dropped")
    _audit(turn, "parked.drop", message)
    return (say("incidents.dropped", reference=message.reference),)


def _found(turn: Turn, reference: str) -> Parked:
    require(turn.actor, "parked.act")
    message = find_parked(turn.session, reference)
    if message is None:
        raise NotFoundError(kind="parked", reference=reference)
    return message


def _audit(turn: Turn, action: str, message: Parked) -> None:
    record(turn.session, actor=turn.actor.subject, action=action, object_type="parked",
           object_ref=message.reference, channel=turn.actor.channel)  # fmt: skip


VERBS = (
    Verb(name="incidents", policy="parked.act", run=incidents),
    Verb(name="retrying", policy="parked.act", slots=(REFERENCE,), run=retry),
    Verb(name="dropping", policy="parked.act", slots=(REFERENCE,), run=drop),
)

_flow = staff_flow("incidents", VERBS)
FLOW: Flow = replace(
    _flow,
    choices={
        **_flow.choices,
        "parked-retry": lambda turn, reference: retry(turn, {"reference": reference}),
        "parked-drop": lambda turn, reference: drop(turn, {"reference": reference}),
    },
)
