"""Messages whose turn fails: kept, told in the sender's language, tried again in order, given up once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

import bot.turn
from bot.dialog.messages import Inbound, Say
from bot.store.models import inbox, parked
from bot.store.parked import PAUSES
from bot.turn import handle, receive_unreadable, retry_parked
from core.kit.say import load
from core.orders.models import drafts
from notifications.outbox.models import facts, outbox
from tests.core.shop import open_shop
from tests.databases import Database
from tests.world import World, open_world


class Broken:
    """A fault in the middle of every turn whose text names `what`."""

    def __init__(self, what: str) -> None:
        self.what, self.step = what, bot.turn.step

    def __call__(self, turn: bot.turn.Turn) -> tuple[Say, ...]:
        says = self.step(turn)
        if self.what and self.what in turn.inbound.text:
            raise RuntimeError("out of paper")
        return says


@pytest.fixture
def fault(monkeypatch: pytest.MonkeyPatch) -> Broken:
    broken = Broken("红茶")
    monkeypatch.setattr(bot.turn, "step", broken)
    return broken


@pytest.fixture
def world(database: Database) -> World:
    shop = open_shop(database)
    for sku, name in (("T-1", "红茶"), ("T-2", "绿茶"), ("T-3", "白茶")):
        shop.product(sku, stock=120, price=60_00, name_zh=name, base_unit="瓶", default_unit="箱",
                     units={"瓶": {"factor": 1}, "箱": {"factor": 12}, "case": {"factor": 12}})  # fmt: skip
    shop.dealer("north", credit_limit=10_000_00)
    world = open_world(database, shop)
    world.bind("owner north")
    return world


OWNER = "owner north"


def told(world: World, who: str) -> list[str]:
    """Keys of everything ever written to somebody, oldest first."""
    subject = world.shop.people[who].subject
    rows = world.shop.rows(select(outbox.c.payload).where(outbox.c.subject == subject).order_by(outbox.c.id))
    return [load(row.payload).key for row in rows]


def retry_for(world: World, seconds: int) -> None:
    for _ in range(seconds):
        world.shop.later(seconds=1)
        retry_parked(world.office)


def lines(world: World) -> list[tuple[str, int]]:
    rows = world.shop.rows(select(drafts.c.lines))
    return [(line["sku"], line["base_qty"]) for row in rows for line in row.lines]


def states(world: World) -> list[str]:
    return [row.state for row in world.shop.rows(select(parked.c.state).order_by(parked.c.id))]


def test_a_message_whose_turn_failed_is_kept_and_its_sender_told(world: World, fault: Broken) -> None:
    outcome = world.hears(OWNER, "红茶3箱")
    assert outcome.status == "parked"
    assert [say.key for say in outcome.says] == ["dialog.parked"]
    assert outcome.says[0].params["reference"] == outcome.reference
    assert lines(world) == []
    assert told(world, OWNER) == ["dialog.parked"]


def test_it_is_told_in_the_senders_language(world: World, fault: Broken) -> None:
    world.bind("buyer north", "en")
    english, chinese = (world.hears(who, "红茶3箱") for who in ("buyer north", OWNER))
    assert (english.locale, chinese.locale) == ("en", "zh-Hans")


def test_later_messages_wait_behind_it_and_hear_so_once(world: World, fault: Broken) -> None:
    world.hears(OWNER, "红茶3箱")
    behind = [world.hears(OWNER, text) for text in ("绿茶2箱", "白茶1箱")]
    assert [outcome.status for outcome in behind] == ["parked", "parked"]
    assert [[say.key for say in outcome.says] for outcome in behind] == [["dialog.one_moment"], []]
    assert lines(world) == []


def test_once_the_fault_is_over_all_are_carried_out_once_and_in_order(world: World, fault: Broken) -> None:
    for text in ("红茶3箱", "绿茶2箱", "红茶改成5箱"):
        world.hears(OWNER, text)
    retry_for(world, 2)
    assert lines(world) == []
    fault.what = ""
    retry_for(world, 10)
    assert lines(world) == [("T-1", 60), ("T-2", 24)]
    assert states(world) == ["done"] * 3
    assert [row.text for row in world.shop.rows(select(inbox.c.text).order_by(inbox.c.id))] == [
        "红茶3箱", "绿茶2箱", "红茶改成5箱",
    ]  # fmt: skip
    retry_for(world, 200)
    assert lines(world) == [("T-1", 60), ("T-2", 24)]


def test_a_second_delivery_of_a_waiting_message_changes_nothing(world: World, fault: Broken) -> None:
    message = world.inbound(OWNER, "红茶3箱")
    first = handle(world.office, message)
    world.hears(OWNER, "绿茶2箱")
    fault.what = ""
    again = handle(world.office, message)
    assert again.reference == first.reference
    assert lines(world) == []
    retry_for(world, 3)
    assert lines(world) == [("T-1", 36), ("T-2", 24)]
    assert told(world, OWNER)[:2] == ["dialog.parked", "dialog.one_moment"]


def test_it_is_given_up_within_two_minutes_and_the_next_ones_go_on(world: World, fault: Broken) -> None:
    world.hears(OWNER, "红茶3箱")
    world.hears(OWNER, "绿茶2箱")
    assert sum(PAUSES) <= 120
    retry_for(world, 120)
    assert states(world) == ["dead", "done"]
    assert lines(world) == [("T-2", 24)]
    assert "dialog.dead" in told(world, OWNER)
    dead = [row for row in world.shop.rows(select(facts.c.kind)) if row.kind == "turns.dead"]
    assert len(dead) == 1


def test_a_dead_message_delivered_again_is_not_carried_out(world: World, fault: Broken) -> None:
    message = world.inbound(OWNER, "红茶3箱")
    handle(world.office, message)
    retry_for(world, 120)
    fault.what = ""
    assert handle(world.office, message).status == "parked"
    retry_for(world, 5)
    assert lines(world) == []


def test_after_a_message_is_given_up_what_was_shown_before_can_not_be_confirmed(
    world: World, fault: Broken
) -> None:
    world.says(OWNER, "绿茶2箱")
    world.hears(OWNER, "红茶3箱")
    retry_for(world, 120)
    assert "已下单" not in world.says(OWNER, "确认下单")


def test_an_unreadable_payload_delivered_twice_is_one_incident(world: World) -> None:
    for _ in range(2):
        receive_unreadable(world.office, channel="telegram", account="1", raw=b"{}", cause="no update")
    assert states(world) == ["dead"]
    known = {row.reference for row in world.shop.rows(select(parked.c.reference))}
    reported = [row.data["reference"] for row in world.shop.rows(select(facts.c.data))]
    assert reported == list(known)


def test_a_strangers_failed_message_is_told_in_the_language_his_channel_names(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("out of paper")

    monkeypatch.setattr(bot.turn, "join", fail)
    message = Inbound(channel="telegram", account="1", message_id="9", sender="99", chat="99", text="hello",
                      at=world.now + timedelta(seconds=1), locale_hint="en")  # fmt: skip
    outcome = handle(world.office, message)
    assert (outcome.status, outcome.locale) == ("parked", "en")
