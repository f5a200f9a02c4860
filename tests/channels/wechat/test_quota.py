"""What may be sent to whom: the ledger decides before WeChat is asked, and what may not be sent waits for the next answer."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.channels.wechat.ledger import _AFTER
from bot.channels.wechat.models import wechat_users
from core.db.scope import SystemScope
from core.db.session import Session
from core.kit.say import Say
from core.people.models import identities, persons
from notifications.outbox.models import outbox
from notifications.outbox.write import Notice, write_notices
from tests.channels.wechat.conftest import Open
from tests.channels.wechat.people import Person
from tests.channels.wechat.serving import App
from tests.channels.wechat.shop import joins

TEMPLATE = "tmpl-Alert_01/thing1/time2"


def until(happened: Callable[[], object], what: str = "it did not happen", within: float = 15.0) -> None:
    deadline = time.monotonic() + within
    while not happened():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def notify(app: App, person: Person, *keys: str, kind: str = "money") -> None:
    """Something to tell them from outside their conversation."""

    def write(connection: Any) -> None:
        session = Session(connection, SystemScope("test"), datetime.now(UTC))
        found = connection.execute(
            select(persons.c.id, persons.c.subject)
            .join(identities, identities.c.person_id == persons.c.id)
            .where(identities.c.external_id == person.openid)
        ).one()
        notices = [
            Notice(key=key, person_id=found.id, subject=found.subject, say=said(key), kind=kind)
            for key in keys
        ]
        write_notices(session, notices)

    app.running.lane.run(write)
    app.running.worker.wake()


def said(key: str) -> Say:
    return Say(key="people.taken_back", params={"name": key})


def state_of(app: App, key: str) -> str:
    with app.database.reader.connect() as connection:
        return str(connection.execute(select(outbox.c.state).where(outbox.c.key == key)).scalar() or "")


def left(app: App, person: Person) -> tuple[int, int]:
    with app.database.reader.connect() as connection:
        row = connection.execute(select(wechat_users).where(wechat_users.c.openid == person.openid)).one()
    return row.message_left, row.event_left


def test_five_messages_after_theirs_and_what_is_beyond_rides_along(opened: Open):
    app = opened()
    owner = joins(app, "李老板", dealer="QX", role="owner")
    owner.says("您好")
    owner.hears()
    app.wechat.settled()
    for number in range(5):
        notify(app, owner, f"n{number}")
        assert owner.hears(f"n{number}", within=15).how == "custom"
    notify(app, owner, "n5", "n6")
    until(lambda: state_of(app, "n6") == "waiting")
    assert app.wechat.refused == []  # nothing was even tried
    owner.hears_nothing()
    time.sleep(1.0)  # WeChat's times are whole seconds: of one second, two messages open one window
    owner.says("您好")
    answer = owner.hears("n6")
    assert "n5" in answer.text
    assert answer.how == "passive"
    until(lambda: state_of(app, "n5") == state_of(app, "n6") == "sent")
    notify(app, owner, "n7")
    assert owner.hears("n7", within=15).how == "custom"  # their message opened the window again


def test_a_scan_and_the_menu_allow_three_messages_within_a_minute(opened: Open):
    app = opened()
    until(lambda: app.wechat.menu, "no menu")
    owner = joins(app, "李老板", dealer="QX", role="owner")
    app.wechat.settled()
    assert left(app, owner) == (0, 3)
    owner.clicks("看账")
    owner.hears()
    for number in range(3):
        notify(app, owner, f"e{number}")
        assert owner.hears(f"e{number}", within=15).how == "custom"
    notify(app, owner, "e3")
    until(lambda: state_of(app, "e3") == "waiting")
    assert app.wechat.refused == []


def test_a_message_delivered_again_does_not_open_the_window_anew(opened: Open):
    app = opened()
    owner = joins(app, "李老板", dealer="QX", role="owner")
    owner.says("您好")
    owner.hears()
    app.wechat.settled()
    push = owner.sent[-1]
    notify(app, owner, "n0")
    owner.hears("n0", within=15)
    before = left(app, owner)
    app.wechat.redeliver(push)
    assert left(app, owner) == before


@pytest.mark.parametrize("code", ["45015", "45047"])
def test_where_wechat_says_it_is_over_the_notice_waits_and_nothing_more_is_tried(opened: Open, code: str):
    app = opened()
    owner = joins(app, "李老板", dealer="QX", role="owner")
    owner.says("您好")
    owner.hears()
    app.wechat.settled()
    app.wechat.fault(code, path="message/custom/send")
    notify(app, owner, "n0", "n1")
    until(lambda: state_of(app, "n0") == state_of(app, "n1") == "waiting")
    assert len(app.wechat.called("message/custom/send")) <= 1
    assert left(app, owner) == (0, 0)
    owner.says("您好")
    assert "n0" in owner.hears("n1").text


def test_beyond_the_quota_a_notice_goes_by_template_with_an_id_of_its_own(opened: Open):
    app = opened(wechat_template_alert=TEMPLATE)
    owner = joins(app, "李老板", dealer="QX", role="owner")
    app.wechat.settled()
    for number in range(3):
        notify(app, owner, f"n{number}")
        owner.hears(f"n{number}", within=15)
    app.wechat.fault("hang", path="message/template/send")  # taken, and nobody hears of it
    notify(app, owner, "n3")
    assert owner.hears("n3", within=15).how == "template"
    until(lambda: state_of(app, "n3") == "sent", within=40)
    ids = [body["client_msg_id"] for body in app.wechat.called("message/template/send")]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    owner.hears_nothing()


def test_a_template_that_did_not_arrive_rides_along(opened: Open):
    app = opened(wechat_template_alert=TEMPLATE)
    owner = joins(app, "李老板", dealer="QX", role="owner")
    app.wechat.settled()
    for number in range(3):
        notify(app, owner, f"n{number}")
        owner.hears(f"n{number}", within=15)
    app.wechat.template_ends = "failed:user block"
    notify(app, owner, "n3")
    until(lambda: state_of(app, "n3") == "waiting")
    owner.says("您好")
    assert owner.hears("n3").how == "passive"


def test_who_refuses_the_template_is_told_with_the_next_answer(opened: Open):
    app = opened(wechat_template_alert=TEMPLATE)
    owner = joins(app, "李老板", dealer="QX", role="owner")
    app.wechat.settled()
    owner.refuses_templates = True
    for number in range(4):
        notify(app, owner, f"n{number}")
    until(lambda: state_of(app, "n3") == "waiting")
    owner.says("您好")
    owner.hears("n3")


def test_who_unfollowed_is_not_written_to_until_they_follow_again(opened: Open):
    app = opened()
    owner = joins(app, "李老板", dealer="QX", role="owner")
    app.wechat.settled()
    owner.unfollows()
    app.wechat.settled()
    calls = len(app.wechat.called("message/custom/send"))
    notify(app, owner, "n0", kind="alert")
    until(lambda: state_of(app, "n0") in {"refused", "waiting"})
    assert len(app.wechat.called("message/custom/send")) == calls
    owner.follows()
    assert owner.hears("").how == "passive"
    notify(app, owner, "n1")
    assert owner.hears("n1", within=15).how == "custom"


def test_two_days_later_nothing_is_sent_unasked():
    """The ledger's windows are a little shorter than WeChat's, so that a call never meets a closed one."""
    assert timedelta(hours=47) < _AFTER["message"][1] < timedelta(hours=48)
    assert timedelta(seconds=50) < _AFTER["event"][1] < timedelta(minutes=1)
