"""One person at two dealers: each has its own draft, and every draft says whose it is."""

import pytest
from sqlalchemy import bindparam, select, update

from bot.flows.settings import flow
from core.db.scope import system
from core.people.models import members, persons
from tests.databases import Database
from tests.transcripts.stage import WHO, Stage, keys_of, set_stage


@pytest.fixture
def stage(sqlite: Database) -> Stage:
    """The owner of the north also buys for the south."""
    stage = set_stage(sqlite, {})
    stage.shop.dealer("south", credit_limit=10_000_000)
    other = stage.shop.people["buyer south"]
    person = stage.shop.rows(select(persons.c.id).where(persons.c.subject == stage.shop.people[WHO].subject))[
        0
    ].id
    own = system(
        update(members).where(members.c.id == bindparam("key")).values(person_id=bindparam("person"))
    )
    stage.shop.system(lambda session: session.execute(own, {"key": other.member_id, "person": person}))
    return stage


def keys(stage: Stage, text: str) -> list[str]:
    return list(keys_of(stage.world.hears(WHO, text).says))


def drafts(stage: Stage, who: str) -> dict[str, int]:
    stage.who = who
    return stage.draft()


def test_each_dealer_has_its_own_draft_and_is_named(stage: Stage) -> None:
    assert "「商north」的单" in stage.world.says(WHO, "毛巾3包")
    assert "商south" in stage.world.says(WHO, "切换")
    assert "「商south」的单" in stage.world.says(WHO, "雨伞5把")
    assert (drafts(stage, WHO), drafts(stage, "buyer south")) == ({"W-1": 30}, {"K-1": 5})


def test_a_dealer_is_switched_to_by_name_and_back(stage: Stage) -> None:
    assert "settings.switched" in keys(stage, "切换到商south")
    assert "settings.switched" in keys(stage, "切换到商north")
    assert "orders.line" in keys(stage, "毛巾3包")
    assert drafts(stage, WHO) == {"W-1": 30}


def test_several_other_dealers_are_offered(stage: Stage) -> None:
    stage.shop.dealer("east")
    person = stage.shop.rows(
        select(members.c.person_id).where(members.c.id == stage.shop.people[WHO].member_id)
    )[0][0]
    own = system(
        update(members).where(members.c.id == bindparam("key")).values(person_id=bindparam("person"))
    )
    east = stage.shop.people["finance east"].member_id
    stage.shop.system(lambda session: session.execute(own, {"key": east, "person": person}))
    assert "settings.which_dealer" in keys(stage, "切换")
    assert "商east" in stage.world.says(WHO, "2")
    assert keys(stage, "毛巾3包") == ["not_allowed"]


@pytest.mark.parametrize("text", ["请帮我看看", "邀请函怎么写", "web design", "网页打不开怎么办"])
def test_other_sentences_are_no_short_requests(text: str) -> None:
    assert not any(flow.re.fullmatch(p, text) for name in ("web", "invite") for p in flow._words()[name])
