"""Contracts that run out, from the morning's job to the decision of whoever was told."""

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, insert, select

from bot.dialog.messages import Inbound
from bot.turn import handle
from core.audit.models import audit
from core.contracts.models import contracts
from core.contracts.service import put_contract
from core.db.scope import SystemScope
from core.db.session import Session
from core.orders.models import orders
from core.people.actor import Actor
from core.people.models import identities, persons
from core.people.policy import may
from notifications.address import address_facts
from notifications.schedule import fire_due, job_named
from tests.bot.flows.conftest import drinks
from tests.core.shop import IMPORT, TODAY, ZONE
from tests.databases import Database
from tests.world import World

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def world(database: Database) -> World:
    return drinks(database)


def bring(world: World, left: int, number: str = "HT-1", file: str = "") -> None:
    """A contract of the dealer north that ends in so many days."""
    dealer = world.shop.people["owner north"].dealer_id
    assert dealer is not None
    today = world.now.astimezone(ZONE).date()
    world.shop.system(
        lambda session: put_contract(
            session.for_dealer(dealer), IMPORT, number=number, start=date(2025, 4, 1),
            end=today + timedelta(days=left), file=file, file_name="paper.pdf" if file else "",
        )
    )  # fmt: skip


def morning(world: World, days: int = 0) -> None:
    """So many days later, after nine."""
    world.shop.now += timedelta(days=days)
    for name in ("contracts", "escalate-alerts"):
        fire_due(world.office.lane, job_named(name), process="test", clock=lambda: world.now, zone=ZONE)


def test_each_rung_is_told_once_and_the_manager_joins_at_thirty_days(world: World) -> None:
    bring(world, 91)
    heard = {}
    for day in range(100):
        morning(world, days=1 if day else 0)
        for who in ("sales", "admin", "finance"):
            for text in world.notices(who):
                if text.startswith(("合同", "⚠️ 合同")) and "HT-1" in text:
                    heard.setdefault(who, []).append(91 - day)
    assert heard == {"sales": [90, 60, 30, 7, 0], "admin": [30, 7, 0]}


def test_a_contract_that_comes_in_late_gets_the_nearest_rung_alone(world: World) -> None:
    bring(world, 20)
    morning(world)
    (text,) = world.notices("sales")
    assert "合同20天后到期：城北商行 HT-1" in text
    morning(world, days=1)
    assert world.notices("sales") == []


def test_a_decision_by_button_ends_the_ladder_is_kept_once_and_colleagues_hear_of_it(world: World) -> None:
    bring(world, 30)
    morning(world)
    world.notices("sales")
    assert "HT-1 记为不续" in world.presses("sales", "contract-end")
    assert any("定了：城北商行 HT-1" in text for text in world.notices("admin"))
    morning(world, days=23)
    assert world.notices("sales") == []
    written = world.shop.rows(select(audit.c.actor, audit.c.action).where(audit.c.object_ref == "HT-1"))
    assert [row.action for row in written] == ["contracts.put", "contracts.end"]


def test_the_alert_says_what_was_bought_this_year_and_how_it_is_paid(world: World) -> None:
    bring(world, 60)
    bring(world, 30, "HT-2")
    morning(world)
    first = world.notices("sales")[0]
    assert "今年还没有发过货" in first
    world.says("owner north", "可乐3箱 绿茶1箱")
    world.says("owner north", "1")
    number = world.shop.rows(select(orders.c.number))[0].number
    world.says("warehouse", f"发货 {number}")
    world.presses("warehouse", "do-shipping")
    world.says("warehouse", f"退货 {number} 可乐1箱 破损")
    world.says("warehouse", "1")
    world.says("sales", "合同到期")
    card = world.presses("sales", "contract-card")
    assert "今年进货 ¥151（1单发货 ¥199，退货 ¥48）" in card
    assert "回款正常，没有逾期" in card
    morning(world, days=53)
    (text,) = [text for text in world.notices("sales") if "HT-1" in text]
    assert f"逾期 ¥151，最久23天（{number}）" in text
    assert "近1单：逾期23天未付" in text
    world.says("finance", "收款 城北 151")
    world.says("finance", "1")
    world.says("sales", "合同到期")
    card = world.presses("sales", "contract-card")
    assert "现在没有逾期" in card
    assert "回款正常" not in card


def test_the_same_button_again_does_nothing_more(world: World) -> None:
    bring(world, 30)
    morning(world)
    world.notices("sales")
    card = world.last["sales"]
    world.presses("sales", "contract-renew")
    world.last["sales"] = card
    assert "之前已经记为续签" in world.presses("sales", "contract-renew")


def test_put_off_for_a_week_it_is_told_again_once(world: World) -> None:
    bring(world, 30)
    morning(world)
    world.notices("sales")
    assert "再提醒" in world.presses("sales", "contract-later")
    told = []
    for _ in range(15):
        morning(world, days=1)
        told += [text for text in world.notices("sales") if "HT-1" in text]
    assert len(told) == 1
    assert "23天后到期" in told[0]


def test_a_renewal_whose_new_contract_is_not_in_is_told_of_again_a_week_before(world: World) -> None:
    bring(world, 30)
    morning(world)
    world.notices("sales")
    world.presses("sales", "contract-renew")
    world.notices("admin")
    morning(world, days=23)
    (text,) = world.notices("sales")
    assert "已定续签，新合同还没有导入" in text


def test_a_contract_that_a_later_one_follows_is_not_spoken_of(world: World) -> None:
    bring(world, 20)
    dealer = world.shop.people["owner north"].dealer_id
    assert dealer is not None
    world.shop.system(
        lambda session: put_contract(
            session.for_dealer(dealer), IMPORT, number="HT-2", start=TODAY + timedelta(days=21),
            end=TODAY + timedelta(days=400),
        )
    )  # fmt: skip
    morning(world)
    assert world.notices("sales") == []


def test_a_button_of_a_term_that_changed_says_so(world: World) -> None:
    bring(world, 30)
    morning(world)
    world.notices("sales")
    bring(world, 300)
    assert "到期日已改为" in world.presses("sales", "contract-end")
    assert world.shop.rows(select(contracts.c.decision))[0].decision == ""


def test_only_sales_and_the_manager_may_decide() -> None:
    def of(role: str, side: str = "staff") -> Actor:
        return Actor(subject="s:1", side=side, role=role, name="", zone=ZONE)

    assert may(of("sales"), "contracts.decide")
    assert may(of("admin"), "contracts.decide")
    assert not may(of("warehouse"), "contracts.decide")
    assert not may(of("owner", "dealer"), "contracts.decide")
    assert not may(of("buyer", "dealer"), "contracts.read")


def test_what_nobody_looked_at_for_a_day_reaches_the_manager_once(world: World) -> None:
    bring(world, 90)
    morning(world)
    assert world.notices("admin") == []
    morning(world, days=1)
    (text,) = world.notices("admin")
    assert "一天没人处理" in text
    assert "HT-1" in text
    morning(world, days=1)
    assert world.notices("admin") == []


def test_what_somebody_has_seen_is_not_escalated(world: World) -> None:
    bring(world, 90)
    morning(world)
    world.notices("sales")
    world.presses("sales", "alert-seen")
    morning(world, days=1)
    assert world.notices("admin") == []


def test_ten_processes_in_the_morning_tell_each_person_once(world: World) -> None:
    bring(world, 30)
    job = job_named("contracts")
    now = world.now

    def go(n: int) -> None:
        fire_due(world.office.lane, job, process=f"p{n}", clock=lambda: now, zone=ZONE)

    threads = [threading.Thread(target=go, args=(n,)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(world.notices("sales")) == len(world.notices("admin")) == 1


def test_two_colleagues_deciding_at_once_leave_one_decision(world: World) -> None:
    bring(world, 30)
    morning(world)
    world.notices("sales")
    world.notices("admin")
    threads = [
        threading.Thread(target=world.presses, args=(who, "contract-end")) for who in ("sales", "admin")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = world.shop.rows(select(audit.c.id).where(audit.c.action == "contracts.end"))
    assert len(done) == 1


@pytest.mark.parametrize("wanted", [True, False])
def test_the_dealer_hears_of_the_end_only_where_the_brand_wants_it(world: World, wanted: bool) -> None:
    bring(world, 30)
    morning(world)

    def address(connection: Connection) -> int:
        session = Session(connection, SystemScope("test"), world.now)
        return address_facts(session, ZONE, "CNY", tell_dealers=wanted)

    world.office.lane.run(address)
    told = [text for text in world.notices("owner north") if "还有30天到期" in text]
    assert len(told) == wanted
    assert world.notices("buyer north") == []
    if wanted:
        assert "HT-1" in world.presses("owner north", "contract")


@pytest.mark.parametrize(("file", "sent"), [("paper.pdf", False), ("paper.PNG", True)])
def test_a_file_wechat_cannot_carry_is_opened_on_the_web(world: World, file: str, sent: bool) -> None:
    world.office = replace(world.office, public_url="https://orders.example")
    dealer = world.shop.people["owner north"].dealer_id
    assert dealer is not None
    days = {"start": TODAY, "end": TODAY + timedelta(days=200)}
    world.shop.system(
        lambda session: put_contract(
            session.for_dealer(dealer), IMPORT, number="HT-1", file="file:abc", file_name=file, **days
        )
    )
    asked = replace(
        world.inbound("owner north", "合同发我"), channel="wechat", account="wx", sender="w", chat="w"
    )
    bind_chat(world, "owner north", asked)
    (said,) = handle(world.office, asked).says
    assert (said.picture is not None) == sent
    if not sent:
        assert said.choices[0].url.startswith("https://orders.example/join/")


def bind_chat(world: World, who: str, inbound: Inbound) -> None:
    """The person has this chat too."""
    person = world.shop.rows(select(persons.c.id).where(persons.c.subject == world.shop.people[who].subject))[
        0
    ].id
    row = {"channel": inbound.channel, "account": inbound.account, "external_id": inbound.sender, "chat": inbound.chat,
           "person_id": person, "bound_at": world.now, "last_seen_at": world.now}  # fmt: skip
    world.shop.system(lambda session: session.execute(insert(identities), row))


@pytest.mark.parametrize(
    "text", ["城北的合同什么时候到期", "合同 城北", "城北商行的合同", "north's contract"]
)
def test_staff_see_the_contract_of_a_dealer_they_name_however_far_it_is(world: World, text: str) -> None:
    assert world.says("sales", text) == "城北商行 还没有登记合同"
    bring(world, 200)
    assert "合同200天后到期：城北商行 HT-1" in world.says("sales", text)
    assert "身份不能" in world.says("warehouse", "城北的合同")
