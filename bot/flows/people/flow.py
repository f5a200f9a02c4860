"""Inviting, letting in and taking back, by staff."""

from dataclasses import replace

from bot.dialog.api import Flow, Says, Turn, say
from bot.dialog.binding import BINDING, chats_of, chats_text
from bot.dialog.commands import Values, Verb, staff_flow
from bot.dialog.invitation import MEMBERSHIP, invitation
from bot.dialog.messages import Say
from bot.dialog.slots import Slot, SlotKind
from core.dealers.queries import dealer_by_code
from core.people.invites import issue_invite, issue_staff_invite
from core.people.queries import members_of, pending_members
from core.people.service import revoke_staff

ROLE = Slot("role", SlotKind.ROLE)
NAME = Slot("name", SlotKind.NAME, required=False)


def invite(turn: Turn, values: Values) -> Says:
    """A one-time link with its picture, to be forwarded to one person."""
    dealer = dealer_by_code(turn.session, values["dealer"])
    invited = issue_invite(
        turn.session.for_dealer(dealer.id), turn.actor, role=values["role"], name=values.get("name", "")
    )
    return invitation(turn, invited, dealer.name)


def invite_staff(turn: Turn, values: Values) -> Says:
    """The same for a colleague."""
    invited = issue_staff_invite(
        turn.session, turn.actor, role=values["role"], name=values.get("name", ""), region=turn.actor.region
    )
    return invitation(turn, invited)


def members(turn: Turn, values: Values) -> Says:
    """Who belongs to a dealer."""
    dealer = dealer_by_code(turn.session, values["dealer"])
    known = members_of(turn.session.for_dealer(dealer.id))
    lines = tuple(
        say(f"people.member_{member.state}", name=member.name or "—", role=say(f"alerts.role_{member.role}"))
        for member in known
    )
    return (Say(key="people.members", params={"dealer": dealer.name, "count": len(known)}, lines=lines),)


def waiting(turn: Turn, _values: Values) -> Says:
    """Who waits to be let in."""
    found = pending_members(turn.session)
    if not found:
        return (say("people.nobody_waits"),)
    lines = tuple(
        say("people.waiting_line", name=each.name, role=say(f"alerts.role_{each.role}")) for each in found
    )
    return (Say(key="people.waiting", params={"count": len(found)}, lines=lines),)


def dismiss(turn: Turn, colleague: str) -> Says:
    """The same for a colleague."""
    person = revoke_staff(turn.session, turn.actor, staff_id=int(colleague))
    return (say("people.taken_back", name=person.name),)


def bound(turn: Turn, values: Values) -> Says:
    """The chats of a dealer's people."""
    dealer = dealer_by_code(turn.session, values["dealer"])
    return (chats_of(turn.session.for_dealer(dealer.id), dealer.name),)


VERBS = (
    Verb(
        name="inviting",
        policy="members.invite",
        slots=(Slot("dealer", SlotKind.DEALER), ROLE, NAME),
        run=invite,
    ),
    Verb(name="hiring", policy="staff.invite", slots=(ROLE, NAME), run=invite_staff),
    Verb(name="members", policy="members.read", slots=(Slot("dealer", SlotKind.DEALER),), run=members),
    Verb(name="bound", policy="members.read", slots=(Slot("dealer", SlotKind.DEALER),), run=bound),
    Verb(name="waiting", policy="members.invite", run=waiting),
)

_flow = staff_flow("people", VERBS)
assert _flow.text is not None
_commands = _flow.text


def heard(turn: Turn) -> Says | None:
    """A command, or something about one's own chats."""
    return chats_text(turn) or _commands(turn)


FLOW: Flow = replace(
    _flow,
    text=heard,
    choices={
        **_flow.choices,
        **MEMBERSHIP,
        **BINDING,
        "staff-revoke": dismiss,
    },
)
