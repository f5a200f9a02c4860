"""Dealers and addresses come in by their keys, change only where something differs, and are found within a region."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.db.scope import StaffScope, SystemScope
from core.db.session import Session
from core.dealers.queries import addresses_of, dealer_by_code, find_dealers
from core.dealers.service import put_addresses, put_dealers
from core.kit.errors import NotFoundError
from core.people.actor import Actor
from tests.databases import Database

LOADER = Actor(subject="system:import", side="system", role="import", name="", zone=ZoneInfo("Asia/Shanghai"))
NORTH = {"code": "N1", "name": "城北百货", "region": "华东", "level": "A"}
SOUTH = {"code": "S1", "name": "城南_粮油", "region": "华南", "level": "B"}


def run(
    database: Database, now: datetime, verb: Any, *given: Any, scope: Any = None, dealer: int | None = None
) -> Any:
    scope = scope or SystemScope("test", dealer)
    return database.lane.run(lambda connection: verb(Session(connection, scope, now), *given))


def put(database: Database, now: datetime, *rows: dict[str, Any]) -> list[str]:
    return [outcome.done for outcome in run(database, now, put_dealers, LOADER, rows)]


def test_a_dealer_is_created_once_and_then_only_changed(database: Database, now: datetime) -> None:
    assert put(database, now, NORTH, SOUTH) == ["created", "created"]
    assert put(database, now, NORTH, {**SOUTH, "level": "A"}) == ["unchanged", "updated"]
    assert run(database, now, dealer_by_code, "S1").level == "A"


def test_what_a_row_leaves_out_stays(database: Database, now: datetime) -> None:
    put(database, now, NORTH)
    assert put(database, now, {**NORTH, "region": None, "level": None}) == ["unchanged"]
    assert run(database, now, dealer_by_code, "N1").region == "华东"


def test_dealers_are_found_by_code_or_words_within_the_region(database: Database, now: datetime) -> None:
    put(database, now, NORTH, SOUTH)
    found = run(database, now, find_dealers, "城")
    assert [dealer.code for dealer in found] == ["N1", "S1"]
    assert [dealer.code for dealer in run(database, now, find_dealers, "n1")] == ["N1"]
    east = StaffScope("华东")
    assert [dealer.code for dealer in run(database, now, find_dealers, "城", scope=east)] == ["N1"]
    with pytest.raises(NotFoundError):
        run(database, now, dealer_by_code, "S1", scope=east)


def test_a_wildcard_in_the_words_is_only_a_character(database: Database, now: datetime) -> None:
    put(database, now, NORTH, SOUTH)
    assert run(database, now, find_dealers, "%") == ()
    assert [dealer.code for dealer in run(database, now, find_dealers, "_")] == ["S1"]


def test_a_dealers_first_address_is_its_default_until_another_says_so(
    database: Database, now: datetime
) -> None:
    put(database, now, NORTH)
    dealer = run(database, now, dealer_by_code, "N1").id
    rows = [
        {"dealer_id": dealer, "name": "老仓", "address": "一路1号"},
        {"dealer_id": dealer, "name": "新仓", "address": "二路2号"},
    ]
    assert run(database, now, put_addresses, LOADER, rows) == ["created"] * 2
    assert [(a.name, a.is_default) for a in run(database, now, addresses_of, dealer=dealer)] == [
        ("老仓", True),
        ("新仓", False),
    ]
    run(database, now, put_addresses, LOADER, [{**rows[1], "is_default": True}])
    assert [(a.name, a.is_default) for a in run(database, now, addresses_of, dealer=dealer)] == [
        ("新仓", True),
        ("老仓", False),
    ]
    again = run(database, now, put_addresses, LOADER, [{**rows[1], "is_default": True}])
    assert again == ["unchanged"]
