"""The people and groups on the other side of the fake: what they do, what they see."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.channels.telegram.fake import FakeTelegram

JsonDict = dict[str, Any]


@dataclass
class Message:
    """One message as its reader sees it."""

    id: int
    chat: int
    text: str
    keyboard: list[list[dict[str, str]]] = field(default_factory=list)
    photo: bytes = b""
    document: bytes = b""
    file_name: str = ""
    edits: int = 0

    @property
    def buttons(self) -> list[str]:
        """The labels, in reading order."""
        return [button["text"] for row in self.keyboard for button in row]

    def button(self, label: str) -> dict[str, str] | None:
        """The button with this label, or the one that contains it."""
        buttons = [button for row in self.keyboard for button in row]
        exact = [button for button in buttons if button["text"] == label]
        return next(iter(exact or [button for button in buttons if label in button["text"]]), None)


@dataclass
class Press:
    """A pressed button, turning until it is answered."""

    id: str
    data: str
    update_id: int
    at: float = field(default_factory=time.monotonic)
    answered: bool = False
    answer: str = ""


class Chat:
    """Where messages of the bot arrive."""

    def __init__(self, telegram: "FakeTelegram", chat_id: int) -> None:
        self.telegram, self.id = telegram, chat_id
        self.inbox: list[Message] = []
        self.writable = True
        self.refusal = ""  # a 403 with this reason
        self.moved_to = 0
        self._heard = 0

    @property
    def json(self) -> JsonDict:
        raise NotImplementedError

    def hears(self, containing: str = "", *, within: float = 5.0) -> Message:
        """The next message not heard yet (that contains this text; those before it count as heard)."""

        def found() -> Message | None:
            for number, message in enumerate(self.inbox[self._heard :], self._heard + 1):
                if containing in message.text:
                    self._heard = number
                    return message
            return None

        def missing() -> str:
            return f"{self} hears nothing with {containing!r}; unheard: {self._unheard()}"

        return self.telegram.wait_for(found, within, missing)

    def hears_nothing(self, *, during: float = 0.3) -> None:
        """Nothing new arrives in this time."""
        time.sleep(during)
        assert not self._unheard(), f"{self} heard {self._unheard()}"

    def _unheard(self) -> list[str]:
        return [message.text for message in self.inbox[self._heard :]]

    @property
    def last(self) -> Message:
        """The newest message."""
        assert self.inbox, f"{self} has heard nothing"
        return self.inbox[-1]

    def _shown(self, label: str) -> tuple[Message, dict[str, str]]:
        for message in reversed(self.inbox):
            if button := message.button(label):
                return message, button
        raise AssertionError(
            f"{self} sees no button {label!r}, only {[m.buttons for m in self.inbox if m.buttons]}"
        )


class Group(Chat):
    """A group chat with the bot in it."""

    def __init__(self, telegram: "FakeTelegram", chat_id: int, title: str) -> None:
        super().__init__(telegram, chat_id)
        self.title = title

    def __repr__(self) -> str:
        return self.title

    @property
    def json(self) -> JsonDict:
        return {
            "id": self.id,
            "type": "supergroup" if str(self.id).startswith("-100") else "group",
            "title": self.title,
        }

    def migrates(self, new_id: int) -> None:
        """Becomes a supergroup: the old id only says where it went."""
        self.moved_to = new_id
        moved = Group(self.telegram, new_id, self.title)
        self.telegram.chats[new_id] = moved
        self.telegram.service(self, {"migrate_to_chat_id": new_id})
        self.telegram.service(moved, {"migrate_from_chat_id": self.id})


class Person(Chat):
    """Somebody with Telegram. Everything they do reaches the bot as an update; each verb returns its id."""

    def __init__(self, telegram: "FakeTelegram", user_id: int, name: str, language: str) -> None:
        super().__init__(telegram, user_id)
        self.name, self.language = name, language
        self.writable = False  # a bot cannot write first
        self.refusal = "bot can't initiate conversation with a user"
        self.presses_made: list[Press] = []

    def __repr__(self) -> str:
        return self.name

    @property
    def user(self) -> JsonDict:
        """As `from`."""
        known = {"id": self.id, "is_bot": False, "first_name": self.name}
        return known | ({"language_code": self.language} if self.language else {})

    @property
    def json(self) -> JsonDict:
        return {"id": self.id, "type": "private", "first_name": self.name}

    def says(self, text: str, *, to: Group | None = None, reply_to: Message | None = None) -> int:
        """Write a text, here or in a group."""
        content: JsonDict = {"text": text}
        if entities := _entities(text):
            content["entities"] = entities
        if reply_to:
            content["reply_to_message"] = self.telegram.as_json(reply_to)
        return self._sends(content, to)

    def starts(self, token: str = "") -> int:
        """Press Start, perhaps by a link with a token; after blocking, that unblocks."""
        if self.refusal == "bot was blocked by the user":
            self._membership("kicked", "member")
        return self.says(f"/start {token}".strip())

    def presses(self, label: str, *, on: Chat | None = None) -> Press:
        """Press the newest button with this label (in a group: `on`)."""
        message, button = (on or self)._shown(label)
        assert "callback_data" in button, f"{label!r} is a link to {button.get('url')}"
        return self.presses_data(button["callback_data"], message)

    def presses_data(self, data: str, message: Message | None = None) -> Press:
        """Press a button with this data: an old one, another's, or (without message) one too old to be named."""
        query: JsonDict = {
            "id": str(self.telegram.next_number()),
            "from": self.user,
            "chat_instance": str(-7_000_000 - self.id),
            "data": data,
        }
        if message:
            query["message"] = self.telegram.as_json(message)
        press = Press(query["id"], data, 0)
        self.presses_made.append(press)
        press.update_id = self.telegram.enqueue({"callback_query": query}, f"presses of {self.id}", press.id)
        return press

    def edits(self, update_id: int, text: str) -> int:
        """Correct a text sent before."""
        old = self.telegram.sent[update_id]["message"]
        changed = old | {"text": text, "edit_date": int(time.time())}
        return self.telegram.enqueue({"edited_message": changed}, f"chat {old['chat']['id']}")

    def sends_photo(
        self, content: bytes, caption: str = "", *, album: str = "", to: Group | None = None
    ) -> int:
        """Send a picture in two sizes, as Telegram does."""
        small, large = self.telegram.store(content[:64]), self.telegram.store(content)
        sizes = [small | {"width": 90, "height": 67}, large | {"width": 1280, "height": 960}]
        extra = {"media_group_id": album} if album else {}
        return self._sends({"photo": sizes, **_caption(caption), **extra}, to)

    def sends_file(self, content: bytes, name: str, mime: str, caption: str = "") -> int:
        """Send a document."""
        document = self.telegram.store(content, name) | {"file_name": name, "mime_type": mime}
        return self._sends({"document": document, **_caption(caption)})

    def sends_voice(self, content: bytes = b"OggS", seconds: int = 3) -> int:
        """Speak."""
        return self._sends(
            {"voice": self.telegram.store(content) | {"duration": seconds, "mime_type": "audio/ogg"}}
        )

    def sends_sticker(self) -> int:
        """Send a sticker."""
        look = {"width": 512, "height": 512, "type": "regular", "is_animated": False, "is_video": False}
        return self._sends({"sticker": self.telegram.store(b"RIFF") | look})

    def sends_location(self, latitude: float = 31.23, longitude: float = 121.47) -> int:
        """Send a place."""
        return self._sends({"location": {"latitude": latitude, "longitude": longitude}})

    def sends_contact(self, phone: str, whose: "Person | None" = None) -> int:
        """Send a card: one's own, or somebody else's."""
        owner = whose or self
        return self._sends(
            {"contact": {"phone_number": phone, "first_name": owner.name, "user_id": owner.id}}
        )

    def blocks(self) -> int:
        """Block the bot."""
        return self._membership("member", "kicked")

    def is_deleted(self) -> None:
        """Their account is gone."""
        self.writable, self.refusal = False, "user is deactivated"

    def _membership(self, old: str, new: str) -> int:
        self.writable, self.refusal = (
            new == "member",
            "" if new == "member" else "bot was blocked by the user",
        )
        change = {
            "chat": self.json,
            "from": self.user,
            "date": int(time.time()),
            "old_chat_member": {"user": self.telegram.me, "status": old, "until_date": 0},
            "new_chat_member": {"user": self.telegram.me, "status": new, "until_date": 0},
        }
        return self.telegram.enqueue({"my_chat_member": change}, f"membership {self.id}")

    def _sends(self, content: JsonDict, to: Group | None = None) -> int:
        chat: Chat = to or self
        if chat is self:
            self.writable, self.refusal = True, ""
        message = {
            "message_id": self.telegram.next_number(),
            "from": self.user,
            "chat": chat.json,
            "date": int(time.time()),
            **content,
        }
        return self.telegram.enqueue({"message": message}, f"chat {chat.id}")


def _caption(caption: str) -> JsonDict:
    return {"caption": caption} if caption else {}


def _entities(text: str) -> list[JsonDict]:
    """Commands and mentions as Telegram marks them, in UTF-16 units."""
    units: Callable[[str], int] = lambda part: len(part.encode("utf-16-le", "surrogatepass")) // 2
    found, at = [], 0
    for word in text.split(" "):
        kind = (
            {"/": "bot_command", "@": "mention"}.get(word[:1]) if len(word) > 1 and word.isascii() else None
        )
        if kind:
            found.append({"type": kind, "offset": at, "length": units(word)})
        at += units(word) + 1
    return found
