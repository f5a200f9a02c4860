"""Everything the product exists for, from a bound person to the final state: over WeChat and over Telegram, every push twice."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.channels.wechat.render import draw_qr
from core.claims.models import claims
from core.contracts.models import contracts
from core.credit.models import accounts
from core.credit.rebate_models import rebate_accounts
from core.dealers.models import dealers
from core.orders.models import drafts, order_lines, orders
from core.people.models import identities
from core.products.models import products
from core.stock.models import stock_items
from core.talks.models import talks
from tests.bot.media.papers import invoice
from tests.core.shop import ZONE
from tests.databases import Databases
from tests.e2e.books import rows
from tests.e2e.phones import PATIENCE, Brand, OnTelegram, Phone, Scene, brand

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.slow]

NUMBER = re.compile(r"\d{6}-\d{4,6}")
CLAIM = re.compile(r"C\d{6}-\d{4,9}")
TOKEN = re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])")
SCENES: dict[str, Scene] = {}


def scene(function: Scene) -> Scene:
    """One capability."""
    SCENES[function.__name__] = function
    return function


def found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    assert match, text
    return match.group()


def account(office: Brand) -> tuple[int, int]:
    """Balance and exposure of QX."""
    of = select(accounts.c.balance, accounts.c.exposure).join(dealers, dealers.c.id == accounts.c.dealer_id)
    ((balance, exposure),) = rows(office.app.database, of.where(dealers.c.code == "QX"))
    return balance, exposure


@scene
def an_order_is_shipped_received_and_paid_and_answers_where_it_is(office: Brand) -> None:
    warehouse, finance, owner = office.staff("warehouse"), office.staff("finance"), office.owner()
    owner.says("内胎2箱，链条3盒，周五要")
    owner.hears("内胎有2种")
    owner.chooses("26寸")
    owner.hears("合计 ¥1,550")
    owner.chooses("确认下单")
    number = found(NUMBER, owner.hears("已下单"))
    assert number in warehouse.hears("待发货")
    warehouse.says(f"发货 {number} 顺丰 SF1234567")
    warehouse.hears("发货：骑行天地")
    warehouse.chooses("确认")
    assert "SF1234567" in owner.hears("发货了")
    owner.chooses("收到了")
    owner.hears("已收货")
    finance.says("收款 骑行天地 1550")
    finance.hears("账上 -¥1,550 → ¥0")
    finance.chooses("确认")
    owner.hears("收到货款 ¥1,550")
    owner.says("上个单到哪了")
    assert number in owner.hears("已送到")
    owner.says("我的账")
    owner.hears("¥6,000")
    assert rows(office.app.database, select(orders.c.state, orders.c.paid)) == [("closed", 1550_00)]
    assert account(office) == (0, 0)


@scene
def what_is_short_is_sent_in_part_and_the_rest_when_it_comes(office: Brand) -> None:
    warehouse, owner = office.staff("warehouse"), office.owner()
    owner.says("飞轮12盒")
    owner.hears("还差")
    owner.chooses("先")
    number = found(NUMBER, owner.hears("已下单"))
    warehouse.hears("待发货")
    warehouse.says("入库 飞轮 10盒")
    warehouse.hears("入库")
    warehouse.chooses("确认")
    assert number in owner.hears("欠的货到了")
    assert rows(office.app.database, select(order_lines.c.reserved, order_lines.c.backordered)) == [(60, 0)]


@scene
def what_is_beyond_the_credit_is_refused_with_a_reason_or_let_through_once(office: Brand) -> None:
    first, second, owner = office.staff("sales", "王经理"), office.staff("sales", "张经理"), office.owner()
    for decision in ("驳回", "批准"):
        owner.says("26寸内胎20箱")
        owner.hears("还差 ¥2,000")
        owner.chooses("送去审批")
        number = found(NUMBER, owner.hears("已送去审批"))
        for colleague in (first, second):
            while number not in colleague.hears("申请超额 ¥2,000"):
                pass
        first.chooses(decision)
        if decision == "驳回":
            first.hears("为什么不批")
            first.says("先把上月的结了")
            assert "先把上月的结了" in owner.hears("没有批")
        else:
            owner.hears("批下来了")
            _closed_on_screen(office, second, "已批准", of=number)
            if not isinstance(second, OnTelegram):
                second.chooses("批准")
                second.hears("之前已经批过了")
    states = rows(office.app.database, select(orders.c.state))
    assert states == [("cancelled",), ("confirmed",)]
    assert account(office) == (0, 8000_00)


@scene
def a_receipt_is_a_claim_paid_in_part_and_its_double_is_refused(office: Brand) -> None:
    admin, owner = office.staff("admin"), office.owner()
    receipt = invoice("24312000000012345678")
    owner.says("报陈列费260，昨天的")
    owner.hears("都齐了")
    owner.photographs(receipt)
    owner.hears("票据收到了")
    owner.hears("发票尾号 12345678")
    owner.chooses("提交")
    number = found(CLAIM, owner.hears("✅ 已提交"))
    admin.hears("报费用：陈列费 ¥260")
    office.wait_for(lambda: admin.saw_picture(receipt))
    admin.chooses("批一部分")
    admin.hears("多少")
    admin.says("200")
    admin.hears("为什么")
    admin.says("超过标准")
    admin.hears("¥200")
    admin.chooses("确认")
    text = owner.hears(f"费用 {number} 批了 ¥200")
    assert "超过标准" in text
    owner.says("报陈列费260，昨天的")
    owner.photographs(receipt)
    assert number in owner.hears("已经拿掉")
    owner.chooses("提交")
    assert number in owner.hears("这是另一笔吗")
    owner.chooses("不报了")
    owner.hears("不")
    assert rows(office.app.database, select(claims.c.state, claims.c.approved)) == [("paid", 200_00)]
    assert account(office) == (200_00, 0)


@scene
def a_rebate_shows_its_progress_and_is_used_on_an_order(office: Brand) -> None:
    today = datetime.now(ZONE).date()  # the brand's day, whatever the machine's
    term = {
        "from": today.replace(month=1, day=1).isoformat(),
        "to": today.replace(month=12, day=31).isoformat(),
    }
    office.brings("programmes", {"code": "Y", "name": "年度返利", "level": "A", "kind": "whole", **term})
    office.brings("programme-tiers", {"programme": "Y", "above": "5000", "percent": "2"})
    office.brings("balances", {"dealer": "QX", "kind": "rebate", "amount": "300"})
    warehouse, owner = office.staff("warehouse"), office.owner()
    owner.says("返利还有多少")
    assert "¥300" in owner.hears("返利")
    owner.says("链条4盒，用返利抵100")
    owner.hears("返利抵 ¥100，还要付 ¥900")
    owner.says("下单")
    number = found(NUMBER, owner.hears("返利抵了 ¥100"))
    warehouse.hears("待发货")
    warehouse.says(f"发货 {number}")
    warehouse.hears("发货：")
    warehouse.chooses("确认")
    owner.hears("发货了")
    owner.says("再订多少到下一档")
    assert "4,000" in owner.hears("年度返利")
    assert rows(office.app.database, select(rebate_accounts.c.balance)) == [(200_00,)]
    assert account(office) == (-900_00, 0)


@scene
def a_contract_that_ends_is_told_decided_once_and_its_paper_sent(office: Brand) -> None:
    paper = invoice("24312000000099999999")
    (office.folder / "HT-1.png").write_bytes(paper)
    today = datetime.now(ZONE).date()  # the brand's day, whatever the machine's
    office.brings("contracts", {"dealer": "QX", "number": "HT-1", "start": f"{today.year - 1}-01-01",
                                "end": (today + timedelta(days=30)).isoformat(),
                                "file": str(office.folder / "HT-1.png")})  # fmt: skip
    first, second, owner = office.staff("sales", "王经理"), office.staff("sales", "张经理"), office.owner()
    owner.says("合同发我")
    owner.hears("合同 HT-1")
    office.wait_for(lambda: owner.saw_picture(paper))
    office.job("contracts")
    for colleague in (first, second):
        text = colleague.hears("合同30天后到期：骑行天地 HT-1")
        assert "今年还没有发过货" in text
    first.chooses("续签")
    first.hears("记为续签")
    second.hears("王经理 定了")
    _closed_on_screen(office, second, "已定", of="HT-1")
    assert rows(office.app.database, select(contracts.c.decision)) == [("renew",)]


@scene
def low_stock_is_told_asked_for_and_put_on_its_way(office: Brand) -> None:
    warehouse, admin = office.staff("warehouse"), office.staff("admin")
    warehouse.says("盘点 刹车皮 90副 破损")
    warehouse.hears("盘点")
    warehouse.chooses("确认")
    assert "刹车皮" in warehouse.hears("（下限 100副）")
    warehouse.chooses("通知采购")
    warehouse.hears("已告诉管理员")
    admin.hears("warehouse 请采购：刹车皮")
    admin.chooses("已订，记在途")
    admin.hears("哪天到？")
    admin.says("3天后")
    admin.hears("在途 0副 → 20副")
    admin.chooses("确认")
    admin.hears("✅ 已记")
    plan = select(stock_items.c.inbound_qty).join(products, products.c.id == stock_items.c.product_id)
    assert rows(office.app.database, plan.where(products.c.sku == "P-11")) == [(20,)]


@scene
def a_second_channel_is_bound_goes_on_and_is_taken_back(office: Brand) -> None:
    owner = office.owner()
    other = office.phone("李老板的另一部", "wechat" if office.channel == "telegram" else "telegram")
    owner.says("链条3盒")
    owner.hears("合计 ¥750")
    owner.says("绑定微信" if office.channel == "telegram" else "绑定Telegram")
    other.opens(_token_for(office, owner))
    other.hears("这里也能用了")
    owner.hears("您刚绑定了")
    other.says("改成4盒")
    other.hears("¥1,000")
    owner.says("清单")
    owner.hears("¥1,000")
    owner.says("我的绑定")
    owner.hears("绑定了 2 个")
    owner.chooses("解绑 李老板 的" + ("微信" if office.channel == "telegram" else "Telegram"))
    owner.hears("已解绑")
    other.hears("这里的绑定已解除")
    other.says("清单")
    other.hears("邀请")
    left = select(identities.c.channel).where(identities.c.revoked_at.is_(None))
    assert rows(office.app.database, left) == [(office.channel,)]


@scene
def a_person_is_asked_for_takes_over_and_hands_back(office: Brand) -> None:
    sales, owner = office.staff("sales", "王经理"), office.owner()
    owner.says("我要退2箱链条")
    owner.hears("业务员")
    owner.says("人工")
    sales.hears("要找人")
    sales.chooses("我来接")
    owner.hears("王经理 来和您说")
    owner.says("链条有破的")
    sales.hears("链条有破的")
    sales.says("寄回来就行")
    owner.hears("寄回来就行")
    sales.says("结束")
    owner.hears("对话结束了")
    owner.says("English")
    owner.hears("English")
    owner.says("3 boxes of chains")
    owner.hears("Total ¥750")
    assert {row[0] for row in rows(office.app.database, select(talks.c.state))} == {"closed"}


def _token_for(office: Brand, owner: Phone) -> str:
    """What leads into the second channel: on Telegram a code to scan with WeChat, on WeChat a link to Telegram."""
    if not isinstance(owner, OnTelegram):
        return found(TOKEN, owner.hears("start="))
    photo = owner.person.hears("用微信扫", within=PATIENCE).photo
    token = found(TOKEN, owner.hears(""))
    (url,) = [url for url, scene in office.app.wechat.codes.items() if scene == token]
    assert photo == draw_qr(url)
    return token


def _closed_on_screen(office: Brand, phone: Phone, word: str, of: str = "") -> None:
    """On Telegram the message loses its buttons and says what became of it."""
    if not isinstance(phone, OnTelegram):
        return
    office.telegram.wait_for(
        lambda: [m for m in phone.person.inbox if m.edits and m.text.endswith(f"— {word}") and of in m.text],
        10,
        lambda: f"still open: {[(m.text, m.buttons) for m in phone.person.inbox]}",
    )


@pytest.fixture
def office(request: pytest.FixtureRequest, all_databases: Databases, tmp_path: Path) -> Iterator[Brand]:
    kind, channel = request.param
    with ExitStack() as stack:
        yield stack.enter_context(brand(all_databases, kind, channel, tmp_path))


@pytest.mark.parametrize(
    "office",
    [("sqlite", "telegram"), ("sqlite", "wechat"), ("postgresql", "telegram"), ("postgresql", "wechat")],
    indirect=True,
    ids="-".join,
)
@pytest.mark.parametrize("name", SCENES)
def test_capability(office: Brand, name: str) -> None:
    SCENES[name](office)


@pytest.mark.parametrize(
    "office", [("sqlite", "telegram"), ("postgresql", "wechat")], indirect=True, ids="-".join
)
@pytest.mark.parametrize(
    "name",
    [
        "an_order_is_shipped_received_and_paid_and_answers_where_it_is",
        "a_receipt_is_a_claim_paid_in_part_and_its_double_is_refused",
    ],
)
def test_capability_with_retries_racing_the_first_attempt_and_tokens_ending(office: Brand, name: str) -> None:
    office.race()
    SCENES[name](office)


@pytest.mark.parametrize("office", [("sqlite", "telegram")], indirect=True, ids="-".join)
def test_in_a_group_only_what_is_addressed_counts_and_each_has_a_draft_of_their_own(office: Brand) -> None:
    first, second = office.owner(), office.owner("CD", "赵老板")
    assert isinstance(first, OnTelegram)
    assert isinstance(second, OnTelegram)
    group = office.telegram.group(-1_001_234, "骑行群")
    first.person.says("链条9盒", to=group)  # to the others, not to us
    first.person.says("@dealer_desk_bot 链条3盒", to=group)
    assert "链条 3盒" in group.hears("链条").text
    second.person.says("@dealer_desk_bot 刹车皮2盒", to=group)
    text = group.hears("刹车皮").text
    assert "链条" not in text
    second.person.says("@dealer_desk_bot 下单", to=group)
    group.hears("私聊")
    first.says("链条1盒")
    first.hears("合计 ¥250")
    shown = rows(office.app.database, select(drafts.c.place, drafts.c.lines))
    held = sorted((place, line["sku"], line["base_qty"]) for place, lines in shown for line in lines)
    assert held == [
        ("group:-1001234", "C-08", 30),
        ("group:-1001234", "P-11", 40),
        ("private", "C-08", 10),
    ]
    assert not any("¥" in message.text for message in group.inbox)
    assert rows(office.app.database, select(orders.c.id)) == []
