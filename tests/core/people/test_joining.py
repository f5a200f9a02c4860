"""An invite lets in exactly one claimant, once, in time, and tells nothing to those who guess."""

from concurrent.futures import Future
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, insert, select

from core.audit.models import audit
from core.db.scope import StaffScope, SystemScope, system
from core.db.session import Session
from core.dealers.models import dealers
from core.kit.errors import NotAllowedError
from core.people.actor import Actor
from core.people.invites import Invite, expire_invites, issue_channel_link, issue_invite, issue_staff_invite
from core.people.joining import FAILURES_OF_ONE, WINDOW, Claim, Identity, claim_invite
from core.people.models import identities, invites, members, persons
from core.people.queries import bindings, memberships, pending_members, staff_for
from core.people.service import approve_member, reject_member, revoke_identity, revoke_member
from tests.databases import Database

ZONE = ZoneInfo("Asia/Shanghai")
LOADER = Actor(subject="system:cli", side="system", role="import", name="cli", zone=ZONE)
SALES = Actor(subject="s:1", side="staff", role="sales", name="王", staff_id=1, region="华东", zone=ZONE)


@pytest.fixture
def shop(database: Database, now: datetime) -> Database:
    rows = [
        {"code": "N1", "name": "城北", "region": "华东", "created_at": now},
        {"code": "S1", "name": "城南", "region": "华南", "created_at": now},
    ]
    database.lane.run(lambda connection: connection.execute(insert(dealers), rows))
    return database


def at(connection: Connection, now: datetime, dealer_id: int | None = None) -> Session:
    return Session(connection, SystemScope("test", dealer_id), now)


def who(name: str) -> Identity:
    return Identity(channel="telegram", account="bot", external_id=name, chat=name)


def invite(database: Database, now: datetime, dealer_id: int = 1, **given: str) -> Invite:
    return database.lane.run(
        lambda connection: issue_invite(at(connection, now, dealer_id), LOADER, **{"role": "buyer", **given})
    )


def claim(database: Database, now: datetime, token: str, sender: str = "u1") -> Claim:
    return database.lane.run(
        lambda connection: claim_invite(
            at(connection, now), token=token, identity=who(sender), name="微信名", locale="zh-Hans"
        )
    )


def rows(database: Database, table: object) -> list[object]:
    return database.lane.run(lambda connection: list(connection.execute(system(select(table))).all()))


def test_a_named_invite_binds_its_first_claimant_at_once(shop: Database, now: datetime) -> None:
    made = invite(shop, now, name="李老板", role="owner")
    joined = claim(shop, now, made.token)
    assert (joined.status, joined.name, joined.role, joined.dealer_id) == ("joined", "李老板", "owner", 1)
    [person] = rows(shop, persons)
    assert person.subject == f"m:{made.member_id}"
    assert claim(shop, now, made.token, "u2").status == "invalid"


def test_of_eight_claims_at_once_exactly_one_gets_in(shop: Database, now: datetime) -> None:
    made = invite(shop, now, name="李老板")

    def try_as(sender: str) -> Future[Claim]:
        return shop.lane.submit(
            lambda connection: claim_invite(
                at(connection, now), token=made.token, identity=who(sender), name="", locale="en"
            ),
            sender,
        )

    outcomes = [future.result() for future in [try_as(f"u{number}") for number in range(8)]]
    assert sorted(outcome.status for outcome in outcomes) == ["invalid"] * 7 + ["joined"]
    assert len(rows(shop, identities)) == 1


@pytest.mark.parametrize("role", ["owner", "buyer"])
def test_an_unnamed_invite_waits_for_approval(shop: Database, now: datetime, role: str) -> None:
    made = invite(shop, now, role=role)
    assert made.waits
    pending = claim(shop, now, made.token)
    assert pending.status == "pending"

    def approve(connection: Connection) -> None:
        session = Session(connection, StaffScope("华东"), now)
        assert [member.id for member in pending_members(session)] == [pending.member_id]
        approve_member(session, SALES, member_id=pending.member_id or 0)
        assert [fact.kind for fact in session.facts] == ["people.approved"]

    shop.lane.run(approve)
    [member] = rows(shop, members)
    assert (member.state, member.name) == ("active", "微信名")
    assert rows(shop, persons)[0].subject == pending.subject


def test_somebody_turned_away_is_no_member_and_his_invite_is_dead(shop: Database, now: datetime) -> None:
    made = invite(shop, now)
    pending = claim(shop, now, made.token)
    shop.lane.run(
        lambda connection: reject_member(at(connection, now, 1), SALES, member_id=pending.member_id or 0)
    )
    assert rows(shop, members)[0].state == "revoked"
    assert claim(shop, now, made.token).status == "invalid"


def test_staff_of_another_region_cannot_approve(shop: Database, now: datetime) -> None:
    pending = claim(shop, now, invite(shop, now, dealer_id=2).token)
    with pytest.raises(Exception, match="not_found"):
        shop.lane.run(
            lambda connection: approve_member(
                Session(connection, StaffScope("华东"), now), SALES, member_id=pending.member_id or 0
            )
        )


def test_issuing_again_kills_the_older_link(shop: Database, now: datetime) -> None:
    first = invite(shop, now, name="张三")
    second = invite(shop, now, name="张三")
    assert second.replaced == 1
    assert first.member_id == second.member_id
    assert claim(shop, now, first.token).status == "invalid"
    assert claim(shop, now, second.token).status == "joined"


def test_an_invite_is_dead_when_its_time_is_over(shop: Database, now: datetime) -> None:
    made = invite(shop, now, name="张三")
    later = now + timedelta(days=7)
    assert claim(shop, later, made.token).status == "invalid"
    assert shop.lane.run(lambda connection: expire_invites(at(connection, later))) == 1
    assert rows(shop, invites)[0].state == "expired"


def test_wrong_used_and_expired_tokens_get_the_same_answer(shop: Database, now: datetime) -> None:
    used = invite(shop, now, name="张三")
    claim(shop, now, used.token)
    old = invite(shop, now - timedelta(days=8), name="李四")
    answers = {
        claim(shop, now, token, f"g{number}")
        for number, token in enumerate(["x" * 43, used.token, old.token])
    }
    assert answers == {Claim(status="invalid")}


def test_guessing_is_throttled_and_a_right_token_then_looks_no_different(
    shop: Database, now: datetime
) -> None:
    made = invite(shop, now, name="张三")
    for _ in range(FAILURES_OF_ONE):
        assert claim(shop, now, "wrong").status == "invalid"
    throttled = claim(shop, now, made.token)
    assert (throttled.status, throttled.again_at) == ("throttled", now + WINDOW)
    assert claim(shop, now, made.token, "u2").status == "joined"


def test_guessing_is_forgiven_after_its_window(shop: Database, now: datetime) -> None:
    made = invite(shop, now, name="张三")
    for _ in range(FAILURES_OF_ONE):
        claim(shop, now, "wrong")
    assert claim(shop, now + WINDOW, made.token).status == "joined"


def test_guesses_of_everybody_together_are_throttled(
    shop: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.people.joining.FAILURES_OF_ALL", 6)
    for number in range(6):
        assert claim(shop, now, "wrong", f"g{number}").status == "invalid"
    assert claim(shop, now, "wrong", "g99").status == "throttled"


def test_no_usable_token_is_in_the_database(shop: Database, now: datetime) -> None:
    made = invite(shop, now, name="张三")
    claim(shop, now, made.token)
    for table in (invites, members, persons, identities, audit):
        assert made.token not in str(rows(shop, table))


def test_a_person_at_two_dealers_is_one_person_who_acts_for_the_newer(shop: Database, now: datetime) -> None:
    first = claim(shop, now, invite(shop, now, name="李老板").token)
    second = claim(shop, now, invite(shop, now, dealer_id=2, name="李老板").token)
    assert second.person_id == first.person_id
    [person] = rows(shop, persons)
    assert person.subject == f"m:{second.member_id}"
    mine = shop.lane.run(lambda connection: memberships(at(connection, now), person.id))
    assert [member.dealer_id for member in mine] == [1, 2]


def test_somebody_already_in_leaves_a_second_invite_open(shop: Database, now: datetime) -> None:
    claim(shop, now, invite(shop, now, name="李老板").token)
    other = invite(shop, now, name="小王")
    assert claim(shop, now, other.token).status == "already"
    assert claim(shop, now, other.token, "u2").status == "joined"


def test_a_second_channel_is_bound_from_the_first(shop: Database, now: datetime) -> None:
    joined = claim(shop, now, invite(shop, now, name="李老板").token)
    actor = Actor(subject=joined.subject, side="dealer", role="buyer", name="李老板",
                  person_id=joined.person_id, member_id=joined.member_id, dealer_id=1, zone=ZONE)  # fmt: skip
    link = shop.lane.run(lambda connection: issue_channel_link(at(connection, now, 1), actor))
    assert claim(shop, now, link.token, "web1").status == "bound"
    bound = shop.lane.run(lambda connection: bindings(at(connection, now), joined.person_id))
    assert len(bound) == 2
    assert claim(shop, now, link.token, "web2").status == "invalid"


def test_an_unbound_account_comes_back_as_somebody_new(shop: Database, now: datetime) -> None:
    joined = claim(shop, now, invite(shop, now, name="李老板").token)
    [bound] = shop.lane.run(lambda connection: bindings(at(connection, now), joined.person_id))
    shop.lane.run(lambda connection: revoke_identity(at(connection, now, 1), SALES, identity_id=bound.id))
    again = claim(shop, now, invite(shop, now, dealer_id=2, name="新人").token)
    assert again.status == "joined"
    assert again.person_id != joined.person_id


def test_revoking_a_member_ends_it_at_once(shop: Database, now: datetime) -> None:
    joined = claim(shop, now, invite(shop, now, name="李老板").token)

    def revoke(connection: Connection) -> list[str]:
        session = at(connection, now, 1)
        revoke_member(session, SALES, member_id=joined.member_id or 0)
        return [fact.kind for fact in session.facts]

    assert shop.lane.run(revoke) == ["people.revoked"]
    assert rows(shop, persons)[0].subject is None


def test_the_first_administrator_comes_from_an_empty_database(database: Database, now: datetime) -> None:
    made = database.lane.run(
        lambda connection: issue_staff_invite(at(connection, now), LOADER, role="admin", name="陈")
    )
    joined = claim(database, now, made.token)
    assert (joined.status, joined.subject) == ("joined", f"s:{made.staff_id}")
    found = database.lane.run(lambda connection: staff_for(at(connection, now), "admin", "华东"))
    assert [person.name for person in found] == ["陈"]


def test_sales_may_not_invite_staff(database: Database, now: datetime) -> None:
    with pytest.raises(NotAllowedError):
        database.lane.run(lambda connection: issue_staff_invite(at(connection, now), SALES, role="admin"))


def test_joining_is_audited_and_reported(shop: Database, now: datetime) -> None:
    made = invite(shop, now, name="李老板")

    def run(connection: Connection) -> list[tuple[str, int | None, object]]:
        session = at(connection, now)
        claim_invite(session, token=made.token, identity=who("u1"), name="L", locale="en")
        return [(fact.kind, fact.dealer_id, fact.data["issued_by"]) for fact in session.facts]

    assert shop.lane.run(run) == [("people.joined", 1, "system:cli")]
    assert [row.action for row in rows(shop, audit)] == ["people.invited", "people.joined"]
