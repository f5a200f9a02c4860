"""Nicknames through the real turn: never another dealer's, asked again once removed, silent when the goods are gone."""

from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import bindparam, insert, select, update

from bot.understand.nicknames import can_be_nickname, word_key
from core.corrections.models import corrections
from core.dealers.models import dealers
from core.nicknames.models import nicknames
from core.products.models import catalogue, products
from core.products.queries import assortment_of
from tests.bot.flows.conftest import drinks
from tests.bot.test_budgets import counted
from tests.databases import Database
from tests.world import World

TEA, SMALL, BIG = "茉莉花茶", "500ml", "1L"


@pytest.fixture
def world(database: Database) -> World:
    return with_two_dealers(database)


def with_two_dealers(database: Database) -> World:
    world = drinks(database)
    world.shop.dealer("south", credit_limit=2000_00, name="城南商行")
    for who in ("owner south", "buyer south"):
        world.bind(who)
    return world


def choose(world: World, who: str, option: str = "1", word: str = TEA) -> str:
    """Order one case of what could mean two, and choose; the order's answer."""
    world.shop.later(minutes=20)
    assert "要哪种" in world.says(who, f"{word}1箱")
    world.says(who, option)
    world.says(who, "清空")
    return world.words(who, world.last[who])


def learn(world: World, who: str, option: str = "1", word: str = TEA) -> None:
    choose(world, who, option, word)
    assert f"以后您说「{word}」" in choose(world, who, option, word)
    assert "记住了" in world.says(who, "1")


def draft(world: World, who: str) -> str:
    return world.says(who, "清单")


def test_a_learned_word_resolves_for_every_colleague_and_for_nobody_else(world: World) -> None:
    learn(world, "owner north")
    told = world.says("buyer north", f"{TEA}2箱")
    assert f"「{TEA}」= {TEA} {SMALL}" in told
    assert "要哪种" not in told
    assert "要哪种" in world.says("owner south", f"{TEA}2箱")


def test_removal_restores_the_question(world: World) -> None:
    learn(world, "owner north")
    world.says("owner north", "我的叫法")
    assert "不记了" in world.presses("owner north", "nickname-drop")
    assert "要哪种" in world.says("owner north", f"{TEA}2箱")
    assert "以后您说" not in choose_again(world, "owner north")


def choose_again(world: World, who: str) -> str:
    world.says(who, "1")
    world.says(who, "清空")
    return world.words(who, world.last[who])


def test_a_size_said_beside_the_word_decides(world: World) -> None:
    learn(world, "owner north", "2")
    assert BIG in world.says("owner north", f"{TEA}1箱")
    world.says("owner north", "清空")
    told = world.says("owner north", f"{TEA} {SMALL} 1箱")
    assert SMALL in told
    assert BIG not in told


def test_goods_withdrawn_or_not_listed_leave_the_word_asleep_and_say_so(world: World) -> None:
    learn(world, "owner north", "2")
    withdraw = update(products).where(products.c.sku == "T-101").values(active=False, revision=2)
    grow = update(catalogue).values(revision=2)
    world.shop.system(lambda session: [session.execute(each) for each in (withdraw, grow)])
    world.office.shelf.refresh()
    told = world.says("owner north", f"{TEA}2箱")
    assert f"「{TEA}」记的是 {TEA} {BIG}，现在订不了" in told
    assert f"{TEA} {SMALL} 2箱" in told
    assert f"「{TEA}」= {TEA} {BIG}（已停售" in world.says("owner north", "我的叫法")


def test_out_of_the_assortment_the_word_is_not_used(world: World) -> None:
    learn(world, "owner north", "2")
    for sku in ("T-100", "G-200"):
        world.shop.list_for("north", sku)
    only = update(dealers).where(dealers.c.code == "north").values(listed_only=True)
    world.shop.system(lambda session: session.execute(only))
    assert world.shop.see("owner north", assortment_of) == ("T-100", "G-200")
    told = world.says("owner north", f"{TEA}2箱")
    assert f"{SMALL} 2箱" in told
    assert "现在订不了" in told


def test_a_word_of_its_own_whose_goods_are_gone_is_named(world: World) -> None:
    world.says("owner north", "老三样3箱")
    world.says("owner north", "绿茶3箱")
    world.says("owner north", "清空")
    world.says("owner north", "老三样2箱")
    world.says("owner north", "绿茶2箱")
    assert "以后您说「老三样」" in world.says("owner north", "清空")
    world.says("owner north", "对")
    withdraw = update(products).where(products.c.sku == "G-200").values(active=False, revision=2)
    world.shop.system(lambda session: session.execute(withdraw))
    world.shop.system(lambda session: session.execute(update(catalogue).values(revision=2)))
    world.office.shelf.refresh()
    told = world.says("owner north", "老三样1箱")
    assert "「老三样」记的是 绿茶 500ml，现在订不了" in told
    assert "没有找到" in told


def test_staff_see_a_dealers_words_and_only_in_their_region(world: World) -> None:
    learn(world, "owner north")
    assert f"「{TEA}」= {TEA} {SMALL}" in world.says("sales", "看叫法 城北商行")
    world.shop.hire("far", "sales", region="elsewhere")
    world.bind("far")
    assert TEA not in world.says("far", "看叫法 城北商行")


def test_the_bookkeeper_sees_but_does_not_take_away(world: World) -> None:
    learn(world, "owner north")
    assert TEA in world.says("finance north", "我的叫法")
    world.says("finance north", f"删掉叫法 {TEA}")
    assert len(world.shop.rows(select(nicknames.c.id))) == 1


def test_a_choice_a_correction_and_a_known_word_stay_within_the_statements_of_an_edit(world: World) -> None:
    world.says("owner north", "你好")
    over = []
    for text in (f"{TEA}1箱", "1", "绿茶2箱", "绿茶改3箱", "不对，绿茶5箱", "撤销", "老三样3箱", "可乐3箱"):
        with counted(world.shop.database) as seen:
            world.says("owner north", text)
        if len(seen) > 7:
            over.append((text, len(seen)))
    assert over == []
    kinds = [row.kind for row in world.shop.rows(select(corrections.c.kind).order_by(corrections.c.id))]
    assert kinds == ["picked", "changed", "changed", "changed", "named"]


def test_words_that_tell_sizes_apart_are_not_learned(world: World) -> None:
    index = world.office.shelf.index
    good = [word for word in ("大桶", TEA, "老三样", "big blue") if can_be_nickname(word, index)]
    assert good == ["大桶", TEA, "老三样", "big blue"]
    assert not [
        word for word in ("大的", "箱", "1", "三", "改成", "普通的", "") if can_be_nickname(word, index)
    ]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(owners=st.lists(st.sampled_from(["north", "south"]), unique=True, max_size=2), speaker=st.sampled_from(["north", "south"]),
       spaced=st.sampled_from([f"{TEA}1箱", f"来1箱{TEA}", f"{TEA}，1箱", f"{TEA}1箱，谢谢"]))  # fmt: skip
def test_a_nickname_never_leaks(two: World, owners: list[str], speaker: str, spaced: str) -> None:
    """Whoever keeps the word, only a dealer that kept it is spared the question."""
    wipe(two)
    for code, (word, sku) in product(owners, [(TEA, "T-100")]):
        put(two, code, word, sku)
    who = f"owner {speaker}"
    two.says(who, "清空")
    two.shop.later(minutes=20)
    asked = "要哪种" in two.says(who, spaced)
    assert asked == (speaker not in owners)


@pytest.fixture
def two(sqlite: Database) -> World:
    return with_two_dealers(sqlite)


def wipe(world: World) -> None:
    world.shop.system(lambda session: session.execute(nicknames.delete().execution_options(scope="system")))


def put(world: World, code: str, word: str, sku: str) -> None:
    dealer = select(dealers.c.id).where(dealers.c.code == code).scalar_subquery()
    goods = select(products.c.id).where(products.c.sku == sku).scalar_subquery()
    at = datetime(2026, 3, 1, tzinfo=UTC)
    row = insert(nicknames).values(
        dealer_id=dealer, word=bindparam("key"), said=word, product_id=goods, kept_by="m:1", kept_at=at
    )
    world.shop.system(
        lambda session: session.execute(row.execution_options(scope="system"), {"key": word_key(word)})
    )


def test_another_choice_before_the_order_is_out_of_the_way_takes_the_proposal_back(world: World) -> None:
    for option in ("1", "1", "2"):
        world.says("owner north", f"{TEA}1箱")
        world.says("owner north", option)
        world.shop.later(minutes=20)
    assert "以后您说" not in world.says("owner north", "清空")


def test_giving_up_the_whole_draft_is_no_correction(world: World) -> None:
    world.says("owner north", "绿茶2箱")
    world.says("owner north", "清空")
    assert world.shop.rows(select(corrections.c.id)) == []
