"""The access token: fetched once for all processes, fetched again when it is refused, never forced."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from bot.channels.wechat.api import Api, ApiError, NotSentError
from bot.channels.wechat.send import judge
from core.db.engine import write_engine
from core.db.lane import open_lane
from core.kit.clock import utc_now
from notifications.outbox.sender import Retry
from tests.channels.wechat.conftest import Open
from tests.channels.wechat.fake import FakeWeChat
from tests.channels.wechat.shop import joins
from tests.channels.wechat.test_quota import notify, state_of, until
from tests.databases import Databases


def api_of(wechat: FakeWeChat, lane: Any, process: str) -> Api:
    return Api(
        url=wechat.url,
        app_id=wechat.app_id,
        secret=wechat.secret,
        lane=lane,
        process=process,
        clock=utc_now,
        answer_within=2.0,
    )


def call(wechat: FakeWeChat, lane: Any, process: str, times: int = 5) -> list[Any]:
    """So many calls at once by one process."""

    async def calls() -> list[Any]:
        api = api_of(wechat, lane, process)
        try:
            return await asyncio.gather(
                *(api.call("menu/create", MENU) for _ in range(times)), return_exceptions=True
            )
        finally:
            await api.close()

    return asyncio.run(calls())


MENU = {"button": [{"name": "a", "sub_button": [{"type": "click", "name": "b", "key": "c"}]}]}


@pytest.fixture(params=["sqlite", "postgresql"])
def lanes(request: pytest.FixtureRequest, all_databases: Databases) -> Any:
    """Processes of one installation, each with a lane of its own."""
    url = all_databases.sqlite_url() if request.param == "sqlite" else all_databases.postgresql_url()
    opened = [open_lane(write_engine(url)) for _ in range(3)]
    yield opened
    for lane in opened:
        lane.close()


def at_once(*works: Callable[[], Any]) -> list[Any]:
    found: list[Any] = []
    threads = [threading.Thread(target=lambda work=work: found.append(work())) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return found


def test_processes_that_start_together_fetch_one_token(lanes: Any):
    with FakeWeChat() as wechat:
        wechat.latency = 0.05
        at_once(*(lambda n=n: call(wechat, lanes[n], f"p{n}") for n in range(3)))
        assert wechat.token_fetches == 1
        assert len(wechat.called("menu/create")) == 15
        assert not wechat.violations


def test_a_token_ended_from_outside_is_fetched_once_more_by_all_together(lanes: Any):
    with FakeWeChat() as wechat:
        call(wechat, lanes[0], "p0", 1)
        wechat.revoke_token()
        made = at_once(*(lambda n=n: call(wechat, lanes[n], f"p{n}") for n in range(3)))
        assert all(isinstance(answer, dict) for answers in made for answer in answers)
        assert wechat.token_fetches == 2


@pytest.mark.parametrize("code", ["40001", "40014", "42001"])
def test_a_call_refused_for_its_token_is_made_once_more_and_no_more(lanes: Any, code: str):
    with FakeWeChat() as wechat:
        wechat.fault(code, path="menu/create", times=99)
        (answer,) = call(wechat, lanes[0], "p", 1)
        assert isinstance(answer, ApiError)
        assert answer.code == int(code)
        assert wechat.token_fetches == 2
        assert len(wechat._faults) == 97


@pytest.mark.parametrize("fault", ["502", "drop", "40125", "-1"])
def test_without_a_token_the_call_is_surely_not_made(lanes: Any, fault: str):
    with FakeWeChat() as wechat:
        wechat.fault(fault, path="stable_token")
        (answer,) = call(wechat, lanes[0], "p", 1)
        assert isinstance(answer, NotSentError | ApiError)
        assert wechat.secret not in repr(answer)
        (answer,) = call(wechat, lanes[0], "p", 1)  # the lease of the failed fetch holds nobody up
        assert isinstance(answer, dict)


def test_a_token_revoked_in_the_middle_of_sending_loses_and_doubles_nothing(opened: Open):
    app = opened()
    owner = joins(app, "李老板", dealer="QX", role="owner")
    owner.says("您好")
    owner.hears()
    app.wechat.settled()
    for number in range(4):
        app.wechat.revoke_token()
        notify(app, owner, f"n{number}")
        assert owner.hears(f"n{number}", within=15).how == "custom"
    until(lambda: state_of(app, "n3") == "sent")
    owner.hears_nothing()


@pytest.mark.parametrize("fault", ["502", "-1"])
def test_a_message_surely_not_sent_is_sent_again_and_counted_once(opened: Open, fault: str):
    app = opened()
    owner = joins(app, "李老板", dealer="QX", role="owner")
    owner.says("您好")
    owner.hears()
    app.wechat.settled()
    app.wechat.fault(fault, path="message/custom/send")
    notify(app, owner, "n0")
    owner.hears("n0", within=20)
    until(lambda: state_of(app, "n0") == "sent")
    owner.hears_nothing()
    for number in range(1, 5):
        notify(app, owner, f"n{number}")
        owner.hears(f"n{number}", within=15)
    notify(app, owner, "n5")
    until(lambda: state_of(app, "n5") == "waiting")


def test_an_alert_nobody_confirmed_is_not_repeated(opened: Open):
    app = opened()
    owner = joins(app, "李老板", dealer="QX", role="owner")
    owner.says("您好")
    owner.hears()
    app.wechat.settled()
    app.wechat.fault("drop", path="message/custom/send")
    notify(app, owner, "n0", kind="alert")
    owner.hears("n0", within=15)
    until(lambda: state_of(app, "n0") == "unknown")
    owner.hears_nothing()


def test_a_token_taken_away_twice_in_a_row_costs_the_message_no_long_wait():
    judged = judge(ApiError(40001, "invalid credential"), utc_now())
    assert isinstance(judged, Retry)
    assert judged.after is None
