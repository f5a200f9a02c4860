"""The script: from the first invite to a paid and delivered order, over Telegram, in Chinese or in English."""

from tests.e2e.stage import Stage

ZH = {
    "hire": "邀请员工 {role} {name}",
    "roles": {"sales": "业务", "warehouse": "仓库", "finance": "财务"},
    "names": {
        "admin": "陈总",
        "sales": "王经理",
        "warehouse": "老赵",
        "finance": "小钱",
        "owner": "李老板",
        "buyer": "小周",
    },
    "staff_welcome": "您可以用了",
    "invite_owner": "邀请 骑行天地 老板 李老板",
    "dealer_welcome": "绑定到「骑行天地」",
    "invite_buyer": "邀请 采购 小周",
    "order": "内胎2箱，链条3盒，刹车皮5盒，周五要",
    "which": "内胎有2种",
    "answer": "26的",
    "draft": "合计 ¥2,150",
    "correct": "链条改成4盒",
    "corrected": "链条 3盒→4盒",
    "address": "送西仓",
    "addressed": "送西仓",
    "place": "确认下单",
    "placed": "已下单",
    "new_order": "新订单",
    "to_ship": "待发货",
    "big_order": "26寸内胎10箱",
    "beyond": "还差 ¥400",
    "ask_review": "送去审批",
    "in_review": "已送去审批",
    "card": "申请超额 ¥400",
    "approve": "批准",
    "approved_staff": "已批",
    "approved": "批下来了",
    "ship_part": "发货 {number} 链条2盒 顺丰 SF1234567",
    "ship_rest": "发货 {number} 德邦 DB888888",
    "ship_big": "发货 {number} 德邦 DB888889",
    "do": "确认",
    "preview": "发货：骑行天地",
    "shipped_part": "先发了一部分",
    "shipped": "发货了",
    "receive": "收到了",
    "received_part": "这批收到了",
    "received": "已收货",
    "pay": "收款 骑行天地 6400",
    "paying": "账上 -¥6,400 → ¥0",
    "paid": "收款 ¥6,400 已入账",
    "paid_told": "收到货款 ¥6,400",
}
EN = {
    "hire": "invite staff {role} {name}",
    "roles": {"sales": "sales", "warehouse": "warehouse", "finance": "finance"},
    "names": {
        "admin": "陈总",
        "sales": "Wang",
        "warehouse": "Zhao",
        "finance": "Qian",
        "owner": "Lee",
        "buyer": "Zhou",
    },
    "staff_welcome": "you can start",
    "invite_owner": "invite QX owner Lee",
    "dealer_welcome": "you are with 骑行天地",
    "invite_buyer": "invite buyer Zhou",
    "order": "2 cases of inner tubes, 3 boxes of chains and 5 boxes of brake pads, for Friday",
    "which": "inner tube: there are 2",
    "answer": "26寸",
    "draft": "Total ¥2,150",
    "correct": "make the chains 4 boxes",
    "corrected": "chain: 3 boxes → 4 boxes",
    "address": "ship to West depot",
    "addressed": "to West depot",
    "place": "Place order",
    "placed": "placed, ¥2,400",
    "new_order": "New order",
    "to_ship": "To ship",
    "big_order": "10 cases of 26寸 inner tubes",
    "beyond": "¥400 short",
    "ask_review": "Ask for approval",
    "in_review": "sent for approval",
    "card": "asks to go ¥400 over",
    "approve": "Approve",
    "approved_staff": "is approved",
    "approved": "is approved",
    "ship_part": "ship {number} chain 2 boxes SF SF1234567",
    "ship_rest": "ship {number} DHL DB888888",
    "ship_big": "ship {number} DHL DB888889",
    "do": "Confirm",
    "preview": "Ship: 骑行天地",
    "shipped_part": "on its way, goods worth ¥500",
    "shipped": "is on its way",
    "receive": "Received",
    "received_part": "is received",
    "received": "received, thank you",
    "pay": "payment QX 6400",
    "paying": "Balance -¥6,400 → ¥0",
    "paid": "Payment of ¥6,400 booked",
    "paid_told": "Payment of ¥6,400 received",
}


def trade(stage: Stage, invite: str, words: dict, *, alerts: bool = True) -> None:
    """Everybody joins, the dealer orders twice, once over credit, all is shipped, received and paid.

    invite: the token of the first administrator. alerts: whether notices that are sent at most once are waited for.
    """
    people = join(stage, invite, words)
    owner, warehouse = people["owner"], people["warehouse"]

    first = _first_order(stage, owner, words)
    if alerts:
        assert first in stage.hears(people["sales"], words["new_order"]).text
    assert first in stage.hears(warehouse, words["to_ship"]).text

    second = _second_order(stage, people, words)
    assert second in stage.hears(warehouse, words["to_ship"]).text

    for ship, number, shipped, received in (
        ("ship_part", first, "shipped_part", "received_part"),
        ("ship_rest", first, "shipped", "received"),
        ("ship_big", second, "shipped", "received"),
    ):
        stage.says(warehouse, words[ship].format(number=number))
        assert number in stage.hears(warehouse, words["preview"]).text
        stage.presses(warehouse, words["do"])
        stage.hears(warehouse, number)
        _hears_of(stage, owner, words[shipped], number)
        stage.presses(owner, words["receive"])
        stage.hears(owner, words[received])

    finance = people["finance"]
    stage.says(finance, words["pay"])
    stage.hears(finance, words["paying"])
    stage.presses(finance, words["do"])
    paid = stage.hears(finance, words["paid"]).text
    assert first in paid
    assert second in paid
    stage.hears(owner, words["paid_told"])


def join(stage: Stage, invite: str, words: dict) -> dict:
    """The first administrator by the operator's invite; everybody else by one made in chat."""
    people = {role: stage.enter(name) for role, name in words["names"].items()}
    admin = people["admin"]
    stage.starts(admin, invite)
    stage.hears(admin, words["staff_welcome"])
    for role in ("sales", "warehouse", "finance"):
        stage.says(admin, words["hire"].format(role=words["roles"][role], name=words["names"][role]))
        stage.starts(people[role], stage.hears_invite(admin))
        stage.hears(people[role], words["staff_welcome"])
    stage.says(people["sales"], words["invite_owner"])
    stage.says(people["owner"], f"https://example.invalid/join/{stage.hears_invite(people['sales'])}")
    stage.hears(people["owner"], words["dealer_welcome"])
    stage.says(people["owner"], words["invite_buyer"])
    stage.says(people["buyer"], stage.hears_invite(people["owner"]))
    stage.hears(people["buyer"], words["dealer_welcome"])
    return people


def _first_order(stage: Stage, owner, words: dict) -> str:
    stage.says(owner, words["order"])
    stage.hears(owner, words["which"])
    stage.says(owner, words["answer"])
    stage.hears(owner, words["draft"])
    stage.says(owner, words["correct"])
    stage.hears(owner, words["corrected"])
    stage.says(owner, words["address"])
    stage.hears(owner, words["addressed"])
    stage.presses(owner, words["place"])
    return stage.hears_number(owner, words["placed"])


def _second_order(stage: Stage, people: dict, words: dict) -> str:
    owner, sales = people["owner"], people["sales"]
    stage.says(owner, words["big_order"])
    stage.hears(owner, words["beyond"])
    stage.presses(owner, words["ask_review"])
    number = stage.hears_number(owner, words["in_review"])
    assert number in stage.hears(sales, words["card"]).text
    stage.presses(sales, words["approve"])
    assert number in stage.hears(sales, words["approved_staff"]).text
    assert number in stage.hears(owner, words["approved"]).text
    return number


def _hears_of(stage: Stage, who, containing: str, number: str) -> None:
    """The notice of this order; a repetition of an earlier one is passed over."""
    while number not in stage.hears(who, containing).text:
        pass
