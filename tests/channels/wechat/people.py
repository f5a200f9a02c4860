"""The people on the other side of the fake: what they do, what they see."""

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.channels.wechat.delivery import Push

if TYPE_CHECKING:
    from tests.channels.wechat.fake import FakeWeChat

_MESSAGE, _EVENT = (5, 48 * 3600.0), (3, 60.0)


@dataclass(frozen=True)
class Message:
    """One message as its reader sees it. how: passive | custom | template | error. answers: the key of the push, if passive."""

    text: str
    how: str
    image: bytes = b""
    answers: str = ""

    def number_of(self, label: str) -> int:
        """The number before a choice with this in it."""
        for number, found in re.findall(r"(\d+)(?:\. | )([^/\n]+)", self.text):
            if label in found:
                return int(number)
        raise AssertionError(f"no choice {label!r} in {self.text!r}")


class Person:
    """Somebody with WeChat. Everything they do reaches the account as a push; each verb returns its dedupe key."""

    def __init__(self, wechat: "FakeWeChat", openid: str, name: str) -> None:
        self.wechat, self.openid, self.name = wechat, openid, name
        self.inbox: list[Message] = []
        self.follower = False
        self.refuses_templates = False
        self.sent: list[Push] = []
        self._heard = 0
        self._message = self._event = (0, 0.0)

    def __repr__(self) -> str:
        return self.name

    # ---- what they do

    def follows(self, scene: str = "") -> str:
        """Follow the account, perhaps by scanning its code with a scene."""
        self.follower = True
        self._opens(event=True)
        return self._happens("subscribe", f"qrscene_{scene}" if scene else "")

    def scans(self, scene: str) -> str:
        """Scan a code with a scene: a new follower follows by it, an old one only says it."""
        if not self.follower:
            return self.follows(scene)
        self._opens(event=True)
        return self._happens("SCAN", scene)

    def scans_code(self, url: str) -> str:
        """Scan a code the account has made."""
        return self.scans(self.wechat.scene_of(url))

    def unfollows(self) -> str:
        self.follower = False
        self._message = self._event = (0, 0.0)
        return self._happens("unsubscribe", "")

    def clicks(self, label: str) -> str:
        """Press a button of the account's menu."""
        key = next(
            button["key"]
            for group in self.wechat.menu["button"]
            for button in group["sub_button"]
            if button["name"] == label
        )
        self._opens(event=True)
        return self._happens("CLICK", key)

    def says(self, text: str) -> str:
        """Write a text."""
        return self._sends("text", f"<Content><![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]></Content>")

    def picks(self, label: str) -> str:
        """Answer with the number before this in the newest message that has it."""
        for message in reversed(self.inbox):
            if label in message.text:
                return self.says(str(message.number_of(label)))
        raise AssertionError(f"{self} sees no choice {label!r} in {[message.text for message in self.inbox]}")

    def sends_photo(self, content: bytes) -> str:
        media_id = self.wechat.store(content)
        return self._sends(
            "image",
            f"<PicUrl><![CDATA[http://example.invalid/p]]></PicUrl><MediaId><![CDATA[{media_id}]]></MediaId>",
        )

    def speaks(self, written: str | None = None) -> str:
        """Say something aloud; `written`: what WeChat made of it."""
        recognition = "" if written is None else f"<Recognition><![CDATA[{written}]]></Recognition>"
        media_id = self.wechat.store(b"#!AMR\n")
        return self._sends(
            "voice", f"<MediaId><![CDATA[{media_id}]]></MediaId><Format><![CDATA[amr]]></Format>{recognition}"
        )

    def sends(self, sort: str, fields: str) -> str:
        """Any other message, by its fields."""
        return self._sends(sort, fields)

    # ---- what they see

    def gets(self, text: str, *, how: str, image: bytes = b"", answers: str = "") -> None:
        with self.wechat.changed:
            self.inbox.append(Message(text, how, image, answers))
            self.wechat.changed.notify_all()

    def hears(self, containing: str = "", *, within: float = 5.0) -> Message:
        """The next message not heard yet (that contains this text; those before it count as heard)."""

        def found() -> Message | None:
            for number, message in enumerate(self.inbox[self._heard :], self._heard + 1):
                if containing in message.text:
                    self._heard = number
                    return message
            return None

        def missing() -> str:
            unheard = [message.text for message in self.inbox[self._heard :]]
            return f"{self} hears nothing with {containing!r}; unheard: {unheard}; heard: {[m.text for m in self.inbox]}"

        return self.wechat.wait_for(found, within, missing)

    def hears_nothing(self, *, during: float = 0.3) -> None:
        time.sleep(during)
        unheard = [message.text for message in self.inbox[self._heard :]]
        assert not unheard, f"{self} heard {unheard}"

    # ---- what the account may send them

    def take_quota(self) -> int:
        """0, or the errcode of a customer service message that may not be sent."""
        now = self.wechat.now()
        windows = [self._message, self._event]
        if not self.follower or all(until <= now for _, until in windows):
            return 45015
        if not any(left and until > now for left, until in windows):
            return 45047
        self._message, self._event = [(max(0, left - 1), until) for left, until in windows]
        return 0

    def _opens(self, *, event: bool = False) -> None:
        count, span = _EVENT if event else _MESSAGE
        opened = (count, self.wechat.now() + span)
        if event:
            self._event = opened
        else:
            self._message = opened

    def _sends(self, sort: str, fields: str) -> str:
        self.follower = True  # only followers can write
        self._opens()
        key = str(self.wechat.next_number())
        return self._push(sort, f"{fields}<MsgId>{key}</MsgId>", key)

    def _happens(self, event: str, event_key: str) -> str:
        fields = f"<Event><![CDATA[{event}]]></Event><EventKey><![CDATA[{event_key}]]></EventKey>"
        return self._push("event", fields, f"{event}:{event_key}:{self.wechat.next_number()}")

    def _push(self, sort: str, fields: str, key: str) -> str:
        xml = self.wechat.envelope(self.openid, sort, fields)
        push = Push(self, xml, key)
        self.sent.append(push)
        self.wechat.delivery.start(push)
        return key
