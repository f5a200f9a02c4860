"""A claim with a photo in the demo: submitted on one phone, approved in part with its receipt in view on the other."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.bot.media.papers import invoice
from tests.browser.demo_process import demo_running
from tests.browser.people import DESKTOP, PHONE, overflowing, visiting

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_claim_with_a_photo_is_approved_in_part(
    browser: Browser, tmp_path: Path, size: dict[str, int]
) -> None:
    photo = {"name": "票.jpg", "mimeType": "image/jpeg", "buffer": invoice("26322000000048219999", "300.00")}
    with demo_running(tmp_path) as demo, visiting(browser, demo.address, size) as visit:
        visit.open()
        dealer = visit.phone("dealer")
        dealer.become("buyer")
        dealer.say("报陈列费300，昨天的")
        dealer.hears("预算还剩 ¥2,000")
        dealer.root.locator("input[type=file]").set_input_files(photo)
        dealer.hears("发票尾号 48219999")
        dealer.button("提交").click()
        handed = dealer.hears("已提交")
        number = re.search(r"C\d{6}-\d{4}", handed.inner_text())
        assert number is not None

        staff = visit.phone("staff")
        staff.become("sales")
        staff.say(f"看费用 {number.group()}")
        card = staff.hears("海东鲜达商贸 报费用：陈列费 ¥300")
        expect(card).to_contain_text("票面 ¥300")
        expect(card.locator("img")).to_be_visible()
        staff.button("批一部分").click()
        staff.hears("批多少")
        staff.say("250")
        staff.hears("为什么少批")
        staff.say("只认一个端架")
        staff.button("确认").click()
        staff.hears("已批")
        assert overflowing(visit.page) == []
        dealer = visit.phone("dealer")
        dealer.hears("批了 ¥250（报了 ¥300）")
        dealer.say("费用批了没")
        expect(dealer.hears("最近报的费用")).to_contain_text("批了 ¥250，已记到账上。只认一个端架")
