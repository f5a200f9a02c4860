"""Claims through the real turn: receipts in any order, checks before submitting, approval with the receipt on the card."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from bot.dialog.messages import Kind
from core.claims.check import check
from core.claims.models import claims
from core.credit.queries import standing
from tests.bot.flows.claiming import Claims
from tests.bot.media.papers import invoice, invoice_pdf, pdf, picture
from tests.world import World

OWNER = "owner north"


def printed(number: str) -> bytes:
    """An electronic invoice without a code."""
    return pdf("电子发票", f"发票号码：{number}", "开票日期：2026年3月3日", "（小写）¥260.00")


@pytest.fixture
def chat(world: World) -> Claims:
    made = Claims(world)
    made.budget(1000_00)
    made.level("sales", 500_00)
    made.level("finance", 5000_00)
    return made


def balance(chat: Claims) -> int:
    return chat.world.shop.see(OWNER, standing).balance


def states(chat: Claims) -> list[str]:
    return [row.state for row in chat.world.shop.rows(select(claims.c.state).order_by(claims.c.id))]


def right(chat: Claims) -> bool:
    with chat.world.shop.database.reader.connect() as connection:
        return check(connection) == [] and chat.world.shop.violations() == []


def test_a_claim_with_a_receipt_goes_from_words_to_the_account(chat: Claims) -> None:
    world = chat.world
    assert "都齐了" in world.says(OWNER, "报运费260，3月3号")
    assert "票据收到了" in chat.sends(OWNER, invoice("24312000000012345678"))
    assert "还在接收" in world.says(OWNER, "提交")
    assert states(chat) == []
    shown = chat.fetch(OWNER)
    assert "票据1张" in shown
    assert "发票尾号 12345678" in shown
    assert "预算还剩 ¥1,000" in shown
    told = world.says(OWNER, "提交")
    assert "✅ 已提交 C" in told
    assert "预算还剩 ¥740" in told
    card = world.notices("sales")[0]
    assert "城北商行 报费用：运费 ¥260" in card
    assert "票面 ¥260" in card
    assert world.last["sales"][0].picture is not None
    assert world.notices("finance") == []
    assert "已批" in world.presses("sales", "approve-expense")
    assert balance(chat) == 260_00
    assert "已记到账上" in world.says(OWNER, "费用批了没")
    assert right(chat)


def test_the_same_invoice_is_not_claimed_twice_by_anybody(chat: Claims) -> None:
    chat.world.says(OWNER, "报运费260，3月3号")
    chat.sends(OWNER, invoice("24312000000012345678"))
    chat.fetch(OWNER)
    chat.world.says(OWNER, "提交")
    chat.world.says("buyer north", "报运费300，3月4号")
    chat.sends("buyer north", invoice("24312000000012345678", amount="300.00"))
    assert "报过了" in chat.fetch("buyer north")
    assert right(chat)


@pytest.mark.parametrize("paper", [invoice_pdf, printed])
def test_an_electronic_invoice_claimed_as_a_photo_is_known_again_as_a_pdf(
    chat: Claims, paper: Callable[[str], bytes]
) -> None:
    chat.world.says(OWNER, "报运费260，3月3号")
    chat.sends(OWNER, invoice("24312000000012345678"))
    chat.fetch(OWNER)
    chat.world.says(OWNER, "提交")
    chat.world.says(OWNER, "报陈列费260，3月3号")
    chat.sends(OWNER, paper("24312000000012345678"), kind=Kind.FILE, name="dzfp.pdf")
    assert "已经拿掉" in chat.fetch(OWNER)
    chat.sends(OWNER, paper("24312000000012345670"), kind=Kind.FILE, name="dzfp.pdf")
    assert "发票尾号 12345670" in chat.fetch(OWNER)
    assert right(chat)


def test_the_figures_of_an_electronic_invoice_are_offered(chat: Claims) -> None:
    chat.sends(OWNER, printed("24312000000012345678"), kind=Kind.FILE, name="dzfp.pdf")
    chat.fetch(OWNER)
    chat.world.presses(OWNER, "way-claim")
    assert "票据上的 ¥260" in chat.world.says(OWNER, "运费")
    assert "票据上的 3月3日" in chat.world.says(OWNER, "1")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"catalog": "/OpenAction << /S /JavaScript /JS (x) >>"}, "带程序"),
        ({"pages": 31}, "页数太多"),
        (
            {"trailer": f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{'1' * 64}> /U <{'2' * 64}> >>"},
            "密码",
        ),
    ],
)
def test_a_pdf_that_cannot_be_taken_is_refused_with_what_to_do(chat: Claims, more: dict, said: str) -> None:
    chat.world.says(OWNER, "报运费260，3月3号")
    chat.sends(OWNER, pdf("发票", **more), kind=Kind.FILE, name="dzfp.pdf")
    told = chat.fetch(OWNER)
    assert said in told
    assert "都齐了" in told


def test_a_picture_without_words_offers_a_claim_and_its_invoice_gives_the_figures(chat: Claims) -> None:
    assert "要报费用吗" in chat.sends(OWNER, invoice("24312000000012345678"))
    chat.fetch(OWNER)
    assert "哪类费用" in chat.world.presses(OWNER, "way-claim")
    assert "票据上的 ¥260" in chat.world.says(OWNER, "运费")
    assert "票据上的" in chat.world.says(OWNER, "1")
    assert "都齐了" in chat.world.says(OWNER, "1")


def test_a_caption_is_heard_with_its_picture(chat: Claims) -> None:
    assert "运费" in chat.sends(OWNER, picture(), text="报运费260，3月3号")
    assert "都齐了" in chat.fetch(OWNER)


def test_an_album_gets_one_answer_and_all_of_it_is_in_the_claim(chat: Claims) -> None:
    answers = [chat.sends(OWNER, picture(shade), media_group="a1") for shade in (10, 20, 30)]
    assert [bool(answer) for answer in answers] == [True, False, False]
    chat.fetch(OWNER)
    assert "票据3张" in chat.world.says(OWNER, "报运费260，3月3号")


def test_a_file_that_is_no_receipt_is_refused_with_the_reason(chat: Claims) -> None:
    chat.world.says(OWNER, "报运费260，3月3号")
    chat.sends(OWNER, b"MZ\x90 not a picture", kind=Kind.FILE, name="receipt.jpg")
    said = chat.fetch(OWNER)
    assert "当不了票据" in said
    assert "都齐了" in said


def test_over_budget_says_what_is_left_and_asks_again(chat: Claims) -> None:
    said = chat.world.says(OWNER, "报运费1200，3月3号")
    assert "预算只剩 ¥1,000" in said
    assert "金额是多少" in said
    assert "都齐了" in chat.world.says(OWNER, "900")


def test_an_expense_of_tomorrow_or_outside_the_period_is_refused_before_submitting(chat: Claims) -> None:
    assert "预算期" in chat.world.says(OWNER, "报运费260，2025年12月30号")
    assert "都齐了" in chat.world.says(OWNER, "3月3号")


def test_the_same_kind_day_and_amount_is_asked_about(chat: Claims) -> None:
    chat.world.says(OWNER, "报运费260，3月3号")
    chat.world.says(OWNER, "提交")
    assert "另一笔吗" in chat.world.says(OWNER, "报运费260，3月3号")
    assert "✅ 已提交" in chat.world.presses(OWNER, "claim-another")
    assert states(chat) == ["submitted", "submitted"]


def test_an_invoice_of_another_amount_is_pointed_out_and_taken_with_one_word(chat: Claims) -> None:
    chat.world.says(OWNER, "报运费300，3月3号")
    chat.sends(OWNER, invoice("24312000000012345678", amount="260.00"))
    shown = chat.fetch(OWNER)
    assert "票面 ¥260，和您报的 ¥300 不一样" in shown
    changed = chat.world.says(OWNER, "2")
    assert "记下的：运费，¥260" in changed
    assert "不一样" not in changed
    chat.sends(OWNER, invoice("24312000000012345679", amount="40.00"))
    assert "票面 ¥300，和您报的 ¥260 不一样" in chat.fetch(OWNER)


def test_what_waits_is_counted_by_its_kind(chat: Claims) -> None:
    world = chat.world
    world.says(OWNER, "报运费260，3月3号")
    world.says(OWNER, "提交")
    assert "1笔费用等您定" in world.says("sales", "待批")
    for text in ("绿茶5箱 茉莉花茶1L 30箱", "有多少先发", "送去审批"):
        world.says(OWNER, text)
    assert "1张单，1笔费用等您定" in world.says("sales", "待批")
    world.locales["sales"] = "en"
    assert "Waiting for your decision: 1 order, 1 claim" in world.says("sales", "approvals")


def test_a_part_is_approved_with_its_reason(chat: Claims) -> None:
    chat.world.says(OWNER, "报运费260，3月3号")
    chat.world.says(OWNER, "提交")
    chat.world.notices("sales")
    assert "批多少" in chat.world.presses("sales", "part-expense")
    assert "为什么少批" in chat.world.says("sales", "200")
    assert "¥200" in chat.world.says("sales", "油费不报")
    assert "¥200" in chat.world.says("sales", "确认")
    assert balance(chat) == 200_00
    assert "油费不报" in chat.world.notices(OWNER)[0]
    assert right(chat)


def test_a_small_amount_is_no_pick_from_the_card_before(chat: Claims) -> None:
    chat.world.says(OWNER, "报运费260，3月3号")
    number = chat.world.says(OWNER, "提交").split()[2].split("：")[0]
    chat.world.says("sales", f"费用单 {number}")
    chat.world.presses("sales", "part-expense")
    assert "为什么少批" in chat.world.says("sales", "2")


def test_an_amount_above_the_level_goes_to_who_may_decide_it(chat: Claims) -> None:
    chat.world.says(OWNER, "报运费800，3月3号")
    said = chat.world.says(OWNER, "提交")
    assert "财务审批" in said
    assert chat.world.notices("sales") == []
    number = chat.world.shop.rows(select(claims.c.number))[0].number
    chat.world.says("sales", f"批准 {number}")
    assert "超过您的审批额度" in chat.world.says("sales", "确认")
    assert "驳回" in chat.world.notices("finance")[0]


def test_a_rejected_claim_frees_budget_and_receipt(chat: Claims) -> None:
    chat.world.says(OWNER, "报运费260，3月3号")
    chat.sends(OWNER, invoice("24312000000012345678"))
    chat.fetch(OWNER)
    chat.world.says(OWNER, "提交")
    chat.world.notices("sales")
    chat.world.presses("sales", "reject-expense")
    assert "已驳回" in chat.world.says("sales", "抬头不对")
    assert "抬头不对" in chat.world.notices(OWNER)[0]
    chat.world.says(OWNER, "报运费260，3月3号")
    chat.sends(OWNER, invoice("24312000000012345678"))
    assert "预算还剩 ¥1,000" in chat.fetch(OWNER)
    assert right(chat)


def test_a_claim_is_taken_back_by_its_number(chat: Claims) -> None:
    chat.world.says(OWNER, "报运费260，3月3号")
    chat.world.says(OWNER, "提交")
    number = chat.world.shop.rows(select(claims.c.number))[0].number
    assert "等审批" in chat.world.says(OWNER, number)
    assert "吗？" in chat.world.says(OWNER, f"取消 {number}")
    assert "已撤回" in chat.world.says(OWNER, "是")
    assert states(chat) == ["cancelled"]
    assert right(chat)
