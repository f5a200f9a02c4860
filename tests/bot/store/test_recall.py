"""The head of a turn: who it is, where the conversation was, and whether the message was answered before."""

from datetime import datetime

import pytest
from sqlalchemy import insert

from bot.dialog.messages import Inbound
from bot.store.inbox import keep_reply
from bot.store.recall import keep_state, recall
from core.db.scope import SystemScope
from core.db.session import Session
from core.dealers.models import dealers
from core.people.models import identities, members, persons
from tests.databases import Database


def message(now: datetime, key: str = "1", sender: str = "77") -> Inbound:
    return Inbound(channel="telegram", account="42", message_id=key, sender=sender, chat=sender, at=now)


@pytest.fixture
def member(database: Database, now: datetime) -> int:
    def seed(connection: object) -> int:
        dealer = connection.execute(
            insert(dealers).returning(dealers.c.id),
            {"code": "north", "name": "North", "region": "N", "level": "A", "created_at": now},
        ).scalar_one()
        person = connection.execute(
            insert(persons).returning(persons.c.id), {"name": "Li", "locale": "zh-Hans", "created_at": now}
        ).scalar_one()
        row = {"dealer_id": dealer, "person_id": person, "name": "Li", "role": "owner", "state": "active"}
        member = (
            connection.execution_options(scope="system")
            .execute(insert(members).returning(members.c.id), {**row, "created_at": now})
            .scalar_one()
        )
        connection.execute(persons.update().values(subject=f"m:{member}"))
        identity = {
            "channel": "telegram",
            "account": "42",
            "external_id": "77",
            "chat": "77",
            "person_id": person,
        }
        connection.execute(insert(identities), {**identity, "bound_at": now, "last_seen_at": now})
        return member

    return database.lane.run(seed)


def recalled(database: Database, inbound: Inbound, now: datetime) -> object:
    return database.lane.run(
        lambda connection: recall(Session(connection, SystemScope("test"), now), inbound)
    )


def test_a_stranger_is_remembered_without_being_anybody(database: Database, now: datetime) -> None:
    found = recalled(database, message(now), now)
    assert found.subject == "x:telegram:42:77"
    assert found.person_id is None
    assert not found.active


def test_a_member_is_known_with_dealer_role_and_conversation(
    database: Database, now: datetime, member: int
) -> None:
    found = recalled(database, message(now), now)
    assert (found.subject, found.role, found.dealer_name, found.active) == (
        f"m:{member}",
        "owner",
        "North",
        True,
    )
    again = recalled(database, message(now, "2"), now)
    assert again.conversation_id == found.conversation_id


def test_an_answered_message_comes_back_with_its_reply(
    database: Database, now: datetime, member: int
) -> None:
    def answer(connection: object) -> None:
        keep_reply(
            Session(connection, SystemScope("test"), now), message(now), f"m:{member}", [{"key": "hello"}]
        )

    database.lane.run(answer)
    assert recalled(database, message(now), now).reply == [{"key": "hello"}]
    assert recalled(database, message(now, "2"), now).reply is None


def test_state_is_kept_only_by_who_read_it_last(database: Database, now: datetime, member: int) -> None:
    found = recalled(database, message(now), now)

    def keep(connection: object) -> bool:
        return keep_state(Session(connection, SystemScope("test"), now), found, {"a": 1})

    assert database.lane.run(keep)
    assert not database.lane.run(keep)
    assert recalled(database, message(now), now).state == {"a": 1}
