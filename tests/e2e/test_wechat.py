"""Over WeChat's encrypted XML, by numbers only: from a scanned code to a received order, and everything that gets in between."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select

from core.db.scope import system
from core.orders.models import orders
from tests.channels.wechat.people import Person
from tests.channels.wechat.serving import App
from tests.channels.wechat.shop import joins, shop
from tests.databases import Databases

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.slow]

ORDERS = system(select(orders.c.state, orders.c.total, orders.c.paid))
NUMBER = re.compile(r"\d{6}-\d{4,6}")


Open = Callable[..., App]


@pytest.fixture
def opened(all_databases: Databases, tmp_path: Path) -> Iterator[Open]:
    with ExitStack() as stack:
        yield lambda kind="sqlite", **how: stack.enter_context(shop(all_databases, kind, tmp_path, **how))


def hears_of(person: Person, containing: str, number: str) -> str:
    while True:
        text = person.hears(containing, within=20).text
        if number in text:
            return text


def trade(app: App, after: Callable[[], None] = lambda: None) -> None:
    """An order beyond the credit is approved, shipped, received and paid; `after`: what happens behind each step."""
    sales = joins(app, "王经理", role="sales", region="华东")
    warehouse = joins(app, "老赵", role="warehouse")
    finance = joins(app, "小钱", role="finance")
    owner = joins(app, "李老板", dealer="QX", role="owner")

    owner.says("内胎20箱，链条3盒，周五要")
    after()
    owner.hears("内胎有2种")
    owner.picks("26寸")
    after()
    assert "还差" in owner.hears("合计").text
    owner.picks("送去审批")
    after()
    number = NUMBER.search(owner.hears("已送去审批").text)[0]
    assert number in sales.hears("申请超额", within=20).text
    sales.picks("批准")
    after()
    hears_of(sales, "已批", number)
    hears_of(owner, "批下来了", number)
    assert number in warehouse.hears("待发货", within=20).text
    warehouse.picks("发货")
    after()
    assert "发货：骑行天地" in warehouse.hears("发货：骑行天地").text
    warehouse.picks("确认")
    after()
    hears_of(warehouse, "已发完", number)
    hears_of(owner, "发货了", number)
    owner.picks("收到了")
    after()
    owner.hears("已收货")
    finance.says("收款 骑行天地 8750")
    finance.hears("账上 -¥8,750 → ¥0")
    finance.picks("确认")
    after()
    assert number in finance.hears("收款 ¥8,750 已入账").text
    owner.hears("收到货款 ¥8,750", within=20)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_from_a_scanned_code_to_a_paid_order_by_numbers_only(opened: Open, kind: str):
    trade(opened(kind))


def test_every_push_delivered_again_and_the_token_revoked_all_along_changes_nothing(opened: Open):
    app = opened("postgresql")
    app.wechat.duplicates = 2
    trade(app, app.wechat.revoke_token)
    app.wechat.settled()
    with app.database.reader.connect() as connection:
        assert connection.execute(ORDERS).all() == [("closed", 8750_00, 8750_00)]


def test_an_english_order_by_numbers_only(opened: Open):
    app = opened()
    owner = joins(app, "Lee", dealer="QX", role="owner")
    owner.says("English")
    owner.hears("English")
    owner.says("2 cases of inner tubes and 3 boxes of chains, for Friday")
    owner.hears("inner tube: there are 2")
    owner.picks("26寸")
    owner.hears("Total ¥1,550")
    owner.picks("Place order")
    number = NUMBER.search(owner.hears("placed").text)[0]
    owner.says("where is my last order")
    assert number in owner.hears(number).text
