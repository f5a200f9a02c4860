"""The answer in the response or by message: five seconds, three deliveries, one effect, one answer."""

import threading
import time
from typing import Any

import pytest
from sqlalchemy import func, select

import bot.running
from bot.store.models import inbox
from core.db.scope import system
from core.orders.models import orders
from notifications.outbox.models import outbox
from tests.channels.wechat.conftest import Open
from tests.channels.wechat.serving import App
from tests.channels.wechat.shop import joins

_orders = system(select(func.count()).select_from(orders))


def replies(app: App, key: str) -> list[Any]:
    """The rows of the answer to a push."""
    with app.database.reader.connect() as connection:
        found = select(outbox).where(outbox.c.key.like(f"reply:wechat:%:{key}:%")).order_by(outbox.c.id)
        return list(connection.execute(found))


def taken(app: App, key: str) -> int:
    """How often a push was kept."""
    with app.database.reader.connect() as connection:
        return connection.execute(
            select(func.count()).select_from(inbox).where(inbox.c.dedupe_key == key)
        ).scalar_one()


def until(happened: Any, within: float = 10.0) -> None:
    deadline = time.monotonic() + within
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def slow(monkeypatch: pytest.MonkeyPatch, containing: str, seconds: float) -> list[str]:
    """Messages with this text are not worked on until so long after the first; the ids of those that waited."""
    handle, waited = bot.running.handle, []
    ends: list[float] = []

    def slowly(office: Any, inbound: Any) -> Any:
        if containing in inbound.text:
            ends.append(time.monotonic() + seconds)
            waited.append(inbound.message_id)
            time.sleep(max(0.0, ends[0] - time.monotonic()))
        return handle(office, inbound)

    monkeypatch.setattr(bot.running, "handle", slowly)
    return waited


def test_an_answer_that_is_ready_goes_with_the_response_and_costs_no_message(app: App):
    owner = joins(app, "甲老板", dealer="QX", role="owner")
    before = len(app.wechat.called("message/custom/send"))
    key = owner.says("内胎26寸2箱")
    heard = owner.hears("合计")
    assert (heard.how, heard.answers) == ("passive", key)
    app.wechat.settled()
    assert len(app.wechat.called("message/custom/send")) == before
    until(lambda: [row.state for row in replies(app, key)] == ["sent"])


def test_a_message_delivered_again_has_no_second_effect_and_no_second_answer(app: App):
    owner = joins(app, "乙老板", dealer="QX", role="owner")
    owner.says("链条1盒")
    owner.hears("合计")
    app.wechat.settled()
    again = [app.wechat.redeliver(owner.sent[-1]) for _ in range(3)]
    assert {attempt.status for attempt in again} == {200}
    assert {attempt.body for attempt in again} == {b"success"}
    assert taken(app, owner.sent[-1].key) == 1
    owner.hears_nothing()
    owner.says("我的清单")
    assert "链条 1盒" in owner.hears("合计").text


@pytest.mark.parametrize("at_once", [2, 6])
def test_deliveries_that_race_each_other_make_one_effect_and_one_answer(app: App, at_once: int):
    owner = joins(app, f"丙老板{at_once}", dealer="QX", role="owner")
    owner.says("刹车皮1盒")
    owner.hears("合计")
    app.wechat.settled()
    key = str(app.wechat.next_number())
    xml = app.wechat.envelope(
        owner.openid,
        "text",
        f"<Content><![CDATA[再加2盒刹车皮]]></Content><MsgId>{key}</MsgId>",
    )
    attempts: list[Any] = []
    racing = [
        threading.Thread(target=lambda: attempts.append(app.wechat.delivery.post(xml, key)))
        for _ in range(at_once)
    ]
    for each in racing:
        each.start()
    for each in racing:
        each.join(10)
    answers = [attempt for attempt in attempts if attempt.body != b"success"]
    assert [attempt.status for attempt in attempts] == [200] * at_once
    assert len(answers) == 1
    assert taken(app, key) == 1
    until(lambda: [row.state for row in replies(app, key)] == ["sent"])
    owner.says("我的清单")
    assert "刹车皮 3盒" in owner.hears("合计").text
    owner.hears_nothing()


@pytest.mark.slow
def test_a_turn_slower_than_five_seconds_is_done_once_and_answered_once(
    opened: Open, monkeypatch: pytest.MonkeyPatch
):
    app = opened()
    owner = joins(app, "李老板", dealer="QX", role="owner")
    owner.says("链条2盒")
    owner.hears("合计")
    waited = slow(monkeypatch, "确认下单", 6.0)
    key = owner.says("确认下单")
    heard = owner.hears("已下单", within=20)
    app.wechat.settled()
    assert waited == [key, key]  # the second delivery finds the answer
    assert heard.how == "passive"
    owner.hears_nothing(during=2.5)
    with app.database.reader.connect() as connection:
        assert connection.execute(_orders).scalar_one() == 1
    assert taken(app, key) == 1
    assert not app.wechat.violations


@pytest.mark.slow
def test_a_turn_slower_than_all_three_deliveries_is_answered_by_message(
    opened: Open, monkeypatch: pytest.MonkeyPatch
):
    app = opened()
    owner = joins(app, "李老板", dealer="QX", role="owner")
    owner.says("链条2盒")
    owner.hears("合计")
    slow(monkeypatch, "确认下单", 16.0)
    key = owner.says("确认下单")
    heard = owner.hears("已下单", within=30)
    assert heard.how == "custom"
    app.wechat.settled()
    assert [each.body for each in app.wechat.delivery.attempts if each.key == key][-1] == b"success"
    owner.hears_nothing(during=2.0)
    assert len(replies(app, key)) == 1
    assert not app.wechat.violations


def test_a_number_answered_at_once_means_the_notice_it_stands_under(opened: Open):
    app = opened()
    sales = joins(app, "王经理", role="sales")
    owner = joins(app, "李老板", dealer="QX", role="owner")
    owner.says("26寸内胎20箱")
    owner.hears("还差")
    app.wechat.lag = 0.5  # the person reads it before we hear that it was sent
    owner.picks("送去审批")
    sales.hears("申请超额", within=20)
    sales.picks("批准")
    assert "已批" in sales.hears("").text
    owner.hears("批下来了", within=20)
