"""Who comes by which code, the menu from code, and what people send that is no text."""

import pytest

from tests.channels.wechat.conftest import Open
from tests.channels.wechat.serving import App
from tests.channels.wechat.shop import invited, joins
from tests.channels.wechat.test_quota import until

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


def test_who_follows_by_a_code_is_in_with_one_scan(app: App):
    owner = app.wechat.user("新老板")
    owner.scans_code(invited(app, dealer="QX", role="owner", name="新老板"))
    assert "骑行天地" in owner.hears("新老板").text


def test_who_follows_already_is_in_by_scanning(app: App):
    owner = app.wechat.user("老粉丝")
    owner.follows()
    owner.hears("邀请码")
    owner.scans_code(invited(app, dealer="QX", role="owner", name="老粉丝"))
    owner.hears("绑定到")


def test_a_code_lets_one_person_in(app: App):
    code = invited(app, dealer="QX", role="owner", name="周老板")
    first, second = app.wechat.user("周老板"), app.wechat.user("路人")
    first.scans_code(code)
    first.hears("绑定到")
    second.scans_code(code)
    second.hears("用不了")


def test_the_bare_code_sent_as_text_works_too(app: App):
    owner = app.wechat.user("打字的")
    owner.says(
        f"我的邀请码 {app.wechat.scene_of(invited(app, dealer='QX', role='owner', name='打字的'))} 谢谢"
    )
    owner.hears("绑定到")


def test_a_code_scanned_twice_in_a_second_joins_once(app: App):
    owner = app.wechat.user("手快的")
    code = invited(app, dealer="QX", role="owner", name="手快的")
    owner.scans_code(code)
    owner.scans_code(code)
    owner.hears("绑定到")
    app.wechat.settled()


def test_who_follows_again_is_known_still(app: App):
    owner = joins(app, "回头客", dealer="QX", role="owner")
    owner.unfollows()
    app.wechat.settled()
    owner.follows()
    assert "邀请" not in owner.hears().text
    owner.says("链条1盒")
    owner.hears("合计")


def test_every_button_of_the_menu_is_understood(app: App):
    until(lambda: app.wechat.menu, "no menu was set")
    owner = joins(app, "按钮老板", dealer="QX", role="owner")
    for group in app.wechat.menu["button"]:
        for button in group["sub_button"]:
            owner.clicks(button["name"])
            answer = owner.hears().text
            assert "没听明白" not in answer, button


def test_the_menu_is_tried_again_until_it_is_set(opened: Open):
    app = opened()
    until(lambda: app.wechat.menu, "no menu was set", within=5)
    assert len(app.wechat.called("menu/create")) == 1


def test_a_photo_has_an_answer_and_is_kept_by_its_media_id(app: App):
    owner = joins(app, "拍照的", dealer="QX", role="owner")
    owner.sends_photo(PNG)
    assert owner.hears().text


def test_speech_that_was_written_down_is_an_order(app: App):
    owner = joins(app, "说话的", dealer="QX", role="owner")
    owner.speaks("链条两盒。")
    assert "链条 2盒" in owner.hears("合计").text


@pytest.mark.parametrize("written", [None, ""])
def test_speech_nobody_wrote_down_has_a_kind_answer(app: App, written: str | None):
    owner = joins(app, f"口音重的{written}", dealer="QX", role="owner")
    owner.speaks(written)
    assert "语音" in owner.hears().text


def test_a_number_beyond_the_choices_does_nothing(app: App):
    owner = joins(app, "乱按的", dealer="QX", role="owner")
    owner.says("链条1盒")
    owner.hears("合计")
    owner.says("7")
    assert "已下单" not in owner.hears().text


def test_two_events_of_one_second_are_two(app: App):
    """Events have no id: two of one person in one second differ by what they are."""
    owner = joins(app, "急性子", dealer="QX", role="owner")
    until(lambda: app.wechat.menu, "no menu was set")
    owner.clicks("看账")
    owner.clicks("能做什么")
    first, second = owner.hears().text, owner.hears().text
    assert first != second
