"""The two dresses of a demo phone: choices as numbers to answer with, or as buttons; remembered."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.answering import Answering, texts_of
from tests.browser.people import Visit, overflowing

pytestmark = pytest.mark.browser


def test_a_phone_is_dressed_as_one_likes_and_stays_so(visit: Visit, chat: Answering) -> None:
    phone = visit.phone("dealer")
    phone.say("按钮")
    phone.hears("合计 ¥1,356")
    expect(phone.button("确认")).to_be_visible()
    phone.dress("wechat")
    card = phone.hears("合计 ¥1,356")
    expect(card).to_contain_text("1. 确认")
    expect(phone.root.locator(".choice")).to_have_count(0)
    expect(card.locator("a")).to_have_attribute("href", "https://example.com/track")
    assert card.locator("img, script").count() == 0
    assert overflowing(visit.page) == []
    visit.page.reload()
    phone = visit.phone("dealer")
    expect(phone.hears("合计")).to_contain_text("1. 确认")
    phone.say("1")
    phone.hears("听到：1")
    assert texts_of(chat)[-1] == "1"
    expect(visit.phone("staff").root).to_have_class(re.compile(r"\bskin-telegram\b"))
    phone = visit.phone("dealer")
    phone.dress("telegram")
    phone.button("确认").click()
    phone.hears("按了 h0")
    assert overflowing(visit.page) == []


def test_a_notice_is_answered_by_its_number_in_a_phone_with_numbers(visit: Visit, chat: Answering) -> None:
    phone = visit.phone("dealer")
    phone.dress("wechat")
    chat.now += timedelta(minutes=1)
    buttons = [{"label": "批准", "handle": "yes"}, {"label": "驳回", "handle": "no"}]
    chat.deliver("demo-li", "申请超额 ¥1,320", kind="alert", buttons=buttons)
    expect(phone.hears("申请超额")).to_contain_text("2. 驳回")
    phone.say("2")
    phone.hears("按了 no")
    expect(phone.sent).to_have_text(["2"])
