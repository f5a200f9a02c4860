"""A decrypted message -> Inbound. Facts: developers.weixin.qq.com, receiving messages and events."""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Literal

from bot.channels.wechat.envelope import MalformedError, Xml, read_xml
from bot.dialog.messages import Inbound, Kind, Media

CHANNEL: Final = "wechat"
_SCENE: Final = "qrscene_"
_LONGEST_KEY: Final = 150
_MEDIA: Final = {
    "image": Kind.PHOTO,
    "voice": Kind.VOICE,
    "video": Kind.VIDEO,
    "shortvideo": Kind.VIDEO,
    "file": Kind.FILE,
}

Opens = Literal["message", "event", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One push of WeChat.

    inbound: None when nobody waits for an answer. own: our name in the envelope of an answer. opens: what it lets us send.
    finished: a template message's id and what became of it.
    """

    inbound: Inbound | None = None
    own: str = ""
    opens: Opens = ""
    finished: tuple[str, str] | None = None


def parse(raw: bytes, *, app_id: str) -> Letter:
    """Read a push. Raises MalformedError."""
    fields = read_xml(raw)
    openid, own, sort = _text(fields, "FromUserName"), _text(fields, "ToUserName"), _text(fields, "MsgType")
    if not openid or not own or not sort or len(openid) > 100:
        raise MalformedError("without sender, receiver or type")
    inbound = Inbound(
        channel=CHANNEL,
        account=app_id,
        message_id="",
        sender=openid,
        chat=openid,
        at=_moment(fields),
    )
    if sort == "event":
        return _event(fields, inbound, own)
    message_id = _text(fields, "MsgId")
    if not message_id:
        raise MalformedError("a message without MsgId")
    return Letter(
        inbound=_message(fields, sort, replace(inbound, message_id=_short(message_id))),
        own=own,
        opens="message",
    )


def _message(fields: Xml, sort: str, inbound: Inbound) -> Inbound:
    media_id = _text(fields, "MediaId")
    media = Media(ref=media_id, mime=_mime(fields, sort)) if media_id else None
    spoken = _text(fields, "Recognition").strip()
    if sort == "text":
        return replace(inbound, kind=Kind.TEXT, text=_text(fields, "Content"))
    if sort == "voice" and spoken:  # WeChat has written down what was said; the sound stays with it
        return replace(inbound, kind=Kind.TEXT, text=spoken, media=media)
    if sort == "location":
        return replace(inbound, kind=Kind.LOCATION, text=_text(fields, "Label"))
    if sort == "link":
        return replace(inbound, kind=Kind.OTHER, text=_text(fields, "Title"))
    return replace(inbound, kind=_MEDIA.get(sort, Kind.OTHER), media=media)


def _event(fields: Xml, inbound: Inbound, own: str) -> Letter:
    event, key = _text(fields, "Event"), _text(fields, "EventKey")
    created = int(inbound.at.timestamp())
    inbound = replace(inbound, message_id=_short(f"{inbound.sender}:{created}:{event}:{key}"))
    match event.lower():
        case "subscribe":
            scene = key.removeprefix(_SCENE) if key.startswith(_SCENE) else ""
            return Letter(inbound=replace(inbound, kind=Kind.ENTERED, text=scene), own=own, opens="event")
        case "scan":
            return Letter(inbound=replace(inbound, kind=Kind.ENTERED, text=key), own=own, opens="event")
        case "unsubscribe":
            return Letter(inbound=replace(inbound, kind=Kind.LEFT), own=own)
        case "click":  # a button of our menu says the words in its key
            return Letter(inbound=replace(inbound, kind=Kind.TEXT, text=key), own=own, opens="event")
        case "templatesendjobfinish":  # the one place where the field is spelt so
            return Letter(own=own, finished=(_text(fields, "MsgID"), _text(fields, "Status")))
    # Opened links, reported positions, consents and whatever comes to be: nobody has said anything.
    return Letter(inbound=replace(inbound, kind=Kind.OTHER, addressed=False), own=own)


def _text(fields: Xml, name: str) -> str:
    value = fields.get(name, "")
    return value.replace("\0", "") if isinstance(value, str) else ""


def _moment(fields: Xml) -> datetime:
    created = _text(fields, "CreateTime")
    if not (created.isascii() and created.isdecimal() and len(created) < 12):
        raise MalformedError("without a time")
    return datetime.fromtimestamp(int(created), UTC)


def _mime(fields: Xml, sort: str) -> str:
    if sort == "voice":
        return f"audio/{_text(fields, 'Format').lower() or 'amr'}"[:60]
    return {"image": "image/jpeg", "video": "video/mp4", "shortvideo": "video/mp4"}.get(sort, "")


def _short(key: str) -> str:
    return key if len(key) <= _LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()
