"""Over WeChat's encrypted XML, by numbers only: from a scanned code to a received order, and everything that gets in between."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.channels.wechat.people import Person
from tests.channels.wechat.serving import App
from tests.channels.wechat.shop import joins, shop
from tests.databases import Databases

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.slow]

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


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_from_a_scanned_code_to_a_received_order_by_numbers_only(opened: Open, kind: str):
    app = opened(kind)
    sales = joins(app, "王经理", role="sales", region="华东")
    warehouse = joins(app, "老赵", role="warehouse")
    owner = joins(app, "李老板", dealer="QX", role="owner")

    owner.says("内胎20箱，链条3盒，周五要")
    owner.hears("内胎有2种")
    owner.picks("26寸")
    assert "还差" in owner.hears("合计").text
    owner.picks("送去审批")
    number = NUMBER.search(owner.hears("已送去审批").text)[0]
    assert number in sales.hears("申请超额", within=20).text
    sales.picks("批准")
    hears_of(sales, "已批", number)
    hears_of(owner, "批下来了", number)
    assert number in warehouse.hears("待发货", within=20).text
    warehouse.picks("发货")
    assert "发货：骑行天地" in warehouse.hears("发货：骑行天地").text
    warehouse.picks("确认")
    hears_of(warehouse, "已发完", number)
    hears_of(owner, "发货了", number)
    owner.picks("收到了")
    owner.hears("已收货")
