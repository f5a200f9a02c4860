"""What comes in and what goes out, in one form for every channel.

`Say` is words by key, never a rendered sentence: it is stored as JSON and rendered in the reader's language at delivery.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from core.kit.say import Choice, Name, Param, Picture, Quantity, Say

__all__ = [
    "Button", "Choice", "Inbound", "Kind", "Media", "Name", "Outcome", "Param", "Picture", "Quantity", "Say", "Words",
]  # fmt: skip


class Kind(StrEnum):
    """What sort of message came in. Everything a channel can deliver has one, so that everything gets an answer."""

    TEXT = "text"
    CHOICE = "choice"  # a button; `choice` holds its handle
    PHOTO = "photo"
    FILE = "file"
    VOICE = "voice"
    VIDEO = "video"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    EDITED = "edited"
    ENTERED = "entered"  # pressed start, followed, scanned; `text` may hold a token
    FETCHED = "fetched"  # a file sent earlier is ready or refused; `text` is its id; from no channel
    LOOKED = "looked"  # a model's second look at a message is done; `text` is its id; from no channel
    LEFT = "left"  # blocked or unfollowed
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A file as its channel names it. `ref` fetches it there; `unique` tells the same file sent again."""

    ref: str
    unique: str = ""
    name: str = ""
    mime: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One message. (channel, account, message_id) is its dedupe key; `sender` is the channel's immutable user id.

    chat: where the answer goes. place: "private", or "group:<chat>". at: aware UTC. media_group: album id.
    choice: a button's handle; of a text that is a bare number, what a notice that has only just come offers under it.
    text is never None; addressed: private, or the assistant was named, replied to or given a command.
    """

    channel: str
    account: str
    message_id: str
    sender: str
    chat: str
    at: datetime
    kind: Kind = Kind.TEXT
    text: str = ""
    choice: str = ""
    callback_id: str = ""  # to answer a button press
    media: Media | None = None
    media_group: str = ""
    place: str = "private"
    addressed: bool = True
    sender_name: str = ""
    locale_hint: str = ""

    def result(self, kind: Kind, *, message_id: str, text: str, at: datetime) -> "Inbound":
        """What came of work this message asked for, as a message of our own in the same chat."""
        return replace(
            self, kind=kind, message_id=message_id, text=text, at=at,
            media=None, media_group="", choice="", callback_id="",
        )  # fmt: skip

    @property
    def reference(self) -> str:
        """The message in one word, as the ledger of corrections names it."""
        return f"{self.channel}:{self.account}:{self.message_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a turn came to. status: done | duplicate | parked | ignored. says: the answer, in order."""

    status: str
    says: tuple[Say, ...] = ()
    locale: str = "zh-Hans"
    outbox_ids: tuple[int, ...] = ()  # reply rows leased to this process, to be sent now
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A rendered choice: its label, and either the signed handle that comes back as `Inbound.choice`, or a link."""

    label: str
    handle: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A Say rendered in one language for one reader: plain text without markup, buttons in order, a picture."""

    text: str
    buttons: tuple[Button, ...] = ()
    picture: Picture | None = None
