"""How WeChat hands a message to the account's address: five seconds, three tries in all, the same MsgId each time.

An answer is `success`, nothing, or an encrypted reply; anything else shows the person that the account is out of service, and so
do three tries without an answer.
"""

import re
import secrets
import threading
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx2

from tests.channels.wechat import cipher

if TYPE_CHECKING:
    from tests.channels.wechat.fake import FakeWeChat
    from tests.channels.wechat.people import Person

TRIES = 3
OUT_OF_SERVICE = "该公众号暂时无法提供服务，请稍后再试"


@dataclass(frozen=True)
class Attempt:
    """One delivery. status: 0 when there was no answer in time."""

    key: str
    status: int
    seconds: float
    body: bytes = b""


@dataclass
class Push:
    """One message or event on its way."""

    person: "Person"
    xml: str
    key: str

    @property
    def name(self) -> str:
        return self.key


class Delivery:
    """The threads that push, one for each message: WeChat does not wait for one before it sends the next."""

    def __init__(self, wechat: "FakeWeChat") -> None:
        self.wechat = wechat
        self.attempts: list[Attempt] = []
        self.busy = 0
        self._client = httpx2.Client(timeout=httpx2.Timeout(30.0), trust_env=False)

    def start(self, push: Push) -> None:
        with self.wechat.changed:
            self.busy += 1
        threading.Thread(target=self._run, args=[push], daemon=True).start()

    def close(self) -> None:
        self._client.close()

    def post(self, xml: str, key: str = "", **changes: str) -> Attempt:
        """Deliver once, whatever comes of it. changes: of the query."""
        wechat = self.wechat
        timestamp, nonce = str(int(time.time())), secrets.token_hex(5)
        sealed = cipher.encrypt(xml.encode(), wechat.aes_key, wechat.app_id)
        query = {
            "signature": cipher.signature(wechat.token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "openid": (re.search(r"<FromUserName><!\[CDATA\[(.*?)\]\]>", xml) or ["", ""])[1],
            "encrypt_type": "aes",
            "msg_signature": cipher.signature(wechat.token, timestamp, nonce, sealed),
        } | changes
        body = f"<xml><ToUserName><![CDATA[{wechat.name}]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
        return self.send(query, body.encode(), key)

    def send(self, query: dict[str, str], body: bytes, key: str = "") -> Attempt:
        """One HTTP request, given up after five seconds."""
        began = time.monotonic()
        try:
            answer = self._client.post(
                self.wechat.webhook, params=query, content=body, timeout=self.wechat.patience
            )
            attempt = Attempt(key, answer.status_code, time.monotonic() - began, answer.content)
        except (httpx2.HTTPError, RuntimeError):  # RuntimeError: the fake is closing
            attempt = Attempt(key, 0, time.monotonic() - began)
        if attempt.seconds > self.wechat.patience:
            attempt = Attempt(key, 0, attempt.seconds)
        with self.wechat.changed:
            self.attempts.append(attempt)
            self.wechat.changed.notify_all()
        return attempt

    def _run(self, push: Push) -> None:
        try:
            for _ in range(TRIES):
                attempt = self.post(push.xml, push.key)
                if attempt.status == 200:
                    break
            self._take(push, attempt)
            for _ in range(self.wechat.duplicates):
                self._take(push, self.post(push.xml, push.key))
        except Exception as error:  # noqa: BLE001 a fault of this fake
            self.wechat.bugs.append(repr(error))
        finally:
            with self.wechat.changed:
                self.busy -= 1
                self.wechat.changed.notify_all()

    def _take(self, push: Push, attempt: Attempt) -> None:
        """What the answer shows the person."""
        if attempt.status != 200:
            self._out_of_service(push, f"no answer: {attempt}")
            return
        if attempt.body in (b"success", b""):
            return
        try:
            text = self._opened(attempt.body, push.person.openid)
        except Exception as error:  # noqa: BLE001 whatever is wrong with it, the person sees only this
            self._out_of_service(push, f"{error!r}: {attempt.body[:200]!r}")
            return
        push.person.gets(text, how="passive", answers=push.key)

    def _out_of_service(self, push: Push, why: str) -> None:
        self.wechat.violations[f"out of service: {why}"] += 1
        push.person.gets(OUT_OF_SERVICE, how="error", answers=push.key)

    def _opened(self, body: bytes, openid: str) -> str:
        """The text of an encrypted answer. Raises AssertionError or what the parser raises."""
        wechat = self.wechat
        outer = {field.tag: field.text or "" for field in ET.fromstring(body)}
        assert set(outer) == {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"}
        signed = cipher.signature(wechat.token, outer["TimeStamp"], outer["Nonce"], outer["Encrypt"])
        assert signed == outer["MsgSignature"]
        xml, app_id = cipher.decrypt(outer["Encrypt"], wechat.aes_key)
        assert app_id == wechat.app_id
        fields = {field.tag: field.text or "" for field in ET.fromstring(xml)}
        assert set(fields) == {"ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"}
        assert fields["ToUserName"] == openid
        assert fields["FromUserName"] == wechat.name
        assert fields["MsgType"] == "text"
        assert fields["Content"]
        assert len(fields["Content"].encode()) <= 2048
        return fields["Content"]
