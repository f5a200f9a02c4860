"""Rebates in the staff's chat and in the notices of a settlement."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from bot.dialog.messages import Outcome
from core.credit.rebate import rebate_balance
from core.orders.ship import ship_order
from core.rebates.models import settlements
from core.rebates.queries import standing
from core.rebates.service import Terms, put_programme, put_tiers
from core.rebates.settle import close_periods
from core.rebates.spend import state_opening
from notifications.outbox.write import write_facts
from tests.bot.flows.conftest import drinks
from tests.databases import Database
from tests.world import World


def agree(world: World, code: str = "Q1") -> None:
    terms = Terms(code=code, name="一季度返利", whose="all", kind="whole", first_day=date(2026, 1, 1),
                  last_day=date(2026, 3, 31))  # fmt: skip
    world.shop.as_("import", put_programme, terms=terms)
    world.shop.as_("import", put_tiers, programme=code, wanted={0: 1000, 200_00: 2000})


def buy(world: World, cases: int) -> str:
    number = world.shop.order("owner north", ("C-1", 12 * cases)).number
    world.shop.as_("warehouse", ship_order, number=number, source=number)
    return number


def test_staff_see_a_dealers_rebates_and_settle_them_before_the_end(world: World) -> None:
    agree(world)
    buy(world, 3)
    seen = world.says("finance", "返利 城北商行")
    assert "Q1 一季度返利：进货 ¥144，已赚 ¥1.44" in seen
    shown = world.says("finance", "结算返利 城北商行 Q1")
    assert "付 ¥1.44" in shown
    assert "结算 ¥1.44" in world.presses("finance", "do-settling")
    nothing = world.hears("finance", "结算返利 城北商行 Q1").says
    assert "没有要结的" in world.words("finance", nothing)
    assert [choice for each in nothing for choice in each.choices] == []
    assert "✅" not in world.says("finance", "确认")
    assert world.shop.rows(select(func.count()).select_from(settlements))[0][0] == 1


def test_the_warehouse_sees_no_rebates(world: World) -> None:
    assert "身份" in world.says("warehouse", "返利 城北商行")


def test_the_dealer_hears_of_a_closed_period_and_opens_its_lines(world: World) -> None:
    agree(world)
    number = buy(world, 10)
    world.shop.now += timedelta(days=30)
    world.shop.facts.clear()
    world.shop.system(close_periods)
    told = tuple(world.shop.facts)
    world.shop.system(lambda session: write_facts(session, told))
    notices = world.notices("owner north")
    assert any("返利 ¥9.60" in each and "进货 ¥480" in each for each in notices)
    assert number in world.presses("owner north", "rebate-lines")
    assert not any("返利" in each for each in world.notices("buyer north"))


def counted(world: World, act: Any) -> list[str]:
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
            seen.append(statement)

    event.listen(world.shop.database.engine, "before_cursor_execute", note)
    act()
    event.remove(world.shop.database.engine, "before_cursor_execute", note)
    return seen


@pytest.mark.parametrize("orders", [1, 6])
def test_the_standing_takes_one_statement_whatever_was_bought(sqlite: Database, orders: int) -> None:
    world = drinks(sqlite)
    agree(world)
    for _ in range(orders):
        buy(world, 1)
    begin, end = world.now - timedelta(days=1), world.now + timedelta(days=1)
    assert len(counted(world, lambda: world.shop.see("owner north", standing, since=begin, until=end))) == 1


def test_rebate_on_an_order_keeps_the_confirm_within_its_budget(sqlite: Database) -> None:
    world = drinks(sqlite)
    world.shop.as_("import", state_opening, amount=100_00, dealer="north")

    def confirm(rebate: bool) -> int:
        world.says("owner north", "可乐2箱" if rebate else "绿茶1箱")
        if rebate:
            world.says("owner north", "用返利抵50")
        outcome: list[Outcome] = []
        seen = counted(world, lambda: outcome.append(world.hears("owner north", "下单")))
        assert outcome[0].says[0].key == "orders.placed"
        return len(seen)

    without = confirm(rebate=False)
    with_rebate = confirm(rebate=True)
    assert with_rebate - without <= 4
    assert world.shop.see("owner north", rebate_balance) == 50_00
