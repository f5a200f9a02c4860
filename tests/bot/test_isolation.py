"""Another dealer's things answer, in every way that can be seen, as things that do not exist.

The cases are made from the routes themselves: every button, sort of message, text, command and address. entrances.yaml says which of
them take a reference, and a control shows that with one's own they work; a new one is declared there or fails the build.
Seen to fail: `alert-seen` told members and other regions of any alert; see also the planted button below.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import bindparam, select

from bot.dialog import engine
from bot.dialog.api import Turn, say
from bot.dialog.commands import phrases
from bot.dialog.messages import Say
from bot.dialog.routes import Routes, routes
from bot.files.exporting import EXPORTS, export_rows
from core.db.scope import system
from core.orders.models import orders
from core.products.models import products
from tests.bot.flows.conftest import drinks
from tests.bot.rivals import Rival, settle, to_region
from tests.bot.walk import Walker, cases, differing, leaks, texts, verbs
from tests.databases import Database
from tests.world import World

MINE = Rival(555001, "260309-5551", "C260309-5551", "north", "own.", 1_234_567)
THEIRS = Rival(777001, "260309-7771", "C260309-7771", "south", "hid.", 8_765_431)
DECLARED = yaml.safe_load(Path(__file__).with_name("entrances.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def world(database: Database) -> World:
    return rivals(database)


def rivals(database: Database) -> World:
    world = drinks(database)
    colleague = world.shop.people["sales"].staff_id or 0
    product = world.shop.rows(select(products.c.id).where(products.c.sku == "T-100"))[0].id
    for rival in (MINE, THEIRS):
        world.shop.system(lambda session, rival=rival: settle(session, rival, product, colleague))
    admin = world.shop.people["admin"].staff_id or 0
    world.shop.system(lambda session: to_region(session, admin, MINE.region))
    return world


def walking(world: World, side: str) -> Walker:
    if side == "dealer":
        return Walker(world, MINE.number, f"m:{MINE.id}")
    return Walker(world, "admin", world.shop.people["admin"].subject)


@pytest.fixture
def owner(world: World) -> Iterator[Walker]:
    walker = walking(world, "dealer")
    yield walker
    walker.close()


@pytest.fixture
def admin_of_the_north(world: World) -> Iterator[Walker]:
    walker = walking(world, "staff")
    yield walker
    walker.close()


def undeclared(ways: Routes, side: str) -> list[str]:
    """Entrances nobody has said of whether they take a reference."""
    known = {*DECLARED[side]["takes"], *DECLARED[side]["plain"]}
    made = {f"{kind}-{verb}" for verb in {*phrases().values(), "nicknames"} for kind in ("do", "no", "fill")}
    return sorted({*ways.choices} - known - made)


@pytest.mark.parametrize("side", ["dealer", "staff"])
def test_every_entrance_is_declared(side: str) -> None:
    assert undeclared(routes(side), side) == []
    assert {*DECLARED[side]["takes"], *DECLARED[side]["plain"]} <= {*routes(side).choices}


def test_an_owner_learns_nothing_of_another_dealer(owner: Walker) -> None:
    assert leaks(owner, [*cases(routes("dealer")), *texts()], THEIRS) == []


def test_staff_of_a_region_learn_nothing_of_another(sqlite: Database) -> None:
    walker = walking(rivals(sqlite), "staff")
    assert leaks(walker, [*cases(routes("staff")), *verbs()], THEIRS) == []


def test_staff_of_a_region_reach_no_other_on_either_database(admin_of_the_north: Walker) -> None:
    taking = set(DECLARED["staff"]["takes"])
    chosen = [case for case in cases(routes("staff")) if case.entrance in taking]
    assert leaks(admin_of_the_north, chosen, THEIRS) == []


@pytest.mark.parametrize("side", ["dealer", "staff"])
def test_with_their_own_references_the_same_entrances_work(sqlite: Database, side: str) -> None:
    """Without this the walk might knock at walls."""
    walker = walking(rivals(sqlite), side)
    chosen = [case for case in cases(routes(side)) if case.entrance in routes(side).choices]
    working = {entrance for entrance, *_ in differing(walker, chosen, MINE)}
    made = {entrance for entrance in working if entrance.startswith(("do-", "no-", "fill-"))}
    assert working - made == set(DECLARED[side]["takes"])


def peek(turn: Turn, number: str) -> tuple[Say, ...]:
    """A button whose author forgot whose orders these are."""
    found = turn.session.connection.execute(
        system(select(orders.c.number).where(orders.c.number == bindparam("wanted"))), {"wanted": number}
    )
    return (say("status.none_open") if found.first() is None else say("status.no_orders"),)


def test_a_planted_button_is_undeclared_and_its_leak_is_found(
    owner: Walker, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = routes("dealer")
    planted = replace(real, choices={"peek": peek})
    monkeypatch.setattr(engine, "routes", lambda _side: planted)
    assert undeclared(planted, "dealer") == ["peek"]
    assert [found.split()[0] for found in leaks(owner, cases(planted), THEIRS)] == ["peek"]


@pytest.mark.parametrize("kind", sorted(EXPORTS))
def test_an_exports_rows_are_each_of_one_dealer(sqlite: Database, kind: str) -> None:
    """What names a dealer holds nothing of another; the operator alone may export."""
    world = rivals(sqlite)
    exported: list[dict[str, Any]] = world.shop.system(lambda session: export_rows(session, kind))
    whose = [str(row) for row in exported if "dealer" in row and THEIRS.number not in str(row["dealer"])]
    assert [row for row in whose if any(canary in row for canary in THEIRS.canaries)] == []
