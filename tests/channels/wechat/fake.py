"""A WeChat of our own: the platform of one service account as a real HTTP server on loopback, and the people behind it.

    with FakeWeChat() as wechat:             # wechat.settings are the DEALER_WECHAT_* of the account
        wechat.webhook = "http://127.0.0.1:8000/wechat"
        li = wechat.user("李掌柜")
        li.scans(token)                       # follows by the code
        li.says("羊角锤3箱")
        assert "合计" in li.hears().text       # waits for the next message, 5 s by default
        li.picks("确认")                       # answers with the number before it

It pushes as WeChat does (`delivery`), refuses what WeChat refuses (`methods`), and misbehaves on demand (`fault`, `latency`,
`duplicates`, `revoke_token`, `passes`).
"""

import base64
import hashlib
import itertools
import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Self, TypeVar

from tests.channels.wechat import cipher
from tests.channels.wechat.delivery import Attempt, Delivery, Push
from tests.channels.wechat.methods import METHODS, ErrCodeError, fetch_token
from tests.channels.wechat.people import Person
from tests.channels.wechat.server import Server

T = TypeVar("T")

_JSON = "application/json; encoding=utf-8"
TEMPLATE = "tmpl-Alert_01"


class FakeWeChat:
    """One service account's WeChat. Safe to use from any thread."""

    def __init__(self) -> None:
        self.app_id, self.secret = "wx5823bf96d3bd56c7", "8c5f2a5b7e0d4c1f9a3b6e7d8c9f0a1b"
        self.token, self.name = "QDG6eK0token", "gh_5823bf96d3bd"
        self.aes_key = base64.b64encode(hashlib.sha256(b"of the tests").digest()).decode()[:43]
        self.webhook = ""
        self.changed = threading.Condition(threading.RLock())
        self.people: dict[str, Person] = {}
        self.files: dict[str, bytes] = {}
        self.codes: dict[str, str] = {}
        self.menu: dict[str, Any] = {}
        self.template_id, self.template_ends = TEMPLATE, "success"
        self.templates: dict[tuple[str, str], int] = {}
        self.access_token, self.token_ends, self.token_fetches = "", 0.0, 0
        self.calls: list[tuple[str, Any]] = []
        self.refused: list[int] = []  # quota errors given
        self.violations: Counter[str] = Counter()  # what the account did that it should not
        self.bugs: list[str] = []  # of this fake itself
        self.patience = 5.0  # seconds a push waits for its answer
        self.duplicates = 0  # how often each push is delivered again after it was answered
        self.latency = 0.0  # seconds before each call of the API is looked at
        self.lag = 0.0  # seconds between what a call does and its answer
        self.closing = False
        self._later = 0.0
        self._faults: list[tuple[str, str]] = []
        self._numbers = itertools.count(24_000_000_000)
        self._server = Server(self)
        self.port = self._server.server_address[1]
        self.delivery = Delivery(self)
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self.changed:
            self.closing = True
            self.changed.notify_all()
        self._server.stop()
        self.delivery.close()
        assert not self.bugs, self.bugs[0]

    # ---- who is there

    @property
    def url(self) -> str:
        """What WECHAT_API_URL is set to."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """The account as the bot is told of it."""
        return {
            "DEALER_WECHAT_APP_ID": self.app_id,
            "DEALER_WECHAT_APP_SECRET": self.secret,
            "DEALER_WECHAT_TOKEN": self.token,
            "DEALER_WECHAT_AES_KEY": self.aes_key,
            "DEALER_WECHAT_API_URL": self.url,
        }

    def user(self, name: str) -> Person:
        """Somebody who does not follow the account yet."""
        openid = "o" + base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest()).decode()[:27]
        self.people[openid] = person = Person(self, openid, name)
        return person

    def scene_of(self, url: str) -> str:
        """What a code the account made says to whoever scans it."""
        return self.codes[url]

    # ---- what happens

    def now(self) -> float:
        """The time windows are measured by."""
        return time.time() + self._later

    def passes(self, seconds: float) -> None:
        """Time passes, for what the account may send; the clocks of its messages stay."""
        self._later += seconds

    def revoke_token(self) -> None:
        """The token stops being good: somebody asked for another one the older way."""
        self.new_token()

    def new_token(self, *, seconds: float = 7200.0) -> None:
        self.access_token, self.token_ends = f"85_{secrets.token_urlsafe(60)}", time.time() + seconds

    def fault(self, kind: str, *, path: str = "", times: int = 1) -> None:
        """Spoil the next calls (of a path): an HTTP status such as "502"; an errcode such as "45009"; "hang" takes the call and
        never answers; "drop" takes it and closes the connection.
        """
        self._faults += [(path, kind)] * times

    def check_address(self) -> Attempt:
        """Ask the account's address to prove itself, as when it is entered in WeChat's console."""
        import httpx2

        timestamp, nonce, echo = str(int(time.time())), secrets.token_hex(5), str(self.next_number())
        signed = cipher.signature(self.token, timestamp, nonce)
        query = {"signature": signed, "timestamp": timestamp, "nonce": nonce, "echostr": echo}
        answer = httpx2.get(self.webhook, params=query, trust_env=False)
        assert answer.content == echo.encode()
        return Attempt("echo", answer.status_code, 0.0, answer.content)

    def redeliver(self, push: Push) -> Attempt:
        """Deliver an old push once more, now."""
        return self.delivery.post(push.xml, push.key)

    # ---- waiting

    def called(self, path: str) -> list[Any]:
        """The bodies of every call of a path."""
        return [body for called, body in self.calls if called == path]

    def wait_for(self, found: Callable[[], T | None], within: float, missing: Callable[[], str] | str) -> T:
        """The first truthy value of `found`, looked at after every change."""
        with self.changed:
            if value := self.changed.wait_for(found, within):
                return value
        raise AssertionError(missing if isinstance(missing, str) else missing())

    def settled(self, *, within: float = 20.0) -> None:
        """Every push has been answered, or given up."""
        self.wait_for(
            lambda: not self.delivery.busy, within, lambda: f"waiting: {self.delivery.attempts[-3:]}"
        )

    # ---- for people, methods, delivery and server

    def next_number(self) -> int:
        return next(self._numbers)

    def store(self, content: bytes) -> str:
        """Keep a file; its media id."""
        media_id = f"mid_{self.next_number()}"
        self.files[media_id] = content
        return media_id

    def envelope(self, openid: str, sort: str, fields: str) -> str:
        """The XML of a push."""
        return (
            f"<xml><ToUserName><![CDATA[{self.name}]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
            f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[{sort}]]></MsgType>{fields}</xml>"
        )

    def template_finished(self, person: Person, msg_id: int) -> None:
        fields = (
            "<Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event>"
            f"<MsgID>{msg_id}</MsgID><Status><![CDATA[{self.template_ends}]]></Status>"
        )
        push = Push(person, self.envelope(person.openid, "event", fields), f"finish {msg_id}")
        threading.Timer(0.2, self.delivery.start, [push]).start()

    def take_fault(self, path: str) -> str:
        with self.changed:
            for number, (wanted, kind) in enumerate(self._faults):
                if wanted in ("", path):
                    del self._faults[number]
                    return kind
        return ""

    def wait_for_the_end(self) -> None:
        with self.changed:
            self.changed.wait_for(lambda: self.closing, 3600)

    def call(self, path: str, query: dict[str, str], body: Any) -> tuple[bytes, str]:
        """One call of the API: the answer and its type."""
        with self.changed:
            self.calls.append((path, body))
            try:
                answer = self._answer(path, query, body)
            except ErrCodeError as error:
                answer = {"errcode": error.code, "errmsg": str(error)}
            self.changed.notify_all()
        if isinstance(answer, bytes):
            return answer, "image/jpeg"
        return json.dumps(answer, ensure_ascii=False).encode(), _JSON

    def _answer(self, path: str, query: dict[str, str], body: Any) -> dict[str, Any] | bytes:
        if path == "stable_token":
            return fetch_token(self, body)
        if path == "token":
            self.violations["asked for a token the older way"] += 1
            self.new_token()
            return {"access_token": self.access_token, "expires_in": 7200}
        if query.get("access_token") != self.access_token:
            raise ErrCodeError(40001, "invalid credential, access_token is invalid or not latest")
        if time.time() >= self.token_ends:
            raise ErrCodeError(42001, "access_token expired")
        if path == "media/upload":
            if not body:
                raise ErrCodeError(41005, "media data missing")
            return {"type": "image", "media_id": self.store(body), "created_at": int(time.time())}
        if path == "media/get":
            if query.get("media_id") not in self.files:
                raise ErrCodeError(40007, "invalid media_id")
            return self.files[query["media_id"]]
        if path not in METHODS:
            raise ErrCodeError(40066, "invalid url")
        return {"errcode": 0, "errmsg": "ok", **METHODS[path](self, body)}
