"""Who hears of what and when: low stock, the morning's list, muted topics, quiet hours."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from core.kit.say import load
from core.orders.models import orders
from core.orders.supply import adjust_stock
from core.stock.queries import stock_of
from core.stock.service import plan_stock
from notifications.models import held
from notifications.outbox.models import outbox
from notifications.outbox.write import write_facts
from notifications.preferences import quiet_until
from notifications.schedule import fire_due, job_named
from tests.bot.flows.conftest import drinks
from tests.core.shop import ZONE
from tests.databases import Database
from tests.world import World

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def world(database: Database) -> World:
    return drinks(database)


def happen(world: World) -> None:
    """What the shop's verbs reported is written for the worker."""
    told = tuple(world.shop.facts)
    world.shop.facts.clear()
    world.shop.system(lambda session: write_facts(session, told))


def count(world: World, sku: str, pieces: int) -> None:
    """The warehouse counts a product."""
    world.shop.as_(
        "warehouse", adjust_stock, sku=sku, counted=pieces, source=world.shop.source(), reason="count"
    )
    happen(world)


def plan(world: World, sku: str, point: int) -> None:
    world.shop.as_("warehouse", plan_stock, sku=sku, reorder_point=point)
    happen(world)


def job(world: World, name: str) -> None:
    fire_due(world.office.lane, job_named(name), process="test", clock=lambda: world.now, zone=ZONE)


def low(world: World, who: str = "warehouse") -> list[str]:
    return [text for text in world.notices(who) if "下限" in text]


def test_a_product_is_told_of_once_until_it_recovers(world: World) -> None:
    plan(world, "G-200", 20)
    count(world, "G-200", 15)
    (text,) = low(world)
    assert "绿茶 500ml（G-200）剩 15瓶" in text
    assert "建议补 12瓶" in text
    count(world, "G-200", 10)
    assert low(world) == []
    count(world, "G-200", 40)
    count(world, "G-200", 19)
    assert len(low(world)) == 1


def test_only_who_looks_after_stock_hears_of_it(world: World) -> None:
    plan(world, "G-200", 30)
    assert len(low(world)) == len(low(world, "admin")) == 1
    for who in ("sales", "finance", "owner north"):
        assert low(world, who) == []


def test_a_product_put_off_is_quiet_for_three_days_everywhere(world: World) -> None:
    plan(world, "G-200", 30)
    world.notices("warehouse")
    assert "再说" in world.presses("warehouse", "stock-later")
    count(world, "G-200", 40)
    count(world, "G-200", 5)
    world.shop.now += timedelta(days=1)
    job(world, "stock-digest")
    assert world.notices("warehouse") == []
    world.shop.now += timedelta(days=2)
    job(world, "stock-digest")
    (text,) = world.notices("warehouse")
    assert "绿茶" in text


def test_the_morning_list_has_cover_from_what_was_shipped_and_a_quantity_in_whole_packs(world: World) -> None:
    world.says("owner north", "茉莉花茶500ml 25箱")
    world.says("owner north", "1")
    world.notices("warehouse")
    number = world.shop.rows(select(orders.c.number))[0].number
    world.says("warehouse", f"发货 {number}")
    world.presses("warehouse", "do-shipping")
    plan(world, "T-100", 1000)
    world.notices("warehouse")
    world.shop.now += timedelta(days=1)
    job(world, "stock-digest")
    (text,) = world.notices("warehouse")
    assert "偏低1种" in text
    assert "剩 900瓶，够卖90天（下限 1,000瓶）" in text  # 300 shipped in 30 days
    assert "建议补 408瓶" in text  # 1000 + 300 - 900, in cases of 12


def test_a_long_list_is_a_picture_in_the_language_of_its_reader(world: World) -> None:
    world.locales["admin"] = "en"
    for number in range(6):
        world.shop.product(f"X-{number}", stock=3, name_zh=f"新品{number}", base_unit="瓶")
        plan(world, f"X-{number}", 10)
    world.notices("warehouse")
    job(world, "stock-digest")
    world.notices("warehouse")
    (say,) = world.last["warehouse"]
    assert say.picture is not None
    assert say.picture.ref.startswith("stock:")
    assert say.picture.ref.endswith(":zh-Hans")


def test_much_too_much_is_on_the_morning_list(world: World) -> None:
    world.says("owner north", "可乐1箱")
    world.says("owner north", "1")
    number = world.shop.rows(select(orders.c.number))[0].number
    world.says("warehouse", f"发货 {number}")
    world.presses("warehouse", "do-shipping")
    world.notices("warehouse")
    job(world, "stock-digest")
    (text,) = world.notices("warehouse")
    assert "可乐 330ml（C-1）有 2,388瓶，够卖5,970天，偏多" in text


@pytest.mark.parametrize(
    ("off", "on"), [("关掉库存提醒", "打开库存提醒"), ("turn off stock alerts", "start stock alerts")]
)
def test_a_topic_is_turned_off_and_on_in_words_and_the_same_again_changes_nothing(
    world: World, off: str, on: str
) -> None:
    for _ in range(2):
        assert "库存：不提醒" in world.says("warehouse", off)
    for _ in range(2):
        assert "库存：提醒" in world.says("warehouse", on)


def test_too_much_is_listed_when_asked(world: World) -> None:
    sell(world, "可乐1箱")
    assert "可乐 330ml 有 2,388瓶，够卖5,970天" in world.says("warehouse", "压货")


def test_a_muted_topic_is_not_told_but_what_needs_a_decision_is(world: World) -> None:
    world.says("sales", "提醒设置")
    world.presses("sales", "alert-topic", "orders")
    world.says("owner north", "可乐1箱")
    world.says("owner north", "1")
    assert world.notices("sales") == []
    assert world.notices("warehouse") != []
    world.says("owner north", "可乐50箱")
    world.says("owner north", "1")
    world.says("owner north", "送审")
    assert any("申请超额" in text for text in world.notices("sales"))


def test_quiet_hours_hold_what_comes_and_send_it_afterwards_once(world: World) -> None:
    world.says("warehouse", "免打扰 8点到22点")  # it is nine
    plan(world, "G-200", 30)
    assert low(world) == []
    assert world.shop.rows(select(func.count()).select_from(held))[0][0] == 1
    assert len(low(world, "admin")) == 1
    world.shop.now = world.now.replace(hour=14, minute=0, second=1)  # 22:00 in Shanghai
    assert len(low(world)) == 1
    assert low(world) == []
    assert world.shop.rows(select(held.c.key)) == []


def test_an_answer_is_not_held_behind_what_waits_for_the_morning(world: World) -> None:
    world.says("warehouse", "免打扰 8点到22点")
    plan(world, "G-200", 30)
    world.notices("warehouse")
    world.says("warehouse", "帮助")
    waiting = (
        select(outbox.c.state, outbox.c.payload).where(outbox.c.kind == "reply").order_by(outbox.c.id.desc())
    )
    newest = world.shop.rows(waiting)[0]
    assert load(newest.payload).key.startswith("desk.help")


def test_the_alert_asks_the_managers_to_buy_and_what_they_ordered_is_on_its_way(world: World) -> None:
    plan(world, "G-200", 30)
    (text,) = low(world)
    assert "3. 3天后再说" in text
    assert "已告诉管理员：请采购 绿茶 500ml 12瓶" in world.presses("warehouse", "stock-buy")
    asked = next(text for text in world.notices("admin") if "请采购" in text)
    assert asked.startswith("warehouse 请采购：绿茶 500ml（G-200）12瓶")
    assert world.says("admin", "记在途") == "什么货、多少？比如「货名 20箱」"
    world.says("admin", "算了")
    world.notices("admin")
    plan(world, "C-1", 3000)
    world.notices("warehouse")
    world.presses("warehouse", "stock-buy")
    world.notices("admin")
    assert world.presses("admin", "stock-coming") == "哪天到？"
    assert "可乐 330ml 在途 0瓶 → 600瓶" in world.says("admin", "3天后")
    world.says("admin", "1")
    item = world.shop.see("warehouse", stock_of, ["C-1"])["C-1"]
    assert (item.inbound_qty, item.inbound_on) == (600, world.now.astimezone(ZONE).date() + timedelta(days=3))


def test_asked_twice_on_one_day_the_managers_hear_it_once(world: World) -> None:
    plan(world, "G-200", 30)
    world.notices("warehouse")
    world.notices("admin")
    alert = world.last["warehouse"]
    world.presses("warehouse", "stock-buy")
    world.last["warehouse"] = alert
    assert "今天已经请过了" in world.presses("warehouse", "stock-buy")
    assert len([text for text in world.notices("admin") if "请采购" in text]) == 1


def test_what_is_received_is_no_longer_on_its_way(world: World) -> None:
    world.says("warehouse", "在途 绿茶 5箱 明天")
    world.says("warehouse", "1")
    for arrived, rest in (("2箱", 36), ("9箱", 0)):
        world.says("warehouse", f"入库 绿茶 {arrived}")
        world.says("warehouse", "1")
        item = world.shop.see("warehouse", stock_of, ["G-200"])["G-200"]
        assert item.inbound_qty == rest
    assert item.inbound_on is None


def test_the_alert_lowers_the_floor_and_is_over(world: World) -> None:
    plan(world, "G-200", 30)
    world.notices("warehouse")
    assert "绿茶 500ml 现在下限 30瓶，改成多少？" in world.presses("warehouse", "stock-floor")
    assert "下限 30瓶 → 12瓶" in world.says("warehouse", "1箱")
    assert "下限已改" in world.says("warehouse", "1")
    assert "没有低于下限的货" in world.says("warehouse", "低库存")
    assert "G-200" not in world.says("warehouse", "改下限 绿茶 0瓶")


def test_far_too_much_is_told_once_until_it_has_gone_down(world: World) -> None:
    sell(world, "可乐1箱")
    assert much(world) == ["⚠️ 可乐 330ml（C-1）有 2,388瓶，够卖5,970天，压货了"]
    assert much(world) == []
    count(world, "C-1", 70)  # 175 days: less, but still much
    assert much(world) == []
    count(world, "C-1", 50)
    assert much(world) == []
    count(world, "C-1", 73)
    assert len(much(world)) == 1


def test_far_too_much_is_put_off_like_too_little(world: World) -> None:
    world.locales["warehouse"] = "en"
    sell(world, "可乐1箱")
    assert much(world) == ["⚠️ cola 330ml (C-1): 2,388 bottles, enough for 5,970 days, far more than needed"]
    assert "I will leave cola 330ml until" in world.presses("warehouse", "stock-later")
    count(world, "C-1", 50)
    assert much(world) == []
    count(world, "C-1", 100)
    assert much(world) == []


def sell(world: World, goods: str) -> None:
    world.says("owner north", goods)
    world.says("owner north", "1")
    number = world.shop.rows(select(orders.c.number))[0].number
    world.says("warehouse", f"发货 {number}")
    world.presses("warehouse", "do-shipping")
    for who in ("warehouse", "admin"):
        world.notices(who)


def much(world: World, who: str = "warehouse") -> list[str]:
    """What the hourly look tells."""
    world.shop.now += timedelta(hours=1)
    job(world, "high-stock")
    return [text.partition("\n")[0] for text in world.notices(who)]


@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
    start=st.integers(0, 1439),
    end=st.integers(0, 1439),
    zone=st.sampled_from([ZONE, BERLIN]),
)
def test_what_is_held_comes_after_now_within_a_day_and_outside_the_quiet_hours(
    now: datetime, start: int, end: int, zone: ZoneInfo
) -> None:
    if start == end:
        return
    moment = now.replace(tzinfo=UTC)
    until = quiet_until(moment, (start, end), zone)
    local = moment.astimezone(zone)
    minute = local.hour * 60 + local.minute
    inside = (minute - start) % 1440 < (end - start) % 1440
    assert (until is not None) == inside
    if until is not None:
        assert moment < until <= moment + timedelta(hours=26)
        assert quiet_until(until, (start, end), zone) is None or zone is BERLIN
