"""A WeCom of our own: one corporation's app on loopback, and its staff. It shares the HTTP side with the fake WeChat."""

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

from tests.channels.wechat.delivery import Push
from tests.channels.wechat.fake import FakeWeChat
from tests.channels.wechat.methods import ErrCodeError
from tests.channels.wechat.people import Person

CODE_LIVES = 72 * 3600.0
PER_MINUTE = 30


@dataclass
class Card:
    """A card as it is shown. replaced: what stands where its buttons were."""

    task_id: str
    title: str
    under: str
    buttons: list[dict[str, Any]]
    person: "Colleague"
    sent_at: float
    replaced: str = ""
    codes: set[str] = field(default_factory=set)


class Colleague(Person):
    """Somebody in the corporation."""

    def __init__(self, wecom: "FakeWeCom", userid: str) -> None:
        super().__init__(wecom, userid, userid)
        self.wecom = wecom
        self.cards: list[Card] = []
        self.times: list[float] = []

    def presses(self, label: str) -> str:
        """Press a button of the newest card that has it."""
        for card in reversed(self.cards):
            for button in card.buttons:
                if label in button["text"] and not card.replaced:
                    return self.presses_again(card, button["key"])
        raise AssertionError(f"{self} sees no button {label!r} on {self.cards}")

    def presses_again(self, card: Card, key: str) -> str:
        """The same button, whatever the card shows now."""
        code = self.wecom.new_code(card)
        fields = (
            "<Event><![CDATA[template_card_event]]></Event>"
            f"<EventKey><![CDATA[{key}]]></EventKey><TaskId><![CDATA[{card.task_id}]]></TaskId>"
            f"<CardType><![CDATA[button_interaction]]></CardType><ResponseCode><![CDATA[{code}]]></ResponseCode>"
        )
        return self._push("event", fields, f"card:{card.task_id}:{self.wecom.next_number()}")

    def sees_card(self, containing: str, *, within: float = 10.0) -> Card:
        """A card with this in it."""
        return self.wecom.wait_for(
            lambda: next((c for c in reversed(self.cards) if containing in c.title + "\n" + c.under), None),
            within,
            lambda: f"{self} sees no card {containing!r}: {self.cards}; heard {[m.text for m in self.inbox]}",
        )


class FakeWeCom(FakeWeChat):
    """One app of one corporation. Its people are in it: there is no following, and no window."""

    def __init__(self) -> None:
        super().__init__()
        self.app_id, self.agent_id, self.name = "ww5823bf96d3bd56c7", "1000002", "ww5823bf96d3bd56c7"
        self.cards: dict[str, Card] = {}
        self.spent: set[str] = set()
        self.dropped = 0
        self._codes = itertools.count(1)

    @property
    def settings(self) -> dict[str, str]:
        return {
            "DEALER_WECOM_CORP_ID": self.app_id,
            "DEALER_WECOM_AGENT_ID": self.agent_id,
            "DEALER_WECOM_SECRET": self.secret,
            "DEALER_WECOM_TOKEN": self.token,
            "DEALER_WECOM_AES_KEY": self.aes_key,
            "DEALER_WECOM_API_URL": self.url,
        }

    def colleague(self, userid: str) -> Colleague:
        self.people[userid.lower()] = person = Colleague(self, userid)
        return person

    def envelope(self, openid: str, sort: str, fields: str) -> str:
        return super().envelope(openid, sort, f"{fields}<AgentID>{self.agent_id}</AgentID>")

    def new_code(self, card: Card) -> str:
        code = f"code{next(self._codes)}"
        card.codes.add(code)
        return code

    def push(self, xml: str, person: Person, key: str) -> None:
        self.delivery.start(Push(person, xml, key))

    def _answer(self, path: str, query: dict[str, str], body: Any) -> dict[str, Any] | bytes:
        if path == "gettoken":
            if (query.get("corpid"), query.get("corpsecret")) != (self.app_id, self.secret):
                raise ErrCodeError(40001, "invalid credential")
            self.token_fetches += 1
            self.new_token()  # the page no longer promises the same one
            return {"errcode": 0, "errmsg": "ok", "access_token": self.access_token, "expires_in": 7200}
        if query.get("access_token") != self.access_token or time.time() >= self.token_ends:
            raise ErrCodeError(42001, "access_token expired")
        if path == "media/get":
            if query.get("media_id") not in self.files:
                raise ErrCodeError(40007, "invalid media_id")
            return self.files[query["media_id"]]
        if path == "media/upload":
            if query.get("type") not in ("image", "file") or not body:
                raise ErrCodeError(40004, "invalid media type")
            return {"errcode": 0, "type": query["type"], "media_id": self.store(body), "created_at": "1"}
        if path == "message/send":
            return {"errcode": 0, "errmsg": "ok", **self._send(body)}
        if path == "message/update_template_card":
            return {"errcode": 0, "errmsg": "ok", **self._change(body)}
        raise ErrCodeError(40066, "invalid url")

    def _send(self, body: dict[str, Any]) -> dict[str, Any]:
        if str(body["agentid"]) != self.agent_id:
            raise ErrCodeError(40056, "invalid agentid")
        person = self.people.get(body["touser"].lower())
        if not isinstance(person, Colleague) or not person.follower:
            raise ErrCodeError(81013, "user & party & tag all invalid")
        recent = [at for at in person.times if at > time.time() - 60]
        if len(recent) >= PER_MINUTE:
            self.dropped += 1  # and nobody is told
            return {"msgid": "dropped"}
        person.times.append(time.time())
        if body["msgtype"] == "text":
            text = body["text"]["content"]
            if not text or len(text.encode()) > 2048:
                raise ErrCodeError(45002, "content size out of limit")
            person.gets(text, how="custom")
            return {"msgid": str(self.next_number())}
        if body["msgtype"] in ("image", "file"):
            media_id = body[body["msgtype"]]["media_id"]
            if media_id not in self.files:
                raise ErrCodeError(40007, "invalid media_id")
            person.gets("", how=body["msgtype"], image=self.files[media_id])
            return {"msgid": str(self.next_number())}
        card = body["template_card"]
        if body["msgtype"] != "template_card" or card["card_type"] != "button_interaction":
            raise ErrCodeError(40008, "invalid message type")
        return self._show(person, body, card)

    def _show(self, person: Colleague, body: dict[str, Any], card: dict[str, Any]) -> dict[str, Any]:
        buttons, title = card["button_list"], card["main_title"]["title"]
        if not title or not 1 <= len(buttons) <= 6 or any(len(b["key"]) > 1024 for b in buttons):
            raise ErrCodeError(42015, "invalid template card")
        known = self.cards.get(card["task_id"])
        if known is not None:
            if not body.get("enable_duplicate_check"):
                raise ErrCodeError(42014, "task_id is duplicate")
            return {"msgid": "same", "response_code": ""}
        shown = Card(card["task_id"], title, card.get("sub_title_text", ""), buttons, person, time.time())
        self.cards[shown.task_id] = shown
        person.cards.append(shown)
        return {"msgid": str(self.next_number()), "response_code": self.new_code(shown)}

    def _change(self, body: dict[str, Any]) -> dict[str, Any]:
        code = body["response_code"]
        card = next((card for card in self.cards.values() if code in card.codes), None)
        if card is None or code in self.spent or time.time() > card.sent_at + CODE_LIVES:
            raise ErrCodeError(42018, "invalid response_code")
        self.spent.add(code)
        card.replaced = body["button"]["replace_name"]
        return {}
