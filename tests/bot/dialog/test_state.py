"""A conversation survives its JSON, old JSON included."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from bot.dialog import state as states
from bot.dialog.state import Dialogue, Form, Heard, Offer, Snapshot, dump, load
from bot.understand.types import Asking, ClaimForm, DraftLine, Question

LINE = DraftLine(sku="A", base_qty=18, unit="箱", qty=Decimal("1.5"))
FULL = Dialogue(
    questions=(Question(asking=Asking.PRODUCT, candidates=("A", "B"), qty=Decimal("1.50"), unit="箱"),),
    undo=(Snapshot(lines=(LINE,), deliver=date(2026, 3, 12)),),
    redo=(Snapshot(),),
    last_skus=("A",),
    last_order="0310-0001",
    shown=4,
    offers=(Offer(action="confirm", arg="4"),),
    serial=9,
    claim=ClaimForm(amount=Decimal("12.30"), day=date(2026, 3, 1), category="venue"),
    claim_on_top=True,
    form=Form(flow="claims", slots={"amount": "12.30"}),
    heard=Heard(text="A 3箱", at=datetime(2026, 3, 10, 1, tzinfo=UTC), version=4),
    with_person=True,
    misses=1,
    revision=7,
    locale="en",
)


def test_what_is_dumped_is_loaded_again() -> None:
    assert load(json.loads(json.dumps(dump(FULL)))) == FULL


def test_an_empty_row_is_a_new_conversation() -> None:
    assert load(None) == load({}) == Dialogue()


def test_json_of_an_older_version_is_brought_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def from_zero(raw: dict[str, Any]) -> dict[str, Any]:
        return {**raw, "last_skus": raw["products"]}

    monkeypatch.setattr(states, "_MIGRATIONS", MappingProxyType({0: from_zero}))
    assert load({"version": 0, "products": ["A"]}) == Dialogue(last_skus=("A",))


def test_json_that_cannot_be_read_starts_afresh_but_keeps_the_person() -> None:
    assert load({"version": 99, "with_person": True, "questions": "?"}) == Dialogue(with_person=True)
    assert load({**dump(FULL), "questions": [{"asking": "nonsense"}]}) == Dialogue(with_person=True)


def test_undo_and_redo_are_each_others_opposite() -> None:
    first, second = Snapshot(), Snapshot(lines=(LINE,))
    changed = states.remember(Dialogue(), first)
    undone = states.step_back(changed, second)
    assert undone is not None
    assert undone[1] == first
    redone = states.step_forward(undone[0], first)
    assert redone is not None
    assert redone[1] == second
    assert redone[0] == changed


def test_a_change_forgets_what_was_undone() -> None:
    undone = states.step_back(states.remember(Dialogue(), Snapshot()), Snapshot(lines=(LINE,)))
    assert undone is not None
    assert states.step_forward(states.remember(undone[0], Snapshot()), Snapshot()) is None


def test_undo_goes_back_a_bounded_way() -> None:
    state = Dialogue()
    for _ in range(100):
        state = states.remember(state, Snapshot())
    assert len(state.undo) == states.UNDO_KEPT
