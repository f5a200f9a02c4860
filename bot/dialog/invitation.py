"""An invite as it is said in chat, with each link alone so that it can be forwarded; and the buttons on who came in.

Staff and a dealer's owner invite and let in alike; the policy table says who may.
"""

from collections.abc import Mapping
from urllib.parse import quote

from bot.dialog.api import ChoiceHandler, Says, Turn, say
from bot.dialog.messages import Picture, Say
from core.people.invites import Invite
from core.people.service import approve_member, reject_member, revoke_member

TELEGRAM = "https://t.me/{bot}?start={token}"


def links(turn: Turn, token: str) -> tuple[str, ...]:
    """Every way in that is open here, the one of the issuer's own channel first; the bare token where there is none."""
    quoted = quote(token)
    ways = {
        "telegram": TELEGRAM.format(bot=turn.telegram, token=quoted) if turn.telegram else "",
        "web": f"{turn.public_url.rstrip('/')}/join/{quoted}" if turn.public_url else "",
    }
    first = ways.get(turn.actor.channel, "")
    found = tuple(dict.fromkeys(way for way in (first, *ways.values()) if way))
    return found or (token,)


def invitation(turn: Turn, invited: Invite, dealer: str = "") -> Says:
    """Dealer "": an invite to the brand's own staff."""
    ways = links(turn, invited.token)
    place = say("alerts.place_dealer", dealer=dealer) if dealer else say("alerts.place_brand")
    card = Say(
        key="dialog.invitation",
        params={"place": place, "role": say(f"alerts.role_{invited.role}"), "until": invited.expires_at},
        lines=(say("dialog.invitation_waits"),) if invited.waits else (),
        picture=Picture(ref=f"qr:{ways[0]}", name="invite.png"),
    )
    return (card, *(say("dialog.plain", text=way) for way in ways))


def let_in(turn: Turn, member: str) -> Says:
    """The button on "wants to join"."""
    return (say("dialog.let_in", name=approve_member(turn.session, turn.actor, member_id=int(member)).name),)


def turn_away(turn: Turn, member: str) -> Says:
    """The other button on it."""
    return (
        say("dialog.turned_away", name=reject_member(turn.session, turn.actor, member_id=int(member)).name),
    )


def take_back(turn: Turn, member: str) -> Says:
    """For "not them?": the membership ends at once."""
    return (
        say("dialog.taken_back", name=revoke_member(turn.session, turn.actor, member_id=int(member)).name),
    )


MEMBERSHIP: Mapping[str, ChoiceHandler] = {
    "member-approve": let_in,
    "member-reject": turn_away,
    "member-revoke": take_back,
}
