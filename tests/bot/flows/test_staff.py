"""Staff commands: read from plain words, shown before they are done, done once, refused to the wrong role."""

import re

import pytest
from sqlalchemy import select

from core.credit.models import accounts
from core.stock.models import stock_items
from tests.world import World


def balance(world: World) -> int:
    return world.shop.rows(select(accounts.c.balance))[0].balance


def on_hand(world: World) -> list[int]:
    return [
        row.on_hand
        for row in world.shop.rows(select(stock_items.c.on_hand).order_by(stock_items.c.product_id))
    ]


@pytest.mark.parametrize(
    "text",
    [
        "收款 城北 5000",
        "收款城北商行5千",
        "城北商行 到账 5000元",
        "payment 城北 5,000",
        "收到货款 城北商行 五千块",
    ],
)
def test_a_payment_is_read_shown_and_booked_on_the_yes(world: World, text: str) -> None:
    shown = world.says("finance", text)
    assert "¥0 → ¥5,000" in shown
    assert balance(world) == 0
    assert "¥5,000" in world.says("finance", "1")
    assert balance(world) == 5000_00
    world.says("finance", "1")
    assert balance(world) == 5000_00


def test_a_no_leaves_everything_as_it_was(world: World) -> None:
    world.says("finance", "收款 城北 5000")
    world.says("finance", "算了")
    world.says("finance", "确认")
    assert balance(world) == 0


def test_what_is_missing_is_asked_one_at_a_time(world: World) -> None:
    assert world.says("finance", "收款") == "收了多少钱？"
    assert world.says("finance", "5000") == "哪家经销商付的？"
    assert "城北商行 ¥5,000" in world.says("finance", "城北")


def test_another_role_is_refused_before_anything_is_read(world: World) -> None:
    for text in ("收款 城北 5000", "额度 城北 80000", "改价 可乐 30"):
        assert "身份不能" in world.says("warehouse", text)
    assert balance(world) == 0


def test_goods_received_and_counted_change_the_books(world: World) -> None:
    world.says("warehouse", "入库 可乐 5箱，绿茶 24瓶")
    world.says("warehouse", "1")
    assert on_hand(world) == [1200, 600, 48, 2460]
    world.says("warehouse", "盘点 绿茶 40瓶 破损")
    world.says("warehouse", "好")
    assert on_hand(world) == [1200, 600, 40, 2460]


def test_a_doubtful_product_is_asked_about_and_nothing_is_guessed(world: World) -> None:
    answer = world.says("warehouse", "入库 茉莉花茶 20箱")
    assert "T-100" in answer
    assert "T-101" in answer
    assert on_hand(world)[:2] == [1200, 600]


def test_an_old_yes_does_not_do_what_was_never_shown(world: World) -> None:
    world.says("finance", "收款 城北 5000")
    old = world.last["finance"]
    world.says("finance", "收款 城北 9000")
    world.last["finance"] = old
    assert "¥9,000" in world.presses("finance", "do-paying")
    assert balance(world) == 0


def test_shipping_takes_carrier_and_number_in_either_order_and_later(world: World) -> None:
    world.says("owner north", "可乐3箱")
    number = world.says("owner north", "1").split()[2].rstrip("，")[:11]
    world.notices("warehouse")
    world.presses("warehouse", "ship")
    assert "顺丰 SF1234567" in world.says("warehouse", "SF1234567 顺丰")
    assert number in world.says("warehouse", "确认")
    assert any("顺丰 SF1234567" in notice for notice in world.notices("owner north"))


def test_an_approval_card_carries_its_arithmetic_and_decides_what_it_showed(world: World) -> None:
    world.says("owner north", "茉莉花茶1L 30箱")
    world.says("owner north", "1")
    world.says("owner north", "1")
    card = world.notices("sales")[0]
    assert "申请超额 ¥700" in card
    assert "在途 ¥2,700" in card
    assert "已批" in world.presses("sales", "approve")
    assert any("批下来了" in notice for notice in world.notices("owner north"))
    assert any("待发货" in notice for notice in world.notices("warehouse"))
    assert not world.shop.violations()


def test_sales_hear_what_each_receipt_brought(world: World) -> None:
    number = world.says("owner north", "可乐3箱") and world.says("owner north", "1").split()[2][:11]
    world.notices("sales")
    for goods in ("可乐1箱", "可乐2箱"):
        world.says("warehouse", f"发货 {number} {goods} 顺丰 SF1234567")
        world.says("warehouse", "确认")
        world.says("owner north", f"{number}收到了")
    part, rest = world.notices("sales")
    assert f"收到 {number} 的一部分，货值 ¥48" in part
    assert f"已收到 {number} 的货，货值 ¥96" in rest


def test_a_review_is_asked_for_in_words_after_a_shortage_was_settled(world: World) -> None:
    world.says("owner north", "绿茶5箱 茉莉花茶1L 30箱")
    world.says("owner north", "有多少先发")
    assert "已送去审批" in world.says("owner north", "送去审批")


def test_a_talk_goes_both_ways_until_it_is_ended(world: World) -> None:
    world.says("buyer north", "我要找人工")
    assert "要找人" in world.notices("sales")[0]
    world.presses("sales", "talk-take")
    world.notices("buyer north")
    assert world.says("buyer north", "可乐3箱") == ""
    assert "可乐3箱" in world.notices("sales")[0]
    assert world.says("sales", "收款 城北 5000") == ""
    assert "收款 城北 5000" in world.notices("buyer north")[0]
    world.says("sales", "结束")
    assert "对话结束" in world.notices("buyer north")[0]
    assert "可乐" in world.says("buyer north", "可乐3箱")
    assert balance(world) == 0


def test_an_order_written_for_a_dealer_waits_for_his_yes(world: World) -> None:
    world.says("sales", "代下单 城北 可乐3箱 绿茶1箱")
    world.says("sales", "1")
    notice = world.notices("buyer north")[0]
    assert "sales" in notice
    assert "可乐" in world.presses("buyer north", "draft")
    assert "✅" in world.says("buyer north", "确认")


def test_an_invite_made_in_chat_is_a_picture_and_a_link_to_forward(world: World) -> None:
    world.says("sales", "邀请 城北 采购 李四")
    card, link = world.last["sales"]
    assert card.picture is not None
    assert len(str(link.params["text"])) >= 43
    assert "采购" in world.render("sales", card).text


def test_who_waits_is_let_in_by_the_owner_or_by_staff_alike(world: World) -> None:
    world.shop.as_("sales", lambda session, actor: None)
    world.says("sales", "邀请 城北 采购")
    token = str(world.last["sales"][-1].params["text"])
    world.hears("stranger", token)
    world.notices("owner north")
    assert "可以用了" in world.presses("owner north", "member-approve")
    assert "可乐" in world.words("stranger", world.hears("stranger", "可乐3箱").says)


@pytest.mark.parametrize("locale", ["zh-Hans", "en"])
@pytest.mark.parametrize("who", ["sales", "warehouse", "finance", "admin"])
def test_everything_the_help_says_a_role_can_do_is_understood_and_allowed(
    world: World, who: str, locale: str
) -> None:
    world.locales[who] = locale
    world.office.names.update(wechat="wx")
    shown = re.sub(r"[（(].*?[）)]", "", world.says(who, "帮助"))
    for line in shown.splitlines()[1:]:
        for words in re.split("[、，]|, ", line.partition("：" if locale == "zh-Hans" else ": ")[2]):
            if words.startswith(("后面", "then")):
                continue
            said = world.hears(who, words).says
            assert "desk.no_command" not in {say.key for say in said}, words
            assert "身份不能" not in world.words(who, said), words
            world.hears(who, "算了")


def test_the_help_fits_a_screen(world: World) -> None:
    assert len(world.says("admin", "帮助").splitlines()) <= 12


def test_a_yes_to_nothing_is_answered_in_staffs_words(world: World) -> None:
    world.locales["finance"] = "en"
    assert world.says("sales", "确认") == "现在没有要您确认的事"
    assert world.says("finance", "confirm") == "Nothing is waiting for your yes"
    assert world.says("sales", "谢谢") == "不客气"


@pytest.mark.parametrize(
    ("who", "text", "shown"),
    [
        ("finance", "把城北的额度改成3万", "额度：城北商行 ¥2,000 → ¥30,000"),
        ("finance", "城北商行今天打了2000块", "收款：城北商行 ¥2,000"),
        ("finance", "收到城北货款 1000", "收款：城北商行 ¥1,000"),
        ("finance", "给城北商行调账 -300 促销补差", "调账：城北商行 -¥300（促销补差）"),
        ("finance", "城北额度多少", "额度 ¥2,000 · 账上"),
        ("finance", "balance north", "额度 ¥2,000 · 账上"),
        ("sales", "城北现在欠多少", "额度 ¥2,000 · 账上"),
        ("sales", "城北都有谁在用", "城北商行 有 3 人"),
        ("sales", "邀请城北的采购小李", "邀请好了：「城北商行」（采购）"),
        ("admin", "把可乐的价格改成50", "改价：可乐 330ml ¥50/箱"),
        ("warehouse", "可乐到了5箱", "可乐 330ml 5箱，在库 2,400瓶 → 2,460瓶"),
        ("warehouse", "received 5 cases of cola", "可乐 330ml 5箱"),
        ("warehouse", "哪些货积压", "没有压货"),
        ("warehouse", "哪些货不多了", "没有低于下限的货"),
    ],
)
def test_what_staff_say_in_their_own_words_is_understood(
    world: World, who: str, text: str, shown: str
) -> None:
    assert shown in world.says(who, text)


def test_nonsense_is_answered_in_staffs_words_however_often(world: World) -> None:
    for text in ("讲个笑话", "再讲一个", "飞机几点到", "阿斯顿发"):
        said = world.hears("warehouse", text).says
        assert not [choice for say in said for choice in say.choices if choice.action == "way"], text


def test_what_does_not_answer_the_question_is_asked_again_with_the_way_out(world: World) -> None:
    assert world.says("finance", "额度 城北") == "额度改成多少？"
    assert world.says("finance", "什么意思") == "额度改成多少？\n不办了就回「算了」"
    assert "没有办" in world.says("finance", "算了")


def test_the_only_order_that_waits_is_meant_and_shown_before_anything_is_done(world: World) -> None:
    world.says("owner north", "茉莉花茶1L 30箱")
    world.says("owner north", "1")
    world.says("owner north", "1")
    assert "申请超额 ¥700" in world.says("sales", "批准")
    assert "已批" in world.says("sales", "1")
    assert "发货：城北商行" in world.says("warehouse", "发货 顺丰 SF123456")
    assert "已发完" in world.says("warehouse", "好")


def test_of_several_orders_one_is_picked_by_its_number_on_the_list(world: World) -> None:
    for goods in ("可乐3箱", "绿茶1箱"):
        world.says("owner north", goods)
        world.says("owner north", "1")
    asked = world.says("warehouse", "发货")
    assert asked.count("城北商行") == 2
    assert "发货：城北商行" in world.says("warehouse", "2")
    assert "已发完" in world.says("warehouse", "1")
    assert "发货：城北商行" in world.says("warehouse", "发货")
