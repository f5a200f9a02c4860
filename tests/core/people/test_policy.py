"""Whatever is not in the table is denied, and every entrance asks for something that is in it.

Seen to fail: an action misspelt in a verb is named with its file.
"""

import ast
import inspect
from dataclasses import replace
from pathlib import Path

import pytest

from bot.dialog.commands import Verb
from bot.dialog.routes import routes
from core.kit.errors import NotAllowedError
from core.people.actor import Actor
from core.people.policy import ACTIONS, POLICY, may, require
from tests.core.shop import ZONE

ROOT = Path(__file__).parents[3]
NOBODY = Actor(subject="x", side="dealer", role="guest", name="", zone=ZONE)


def asked() -> dict[str, str]:
    """Every action the product asks the policy about, and where."""
    found = {}
    for folder in ("bot", "core", "notifications"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                words = [word.value for word in node.args if isinstance(word, ast.Constant)]
                if name in ("require", "may") and words and isinstance(words[-1], str):
                    found[words[-1]] = path.name
    return found


def test_every_action_asked_about_is_in_the_table() -> None:
    commands = {verb.policy for verb in verbs()}
    assert {action: where for action, where in asked().items() if action not in ACTIONS} == {}
    assert commands <= ACTIONS


def verbs() -> list[Verb]:
    """Every command of staff, as its buttons hold it."""
    held = (
        inspect.getclosurevars(handler).nonlocals.get("verb") for handler in routes("staff").choices.values()
    )
    return [verb for verb in held if isinstance(verb, Verb)]


def test_a_command_without_a_policy_does_not_start() -> None:
    for policy in ("", "orders.shp"):
        with pytest.raises(ValueError, match="no policy"):
            Verb(name="giving", policy=policy, run=lambda _turn, _values: ())


def test_every_command_of_staff_names_an_action() -> None:
    assert len(verbs()) > 50
    assert [verb.name for verb in verbs() if verb.policy not in ACTIONS] == []


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_a_role_nobody_gave_anything_may_do_nothing(action: str) -> None:
    for side in ("dealer", "staff", "system", ""):
        stranger = replace(NOBODY, side=side)
        assert not may(stranger, action)
        with pytest.raises(NotAllowedError):
            require(stranger, action)


def test_an_action_nobody_wrote_down_is_nobodys() -> None:
    for side, role in POLICY:
        assert not may(replace(NOBODY, side=side, role=role), "orders.give_away")


def test_dealers_do_nothing_of_the_staffs() -> None:
    brand = {
        "approve",
        "ship",
        "adjust",
        "set",
        "settle",
        "put",
        "decide",
        "plan",
        "receive",
        "set_limit",
        "record",
    }
    for (side, role), allowed in POLICY.items():
        if side == "dealer":
            assert [action for action in allowed if action.partition(".")[2] in brand] == [], role
