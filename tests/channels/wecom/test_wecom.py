"""WeCom for staff, over the wire: the address, joining, alerts on cards, the press, the card closed on every screen."""

import json
import secrets
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bot.channels.wechat.api import ApiError, LostError, NotSentError
from bot.channels.wechat.envelope import MalformedError
from bot.channels.wecom.receive import parse
from bot.channels.wecom.render import card_of, fits_card, texts_of
from bot.channels.wecom.send import judge
from bot.commands import Place
from bot.commands.people import invite
from bot.dialog.messages import Button, Kind, Words
from bot.files.importing import import_file
from core.kit.clock import utc_now
from notifications.outbox.sender import Refused, Retry, Unknown
from notifications.schedule import fire, job_named
from tests.bot.media.papers import invoice
from tests.channels.wechat import cipher
from tests.channels.wechat.fake import FakeWeChat
from tests.channels.wechat.serving import App, serving
from tests.channels.wechat.shop import joins
from tests.channels.wecom.fake import Colleague, FakeWeCom
from tests.core.shop import IMPORT
from tests.databases import Database, Databases
from tests.e2e.books import at_rest, consistent
from tests.e2e.brand import load_brand


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def app(
    request: pytest.FixtureRequest, all_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[App, FakeWeCom]]:
    """Dealers write over WeChat, staff over WeCom."""
    url = all_databases.sqlite_url() if request.param == "sqlite" else all_databases.postgresql_url()
    database = Database(url)
    load_brand(database, tmp_path_factory.mktemp("brand"))
    try:
        with FakeWeChat() as wechat, FakeWeCom() as wecom:
            account = {name.removeprefix("DEALER_").lower(): value for name, value in wecom.settings.items()}
            with serving(database, wechat, **account) as running:
                wecom.webhook = f"{running.url}/wecom"
                yield running, wecom
                wecom.settled()
                wechat.settled()
                at_rest(database)
                assert consistent(database) == []
                assert not wecom.violations
                assert not wecom.dropped
    finally:
        database.close()


def hired(app: tuple[App, FakeWeCom], userid: str, *, sees: str = "可以用了", **who: Any) -> Colleague:
    running, wecom = app
    place = Place(
        lane=running.running.lane, reader=running.running.reader, settings=running.settings,
        clock=running.running.clock,
    )  # fmt: skip
    token = invite(place, name=userid, **who).data["token"]
    person = wecom.colleague(userid)
    person.says(token)
    person.sees_card(sees)
    return person


def over_limit(app: tuple[App, FakeWeCom], name: str) -> Any:
    owner = joins(app[0], name, dealer="QX", role="owner")
    owner.says("26寸内胎20箱")
    owner.hears("还差")
    owner.picks("送去审批")
    owner.hears("已送去审批")
    return owner


def test_the_address_proves_itself_with_the_decrypted_echo(app: tuple[App, FakeWeCom]):
    wecom, timestamp = app[1], str(int(time.time()))
    sealed = cipher.encrypt(b"1616140317555161061", wecom.aes_key, wecom.app_id)
    query = {"timestamp": timestamp, "nonce": "n", "echostr": sealed}
    query["msg_signature"] = cipher.signature(wecom.token, timestamp, "n", sealed)
    answer = httpx2.get(wecom.webhook, params=query, trust_env=False)
    assert (answer.status_code, answer.content) == (200, b"1616140317555161061")
    forged = httpx2.get(wecom.webhook, params=query | {"msg_signature": "0" * 40}, trust_env=False)
    assert (forged.status_code, forged.content) == (403, b"")


@pytest.mark.parametrize(
    "changes", [{"msg_signature": "0"}, {"timestamp": "1"}, {"nonce": "x"}], ids=lambda each: next(iter(each))
)
def test_a_forged_callback_is_refused(app: tuple[App, FakeWeCom], changes: dict[str, str]):
    wecom = app[1]
    xml = wecom.envelope("mallory", "text", "<Content>发货</Content><MsgId>1</MsgId>")
    attempt = wecom.delivery.post(xml, **changes)
    assert (attempt.status, attempt.body) == (403, b"")


def test_another_corporations_callback_is_refused(app: tuple[App, FakeWeCom]):
    wecom, timestamp, nonce = app[1], str(int(time.time())), secrets.token_hex(5)
    sealed = cipher.encrypt(b"<xml/>", wecom.aes_key, "ww0000000000000000")
    query = {"timestamp": timestamp, "nonce": nonce}
    query["msg_signature"] = cipher.signature(wecom.token, timestamp, nonce, sealed)
    body = f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode()
    assert wecom.delivery.send(query, body).status == 403
    assert wecom.delivery.send(query, b"<" * 70_000).status == 413


def test_an_approval_is_pressed_on_a_card_which_closes_on_every_screen(app: tuple[App, FakeWeCom]):
    first, second = (
        hired(app, f"Wang{n}{app[0].database.name}", role="sales", region="华东") for n in (1, 2)
    )
    owner = over_limit(app, "李老板")
    mine, theirs = first.sees_card("申请超额"), second.sees_card("申请超额")
    key = next(button["key"] for button in mine.buttons if button["text"] == "批准")
    first.presses("看单")
    app[1].settled()
    time.sleep(0.5)
    assert not mine.replaced  # looking decides nothing
    first.presses("批准")
    owner.hears("批下来了", within=20)
    app[1].wait_for(lambda: mine.replaced and theirs.replaced, 10, lambda: f"open: {mine}, {theirs}")
    assert (mine.replaced, theirs.replaced) == ("已批准", "已批准")
    heard = len(first.inbox) + len(first.cards)
    first.presses_again(mine, key)  # pressed twice: one act, nothing more said
    app[1].settled()
    time.sleep(0.5)
    assert len(first.inbox) + len(first.cards) == heard
    second.presses_again(theirs, next(b["key"] for b in theirs.buttons if b["text"] == "批准"))
    app[1].settled()
    owner.hears_nothing()


def test_a_receipt_lies_before_the_card_that_decides_on_it(app: tuple[App, FakeWeCom]):
    name = app[0].database.name
    admin = hired(app, f"Chen{name}", role="admin")
    owner = joins(app[0], f"周老板{name}", dealer="QX", role="owner")
    receipt = invoice("24312000000087654321")
    owner.says("报陈列费261，昨天的")
    owner.hears("都齐了")
    owner.sends_photo(receipt)
    owner.hears("发票尾号 87654321", within=20)
    owner.picks("提交")
    owner.hears("✅ 已提交")
    card = admin.sees_card("报费用：陈列费 ¥261")
    assert [message.image for message in admin.inbox if message.how == "image"] == [receipt]
    admin.presses("驳回")
    app[1].settled()
    admin.says("没有陈列照片")
    owner.hears("没有陈列照片", within=20)
    app[1].wait_for(lambda: card.replaced, 10, "the card is open still")
    assert card.replaced == "已驳回"


def test_a_contract_decided_by_one_closes_for_the_other(app: tuple[App, FakeWeCom], tmp_path: Path):
    running, wecom = app
    first, second = (
        hired(app, f"Ren{n}{running.database.name}", role="sales", region="华东") for n in (1, 2)
    )
    end = utc_now().date() + timedelta(days=60)
    file = tmp_path / "contracts.json"
    row = {"dealer": "CD", "number": "HT-60", "start": "2024-01-01", "end": end.isoformat()}
    file.write_text(json.dumps([row]), encoding="utf-8")
    report = import_file(running.running.lane, IMPORT, "contracts", file, now=utc_now(), heard=False)
    assert report.count("rejected") == 0
    parts = running.running
    fire(
        parts.lane,
        job_named("contracts"),
        parts.clock(),
        process="test",
        clock=parts.clock,
        zone=parts.office.zone,
    )
    mine, theirs = first.sees_card("城东车行 HT-60"), second.sees_card("城东车行 HT-60")
    first.presses("不续")
    wecom.wait_for(lambda: mine.replaced and theirs.replaced, 10, lambda: f"open: {mine}, {theirs}")
    assert (mine.replaced, theirs.replaced) == ("已定", "已定")
    second.presses_again(theirs, next(b["key"] for b in theirs.buttons if b["text"] == "不续"))
    second.hears("HT-60 之前已经记为不续", within=10)


def test_a_token_ended_outside_is_fetched_again_and_the_message_arrives_once(app: tuple[App, FakeWeCom]):
    sales = hired(app, f"Qian{app[0].database.name}", role="sales")
    app[1].revoke_token()
    before = len(sales.inbox) + len(sales.cards)
    sales.says("帮助")
    app[1].wait_for(lambda: len(sales.inbox) + len(sales.cards) > before, 10, "nothing came")
    time.sleep(0.5)
    assert len(sales.inbox) + len(sales.cards) == before + 1


def test_a_message_delivered_again_is_answered_once(app: tuple[App, FakeWeCom]):
    sales = hired(app, f"Sun{app[0].database.name}", role="sales")
    sales.says("待批")
    app[1].settled()
    before = len(sales.inbox) + len(sales.cards)
    attempts = [app[1].redeliver(sales.sent[-1]) for _ in range(2)]
    assert {attempt.body for attempt in attempts} == {b"success"}
    time.sleep(0.5)
    assert len(sales.inbox) + len(sales.cards) <= before + 1


def test_who_left_the_corporation_is_unreachable_and_stopped():
    assert judge(ApiError(81013)) == Refused("errcode 81013", unreachable=True)
    assert isinstance(judge(ApiError(60020)), Retry)
    assert isinstance(judge(NotSentError("x")), Retry)
    assert isinstance(judge(LostError("x")), Unknown)


def test_a_card_keeps_within_its_limits():
    words = Words(text="标" * 60 + "\n" + "文" * 900, buttons=(Button(label="批准" * 9, handle="h"),))
    card = card_of(words, "o1")
    assert len(card["main_title"]["title"]) == 36
    assert len(card["sub_title_text"]) == 160
    assert len(card["button_list"][0]["text"]) == 10
    assert not fits_card(words)
    assert all(len(text.encode()) <= 2048 for text in texts_of(words))


def callback(fields: str, agent: str = "1") -> bytes:
    return (
        "<xml><ToUserName>ww</ToUserName><FromUserName>Wang</FromUserName><CreateTime>1700000000</CreateTime>"
        f"{fields}<AgentID>{agent}</AgentID></xml>"
    ).encode()


def test_a_press_is_one_act_however_often_it_comes():
    event = (
        "<MsgType>event</MsgType><Event>template_card_event</Event><EventKey>h</EventKey><TaskId>o7</TaskId>"
    )
    first = parse(callback(event), account="a", agent_id="1").inbound
    later = parse(callback(event).replace(b"1700000000", b"1700000009"), account="a", agent_id="1").inbound
    assert first is not None
    assert later is not None
    assert (first.kind, first.choice, first.sender) == (Kind.CHOICE, "h", "wang")
    assert first.message_id == later.message_id


def test_another_apps_callback_is_not_taken():
    with pytest.raises(MalformedError):
        parse(
            callback("<MsgType>text</MsgType><Content>x</Content><MsgId>1</MsgId>", "9"),
            account="a",
            agent_id="1",
        )
