"""The chat page in a real browser: nothing is lost or doubled, nothing is markup, everything fits."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Route, expect

from bot.dialog.messages import Kind
from tests.browser.answering import HOSTILE, Answering, texts_of
from tests.browser.people import DESKTOP, PHONE, Visit, overflowing, visiting
from tests.channels.web.office import LIVE

pytestmark = pytest.mark.browser

STATES = "✅ 已下单 ⚠️ 剩 4箱 ⏳ 等批"


def test_a_double_click_sends_once(visit: Visit, chat: Answering) -> None:
    phone = visit.phone("dealer")
    phone.box.fill("锤子3箱")
    phone.root.locator(".send").dblclick()
    phone.hears("听到：锤子3箱")
    expect(phone.sent).to_have_count(1)
    assert texts_of(chat) == ["锤子3箱"]


def test_a_button_pressed_twice_acts_once_and_stays_pressed_after_a_reload(
    visit: Visit, chat: Answering
) -> None:
    phone = visit.phone("dealer")
    phone.say("按钮")
    phone.hears("合计 ¥1,356")
    phone.button("确认").dblclick()
    phone.hears("按了 h0")
    expect(phone.sent).to_have_text(["按钮", "确认"])
    visit.page.reload()
    expect(visit.phone("dealer").button("确认")).to_have_class("choice pressed")
    assert [inbound.choice for inbound in chat.taken if inbound.kind is Kind.CHOICE] == ["h0"]


def test_the_second_click_of_a_double_click_presses_no_other_button_that_moved_there(
    visit: Visit, chat: Answering
) -> None:
    phone = visit.phone("dealer")
    phone.say("按钮")
    phone.hears("合计 ¥1,356")
    box = phone.button("确认").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    visit.page.mouse.dblclick(x, y)
    phone.hears("按了 h0")
    visit.page.wait_for_timeout(400)
    assert [inbound.choice for inbound in chat.taken if inbound.kind is Kind.CHOICE] == ["h0"]


def test_hostile_text_is_shown_as_text(visit: Visit) -> None:
    phone = visit.phone("dealer")
    phone.say(HOSTILE)
    expect(phone.hears("听到：").locator(".words")).to_have_text(f"听到：{HOSTILE}")
    phone.say("按钮")
    expect(phone.button("onerror")).to_have_text(HOSTILE)
    assert visit.page.locator("main img, main script").count() == 0


def test_what_was_written_without_a_connection_is_sent_once_when_it_is_back(
    visit: Visit, chat: Answering
) -> None:
    phone = visit.phone("dealer")
    visit.context.set_offline(True)
    phone.say("第一句")
    phone.say("第二句")
    expect(phone.sent.first).to_contain_text("还没发出")
    expect(phone.root.locator(".bar-state")).to_have_text("连接断了，正在重连")
    visit.context.set_offline(False)
    phone.hears("听到：第二句")
    expect(phone.root.locator(".sending")).to_have_count(0)
    expect(phone.sent).to_have_text(["第一句", "第二句"])
    assert texts_of(chat) == ["第一句", "第二句"]


@pytest.mark.parametrize("slow", ["**/demo/state", "**/demo/persona", "**/chat/messages?slot=dealer"])
def test_what_is_sent_before_the_conversation_is_open_goes_once_it_is(
    browser: Browser, address: str, chat: Answering, slow: str
) -> None:
    with visiting(browser, address, DESKTOP) as visit:
        held: list[Route] = []
        visit.page.route(slow, lambda route: held.append(route) if not held else route.continue_())
        phone = visit.open().phone("dealer")
        phone.say("等不及了")
        visit.page.wait_for_timeout(700)
        held[0].continue_()
        phone.hears("听到：等不及了")
        expect(phone.sent).to_have_text(["等不及了"])
        assert texts_of(chat) == ["等不及了"]


def test_what_was_not_sent_survives_a_reload(visit: Visit, chat: Answering) -> None:
    phone = visit.phone("dealer")
    visit.page.route("**/chat/messages?slot=dealer", lambda route: route.abort())
    phone.say("别丢了")
    expect(phone.root.locator(".pending .mine")).to_have_count(1)
    visit.page.unroute("**/chat/messages?slot=dealer")
    visit.page.reload()
    visit.phone("dealer").hears("听到：别丢了")
    assert texts_of(chat) == ["别丢了"]
    visit.complaints[:] = [heard for heard in visit.complaints if "ERR_FAILED" not in heard]


def test_an_answer_lost_on_its_way_doubles_nothing(visit: Visit, chat: Answering) -> None:
    phone = visit.phone("dealer")
    lost: list[str] = []

    def lose(route: object) -> None:
        if not lost:
            lost.append(route.fetch().text())  # type: ignore[attr-defined]
            route.abort()  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    visit.page.route("**/chat/messages?slot=dealer", lose)
    phone.say("锤子3箱")
    phone.hears("听到：锤子3箱")
    expect(phone.root.locator(".sending")).to_have_count(0, timeout=10_000)
    expect(phone.sent).to_have_text(["锤子3箱"])
    visit.page.wait_for_timeout(1_500)
    assert len(chat.taken) - 2 == 2  # handled twice under one key, which the turn answers once
    assert len({inbound.message_id for inbound in chat.taken[2:]}) == 1
    visit.complaints[:] = [heard for heard in visit.complaints if "ERR_FAILED" not in heard]


def test_a_refused_message_says_why_and_can_be_discarded(visit: Visit, chat: Answering) -> None:
    phone = visit.phone("dealer")
    phone.say("按钮")
    phone.hears("合计")
    visit.page.route(
        "**/chat/messages?slot=dealer", lambda route: route.fulfill(status=409, json={"error": "gone"})
    )
    phone.button("确认").click()
    expect(phone.sent.last).to_contain_text("这个按钮已经失效")
    expect(phone.button("确认")).to_have_class("choice")
    phone.root.get_by_role("button", name="不发了").click()
    expect(phone.sent).to_have_text(["按钮"])
    visit.complaints[:] = [heard for heard in visit.complaints if "409" not in heard]


def test_pictures_and_files_go_and_come(visit: Visit, chat: Answering, tmp_path: Path) -> None:
    photo, sheet = (
        tmp_path / "门店.jpg",
        tmp_path / "报价单-广西壮族自治区柳州市远景机电设备有限公司-最终版.xlsx",
    )
    Image.new("RGB", (1200, 900), "orange").save(photo)
    sheet.write_bytes(b"PK\x03\x04" + bytes(30_000))
    phone = visit.phone("dealer")
    phone.root.locator("input[type=file]").set_input_files([photo, sheet])
    phone.hears("收到 报价单")
    image = phone.root.locator(".messages .mine img")
    expect(image).to_be_visible()
    visit.page.wait_for_function(
        "(image) => image.complete && image.naturalWidth === 1200", arg=image.element_handle()
    )
    expect(phone.root.locator(".messages .mine .file-name")).to_have_text(sheet.name)
    assert [inbound.kind for inbound in chat.taken[2:]] == [Kind.PHOTO, Kind.FILE]
    phone.say("二维码")
    expect(phone.hears("扫一下").locator("img")).to_be_visible()
    assert overflowing(visit.page) == []


def test_only_an_address_of_this_site_alone_in_a_message_is_a_link(visit: Visit, chat: Answering) -> None:
    own = f"{visit.address}/join/abc"
    for text in (
        "https://evil.example/x",
        f"看 {own}",
        "javascript:alert(1)",
        f"{visit.address}.evil.example/",
        own,
    ):
        chat.deliver("demo-li", text)
    phone = visit.phone("dealer")
    phone.hears(own)
    expect(phone.root.locator(".words a")).to_have_text([own])
    expect(phone.root.locator(".words a")).to_have_attribute("href", own)


def test_states_are_drawn_and_stay_in_the_text(visit: Visit) -> None:
    phone = visit.phone("dealer")
    phone.say(STATES)
    words = phone.hears("听到").locator(".words")
    expect(words).to_have_text(f"听到：{STATES}")
    assert words.inner_text() == f"听到：{STATES}"
    for mark in words.locator(".mark").all():
        drawn = mark.evaluate("(mark) => getComputedStyle(mark, '::before').backgroundImage")
        answer = visit.page.request.get(drawn.removeprefix('url("').removesuffix('")'))
        assert answer.headers["content-type"] == "image/svg+xml"
    assert words.locator(".mark").count() == 3


def test_everything_fits_the_window(visit: Visit) -> None:
    phone = visit.phone("dealer")
    for text in ("按钮", "清单", "A" * 600, "长" * 600):
        phone.say(text)
    phone.hears("听到：长长")
    assert overflowing(visit.page) == []
    for target in visit.page.locator("button, a.choice, textarea, .attach").all():
        box = target.bounding_box()
        assert box is None or box["height"] >= 43.5, target.inner_text()
    listed = phone.root.locator(".theirs", has_text="内六角")
    assert listed.locator(".words").evaluate("(words) => words.scrollHeight > words.clientHeight")
    listed.get_by_role("button", name="展开全文").click()
    assert listed.locator(".words").evaluate("(words) => words.scrollHeight <= words.clientHeight")


def test_enter_sends_but_not_while_a_word_is_being_composed(visit: Visit, chat: Answering) -> None:
    phone = visit.phone("dealer")
    phone.box.fill("chuizi")
    phone.box.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    expect(phone.box).to_have_value("chuizi")
    phone.box.press("Shift+Enter")
    phone.box.press("Enter")
    phone.hears("听到：chuizi")
    assert texts_of(chat) == ["chuizi"]


def test_a_sentence_to_try_is_put_in_the_box(visit: Visit, chat: Answering) -> None:
    phone = visit.phone("dealer")
    phone.root.locator(".try button").first.click()
    expect(phone.box).to_have_value("锤子3箱")
    phone.root.locator(".send").click()
    phone.hears("听到：锤子3箱")
    assert texts_of(chat) == ["锤子3箱"]


def test_the_other_phone_tells_of_news_and_is_another_person(visit: Visit, chat: Answering) -> None:
    dealer = visit.phone("dealer")
    chat.deliver("demo-wang", "城南五金 申请超额 ¥1,320")
    if visit.page.locator("#tab-staff").is_visible():
        expect(visit.page.locator("#tab-staff .badge")).to_have_text("1")
        expect(visit.page).to_have_title("(1) 订货助手 · 试用")
    staff = visit.phone("staff")
    staff.hears("申请超额")
    expect(visit.page.locator("#tab-staff .badge")).to_be_hidden()
    expect(dealer.root.locator(".theirs", has_text="申请超额")).to_have_count(0)
    staff.say("批")
    staff.hears("听到：批")
    assert chat.taken[-1].sender == "demo-wang"


def test_another_persona_has_a_conversation_of_their_own(visit: Visit) -> None:
    phone = visit.phone("dealer")
    phone.say("我是李老板")
    phone.hears("听到：我是李老板")
    phone.root.locator("select").select_option("chen")
    expect(phone.sent).to_have_count(0)
    phone.say("我是小陈")
    phone.hears("听到：我是小陈")
    phone.root.locator("select").select_option("li")
    expect(phone.sent).to_have_text(["我是李老板"])


def test_the_page_speaks_another_language_at_once_and_tells_the_assistant(
    visit: Visit, chat: Answering
) -> None:
    phone = visit.phone("dealer")
    phone.box.fill("半句话")
    visit.page.get_by_role("button", name="EN", exact=True).click()
    expect(visit.page.get_by_role("button", name="Next day")).to_be_visible()
    expect(phone.box).to_have_attribute("placeholder", "Write a message")
    expect(phone.box).to_have_value("半句话")
    visit.page.reload()
    expect(visit.phone("dealer").box).to_have_attribute("placeholder", "Write a message")
    assert {locale for _, persona, locale in chat.became if persona == "li"} == {"zh-Hans", "en"}
    assert overflowing(visit.page) == []


def test_the_next_day_is_shown(visit: Visit) -> None:
    expect(visit.page.locator(".day-now")).to_contain_text("3月10日")
    visit.page.get_by_role("button", name="下一天").click()
    expect(visit.page.locator(".day-now")).to_contain_text("3月11日")


def test_earlier_messages_are_a_tap_away(visit: Visit, chat: Answering) -> None:
    for n in range(60):
        chat.deliver("demo-li", f"消息 {n}")
    visit.page.reload()
    phone = visit.phone("dealer")
    phone.hears("消息 59")
    expect(phone.received).to_have_count(50)
    phone.root.get_by_role("button", name="看更早的消息").click()
    expect(phone.received).to_have_count(61)
    expect(phone.root.locator(".earlier")).to_be_hidden()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_real_chat_is_entered_by_its_link_and_left_for_good(
    browser: Browser, address: str, size: dict[str, int]
) -> None:
    with visiting(browser, address, size) as visit:
        visit.open(f"/join/{LIVE}").page.get_by_role("button", name="进入聊天").click()
        phone = visit.phone("me")
        phone.hears("您好，我是铁匠坊的订货助手")
        phone.say("锤子3箱")
        phone.hears("听到：锤子3箱")
        assert overflowing(visit.page) == []
        visit.page.remove_listener("dialog", visit._dialog)
        visit.page.once("dialog", lambda dialog: dialog.accept())
        phone.root.get_by_role("button", name="退出").click()
        expect(visit.page.get_by_text("请用邀请链接进入")).to_be_visible()
        expect(phone.received).to_have_count(0)
        visit.complaints[:] = [heard for heard in visit.complaints if "401" not in heard]


def test_a_dead_link_says_what_to_do(browser: Browser, address: str) -> None:
    with visiting(browser, address, PHONE, locale="en-GB") as visit:
        visit.open("/join/used").page.get_by_role("button", name="Open the chat").click()
        expect(visit.page.get_by_role("heading")).to_have_text("This link no longer works")
        visit.complaints[:] = [heard for heard in visit.complaints if "410" not in heard]
