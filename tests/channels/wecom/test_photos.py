"""Pictures sent in WeCom are fetched by their media id through the app's own client, and reach who they are for."""

from tests.bot.media.papers import invoice, picture
from tests.channels.wechat.serving import App
from tests.channels.wechat.shop import joins
from tests.channels.wecom.fake import FakeWeCom
from tests.channels.wecom.test_wecom import app, hired

__all__ = ["app"]


def test_a_receipt_a_dealer_sends_in_wecom_is_read_for_the_claim(app: tuple[App, FakeWeCom]) -> None:
    name = f"Zhou{app[0].database.name}"
    buyer = hired(app, name, sees="绑定到", dealer="QX", role="buyer")
    buyer.says("报陈列费273，昨天的")
    buyer.sees_card("都齐了")
    buyer.sends_photo(invoice("24312000000055554444", amount="273.00"))
    buyer.sees_card("发票尾号 55554444", within=20)
    buyer.presses("提交")
    buyer.hears("✅ 已提交")


def test_a_picture_without_a_talk_is_answered_and_one_that_is_gone_too(app: tuple[App, FakeWeCom]) -> None:
    colleague = hired(app, f"Qian{app[0].database.name}", role="finance")
    colleague.sends_photo(picture())
    colleague.hears("图片收到了")


def test_a_colleagues_photo_goes_to_the_dealer_he_talks_with(app: tuple[App, FakeWeCom]) -> None:
    name = app[0].database.name
    colleague = hired(app, f"Zhao{name}", role="sales", region="华东")
    owner = joins(app[0], f"吴老板{name}", dealer="QX", role="owner")
    owner.says("我要找人工")
    colleague.sees_card(f"吴老板{name}", within=20)
    colleague.presses("接")
    owner.hears("来和您说", within=20)
    colleague.sends_photo(picture(77))
    owner.hears("发来", within=20)
