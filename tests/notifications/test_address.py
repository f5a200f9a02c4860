"""Every fact the product reports is told to somebody or said to be quiet; a rule that fails stops nothing else."""

import ast
from datetime import datetime
from pathlib import Path

import pytest

from core.db.scope import SystemScope
from core.db.session import Session
from core.kit.say import Say
from notifications import address
from notifications.address import QUIET, RULES, address_facts
from notifications.outbox.write import write_facts
from tests.bot.flows.conftest import drinks
from tests.core.shop import ZONE
from tests.databases import Database
from tests.world import World

ROOT = Path(__file__).parents[2]


def reported() -> set[str]:
    """Every kind given to session.report in the source."""
    kinds = set()
    for folder in ("core", "bot", "notifications"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "report" and node.args:
                    kinds |= {
                        leaf.value
                        for leaf in ast.walk(node.args[0])
                        if isinstance(leaf, ast.Constant)
                        and isinstance(leaf.value, str)
                        and "." in leaf.value
                        and not leaf.value.endswith(".")  # the beginning of several
                    }
    return kinds


def test_every_kind_of_fact_has_a_rule_or_is_quiet() -> None:
    assert reported() - set(RULES) - QUIET == set()
    assert set(RULES) & QUIET == set()


@pytest.fixture
def world(sqlite: Database) -> World:
    return drinks(sqlite)


def test_a_failing_rule_loses_its_own_notices_and_is_told_to_the_administrators(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(session: Session, fact: object) -> list[object]:
        raise KeyError("gone")

    monkeypatch.setitem(address.RULES, "orders.placed", breaks)
    world.says("owner north", "可乐3箱")
    world.says("owner north", "1")
    assert world.notices("sales") == []
    assert any("KeyError" in notice for notice in world.notices("admin"))


def test_facts_are_addressed_once(world: World, now: datetime) -> None:
    def report(connection: object) -> None:
        session = Session(connection, SystemScope("test"), now)
        session.report("turns.dead", reference="A7F2K9", channel="web", cause="ValueError")
        write_facts(session, session.facts)

    def run(connection: object) -> int:
        return address_facts(Session(connection, SystemScope("test"), now), ZONE, "CNY")

    world.office.lane.run(report)
    assert world.office.lane.run(run) == 1
    assert world.office.lane.run(run) == 0


def test_every_notice_can_be_said_in_every_language(world: World) -> None:
    from bot.dialog.texts import LOCALES, all_texts

    keys = [key for key in all_texts().messages["zh-Hans"] if key.startswith("alerts.")]
    assert len(keys) > 40
    for locale in LOCALES:
        for key in keys:
            assert all_texts().text(locale, key)
    assert Say(key="alerts.approve")
