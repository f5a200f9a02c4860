"""Received files go after their time, but for what a claim, a contract or a conversation still refers to."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from bot.dialog.messages import Kind
from bot.media.forget import BATCH, KEPT_DAYS, forget_files
from bot.schedule import jobs
from bot.store.media import store
from bot.store.models import conversations, files, media
from core.audit.models import audit
from core.contracts.service import put_contract
from core.db.session import Session
from core.people.actor import Actor
from notifications.schedule import fire_due, job_named
from tests.bot.flows.claiming import Claims
from tests.bot.flows.conftest import drinks
from tests.bot.media.papers import picture
from tests.core.orders.test_plans import _postgresql_scans, _sqlite_scans, recorded
from tests.core.shop import ZONE
from tests.databases import Database
from tests.world import World

OWNER = "owner north"


@pytest.fixture
def phone(database: Database) -> Claims:
    return Claims(drinks(database))


def kept(world: World) -> int:
    return len(world.shop.rows(select(files.c.sha256)))


def pass_days(world: World, days: int) -> None:
    world.shop.now += timedelta(days=days)


def clean(world: World, days: int = KEPT_DAYS) -> bool:
    job = job_named("forget-files", jobs(days))
    return fire_due(world.office.lane, job, process="test", clock=lambda: world.now, zone=ZONE)


def test_a_photo_nobody_used_goes_after_its_time_and_the_audit_says_so(phone: Claims) -> None:
    world = phone.world
    phone.sends(OWNER, picture())
    phone.fetch(OWNER)
    pass_days(world, KEPT_DAYS - 1)
    assert clean(world)
    assert kept(world) == 1
    pass_days(world, 2)
    clean(world)
    assert kept(world) == 0
    assert world.shop.rows(select(media)) == []
    (row,) = world.shop.rows(select(audit).where(audit.c.action == "files.forget"))
    assert (row.actor, row.detail["files"], row.detail["notes"]) == ("system:schedule", 1, 1)
    assert row.detail["bytes"] == len(picture())


def test_the_time_is_a_setting(phone: Claims) -> None:
    phone.sends(OWNER, picture())
    phone.fetch(OWNER)
    pass_days(phone.world, 4)
    clean(phone.world, days=3)
    assert kept(phone.world) == 0


def test_receipts_of_a_claim_stay_whatever_became_of_it(phone: Claims) -> None:
    world = phone.world
    world.says(OWNER, "报运费260，3月3号")
    phone.sends(OWNER, picture(1))
    phone.fetch(OWNER)
    number = world.says(OWNER, "提交").split()[2].split("：")[0]
    world.says(OWNER, f"撤回 {number}")
    world.says(OWNER, "1")
    pass_days(world, 400)
    clean(world)
    assert kept(world) == 1


def test_a_claim_lying_in_hand_keeps_its_receipt(phone: Claims) -> None:
    world = phone.world
    world.says(OWNER, "报运费260")
    phone.sends(OWNER, picture(2))
    phone.fetch(OWNER)
    pass_days(world, KEPT_DAYS + 1)
    clean(world)
    assert "票据1张" in world.says(OWNER, "3月3号")


def test_a_contracts_paper_stays(phone: Claims) -> None:
    shop = phone.world.shop

    def put(session: Session, actor: Actor) -> None:
        store(session, sha256="a" * 64, mime="application/pdf", content=b"paper")
        bound = session.for_dealer(shop.people[OWNER].dealer_id or 0)
        days = {"start": shop.now.date(), "end": shop.now.date() + timedelta(days=90)}
        put_contract(bound, actor, number="HT-1", file=f"file:{'a' * 64}", file_name="ht.pdf", **days)

    shop.as_("import", put)
    shop.system(lambda session: store(session, sha256="b" * 64, mime="application/pdf", content=b"loose"))
    pass_days(phone.world, KEPT_DAYS + 1)
    clean(phone.world)
    assert [row.sha256[0] for row in shop.rows(select(files.c.sha256))] == ["a"]


def test_a_file_sent_twice_stays_while_one_of_the_two_is_young(phone: Claims) -> None:
    world = phone.world
    phone.sends(OWNER, picture())
    phone.fetch(OWNER)
    pass_days(world, KEPT_DAYS - 5)
    phone.sends(OWNER, picture(), kind=Kind.FILE, name="again.png")
    phone.fetch(OWNER)
    pass_days(world, 10)
    clean(world)
    assert (kept(world), len(world.shop.rows(select(media.c.id)))) == (1, 1)


def test_many_go_in_several_runs_and_nothing_to_do_leaves_no_trace(phone: Claims) -> None:
    world = phone.world
    rows = [
        {"sha256": f"{n:064x}", "mime": "x", "size": 1, "content": b"x", "at": world.now} for n in range(700)
    ]
    world.shop.system(lambda session: session.execute(insert(files), rows))
    pass_days(world, KEPT_DAYS + 1)
    assert [world.shop.system(forget_files) for _ in range(3)] == [500, 200, 0]
    assert len(world.shop.rows(select(audit).where(audit.c.action == "files.forget"))) == 2


def test_files_that_conversations_hold_do_not_keep_the_others_from_going(phone: Claims) -> None:
    world = phone.world
    world.says(OWNER, "报运费260")
    phone.sends(OWNER, picture(1))
    phone.fetch(OWNER)
    (row,) = world.shop.rows(select(media))
    more = [{**row._mapping, "id": f"held{n:04d}"} for n in range(BATCH + 10)]
    (talk,) = world.shop.rows(select(conversations).where(conversations.c.subject == row.subject))
    state = {
        **talk.state,
        "claim": {**talk.state["claim"], "files": [row.id, *(each["id"] for each in more)]},
    }

    def hold(session: Session) -> None:
        session.execute(insert(media), more)
        session.execute(update(conversations).where(conversations.c.id == talk.id).values(state=state))

    world.shop.system(hold)
    pass_days(world, 1)
    phone.sends("buyer north", picture(2))
    phone.fetch("buyer north")
    pass_days(world, KEPT_DAYS + 1)
    clean(world)
    assert kept(world) == 1
    assert len(world.shop.rows(select(media.c.id))) == BATCH + 11


def test_what_is_kept_again_is_young_again(phone: Claims) -> None:
    shop = phone.world.shop

    def keep(session: Session) -> None:
        store(session, sha256="c" * 64, mime="application/pdf", content=b"paper")

    shop.system(keep)
    pass_days(phone.world, KEPT_DAYS + 1)
    shop.system(keep)
    clean(phone.world)
    assert kept(phone.world) == 1


def test_no_statement_of_it_reads_a_whole_table(phone: Claims) -> None:
    shop = phone.world.shop
    phone.sends(OWNER, picture())
    phone.fetch(OWNER)
    pass_days(phone.world, KEPT_DAYS + 1)
    with recorded(shop) as seen:
        clean(phone.world)
    assert any("claim_evidence" in statement for statement in seen)
    scans = _sqlite_scans if shop.database.name == "sqlite" else _postgresql_scans
    assert [line for each, given in seen.items() for line in scans(shop, each, given)] == []
