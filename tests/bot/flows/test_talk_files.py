"""Files sent while a person has the conversation: they go over to the other side, and nothing is claimed with them."""

import pytest
from sqlalchemy import select

from bot.dialog.messages import Kind
from bot.store.media import content_of
from bot.store.models import media
from core.claims.models import claims
from tests.bot.flows.claiming import Claims
from tests.bot.media.papers import pdf, picture
from tests.world import World

BUYER = "buyer north"


@pytest.fixture
def talk(world: World) -> Claims:
    world.says(BUYER, "我要找人工")
    world.notices("sales")
    world.presses("sales", "talk-take")
    world.notices(BUYER)
    return Claims(world)


def bytes_seen_by(talk: Claims, who: str) -> bytes | None:
    shown = talk.world.last[who][0].picture
    assert shown is not None
    with talk.world.shop.database.reader.connect() as connection:
        return content_of(connection, shown.ref)


def test_a_dealers_photo_goes_to_the_colleague_who_has_the_talk(talk: Claims) -> None:
    photo = picture(90)
    assert talk.sends(BUYER, photo) == ""
    assert talk.world.notices("sales") == []
    assert talk.fetch(BUYER) == ""
    (told,) = talk.world.notices("sales")
    assert "发来：file.png" in told
    assert bytes_seen_by(talk, "sales") == photo


def test_the_words_under_a_photo_go_over_too(talk: Claims) -> None:
    talk.sends(BUYER, picture(90), text="这箱破了")
    assert "这箱破了" in talk.world.notices("sales")[0]
    talk.fetch(BUYER)
    assert "发来" in talk.world.notices("sales")[0]


def test_the_colleagues_file_goes_to_the_dealer(talk: Claims) -> None:
    paper = pdf("报价")
    talk.sends("sales", paper, kind=Kind.FILE, name="报价.pdf")
    talk.fetch("sales")
    assert "发来：报价.pdf" in talk.world.notices(BUYER)[0]
    assert bytes_seen_by(talk, BUYER) == paper


def test_a_file_that_cannot_be_kept_is_not_passed_on_and_its_sender_hears_it(talk: Claims) -> None:
    talk.sends(BUYER, b"\x00\x01\x02" * 400, kind=Kind.FILE, name="setup.exe")
    assert "没有转过去" in talk.fetch(BUYER)
    assert talk.world.notices("sales") == []


def test_after_the_talk_a_photo_is_offered_as_a_claim_again(talk: Claims) -> None:
    talk.sends(BUYER, picture(90))
    talk.fetch(BUYER)
    talk.world.says("sales", "结束")
    assert "要报费用吗" in talk.sends(BUYER, picture(91))
    talk.fetch(BUYER)
    assert "票据1张" in talk.world.says(BUYER, "报运费260，3月3号")
    assert talk.world.shop.rows(select(claims)) == []
    assert all(row.used for row in talk.world.shop.rows(select(media.c.used)))


def test_a_colleague_without_a_talk_is_told_what_pictures_are_good_for(world: World) -> None:
    assert "图片收到了" in Claims(world).sends("sales", picture())
    assert world.shop.rows(select(media)) == []


def test_a_file_fetched_after_its_talk_goes_to_nobody_in_the_next_one(talk: Claims) -> None:
    talk.sends("sales", pdf("报价"), kind=Kind.FILE, name="报价.pdf")
    talk.world.says("sales", "结束")
    talk.world.says("owner north", "我要找人工")
    talk.world.notices("sales")
    talk.world.presses("sales", "talk-take")
    talk.world.notices("owner north")
    assert "没有转过去" in talk.fetch("sales")
    assert talk.world.notices("owner north") == []
    assert talk.world.says("sales", "您好") == ""
    assert "您好" in talk.world.notices("owner north")[0]
