"""What the address takes and what it refuses: forged, stale, replayed, plain, oversized, and hostile XML."""

import base64
import secrets
import time
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select

from bot.store.models import inbox, parked
from tests.channels.wechat import cipher
from tests.channels.wechat.delivery import Attempt
from tests.channels.wechat.serving import App
from tests.channels.wechat.shop import joins

OPENID = "oForged_0000000000000000000A"


def kept(app: App) -> tuple[int, int]:
    """How many messages were kept, and how many parked."""
    with app.database.reader.connect() as connection:
        count = [select(func.count()).select_from(table) for table in (inbox, parked)]
        return connection.execute(count[0]).scalar_one(), connection.execute(count[1]).scalar_one()


def text(app: App, content: str = "内胎2箱", **more: str) -> str:
    fields = {"Content": content, "MsgId": str(app.wechat.next_number())} | more
    return app.wechat.envelope(
        OPENID, "text", "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
    )


def signed(app: App, sealed: str, *, at: float = 0.0, **changes: str) -> dict[str, str]:
    """The query of a push with this ciphertext."""
    wechat, timestamp, nonce = app.wechat, str(int(time.time() + at)), secrets.token_hex(5)
    return {
        "signature": cipher.signature(wechat.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "encrypt_type": "aes",
        "msg_signature": cipher.signature(wechat.token, timestamp, nonce, sealed),
    } | changes


def outer(sealed: str) -> bytes:
    return f"<xml><ToUserName>gh</ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()


def sealed_push(app: App, inner: bytes, **how: Any) -> Attempt:
    """One delivery of these bytes, rightly encrypted and signed."""
    sealed = cipher.encrypt(inner, app.wechat.aes_key, how.pop("app_id", app.wechat.app_id))
    return app.wechat.delivery.send(signed(app, sealed, **how), outer(sealed))


def refused(app: App, attempt: Attempt, status: int = 403) -> bool:
    return (attempt.status, attempt.body) == (status, b"")


def test_the_address_proves_itself_with_the_echo_alone(app: App):
    assert app.wechat.check_address().status == 200


@pytest.mark.parametrize("change", ["signature", "timestamp", "nonce", "stale"])
def test_a_forged_or_stale_proof_is_refused(app: App, change: str):
    timestamp = str(int(time.time() - (400 if change == "stale" else 0)))
    query = {"timestamp": timestamp, "nonce": "n1", "echostr": "123"}
    query["signature"] = cipher.signature(app.wechat.token, timestamp, "n1")
    if change in query:
        query[change] = {"signature": "0" * 40, "timestamp": str(int(timestamp) + 1), "nonce": "n2"}[change]
    answer = httpx2.get(app.wechat.webhook, params=query, trust_env=False)
    assert (answer.status_code, answer.content) == (403, b"")


@pytest.mark.parametrize(
    "changes",
    [
        {"msg_signature": "0" * 40},
        {"msg_signature": ""},
        {"msg_signature": "签名"},
        {"timestamp": "1400000000"},
        {"timestamp": ""},
        {"timestamp": "-1"},
        {"nonce": "another"},
        {"encrypt_type": "raw"},
        {"encrypt_type": ""},
    ],
    ids=str,
)
def test_a_push_with_a_changed_query_is_refused_and_nothing_is_kept(app: App, changes: dict[str, str]):
    before = kept(app)
    assert refused(app, app.wechat.delivery.post(text(app), **changes))
    assert kept(app) == before


@pytest.mark.parametrize("off", [-301, -86_400, 301, 86_400])
def test_a_rightly_signed_push_of_another_time_is_refused(app: App, off: int):
    before = kept(app)
    assert refused(app, sealed_push(app, text(app).encode(), at=off + (-2 if off < 0 else 2)))
    assert kept(app) == before


@pytest.mark.parametrize("off", [-290, 290])
def test_a_clock_that_is_minutes_off_is_no_forgery(app: App, off: int):
    assert sealed_push(app, text(app, "您好").encode(), at=off).status == 200


def test_a_replayed_push_has_no_effect(app: App):
    """Within the minutes it is fresh it is the same message again; after them it is refused."""
    inner = text(app, "您好").encode()
    sealed = cipher.encrypt(inner, app.wechat.aes_key, app.wechat.app_id)
    query = signed(app, sealed)
    first = app.wechat.delivery.send(query, outer(sealed))
    assert b"<Encrypt>" in first.body
    count = kept(app)
    again = app.wechat.delivery.send(query, outer(sealed))
    assert again.status == 200
    assert kept(app) == count


@pytest.mark.parametrize("encrypt_type", [None, "raw", "aes"])
def test_a_plain_message_is_refused_however_it_is_signed(app: App, encrypt_type: str | None):
    """The plain signature does not cover the body: whoever has seen one address could say anything in anybody's name."""
    before, timestamp = kept(app), str(int(time.time()))
    query = {"timestamp": timestamp, "nonce": "n", "openid": OPENID}
    query["signature"] = query["msg_signature"] = cipher.signature(app.wechat.token, timestamp, "n")
    if encrypt_type is not None:
        query["encrypt_type"] = encrypt_type
    assert refused(app, app.wechat.delivery.send(query, text(app).encode()))
    assert kept(app) == before


def test_a_plain_message_beside_an_encrypted_one_is_not_read(app: App):
    """Compatible mode sends both; only what is signed counts."""
    owner = joins(app, "双模老板", dealer="QX", role="owner")
    sealed = cipher.encrypt(
        app.wechat.envelope(
            owner.openid, "text", f"<Content>链条1盒</Content><MsgId>{app.wechat.next_number()}</MsgId>"
        ).encode(),
        app.wechat.aes_key,
        app.wechat.app_id,
    )
    body = (
        "<xml><FromUserName>somebody</FromUserName><MsgType>text</MsgType><Content>刹车皮9盒</Content>"
        f"<Encrypt>{sealed}</Encrypt></xml>"
    )
    assert app.wechat.delivery.send(signed(app, sealed), body.encode()).status == 200
    owner.says("我的清单")
    heard = owner.hears("合计").text
    assert "链条 1盒" in heard
    assert "刹车皮" not in heard


def test_another_accounts_push_is_refused(app: App):
    assert refused(app, sealed_push(app, text(app).encode(), app_id="wx0000000000000000"))


def test_a_parameter_given_twice_is_refused(app: App):
    sealed = cipher.encrypt(text(app).encode(), app.wechat.aes_key, app.wechat.app_id)
    pairs = [*signed(app, sealed).items(), ("timestamp", str(int(time.time())))]
    answer = httpx2.post(app.wechat.webhook, params=pairs, content=outer(sealed), trust_env=False)
    assert (answer.status_code, answer.content) == (403, b"")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
def test_other_methods_are_refused_with_nothing(app: App, method: str):
    answer = httpx2.request(method, app.wechat.webhook, trust_env=False)
    assert (answer.status_code, answer.content) == (403, b"")


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(app: App):
    before = kept(app)
    assert refused(app, app.wechat.delivery.post(text(app, "货" * 40_000)), 413)
    assert refused(app, app.wechat.delivery.send({}, b"<" * 70_000), 413)
    assert kept(app) == before


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {chr(98 + n)} "{"&" + chr(97 + n) + ";"}{("&" + chr(97 + n) + ";") * 9}">'
        for n in range(9)
    )
    + "]><xml><ToUserName>&j;</ToUserName><Encrypt>&j;</Encrypt></xml>"
)
FILE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><xml><Encrypt>&f;</Encrypt></xml>'
OUTER = [
    BOMB,
    FILE,
    '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><xml><Encrypt>x</Encrypt></xml>',
    "<xml>" * 9_000,
    "<xml>" + "<a/>" * 10_000 + "</xml>",
    "<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>",
    "<xml></xml>",
    "",
    "{}",
    "<xml><Encrypt></xml>",
    "\0",
]


@pytest.mark.parametrize("body", OUTER, ids=lambda body: body[:24] or "empty")
def test_a_hostile_envelope_is_refused_quickly(app: App, body: str):
    before, began = kept(app), time.monotonic()
    assert refused(app, app.wechat.delivery.send(signed(app, "x"), body.encode()))
    assert time.monotonic() - began < 1.0
    assert kept(app) == before


def test_bytes_of_gbk_in_the_envelope_are_refused(app: App):
    assert refused(
        app, app.wechat.delivery.send(signed(app, "x"), "<xml><Encrypt>货</Encrypt></xml>".encode("gbk"))
    )


INNER = [
    BOMB.encode(),
    FILE.encode(),
    "<xml><ToUserName>gh</ToUserName><FromUserName>o</FromUserName><Content>货</Content></xml>".encode("gbk"),
    b"<xml/>",
    b"",
    b"no xml at all",
    (
        b"<xml><ToUserName>gh</ToUserName><FromUserName>o</FromUserName><MsgType>text</MsgType>"
        b"<CreateTime>x</CreateTime><MsgId>1</MsgId></xml>"
    ),
    (
        b"<xml><ToUserName>gh</ToUserName><FromUserName>o</FromUserName><MsgType>text</MsgType>"
        b"<CreateTime>1</CreateTime></xml>"
    ),
    (
        b"<xml><ToUserName>gh</ToUserName><FromUserName>o</FromUserName><FromUserName>p</FromUserName>"
        b"<MsgType>text</MsgType><CreateTime>1</CreateTime><MsgId>1</MsgId></xml>"
    ),
]


@pytest.mark.parametrize("inner", INNER, ids=lambda inner: repr(inner[:16]))
def test_what_wechat_signed_and_nobody_can_read_is_parked_and_acknowledged(app: App, inner: bytes):
    messages, waiting = kept(app)
    attempt = sealed_push(app, inner)
    assert (attempt.status, attempt.body) == (200, b"success")
    assert kept(app) == (messages, waiting + 1)


@pytest.mark.parametrize("length", [16, 32, 64, 100])
def test_signed_bytes_that_cannot_be_decrypted_are_parked_and_acknowledged(app: App, length: int):
    sealed = base64.b64encode(secrets.token_bytes(length)).decode()
    attempt = app.wechat.delivery.send(signed(app, sealed), outer(sealed))
    assert (attempt.status, attempt.body) in ((200, b"success"), (403, b""))


def test_an_unknown_event_or_message_has_an_answer_or_none_but_never_an_error(app: App):
    owner = joins(app, "杂项老板", dealer="QX", role="owner")
    for event in ("LOCATION", "VIEW", "subscribe_msg_popup_event", "guarantee_expire_event"):
        xml = app.wechat.envelope(owner.openid, "event", f"<Event>{event}</Event>")
        assert app.wechat.delivery.post(xml).body == b"success"
    for sort in ("location", "link", "miniprogrampage", "shortvideo", "file"):
        owner.sends(sort, "")
        assert owner.hears().text


def test_a_text_cannot_break_out_of_its_answer(app: App):
    """A name holding ]]> and a tag comes back as text, and the answer still opens."""
    stranger = app.wechat.user("坏人]]></Content><Content>x")
    stranger.says("]]><evil/>&amp;")
    assert stranger.hears("邀请码").how == "passive"


def test_where_the_database_does_not_answer_wechat_is_asked_to_come_again(
    app: App, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("bot.running.handle", broken)
    attempt = app.wechat.delivery.post(text(app))
    assert refused(app, attempt, 503)
