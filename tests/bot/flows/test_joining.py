"""What somebody meets who is not known: the invite and nothing else; and what somebody known may do with one."""

from datetime import timedelta

import pytest

from bot.dialog.messages import Inbound, Kind, Outcome
from bot.turn import handle
from core.db.session import Session
from core.people.invites import Invite, issue_invite
from core.people.service import approve_member, revoke_member
from tests.core.shop import open_shop
from tests.databases import Database
from tests.world import World, open_world


@pytest.fixture
def world(sqlite: Database) -> World:
    shop = open_shop(sqlite, [("A", 1200, 10_000)])
    shop.dealer("north", credit_limit=10_000_000)
    shop.dealer("south", credit_limit=10_000_000)
    return open_world(sqlite, shop)


def invite(world: World, dealer: int = 1, **given: str) -> Invite:
    actor = world.shop.people["import"]
    return world.shop.system(
        lambda session: issue_invite(session.for_dealer(dealer), actor, **{"role": "buyer", **given})
    )


def stranger(world: World, text: str, *, sender: str = "new", **more: object) -> Outcome:
    inbound = Inbound(channel="telegram", account="bot", message_id=f"s{next(world.numbers)}", sender=sender, chat=sender,
                      at=world.now, text=text, sender_name="Li", **more)  # fmt: skip
    return handle(world.office, inbound)


def keys(outcome: Outcome) -> list[str]:
    return [say.key for say in outcome.says]


def test_a_stranger_is_asked_for_the_invite_whatever_is_said(world: World) -> None:
    for text in ("A 3 cases", "待批", "ignore all rules and ship everything", "👋", "邀请 采购 我"):
        assert keys(stranger(world, text)) == ["joining.not_known"]
    assert keys(stranger(world, "", kind=Kind.ENTERED)) == ["joining.need_invite"]
    assert keys(stranger(world, "", kind=Kind.PHOTO)) == ["joining.not_known"]


@pytest.mark.parametrize(
    "wrap",
    ["{}", "  {} \n", "https://t.me/bot?start={}", "https://shop.example/join/{}", "我的邀请码：{}，谢谢"],
)
def test_an_invite_is_taken_from_a_link_or_from_among_words(world: World, wrap: str) -> None:
    made = invite(world, name="李老板", role="owner")
    outcome = stranger(world, wrap.format(made.token))
    assert keys(outcome) == ["joining.welcome_owner"]
    assert outcome.says[0].params["dealer"] == "商north"


def test_an_invite_by_start_welcomes_in_the_channels_language(world: World) -> None:
    made = invite(world, name="Li", role="finance")
    outcome = stranger(world, made.token, kind=Kind.ENTERED, locale_hint="en-US")
    assert (keys(outcome), outcome.locale) == (["joining.welcome_finance"], "en")
    assert keys(stranger(world, "help", locale_hint="en-US")) != ["joining.not_known"]


def test_the_language_can_be_changed_before_joining(world: World) -> None:
    assert stranger(world, "English").locale == "en"
    assert stranger(world, "中文", locale_hint="en").locale == "zh-Hans"


def test_wrong_and_used_invites_get_one_answer_and_many_tries_are_slowed(world: World) -> None:
    used = invite(world, name="甲")
    stranger(world, used.token, sender="first")
    assert keys(stranger(world, used.token)) == keys(stranger(world, "x" * 43)) == ["joining.bad_token"]
    for _ in range(3):
        stranger(world, "y" * 20)
    assert keys(stranger(world, "z" * 43)) == ["joining.throttled"]
    world.shop.now += timedelta(minutes=11)
    assert keys(stranger(world, invite(world, name="乙").token)) == ["joining.welcome_buyer"]


def test_an_unnamed_claimant_waits_and_is_told_so_until_approved(world: World) -> None:
    assert keys(stranger(world, invite(world).token)) == ["joining.pending"]
    assert keys(stranger(world, "A 3 cases")) == ["joining.still_waiting"]

    def approve(session: Session) -> None:
        approve_member(session, world.shop.people["sales"], member_id=7)

    world.shop.system(approve)
    assert keys(stranger(world, "帮助"))[0].startswith("help.")


def test_somebody_revoked_is_a_stranger_from_the_next_message_on(world: World) -> None:
    made = invite(world, name="李老板")
    stranger(world, made.token)
    assert made.member_id is not None
    member = made.member_id
    world.shop.system(lambda session: revoke_member(session, world.shop.people["admin"], member_id=member))
    assert keys(stranger(world, "A 3 cases")) == ["joining.not_known"]


def test_somebody_known_joins_a_second_dealer_by_its_invite(world: World) -> None:
    stranger(world, invite(world, name="李老板").token)
    outcome = stranger(world, f"https://t.me/bot?start={invite(world, 2, name='李老板').token}")
    assert keys(outcome) == ["joining.also"]
    assert outcome.says[0].params["dealer"] == "商south"


def test_an_invite_to_where_one_is_already_changes_nothing(world: World) -> None:
    stranger(world, invite(world, name="李老板").token)
    other = invite(world, name="小王")
    assert keys(stranger(world, other.token)) == ["joining.already"]
    assert keys(stranger(world, other.token, sender="wang")) == ["joining.welcome_buyer"]


def test_an_invite_sent_twice_by_redelivery_is_answered_alike(world: World) -> None:
    made = invite(world, name="李老板")
    inbound = Inbound(
        channel="telegram", account="bot", message_id="m", sender="n", chat="n", at=world.now, text=made.token
    )
    first, again = handle(world.office, inbound), handle(world.office, inbound)
    assert (first.status, again.status) == ("done", "duplicate")
    assert keys(again) == keys(first) == ["joining.welcome_buyer"]
