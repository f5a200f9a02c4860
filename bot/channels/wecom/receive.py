"""A decrypted callback -> Inbound. Facts: developer.work.weixin.qq.com, receiving messages (path 90238) and events (90240)."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from bot.channels.wechat.envelope import MalformedError, Xml, read_xml
from bot.dialog.messages import Inbound, Kind, Media

CHANNEL: Final = "wecom"
_MEDIA: Final = {"image": Kind.PHOTO, "voice": Kind.VOICE, "video": Kind.VIDEO, "file": Kind.FILE}
_MIME: Final = {"image": "image/jpeg", "voice": "audio/amr", "video": "video/mp4"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """One callback. inbound: None when nobody waits for an answer."""

    inbound: Inbound | None = None


def parse(raw: bytes, *, account: str, agent_id: str) -> Callback:
    """Read a callback of this app. Raises MalformedError."""
    fields = read_xml(raw)
    userid, sort = _text(fields, "FromUserName").lower(), _text(fields, "MsgType")
    if not sort or len(userid) > 64:
        raise MalformedError("without sender or type")
    if _text(fields, "AgentID") not in ("", agent_id):
        raise MalformedError("another app's")
    if not userid or userid == "sys":
        return Callback()
    inbound = Inbound(
        channel=CHANNEL, account=account, message_id="", sender=userid, chat=userid, at=_moment(fields)
    )
    return _event(fields, inbound) if sort == "event" else _message(fields, sort, inbound)


def _message(fields: Xml, sort: str, inbound: Inbound) -> Callback:
    message_id = _text(fields, "MsgId")
    if not message_id:
        raise MalformedError("a message without MsgId")
    inbound = replace(inbound, message_id=message_id[:150])
    media_id = _text(fields, "MediaId")
    media = Media(ref=media_id, mime=_MIME.get(sort, "")) if media_id else None
    if sort == "text":
        return Callback(inbound=replace(inbound, kind=Kind.TEXT, text=_text(fields, "Content")))
    return Callback(inbound=replace(inbound, kind=_MEDIA.get(sort, Kind.OTHER), media=media))


def _event(fields: Xml, inbound: Inbound) -> Callback:
    event, key, task = _text(fields, "Event").lower(), _text(fields, "EventKey"), _text(fields, "TaskId")
    created = int(inbound.at.timestamp())
    inbound = replace(inbound, message_id=f"{inbound.sender}:{created}:{event}:{task}:{key}"[:150])
    match event:
        case "template_card_event":  # a card's button: its key is the handle we signed
            # Its id is the card's and the button's: pressed twice it is one act.
            pressed = f"{inbound.sender}:{task}:{key}"[:150]
            return Callback(inbound=replace(inbound, message_id=pressed, kind=Kind.CHOICE, choice=key))
        case "click":
            return Callback(inbound=replace(inbound, kind=Kind.TEXT, text=key))
        case "subscribe":
            return Callback(inbound=replace(inbound, kind=Kind.ENTERED))
        case "unsubscribe":
            return Callback(inbound=replace(inbound, kind=Kind.LEFT))
    return Callback()


def _text(fields: Xml, name: str) -> str:
    value = fields.get(name, "")
    return value.replace("\0", "") if isinstance(value, str) else ""


def _moment(fields: Xml) -> datetime:
    created = _text(fields, "CreateTime")
    if not (created.isascii() and created.isdecimal() and len(created) < 12):
        raise MalformedError("without a time")
    return datetime.fromtimestamp(int(created), UTC)
