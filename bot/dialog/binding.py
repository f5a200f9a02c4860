"""The chats of a person: binding a further one, choosing where notices go, listing and taking back. Staff and dealers alike."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from bot.dialog.api import ChoiceHandler, Says, Turn, choice, say
from bot.dialog.invitation import TELEGRAM
from bot.dialog.messages import Choice, Picture, Say
from bot.understand.normalise import normalise
from core.db.session import Session
from core.people.invites import issue_channel_link
from core.people.queries import Binding, bindings
from core.people.service import prefer_channel, revoke_identity


@cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("binding.yaml").read_text(encoding="utf-8")
    )
    return words


def channel_name(channel: str) -> Say:
    """What people call a channel."""
    return say(f"alerts.channel_{channel}")


def chats_text(turn: Turn) -> Says | None:
    """Requests about one's chats, as whole messages."""
    written = normalise(turn.inbound.text.strip()).text.strip(" .。!?")
    for request, act in (("bind", bind), ("prefer", prefer), ("list", show_chats)):
        for pattern in _words()[request]:
            if match := re.fullmatch(pattern, written):
                named = match.groupdict().get("channel") or ""
                return act(turn, _words()["channels"].get(named, ""))
    return None


def bind(turn: Turn, channel: str) -> Says:
    """A one-time link or code by which the person opens another channel; asking for it here is what confirms it."""
    ways = _ways(turn)
    if channel not in ways:
        return (say("bindings.off", channel=channel_name(channel)),) if channel else show_chats(turn)
    link = issue_channel_link(turn.session, turn.actor)
    if channel == "telegram":
        url = TELEGRAM.format(bot=turn.telegram, token=quote(link.token))
    elif channel == "web":
        url = f"{turn.public_url.rstrip('/')}/join/{quote(link.token)}"
    else:
        code = say("dialog.plain", text=link.token)
        scene = f"scene:{link.expires_at:%Y-%m-%dT%H:%M}~{link.token}"
        picture = Picture(ref=scene, name="wechat.png") if channel == "wechat" else None
        until = {"until": link.expires_at}
        return Say(key=f"bindings.send_{channel}", params=until, picture=picture), code
    open_it = Choice(label=say(f"bindings.open_{channel}"), url=url)
    return (Say(key="bindings.open", params={"until": link.expires_at}, choices=(open_it,)),)


def prefer(turn: Turn, channel: str) -> Says:
    """Notices come to this channel first from now on."""
    prefer_channel(turn.session, turn.actor, channel=channel)
    return (say("bindings.preferred", channel=channel_name(channel)),)


def unbind(turn: Turn, identity: str) -> Says:
    """Take a chat back; it is told."""
    channel = revoke_identity(turn.session, turn.actor, identity_id=int(identity))
    return (say("bindings.unbound", channel=channel_name(channel)),)


def show_chats(turn: Turn, _arg: str = "") -> Says:
    """One's own chats, with what can be done about them; for a dealer's owner everybody's."""
    assert turn.actor.person_id is not None
    if turn.actor.side == "dealer" and turn.may("members.revoke"):
        found = bindings(turn.session)
    else:
        found = bindings(turn.session, turn.actor.person_id)
    mine = {chat.channel for chat in found if chat.person_id == turn.actor.person_id}
    more = tuple(
        choice("bindings.bind", "bind", channel, channel=channel_name(channel))
        for channel in _ways(turn)
        if channel not in mine
    )
    first = tuple(
        choice("bindings.prefer", "prefer", channel, channel=channel_name(channel))
        for channel in sorted(mine)
        if len(mine) > 1
    )
    return (chats(found, more + first),)


def chats_of(session: Session, dealer: str) -> Say:
    """Everybody's chats at the session's dealer."""
    return chats(bindings(session), (), dealer=dealer)


def chats(found: tuple[Binding, ...], further: tuple[Choice, ...], *, dealer: str = "") -> Say:
    """The list, each with a way to take it back."""
    lines = tuple(
        say(
            "bindings.line" if chat.reachable else "bindings.line_gone",
            name=chat.name,
            channel=channel_name(chat.channel),
            since=chat.bound_at,
        )
        for chat in found
    )
    backs = tuple(
        choice("bindings.unbind", "unbind", chat.id, name=chat.name, channel=channel_name(chat.channel))
        for chat in found
        if len(found) > 1 or dealer
    )
    key = "bindings.at_dealer" if dealer else "bindings.head"
    return Say(key=key, params={"count": len(found), "dealer": dealer}, lines=lines, choices=further + backs)


def _ways(turn: Turn) -> tuple[str, ...]:
    """The channels that are on."""
    on = {
        "wecom": turn.wecom and turn.actor.side == "staff",
        "wechat": turn.wechat,
        "telegram": bool(turn.telegram),
        "web": bool(turn.public_url),
    }
    return tuple(channel for channel, is_on in on.items() if is_on)


BINDING: Mapping[str, ChoiceHandler] = {"chats": show_chats, "bind": bind, "prefer": prefer, "unbind": unbind}
