"""Inviting, letting in and taking back, by staff."""

from dataclasses import replace
from urllib.parse import quote

from bot.dialog.api import Flow, Says, Turn, say
from bot.dialog.commands import Values, Verb, staff_flow
from bot.dialog.messages import Picture, Say
from bot.dialog.slots import Slot, SlotKind
from core.dealers.queries import dealer_by_code
from core.people.invites import Invite, issue_invite, issue_staff_invite
from core.people.queries import members_of, pending_members
from core.people.service import approve_member, reject_member, revoke_member

ROLE = Slot("role", SlotKind.ROLE)
NAME = Slot("name", SlotKind.NAME, required=False)


def invite(turn: Turn, values: Values) -> Says:
    """A one-time link with its picture, to be forwarded to one person."""
    dealer = dealer_by_code(turn.session, values["dealer"])
    invited = issue_invite(
        turn.session.for_dealer(dealer.id), turn.actor, role=values["role"], name=values.get("name", "")
    )
    return _invitation(turn, invited, dealer.name)


def invite_staff(turn: Turn, values: Values) -> Says:
    """The same for a colleague."""
    invited = issue_staff_invite(
        turn.session, turn.actor, role=values["role"], name=values.get("name", ""), region=turn.actor.region
    )
    return _invitation(turn, invited, "")


def _invitation(turn: Turn, invited: Invite, dealer: str) -> Says:
    role = say(f"alerts.role_{invited.role}")
    link = f"{turn.public_url.rstrip('/')}/join/{quote(invited.token)}" if turn.public_url else invited.token
    place = say("alerts.place_dealer", dealer=dealer) if dealer else say("alerts.place_brand")
    notes = (say("people.waits"),) if invited.waits else ()
    first = Say(
        key="people.invitation",
        params={"place": place, "role": role, "until": invited.expires_at},
        lines=notes,
        picture=Picture(ref=f"qr:{link}", name="invite.png"),
    )
    return (first, say("people.forward", link=link))


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


def let_in(turn: Turn, member: str) -> Says:
    """The button on "wants to join"."""
    person = approve_member(turn.session, turn.actor, member_id=int(member))
    return (say("people.let_in", name=person.name),)


def turn_away(turn: Turn, member: str) -> Says:
    """The other button on it."""
    person = reject_member(turn.session, turn.actor, member_id=int(member))
    return (say("people.turned_away", name=person.name),)


def take_back(turn: Turn, member: str) -> Says:
    """For "not them?": the membership ends at once."""
    person = revoke_member(turn.session, turn.actor, member_id=int(member))
    return (say("people.taken_back", name=person.name),)


VERBS = (
    Verb(
        name="inviting",
        policy="members.invite",
        slots=(Slot("dealer", SlotKind.DEALER), ROLE, NAME),
        run=invite,
    ),
    Verb(name="hiring", policy="staff.invite", slots=(ROLE, NAME), run=invite_staff),
    Verb(name="members", policy="members.read", slots=(Slot("dealer", SlotKind.DEALER),), run=members),
    Verb(name="waiting", policy="members.invite", run=waiting),
)

_flow = staff_flow("people", VERBS)
FLOW: Flow = replace(
    _flow,
    choices={
        **_flow.choices,
        "member-approve": let_in,
        "member-reject": turn_away,
        "member-revoke": take_back,
    },
)
