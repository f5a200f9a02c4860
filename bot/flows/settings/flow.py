"""Language, switching the dealer, going on in a browser, and inviting a colleague."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from bot.dialog.api import Flow, Says, Turn, choice, say
from bot.dialog.invitation import MEMBERSHIP, invitation
from bot.dialog.messages import Choice, Say
from bot.understand.normalise import normalise
from bot.understand.types import Language, Switch
from core.db.scope import SystemScope
from core.db.session import Session
from core.dealers.queries import dealer_by_id
from core.people.invites import issue_channel_link, issue_invite
from core.people.policy import require
from core.people.queries import memberships
from core.people.service import set_locale, switch_member


@cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))
    return words


def language(turn: Turn, moves: Sequence[Language]) -> Says:
    """Speak another language from the next message on."""
    assert turn.actor.person_id is not None
    set_locale(turn.session, person_id=turn.actor.person_id, locale=moves[-1].locale)
    return (say(f"settings.language.{moves[-1].locale}"),)


def switch(turn: Turn, moves: Sequence[Switch]) -> Says:
    """Act for another of one's dealers: by name, or offered."""
    person = turn.actor.person_id
    assert person is not None
    system = _system(turn)
    mine = [m for m in memberships(system, person) if m.state == "active" and m.id != turn.actor.member_id]
    if not mine:
        return (say("settings.only_one", dealer=turn.actor.dealer_name),)
    names = {member.id: dealer_by_id(system, member.dealer_id).name for member in mine}
    wanted = moves[-1].text.strip()
    fitting = [
        member for member in mine if wanted and (wanted in names[member.id] or names[member.id] in wanted)
    ]
    if len(fitting) == 1 or len(mine) == 1:
        return switch_to(turn, str((fitting or mine)[0].id))
    choices = tuple(choice("settings.dealer", "switch", m.id, dealer=names[m.id]) for m in fitting or mine)
    return (Say(key="settings.which_dealer", choices=choices),)


def switch_to(turn: Turn, member: str) -> Says:
    """The one that was picked; its draft and questions are its own."""
    person = turn.actor.person_id
    assert person is not None
    system = _system(turn)
    switch_member(system, person_id=person, subject=f"m:{int(member)}")
    dealers = {each.id: each.dealer_id for each in memberships(system, person)}
    return (say("settings.switched", dealer=dealer_by_id(system, dealers[int(member)]).name),)


def _system(turn: Turn) -> Session:
    """Whom a person belongs to is no dealer's data: it is read as the system, by the person's own id."""
    return Session(
        turn.session.connection, SystemScope("switch dealer"), turn.session.now, turn.session.facts
    )


def short(turn: Turn) -> Says | None:
    """Short requests that are whole messages."""
    written = turn.inbound.text.strip()
    normal = normalise(written)
    for pattern in _words()["web"]:
        if re.fullmatch(pattern, normal.text):
            return _web(turn)
    for pattern in _words()["invite"]:
        if match := re.fullmatch(pattern, normal.text):
            parts = {
                part: normal.span(*match.span(part)) for part, found in match.groupdict().items() if found
            }
            return _invite(
                turn, {part: written[span.start : span.end].strip() for part, span in parts.items()}
            )
    return None


def _web(turn: Turn) -> Says:
    if not turn.public_url:
        return (say("settings.no_web"),)
    link = issue_channel_link(turn.session, turn.actor)
    url = f"{turn.public_url.rstrip('/')}/join/{quote(link.token)}"
    open_it = Choice(label=say("settings.open_web"), url=url)
    return (Say(key="settings.web", params={"until": link.expires_at}, choices=(open_it,)),)


def _invite(turn: Turn, parts: dict[str, str]) -> Says:
    """parts: role and name as they were written, where they were."""
    require(turn.actor, "members.invite")
    role, name = _words()["roles"].get(parts.get("role", "").lower()), parts.get("name", "")
    if role is None:
        roles = tuple(
            choice(f"settings.role.{each}", "invite", each) for each in ("buyer", "finance", "owner")
        )
        return (Say(key="settings.which_role", choices=roles),)
    return invitation(
        turn, issue_invite(turn.session, turn.actor, role=role, name=name), turn.actor.dealer_name
    )


def invite_as(turn: Turn, role: str) -> Says:
    """The role that was picked."""
    return invitation(turn, issue_invite(turn.session, turn.actor, role=role), turn.actor.dealer_name)


FLOW = Flow(
    name="settings",
    moves={Language: language, Switch: switch},
    choices={"switch": switch_to, "invite": invite_as, **MEMBERSHIP},
    text=short,
)
