"""One person, several channels: bound from the first, one conversation, notices where they are preferred, taken back."""

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.dialog import binding
from bot.dialog.handles import sign
from bot.dialog.messages import Inbound, Kind, Outcome
from bot.turn import handle
from bot.understand.normalise import normalise
from core.kit.errors import NotAllowedError, NotFoundError
from core.kit.say import Say
from core.people.models import identities, persons
from core.people.service import revoke_identity
from notifications.address import address_facts
from notifications.outbox.deliver import claim, send
from notifications.outbox.models import outbox
from notifications.outbox.sender import Address, Refused, Result, Sent, Wait
from notifications.outbox.write import Notice, write_notices
from tests.world import SECRET, World

TOKEN = re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])")


class Way:
    """A channel's sender that answers as told."""

    def __init__(self, answer: Result) -> None:
        self.answer, self.took = answer, []

    async def send(self, address: Address, payload: Mapping[str, Any]) -> Result:
        self.took.append((address, payload))
        return self.answer


@pytest.fixture
def world(world: World) -> World:
    world.office.names.update(telegram="test_bot", wechat="wx1")
    return world


def keys(outcome: Outcome) -> list[str]:
    """What was said, by key."""
    return [say.key for say in outcome.says]


def on(world: World, channel: str, sender: str, text: str, **more: Any) -> Outcome:
    """Somebody writes in another channel."""
    world.shop.later(seconds=1)
    inbound = Inbound(
        channel=channel, account="a1", message_id=f"{channel}{next(world.numbers)}", sender=sender, chat=sender,
        at=world.now, text=text, **more,
    )  # fmt: skip
    return handle(world.office, inbound)


def token_in(world: World, who: str) -> str:
    says = world.last[who]
    text = world.words(who, says) + "".join(choice.url for say in says for choice in say.choices)
    found = TOKEN.search(text)
    assert found, text
    return found.group()


def bind(world: World, who: str, channel: str, word: str) -> str:
    """Bind another channel; the account there."""
    world.says(who, f"绑定{word}")
    outcome = on(world, channel, f"{channel}-{who}", token_in(world, who))
    assert keys(outcome) == ["joining.bound"], outcome
    return f"{channel}-{who}"


def posted(world: World, **ways: Result) -> dict[str, Way]:
    """What is due is sent; who took it."""
    senders = {channel: Way(answer) for channel, answer in ways.items()}

    def take(session: Any) -> Any:
        session.execute(update(outbox).where(outbox.c.state == "claimed").values(state="sent"))
        address_facts(session, world.office.zone, "CNY")
        return claim(session, "test")

    for parcel in world.shop.system(take):
        asyncio.run(send(parcel, senders))
    return senders


@pytest.mark.parametrize(
    ("channel", "word"), [("wechat", "微信"), ("telegram", "Telegram"), ("telegram", "tg")]
)
def test_a_conversation_begun_in_one_channel_goes_on_in_the_other(world: World, channel: str, word: str):
    world.says("owner north", "1L茉莉花茶2箱")
    other = bind(world, "owner north", channel, word)
    shown = on(world, channel, other, "再加3箱绿茶")
    text = world.words("owner north", shown.says)
    assert "绿茶 500ml 3箱" in text
    assert "合计" in text
    shown = world.says("owner north", "清单")
    assert "茉莉花茶 1L 2箱" in shown
    assert "绿茶 500ml 3箱" in shown


def test_the_chats_before_hear_of_the_new_one_and_can_take_it_back(world: World):
    other = bind(world, "owner north", "wechat", "微信")
    ways = posted(world, web=Sent(), wechat=Sent())
    assert [payload["key"] for _, payload in ways["web"].took] == ["alerts.bound"]
    assert ways["wechat"].took == []
    payload = ways["web"].took[0][1]
    world.last["owner north"] = ()
    chosen = payload["choices"][0]
    assert chosen["action"] == "unbind"
    handle_ = sign(
        SECRET, subject=world.shop.people["owner north"].subject, place="private",
        action="unbind", arg=str(chosen["arg"]), now=world.now,
    )  # fmt: skip
    outcome = world.hears("owner north", kind=Kind.CHOICE, choice=handle_)
    assert keys(outcome) == ["bindings.unbound"]
    ways = posted(world, web=Sent(), wechat=Sent())
    assert [(address.chat, payload["key"]) for address, payload in ways["wechat"].took] == [
        (other, "alerts.unbound")
    ]
    assert keys(on(world, "wechat", other, "清单")) == ["joining.not_known"]


def test_a_code_binds_once_and_not_somebody_elses_chat(world: World):
    world.says("owner north", "绑定微信")
    token = token_in(world, "owner north")
    assert keys(on(world, "wechat", "w1", token)) == ["joining.bound"]
    assert keys(on(world, "wechat", "w2", token)) == ["joining.bad_token"]
    world.says("owner north", "绑定微信")
    theirs = world.hears("buyer north", token_in(world, "owner north"))
    assert "joining.bound" not in keys(theirs)


def test_a_code_not_used_in_time_is_dead(world: World):
    world.says("owner north", "绑定微信")
    token = token_in(world, "owner north")
    world.shop.later(minutes=16)
    assert keys(on(world, "wechat", "w1", token)) == ["joining.bad_token"]


def test_notices_go_to_the_preferred_channel_and_fall_to_the_next(world: World):
    bind(world, "owner north", "wechat", "微信")
    posted(world, web=Sent(), wechat=Sent())
    assert "微信" in world.says("owner north", "通知发微信")
    assert first_way(world) == ["wechat", "web"]
    assert "网页" in world.says("owner north", "消息发到网页")
    assert first_way(world) == ["web", "wechat"]
    tell(world, "first")
    ways = posted(world, web=Refused("gone", unreachable=True), wechat=Sent())
    assert [len(ways[channel].took) for channel in ("web", "wechat")] == [1, 1]
    tell(world, "second")
    ways = posted(world, web=Wait("no quota"), wechat=Sent())
    assert [len(ways[channel].took) for channel in ("web", "wechat")] == [1, 1]


def first_way(world: World) -> list[str]:
    tell(world, f"n{next(world.numbers)}")

    def take(session: Any) -> Any:
        session.execute(update(outbox).where(outbox.c.state == "claimed").values(state="sent"))
        return claim(session, "test")

    parcel = world.shop.system(take)[-1]
    return [address.channel for address in parcel.addresses]


def tell(world: World, key: str) -> None:
    subject = world.shop.people["owner north"].subject
    person = world.shop.rows(select(persons.c.id).where(persons.c.subject == subject))[0].id
    notice = Notice(
        key=key, person_id=person, subject=subject, say=Say(key="people.nobody_waits"), kind="money"
    )
    world.shop.system(lambda session: write_notices(session, [notice]))


def test_a_channel_not_bound_is_not_preferred(world: World):
    assert keys(world.hears("owner north", "通知发微信")) == ["people.not_bound"]


def test_a_channel_that_is_off_is_not_bound(world: World):
    del world.office.names["wechat"]
    assert keys(world.hears("owner north", "绑定微信")) == ["bindings.off"]


def test_the_owner_sees_everybodys_chats_and_takes_one_back(world: World):
    bind(world, "buyer north", "wechat", "微信")
    shown = world.says("owner north", "绑定")
    assert shown.count("微信") >= 2
    taken = world.presses("owner north", "unbind", arg=str(identity(world, "wechat-buyer north")))
    assert "已解绑微信" in taken
    assert keys(on(world, "wechat", "wechat-buyer north", "清单")) == ["joining.not_known"]


def test_a_buyer_sees_his_own_chats_only(world: World):
    bind(world, "owner north", "wechat", "微信")
    assert "微信，" not in world.says("buyer north", "我的绑定")


def test_a_buyer_takes_back_his_own_chat_but_no_other(world: World):
    bind(world, "buyer north", "wechat", "微信")
    bind(world, "owner north", "wechat", "微信")
    world.says("buyer north", "解绑")
    offered = {c.arg for say in world.last["buyer north"] for c in say.choices if c.action == "unbind"}
    assert str(identity(world, "wechat-owner north")) not in offered
    world.presses("buyer north", "unbind", arg=str(identity(world, "wechat-buyer north")))
    assert keys(on(world, "wechat", "wechat-buyer north", "清单")) == ["joining.not_known"]


def test_the_only_chat_is_not_taken_back_by_its_owner(world: World):
    bind(world, "buyer north", "wechat", "微信")
    world.says("buyer north", "绑定")
    first, second = identity(world, "buyer north"), identity(world, "wechat-buyer north")
    says = world.last["buyer north"]
    world.presses("buyer north", "unbind", arg=str(second))
    world.last["buyer north"] = says
    assert "唯一" in world.presses("buyer north", "unbind", arg=str(first))


def test_staff_see_a_dealers_chats_and_take_one_back(world: World):
    bind(world, "buyer north", "wechat", "微信")
    shown = world.says("sales", "绑定情况 城北商行")
    assert "微信" in shown
    world.presses("sales", "unbind", arg=str(identity(world, "wechat-buyer north")))
    assert keys(on(world, "wechat", "wechat-buyer north", "清单")) == ["joining.not_known"]


def test_staff_bind_a_further_channel_too(world: World):
    bind(world, "warehouse", "wechat", "微信")
    assert "joining" not in " ".join(keys(on(world, "wechat", "wechat-warehouse", "帮助")))


def identity(world: World, external_id: str) -> int:
    return int(world.shop.rows(select(identities.c.id).where(identities.c.external_id == external_id))[0].id)


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("绑定微信", "bind"),
        ("我要绑定Telegram", "bind"),
        ("帮我绑一下微信号", "bind"),
        ("绑定网页", "bind"),
        ("link wechat", "bind"),
        ("connect my telegram please", "bind"),
        ("以后通知发到微信", "prefer"),
        ("send notices to Telegram", "prefer"),
        ("绑定", "list"),
        ("绑定了哪些账号", "list"),
        ("解绑", "list"),
        ("my bindings", "list"),
        ("微信怎么付款", ""),
        ("绑带3卷", ""),
        ("消息不要发了", ""),
        ("加个微信吧", ""),
        ("web design", ""),
    ],
)
def test_which_sentences_are_about_chats(text: str, request_: str):
    written = normalise(text).text.strip(" .。!?")
    found = [
        name
        for name in ("bind", "prefer", "list")
        if any(re.fullmatch(pattern, written) for pattern in binding._words()[name])
    ]
    assert found == ([request_] if request_ else [])


def test_whose_chats_nobody_but_owner_and_staff_take_back(world: World):
    """A buyer's hand on the owner's chat is refused; another dealer's owner does not even find it."""
    world.shop.dealer("south", credit_limit=0)
    chat = identity(world, "owner north")
    with pytest.raises(NotAllowedError):
        world.shop.as_("buyer north", revoke_identity, identity_id=chat)
    with pytest.raises(NotFoundError):
        world.shop.as_("owner south", revoke_identity, identity_id=chat)
    with pytest.raises(NotFoundError):
        world.shop.as_("sales", revoke_identity, identity_id=10**9)


def test_wechat_is_bound_by_a_code_to_scan_that_brings_the_token(world: World):
    world.says("owner north", "绑定微信")
    card, code = world.last["owner north"]
    assert card.picture is not None
    ends, _, token = card.picture.ref.removeprefix("scene:").partition("~")
    assert token == code.params["text"]
    assert datetime.fromisoformat(ends).replace(tzinfo=UTC) - world.now < timedelta(minutes=16)


def test_wecom_is_for_staff(world: World):
    world.office.names["wecom"] = "corp:1"
    assert keys(world.hears("owner north", "绑定企业微信")) == ["bindings.off"]
    world.says("sales", "绑定企业微信")
    token = token_in(world, "sales")
    assert keys(on(world, "wecom", "wang", token)) == ["joining.bound"]
    assert "待批" in world.words("sales", on(world, "wecom", "wang", "帮助").says)
    posted(world, web=Sent(), wecom=Sent())
    assert keys(world.hears("sales", "我的绑定")) == ["bindings.head"]
    taken = world.presses("sales", "unbind", arg=str(identity(world, "wang")))
    assert "企业微信" in taken
    ways = posted(world, web=Sent(), wecom=Sent())
    assert [payload["key"] for _, payload in ways["wecom"].took] == ["alerts.unbound"]
