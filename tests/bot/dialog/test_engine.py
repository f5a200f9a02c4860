"""What the engine does for every flow alike, through the real turn."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from bot.dialog import routes
from bot.dialog.api import Flow, Turn, capped, offers_of, say, together
from bot.dialog.engine import step
from bot.dialog.handles import LIFETIME, HandleError, read, sign
from bot.dialog.messages import Choice, Kind, Say
from bot.dialog.routes import FlowsError, wordless
from bot.dialog.state import Dialogue, Offer
from bot.dialog.texts import Texts
from bot.understand.types import Help, Topic
from core.db.scope import DealerScope
from core.db.session import Session
from core.kit.errors import DealerError
from core.orders.drafts import draft_of
from core.products.models import catalogue, products
from tests.core.shop import NOW
from tests.databases import Database
from tests.transcripts.stage import WHO, Stage, keys_of, set_stage
from tests.world import SECRET


@pytest.fixture
def stage(sqlite: Database) -> Stage:
    return set_stage(sqlite, {})


def keys(stage: Stage, text: str) -> list[str]:
    return list(keys_of(stage.world.hears(WHO, text).says))


def press(stage: Stage, handle: str) -> list[str]:
    return list(keys_of(stage.world.hears(WHO, kind=Kind.CHOICE, choice=handle).says))


def handle(stage: Stage, action: str, arg: str, **changes: Any) -> str:
    signed = {
        "secret": SECRET,
        "subject": stage.shop.people[WHO].subject,
        "place": "private",
        "now": stage.shop.now,
    }
    return sign(**{**signed, **changes}, action=action, arg=arg)


# --- buttons ---


def test_a_button_of_an_older_list_shows_the_present_one(stage: Stage) -> None:
    keys(stage, "保温杯2箱")
    old = stage.world.last[WHO][0].choices[0]
    keys(stage, "2")
    keys(stage, "保温杯5箱")
    said = press(stage, handle(stage, old.action, old.arg))
    assert "dialog.choice.old" in said
    assert "dialog.ask.product" in said
    assert stage.draft() == {"T-2": 12}


def test_a_confirm_of_an_older_draft_shows_the_difference(stage: Stage) -> None:
    keys(stage, "毛巾3包")
    old = stage.world.last[WHO][0].choices[0]
    keys(stage, "毛巾改成5包")
    said = press(stage, handle(stage, old.action, old.arg))
    assert "orders.placed" not in said
    assert "orders.ask_confirm" in said
    assert stage.draft() == {"W-1": 50}


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": "another secret, as long as it has to be"},
        {"subject": "m:999"},
        {"place": "group:7"},
        {"now": NOW - LIFETIME - timedelta(days=1)},
    ],
    ids=["forged", "someone else's", "from another place", "expired"],
)
def test_a_button_that_is_not_ours_does_nothing(stage: Stage, changes: dict[str, Any]) -> None:
    keys(stage, "毛巾3包")
    offered = stage.world.last[WHO][0].choices[0]
    assert press(stage, handle(stage, offered.action, offered.arg, **changes)) == ["dialog.button_expired"]
    assert stage.draft() == {"W-1": 30}


@pytest.mark.parametrize("noise", ["", "x", "....", "confirm.1.zz.AAAA", "确认.1.2.3"])
def test_nonsense_in_place_of_a_handle_is_refused(noise: str) -> None:
    with pytest.raises(HandleError):
        read(SECRET, noise, subject="m:1", place="private", now=NOW)


def test_an_action_nobody_has_is_answered(stage: Stage) -> None:
    assert press(stage, handle(stage, "fly", "1")) == ["dialog.choice.gone"]


# --- groups ---


def test_in_a_group_no_money_is_said_and_nothing_confirmed(stage: Stage) -> None:
    said = stage.world.hears(WHO, "毛巾3包", place="group:7").says
    words = stage.world.words(WHO, said)
    assert "¥" not in words
    assert "dialog.group.private" in list(keys_of(said))
    assert list(keys_of(stage.world.hears(WHO, "下单", place="group:7").says)) == ["dialog.group.private"]
    for question in ("毛巾多少钱", "我的额度还剩多少"):
        assert "¥" not in stage.world.words(WHO, stage.world.hears(WHO, question, place="group:7").says)
    assert stage.draft() == {}  # the private draft is another
    keys(stage, "毛巾3包")
    keys(stage, "下单")
    for request in ("上个单到哪了", "把刚才那单取消", "和上次一样", "为什么是240"):
        assert "¥" not in stage.world.words(WHO, stage.world.hears(WHO, request, place="group:7").says)


# --- several lines ---


def test_a_long_change_is_cut_to_eight_and_the_list_shows_all() -> None:
    lines = tuple(say("orders.line", product=str(n)) for n in range(12))
    assert len(capped(lines)) == 9
    assert capped(lines)[-1] == say("dialog.more", count=12)
    assert capped(lines[:9]) == lines[:9]


def test_several_answers_become_one_message_with_the_last_choices() -> None:
    first = Say(key="a", choices=(Choice(label=say("x"), action="one"),))
    second = Say(
        key="b", choices=(Choice(label=say("y"), action="two"), Choice(label=say("z"), url="https://x"))
    )
    both = together([first, second, Say(key="c")])
    assert [line.key for line in both.lines] == ["a", "b", "c"]
    assert [choice.action for choice in both.choices] == ["two", ""]
    assert offers_of([first, second]) == (Offer(action="two"),)


# --- a person has the conversation ---


def test_the_assistant_comes_back_when_the_person_ends_the_talk(stage: Stage) -> None:
    keys(stage, "人工")
    assert keys(stage, "毛巾3包") == []
    stage.world.notices("sales")
    stage.world.presses("sales", "talk-take")
    assert keys(stage, "毛巾3包") == []
    stage.world.says("sales", "结束")
    assert "orders.line" in keys(stage, "毛巾3包")


# --- anything at all ---


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.lists(
        st.one_of(
            st.text(max_size=60),
            st.sampled_from(
                [
                    "毛巾3包",
                    "保温杯2箱",
                    "1",
                    "2",
                    "下单",
                    "是",
                    "不",
                    "算了",
                    "撤销",
                    "恢复",
                    "清单",
                    "帮助",
                    "都要",
                    "-1",
                    "0",
                ]
            ),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_is_said_is_answered_and_keeps_the_books(stage: Stage, said: list[str]) -> None:
    for text in said:
        outcome = stage.world.hears(WHO, text)
        assert outcome.status == "done", text
        assert outcome.says or stage.state().with_person
    assert stage.shop.violations() == []


@pytest.mark.parametrize(
    "text", ["啊" * 10_000, "9" * 10_000, "毛巾3包\n" * 800, "((((" * 2_500, "\u200b\u202e\x00 "]
)
def test_absurd_texts_are_answered_and_order_nothing_unseen(stage: Stage, text: str) -> None:
    assert stage.world.hears(WHO, text).status == "done"
    assert stage.shop.violations() == []


# --- the start ---


def flow(**more: Any) -> Flow:
    return Flow(name="other", **more)


def with_flows(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[tuple[Flow, ...]], tuple[Flow, ...]]
) -> None:
    flows = change(routes.all_flows())
    monkeypatch.setattr(routes, "all_flows", lambda: flows)
    routes.routes.cache_clear()


# --- corrections ---


@pytest.mark.parametrize(
    "said",
    [
        "毛巾改成5包", "嗯毛巾3包太多，2包", "毛巾多了，1包就够", "每样加2", "两样各减1", "最后一行加2", "前两项各加1", "雨伞减半",
        "除了毛巾都翻倍", "毛巾不动，其他减1", "第1行和第2行各加1", "make the towels 5", "1 more of each", "halve the umbrellas",
    ],
)  # fmt: skip
def test_every_correction_is_answered_with_the_difference(stage: Stage, said: str) -> None:
    keys(stage, "毛巾3包，雨伞10把")
    before = stage.draft()
    shown = keys(stage, said)
    changed = {sku for sku, qty in stage.draft().items() if qty != before[sku]}
    assert changed
    assert len([key for key in shown if key in ("orders.dearer", "orders.cheaper")]) == len(changed)


# --- a number sent just after a notice ---


def number(stage: Stage, text: str, action: str, arg: str = "") -> list[str]:
    """A number where there are no buttons, under a notice whose list has the action at that number."""
    return list(keys_of(stage.world.hears(WHO, text, choice=handle(stage, action, arg)).says))


def test_a_number_under_a_notice_beside_a_confirm_asks_which_list_it_is_for(stage: Stage) -> None:
    keys(stage, "毛巾3包")
    said = number(stage, "1", "draft")
    assert said == ["dialog.number.which"]
    assert stage.draft() == {"W-1": 30}
    assert "orders.placed" not in keys(stage, "1"), "the notice's choice, which shows the draft"
    assert stage.draft() == {"W-1": 30}


def test_the_list_before_the_notice_is_answered_once_it_is_named(stage: Stage) -> None:
    keys(stage, "毛巾3包")
    number(stage, "1", "draft")
    assert "orders.placed" in keys(stage, "2")
    assert stage.draft() == {}


def test_a_number_under_a_notice_is_the_notices_where_nothing_else_is_open(stage: Stage) -> None:
    keys(stage, "你好")
    said = number(stage, "1", "draft")
    assert "dialog.number.which" not in said


@pytest.fixture
def fresh_routes():
    yield
    routes.routes.cache_clear()


def test_a_move_nobody_handles_refuses_to_start(monkeypatch: pytest.MonkeyPatch, fresh_routes: None) -> None:
    with_flows(monkeypatch, lambda flows: tuple(each for each in flows if each.name != "help"))
    with pytest.raises(FlowsError, match="nobody handles Help"):
        routes.routes("dealer")


def test_a_topic_nobody_answers_refuses_to_start(monkeypatch: pytest.MonkeyPatch, fresh_routes: None) -> None:
    with_flows(monkeypatch, lambda flows: tuple(each for each in flows if each.name != "stock"))
    with pytest.raises(FlowsError, match="nobody answers about price"):
        routes.routes("dealer")


@pytest.mark.parametrize(
    "claimed",
    [{"moves": {Help: lambda turn, moves: ()}}, {"topics": {Topic.STOCK: lambda turn, moves: ()}},
     {"choices": {"confirm": lambda turn, arg: ()}}],
)  # fmt: skip
def test_what_two_flows_claim_refuses_to_start(
    monkeypatch: pytest.MonkeyPatch, fresh_routes: None, claimed: dict[str, Any]
) -> None:
    with_flows(monkeypatch, lambda flows: (*flows, flow(**claimed)))
    with pytest.raises(FlowsError, match="and other"):
        routes.routes("dealer")


def test_a_refusal_without_words_refuses_to_start() -> None:
    texts = Texts(messages={"zh-Hans": {"refused": "x"}}, units={})
    assert "refusal not_found has no text" in list(wordless(texts))


def test_a_refusal_in_a_flow_undoes_its_changes(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, fresh_routes: None
) -> None:
    class TooLateError(DealerError):
        code = "orders.draft_empty"

    def spoil(turn: Turn, _arg: str) -> Any:
        turn.state.last_order = "nonsense"
        raise TooLateError

    with_flows(monkeypatch, lambda flows: (*flows, flow(choices={"spoil": spoil})))

    def act(session: Session) -> tuple[tuple[Say, ...], Dialogue]:
        actor = stage.shop.people[WHO]
        assert actor.member_id is not None
        turn = Turn(
            session=session,
            actor=actor,
            inbound=stage.world.inbound(WHO, kind=Kind.CHOICE, choice=handle(stage, "spoil", "")),
            state=Dialogue(last_order="0310-0001"),
            draft=draft_of(session, member_id=actor.member_id),
            index=stage.world.office.shelf.index,
            secret=SECRET,
        )
        return step(turn), turn.state

    dealer = stage.shop.people[WHO].dealer_id
    assert dealer is not None
    says, state = stage.shop.run(DealerScope(dealer), act)
    assert [each.key for each in says] == ["orders.draft_empty"]
    assert state.last_order == "0310-0001"


# --- what changes meanwhile ---


def test_an_album_is_answered_once(stage: Stage) -> None:
    first = stage.world.hears(WHO, kind=Kind.PHOTO, media_group="7").says
    assert "dialog.kind.photo" in list(keys_of(first))
    assert stage.world.hears(WHO, kind=Kind.PHOTO, media_group="7").says == ()
    assert stage.world.hears(WHO, kind=Kind.PHOTO, media_group="8").says != ()


def withdraw(stage: Stage, *skus: str) -> None:
    gone = update(products).where(products.c.sku.in_(skus)).values(active=False, revision=2)
    stage.shop.system(lambda session: session.execute(gone))
    stage.shop.system(lambda session: session.execute(update(catalogue).values(revision=2)))
    stage.world.office.shelf.refresh()


def test_what_leaves_the_catalogue_is_no_longer_asked_about(stage: Stage) -> None:
    keys(stage, "保温杯2箱")
    withdraw(stage, "T-1")
    keys(stage, "你好")
    assert [question.candidates for question in stage.state().questions] == [("T-2",)]
    withdraw(stage, "T-2")
    assert "orders.placed" not in keys(stage, "1")


def test_what_leaves_the_catalogue_can_only_be_taken_off_the_draft(stage: Stage) -> None:
    keys(stage, "毛巾3包，雨伞10把")
    withdraw(stage, "W-1")
    said = keys(stage, "清单")
    assert "orders.problem.inactive" in said
    assert "orders.ask_confirm" not in said
    assert "orders.placed" not in keys(stage, "下单")
    keys(stage, "第一行减1包")
    keys(stage, "第一行不要了")
    assert stage.draft() == {"K-1": 10}
    assert "orders.placed" in keys(stage, "下单")
