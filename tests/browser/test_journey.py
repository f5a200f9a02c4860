"""What a newcomer does in the demo: order, have it approved, see it shipped; as the product is shipped, nothing stood in for."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.demo_process import demo_running
from tests.browser.people import DESKTOP, PHONE, Visit, overflowing, visiting

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LARGE_ORDER = "每日坚果28箱，天然水550的250箱"


SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with demo_running(tmp_path_factory.mktemp("demo")) as where:
        yield where.address


@pytest.fixture
def visit(browser: Browser, address: str, size: dict[str, int]) -> Iterator[Visit]:
    with visiting(browser, address, size) as made:
        yield made.open()


@SIZES
def test_an_order_is_approved_and_shipped_between_the_two_phones(
    browser: Browser, tmp_path: Path, size: dict[str, int]
) -> None:
    with demo_running(tmp_path) as demo, visiting(browser, demo.address, size) as visit:
        order_to_shipment(visit.open())


def order_to_shipment(visit: Visit) -> None:
    dealer = visit.phone("dealer")
    dealer.become("prepaid")
    dealer.hears("孙丽")
    dealer.say(LARGE_ORDER)
    draft = dealer.hears("合计")
    expect(draft).to_contain_text("每日坚果")
    dealer.button("审批").click()
    waiting = dealer.hears("已送去审批")
    number = re.search(r"\d{6}-\d{4}", waiting.inner_text())
    assert number is not None

    staff = visit.phone("staff")
    card = staff.hears("江北百惠超市 申请超额")
    expect(card).to_contain_text(number.group())
    staff.button("批准").click()
    staff.hears("已批")
    visit.phone("dealer").hears("批下来了")

    warehouse = visit.phone("staff")
    warehouse.become("warehouse")
    warehouse.hears(f"待发货：江北百惠超市 {number.group()}")
    warehouse.say(f"发货 {number.group()} 海东物流 HD60001")
    warehouse.hears("海东物流 HD60001")
    warehouse.button("确认").click()
    shipped = visit.phone("dealer").hears("HD60001")
    expect(shipped).to_contain_text(number.group())
    assert overflowing(visit.page) == []


@SIZES
def test_an_order_is_placed_and_approved_by_numbers_alone(
    browser: Browser, tmp_path: Path, size: dict[str, int]
) -> None:
    with demo_running(tmp_path) as demo, visiting(browser, demo.address, size) as visit:
        visit.open().phone("staff").dress("wechat")
        visit.phone("staff").hears("您好")
        visit.page.locator(".next-day").click()  # so that nothing was said in the last seconds
        expect(visit.page.locator(".next-day")).to_be_enabled()
        dealer = visit.phone("dealer")
        dealer.dress("wechat")
        dealer.become("prepaid")
        dealer.hears("孙丽")
        dealer.say(LARGE_ORDER)
        expect(dealer.hears("合计")).to_contain_text("1. 送去审批")
        dealer.say("1")
        dealer.hears("已送去审批")
        staff = visit.phone("staff")
        expect(staff.hears("江北百惠超市 申请超额")).to_contain_text("1 批准")
        staff.say("1")
        staff.hears("已批")
        visit.phone("dealer").hears("批下来了")
        expect(visit.page.locator(".phone .choice")).to_have_count(0)
        assert overflowing(visit.page) == []


@SIZES
def test_every_persona_is_greeted_and_every_first_sentence_is_answered(visit: Visit) -> None:
    for slot in ("dealer", "staff"):
        phone = visit.phone(slot)
        for key in phone.personas():
            phone.become(key)
            expect(phone.received.first).to_be_visible()
            before = phone.received.count()
            phone.root.locator(".try button").first.click()
            phone.root.locator(".send").click()
            expect(phone.received.nth(before)).to_be_visible(timeout=10_000)
    assert overflowing(visit.page) == []


@SIZES
def test_the_assistant_answers_in_the_language_of_the_page(visit: Visit) -> None:
    dealer = visit.phone("dealer")
    dealer.hears("小何")
    visit.page.get_by_role("button", name="EN", exact=True).click()
    expect(dealer.box).to_have_attribute("placeholder", "Write a message")
    dealer.root.locator(".try button").first.click()
    dealer.root.locator(".send").click()
    expect(dealer.hears("Total")).to_contain_text("¥")


@SIZES
def test_tomorrow_comes_with_its_reminders(visit: Visit) -> None:
    today = visit.page.locator(".day-now")
    expect(today).not_to_be_empty()
    before = today.inner_text()
    visit.page.locator(".next-day").click()
    expect(today).not_to_have_text(re.compile("正在|没有"))
    expect(today).not_to_have_text(before)
    visit.page.reload()
    expect(today).not_to_be_empty()
    assert today.inner_text() != before


def test_a_killed_server_loses_and_doubles_nothing_that_was_written(browser: Browser, tmp_path: Path) -> None:
    with demo_running(tmp_path) as demo, visiting(browser, demo.address, DESKTOP) as visit:
        dealer = visit.open().phone("dealer")
        dealer.say("乌龙茶900的5箱")
        dealer.hears("合计")
        demo.kill()
        dealer.say("再加冰红茶250的10箱")
        expect(dealer.root.locator(".sending")).to_contain_text("还没发出", timeout=10_000)
        demo.start()
        dealer.hears("冰红茶 250ml 10箱")
        expect(dealer.root.locator(".sending")).to_have_count(0)
        expect(dealer.sent).to_have_text(["乌龙茶900的5箱", "再加冰红茶250的10箱"])
        dealer.say("清单")
        expect(dealer.hears("乌龙茶 900ml 5箱")).to_contain_text("冰红茶 250ml 10箱")
        visit.complaints[:] = [heard for heard in visit.complaints if "net::ERR_" not in heard]
