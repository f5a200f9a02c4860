"""Something in the database breaks while people write: nothing is lost, done twice, or hidden."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select, text, update

from bot.store.models import inbox, parked
from core.db.engine import write_engine
from core.kit.clock import utc_now
from core.orders.models import drafts
from tests.databases import Database, as_owner
from tests.e2e.books import at_rest, books, rows
from tests.e2e.conftest import Open
from tests.e2e.running import App
from tests.e2e.stage import Stage
from tests.e2e.story import ZH, join

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.slow]

FAULT = {
    "sqlite": [
        "CREATE TRIGGER fault BEFORE INSERT ON order_lines BEGIN SELECT RAISE(ABORT, 'the disk is on fire'); END"
    ],
    "postgresql": [
        (
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN RAISE EXCEPTION ''the disk is on fire''; END'"
        ),
        "CREATE TRIGGER fault BEFORE INSERT ON order_lines FOR EACH ROW EXECUTE FUNCTION fail()",
    ],
}
HEALED = {"sqlite": "DROP TRIGGER fault", "postgresql": "DROP TRIGGER fault ON order_lines"}


def run(database: Database, *statements: str) -> None:
    """As the database's owner, past every guard."""
    engine = write_engine(as_owner(database.url), guarded=False)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@contextmanager
def no_order_can_be_written(app: App) -> Iterator[None]:
    app.expected += ["the disk is on fire"]
    run(app.database, *FAULT[app.database.name])
    yield
    run(app.database, HEALED[app.database.name])


def time_passes(database: Database) -> None:
    """Every pause before another try is over."""
    with database.engine.begin() as connection:
        connection.execute(update(parked).where(parked.c.state == "waiting").values(next_at=utc_now()))


def statuses(app: App) -> set[int]:
    return {attempt.status for attempt in app.telegram.delivery.attempts}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_failed_is_done_once_and_in_order_when_the_fault_is_over(opened: Open, kind: str) -> None:
    app, invite = opened(kind)
    stage = Stage(app)
    owner = join(stage, invite, ZH)["owner"]
    stage.says(owner, "飞轮2盒")
    stage.hears(owner, "合计 ¥350")
    with no_order_can_be_written(app):
        stage.presses(owner, "确认下单")
        told = stage.hears(owner, "编号").text
        assert rows(app.database, select(parked.c.reference))[0][0] in told
        stage.says(owner, "链条1盒")
        stage.hears(owner, "稍等")
        stage.says(owner, "刹车皮2盒")
        app.telegram.settled()
        owner.hears_nothing()
    stage.hears(owner, "已下单")
    stage.hears(owner, "链条 1盒")
    stage.hears(owner, "刹车皮 2盒")
    at_rest(app.database)
    final = books(app.database)
    assert len(final["orders"]) == 1
    assert [line["sku"] for line in final["drafts"][0][2]] == ["C-08", "P-11"]
    heard = [
        row[0]
        for row in rows(app.database, select(inbox.c.id, inbox.c.text))
        if row[1] in ("链条1盒", "刹车皮2盒")
    ]
    assert heard == sorted(heard)
    assert statuses(app) == {200}


def test_what_stays_broken_is_given_up_aloud_and_staff_can_act_on_it(opened: Open) -> None:
    app, invite = opened()
    stage = Stage(app)
    people = join(stage, invite, ZH)
    owner, admin = people["owner"], people["admin"]
    stage.says(owner, "飞轮2盒")
    stage.hears(owner, "合计 ¥350")
    with no_order_can_be_written(app):
        stage.presses(owner, "确认下单")
        stage.hears(owner, "没处理成")
        _until_dead(app)
        stage.hears(owner, "没能办成")
        reference = rows(app.database, select(parked.c.reference))[0][0]
        assert reference in stage.hears(admin, "没处理成").text
        assert {"再试一次", "不再处理"} <= set(admin.last.buttons)
        stage.says(owner, "还有货吗 链条")
        stage.hears(owner, "链条")
        stage.says(admin, "异常")
        assert reference in stage.hears(admin, "没办成").text
    stage.presses(admin, f"再试 {reference}")
    stage.hears(admin, "马上再试一次")
    stage.hears(owner, "合计 ¥350")
    stage.presses(owner, "确认下单")
    stage.hears(owner, "已下单")
    stage.says(admin, "异常")
    stage.hears(admin, "没有异常")
    at_rest(app.database)
    assert len(books(app.database)["orders"]) == 1


def test_what_staff_drop_is_not_tried_again(opened: Open) -> None:
    app, invite = opened()
    stage = Stage(app)
    people = join(stage, invite, ZH)
    owner, admin = people["owner"], people["admin"]
    stage.says(owner, "飞轮2盒")
    stage.hears(owner, "合计 ¥350")
    with no_order_can_be_written(app):
        press = owner.presses("确认下单")
        stage.hears(owner, "没处理成")
        _until_dead(app)
        stage.hears(admin, "没处理成")
        stage.presses(admin, "不再处理")
        stage.hears(admin, "不再处理了")
    time_passes(app.database)
    assert app.telegram.redeliver(press.update_id).status == 200
    at_rest(app.database)
    assert books(app.database)["orders"] == []
    assert rows(app.database, select(parked.c.state)) == [("dropped",)]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_can_not_even_be_parked_is_refused_and_comes_again(opened: Open, kind: str) -> None:
    app, invite = opened(kind)
    stage = Stage(app)
    owner = join(stage, invite, ZH)["owner"]
    app.expected += ["parked", "NotKeptError"]
    run(app.database, "ALTER TABLE parked RENAME TO parked_away")
    stage.says(owner, "飞轮2盒")
    app.telegram.wait_for(lambda: 503 in statuses(app), 10, "never refused")
    run(app.database, "ALTER TABLE parked_away RENAME TO parked")
    stage.hears(owner, "合计 ¥350")
    at_rest(app.database)
    assert len(rows(app.database, select(drafts.c.id))) == 1
    assert statuses(app) == {200, 503}


def test_what_is_no_update_is_kept_once_and_staff_see_it(opened: Open) -> None:
    app, invite = opened()
    stage = Stage(app)
    admin = join(stage, invite, ZH)["admin"]
    broken = {"update_id": 1, "message": {"message_id": "x", "chat": 7}}
    assert [app.telegram.delivery.post(broken).status for _ in range(2)] == [200, 200]
    stage.hears(admin, "没处理成")
    stage.says(admin, "异常")
    stage.hears(admin, "读不懂")
    at_rest(app.database)
    assert rows(app.database, select(parked.c.state)) == [("dead",)]


def _until_dead(app: App) -> None:
    deadline = time.monotonic() + 30
    while rows(app.database, select(parked.c.state)) != [("dead",)]:
        assert time.monotonic() < deadline, rows(app.database, select(parked.c.state, parked.c.attempts))
        time_passes(app.database)
        time.sleep(0.1)
