"""A word belongs to the dealer that chose it, on both databases."""

import pytest
from sqlalchemy import select

from bot.files.exporting import export_rows
from core.audit.models import audit
from core.kit.errors import NotAllowedError, NotFoundError
from core.nicknames.errors import TooManyNicknamesError
from core.nicknames.models import nicknames
from core.nicknames.queries import nicknames_of
from core.nicknames.service import MOST, drop_nickname, keep_nickname
from core.people.actor import Actor
from tests.core.shop import Shop, open_shop
from tests.databases import Database


@pytest.fixture
def shop(database: Database) -> Shop:
    shop = open_shop(database, [("A", 10, 100), ("B", 10, 100)])
    shop.dealer("D1")
    shop.dealer("D2")
    return shop


def kept(shop: Shop, who: str) -> dict[str, str]:
    return {each.said: each.sku for each in shop.see(who, nicknames_of)}


def test_a_kept_word_is_the_dealers_alone_and_audited(shop: Shop) -> None:
    shop.as_("buyer D1", keep_nickname, word="大桶", said="大桶", sku="A")
    shop.as_("buyer D2", keep_nickname, word="大桶", said="大桶", sku="B")
    assert (kept(shop, "owner D1"), kept(shop, "owner D2")) == ({"大桶": "A"}, {"大桶": "B"})
    exported = shop.system(lambda session: export_rows(session, "nicknames"))
    assert [(row["dealer"], row["word"], row["sku"]) for row in exported] == [
        ("D1", "大桶", "A"),
        ("D2", "大桶", "B"),
    ]
    assert list(exported[0]) == ["dealer", "word", "sku", "since"]
    written = shop.rows(select(audit.c.action, audit.c.dealer_id, audit.c.detail).order_by(audit.c.id))
    assert [(row.action, row.detail["sku"]) for row in written if row.action == "nicknames.keep"] == [
        ("nicknames.keep", "A"),
        ("nicknames.keep", "B"),
    ]


def test_keeping_a_word_again_moves_it(shop: Shop) -> None:
    shop.as_("buyer D1", keep_nickname, word="大桶", said="大桶", sku="A")
    shop.as_("owner D1", keep_nickname, word="大桶", said="大 桶", sku="B")
    assert kept(shop, "buyer D1") == {"大 桶": "B"}


def test_another_dealers_word_cannot_be_dropped_and_answers_as_if_it_were_not_there(shop: Shop) -> None:
    shop.as_("buyer D1", keep_nickname, word="大桶", said="大桶", sku="A")
    number = shop.see("buyer D1", nicknames_of)[0].id
    with pytest.raises(NotFoundError):
        shop.as_("buyer D2", drop_nickname, nickname=number)
    assert shop.as_("buyer D1", drop_nickname, nickname=number) == "大桶"
    assert kept(shop, "buyer D1") == {}


def test_who_may_not_order_may_not_keep_words_and_goods_must_exist(shop: Shop) -> None:
    with pytest.raises(NotAllowedError):
        shop.as_("finance D1", keep_nickname, word="大桶", said="大桶", sku="A")
    with pytest.raises(NotFoundError):
        shop.as_("buyer D1", keep_nickname, word="大桶", said="大桶", sku="nothing")


def test_there_is_a_most(shop: Shop) -> None:
    def fill(session: object, actor: Actor) -> None:
        for number in range(MOST):
            keep_nickname(session, actor, word=f"w{number}", said=f"w{number}", sku="A")

    shop.as_("buyer D1", fill)
    with pytest.raises(TooManyNicknamesError):
        shop.as_("buyer D1", keep_nickname, word="one more", said="one more", sku="A")
    assert len(shop.rows(select(nicknames.c.id))) == MOST
