"""What is doubtful in a command is asked about, and nothing that was said with it is lost."""

import pytest
from sqlalchemy import select

from bot.dialog.commands import verb_of
from core.orders.models import order_lines
from core.stock.models import stock_items
from tests.world import World

TEA = "茉莉花茶"


def on_hand(world: World) -> list[int]:
    found = world.shop.rows(select(stock_items.c.on_hand).order_by(stock_items.c.product_id))
    return [row.on_hand for row in found]


def ordered(world: World, text: str) -> str:
    """The last four of a number of an order that was placed."""
    world.says("owner north", text)
    placed = world.says("owner north", "确认")
    assert "✅" in placed, placed
    return placed.split()[2][7:11]


@pytest.mark.parametrize("answer", ["2", "T-101", "1L的", "1L", f"{TEA}1L"])
def test_the_answer_to_which_product_completes_the_command(world: World, answer: str) -> None:
    asked = world.says("warehouse", f"盘点 {TEA} 50瓶 破损")
    assert "有几种" in asked
    shown = world.says("warehouse", answer)
    assert "破损" in shown
    assert "50瓶" in shown
    world.says("warehouse", "确认")
    assert on_hand(world)[:2] == [1200, 50]


def test_a_yes_to_which_product_asks_again_and_does_nothing(world: World) -> None:
    asked = world.says("warehouse", f"入库 {TEA} 20箱")
    assert world.says("warehouse", "确认") == asked
    assert on_hand(world)[:2] == [1200, 600]


def test_a_quantity_that_was_missing_is_put_to_the_goods_already_named(world: World) -> None:
    assert "多少" in world.says("warehouse", "入库 可乐")
    assert "可乐" in world.says("warehouse", "5箱")
    world.says("warehouse", "确认")
    assert on_hand(world)[3] == 2460


def test_a_name_nobody_knows_is_said_again_with_its_quantity_kept(world: World) -> None:
    assert "没有找到" in world.says("warehouse", "入库 雪碧 5箱")
    assert "可乐" in world.says("warehouse", "可乐")
    world.says("warehouse", "确认")
    assert on_hand(world)[3] == 2460


def test_a_short_name_means_what_is_in_the_order(world: World) -> None:
    number = ordered(world, f"{TEA}1L 3箱，可乐2箱")
    shown = world.says("warehouse", f"发货 {number} {TEA}2箱 顺丰 SF12345")
    assert f"{TEA} 1L" in shown
    assert "可乐" not in shown
    assert "顺丰 SF12345" in shown
    world.says("warehouse", "确认")
    lines = world.shop.rows(select(order_lines.c.shipped).order_by(order_lines.c.line_no))
    assert [line.shipped for line in lines] == [24, 0]


def test_a_return_names_goods_by_what_was_ordered(world: World) -> None:
    number = ordered(world, f"{TEA}1L 3箱")
    world.says("warehouse", f"发货 {number} 顺丰 SF12345")
    world.says("warehouse", "确认")
    shown = world.says("warehouse", f"退货 {number} {TEA}1箱 破损")
    assert f"{TEA} 1L" in shown
    assert "破损" in shown


def test_several_dealers_fit_and_the_amount_stays_known(world: World) -> None:
    world.shop.dealer("north2", name="城北百货")
    assert "哪一家" in world.says("finance", "收款 城北 5000")
    assert "城北商行 ¥5,000" in world.presses("finance", "fill-paying", "dealer~north")


@pytest.mark.parametrize(
    "text", ["改价 可乐 A级 30元/箱", "改价 A级 可乐 30", "改价 可乐 30元/箱 A级", "可乐 改价 30/箱 A级"]
)
def test_a_price_for_a_level_is_read_in_any_order(world: World, text: str) -> None:
    shown = world.says("admin", text)
    assert "可乐" in shown
    assert "¥30" in shown
    assert "A" in shown


@pytest.mark.parametrize(
    "text", ["price cola 30/case", "改价 可乐 30/件", "改价 可乐 30一箱", "set price cola 30 per carton"]
)
def test_a_price_is_set_in_the_products_own_unit_whatever_it_is_called(world: World, text: str) -> None:
    assert "¥30" in world.says("admin", text)
    assert "✅" in world.says("admin", "确认")


def test_a_unit_the_product_is_not_sold_in_is_refused_before_the_yes(world: World) -> None:
    assert "托" in world.says("admin", "改价 可乐 30/托")
    assert "✅" not in world.says("admin", "确认")


@pytest.mark.parametrize(
    "text",
    [
        "payment 城北 5,000 bank transfer",
        "paid 城北 5000 cash",
        "收款 城北 5000 银行转账",
        "城北 paid 5000.00 by wire",
    ],
)
def test_an_amount_beside_other_words_is_an_amount(world: World, text: str) -> None:
    assert "¥0 → ¥5,000" in world.says("finance", text)


@pytest.mark.parametrize(
    "text", ["今天的订单", "今天有哪些单", "城北最近的订单", "orders today", "城北今天的订单"]
)
def test_orders_are_listed_by_day_and_dealer(world: World, text: str) -> None:
    number = ordered(world, "可乐2箱")
    assert number in world.says("sales", text)


def test_a_day_without_orders_says_so(world: World) -> None:
    ordered(world, "可乐2箱")
    assert "没有单" in world.says("sales", "昨天的订单")


@pytest.mark.parametrize(
    "text", ["城北欠多少钱", "城北还欠多少", "查客户 城北", "城北商行额度还剩多少", "how much does 城北 owe"]
)
def test_a_dealers_account_is_told_when_asked_in_plain_words(world: World, text: str) -> None:
    assert "额度 ¥2,000" in world.says("sales", text)


def test_another_command_takes_the_place_of_the_one_that_waits(world: World) -> None:
    number = ordered(world, "可乐2箱")
    world.says("admin", "收款 城北 500")
    assert number in world.says("admin", "今天有哪些单")


def test_another_flows_words_are_heard_while_a_command_asks(world: World) -> None:
    assert "哪家经销商" in world.says("admin", "成员")
    assert "哪家经销商" not in world.says("admin", "提醒设置")


def test_a_reason_may_be_the_words_of_another_command(world: World) -> None:
    assert "为什么改" in world.says("warehouse", "盘点绿茶20瓶")
    shown = world.says("warehouse", "缺货")
    assert "缺货" in shown
    assert "24瓶 → 20瓶" in shown


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("城北商行的账", "dealer"),
        ("城北商行欠不欠钱", "dealer"),
        ("城北商行最近买了啥", "orders"),
        ("城北商行上周下了哪些单", "orders"),
        ("今天要发什么货", "orders"),
        ("有什么要处理的", "reviews"),
        ("有要批的吗", "reviews"),
        ("4821 批了", "approving"),
        ("城北商行打款5000", "paying"),
        ("城北商行转账 5000", "paying"),
        ("收款 城北商行 5000 转账", "paying"),
        ("哪些货快没了", "low"),
        ("茉莉花茶500ml涨到65一箱", "pricing"),
        ("城北商行信用额度调到8000", "limiting"),
    ],
)
def test_what_colleagues_say_in_passing_calls_the_right_verb(text: str, verb: str) -> None:
    found = verb_of(text)
    assert found is not None
    assert found[0] == verb
