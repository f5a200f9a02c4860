"""A conversation survives its JSON, old JSON included."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from bot.dialog import state as states
from bot.dialog.state import Dialogue, Heard, Offer, Pending, Place, Snapshot
from bot.understand.context import Asking, ClaimForm, DraftLine, Question
from core.orders.quote import Shown, ShownLine

LINE = DraftLine(sku="A", base_qty=18, unit="箱", qty=Decimal("1.5"))
FULL = Dialogue(
    questions=(Question(asking=Asking.PRODUCT, candidates=("A", "B"), qty=Decimal("1.50"), unit="箱"),),
    undo=(Snapshot(lines=(LINE,), deliver=date(2026, 3, 12)),),
    redo=(Snapshot(),),
    last_skus=("A",),
    last_order="0310-0001",
    asking=Pending(about="again", arg="A 3箱"),
    fresh=True,
    shown=Shown(version=4, lines=(ShownLine(sku="A", base_qty=18, total=900),), total=900),
    offers=(Offer(action="confirm", arg="4"),),
    serial=9,
    claim=ClaimForm(amount=Decimal("12.30"), day=date(2026, 3, 1), category="venue"),
    claim_on_top=True,
    heard=Heard(text="A 3箱", at=datetime(2026, 3, 10, 1, tzinfo=UTC), version=4),
    ship_to=Place(id=None, name="城南仓"),
    with_person=True,
    misses=1,
    revision=7,
)


def test_what_is_dumped_is_loaded_again() -> None:
    assert Dialogue.load(json.loads(json.dumps(FULL.dump()))) == FULL


def test_an_empty_row_is_a_new_conversation() -> None:
    assert Dialogue.load(None) == Dialogue.load({}) == Dialogue()


def test_json_of_an_older_version_is_brought_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def from_zero(raw: dict[str, Any]) -> dict[str, Any]:
        return {**raw, "last_skus": raw["products"]}

    monkeypatch.setattr(states, "_MIGRATIONS", MappingProxyType({0: from_zero}))
    assert Dialogue.load({"version": 0, "products": ["A"]}) == Dialogue(last_skus=("A",))


def test_json_that_cannot_be_read_starts_afresh_but_keeps_the_person() -> None:
    assert Dialogue.load({"version": 99, "with_person": True, "questions": "?"}) == Dialogue(with_person=True)
    assert Dialogue.load({**FULL.dump(), "questions": [{"asking": "nonsense"}]}) == Dialogue(with_person=True)


def test_undo_and_redo_are_each_others_opposite() -> None:
    state, first, second = Dialogue(), Snapshot(), Snapshot(lines=(LINE,))
    state.remember(first)
    assert state.step_back(second) == first
    assert state.step_back(first) is None
    assert state.step_forward(first) == second
    assert state.undo == (first,)
    assert state.redo == ()


def test_a_change_forgets_what_was_undone() -> None:
    state = Dialogue()
    state.remember(Snapshot())
    state.step_back(Snapshot(lines=(LINE,)))
    state.remember(Snapshot())
    assert state.step_forward(Snapshot()) is None


def test_undo_goes_back_a_bounded_way() -> None:
    state = Dialogue()
    for _ in range(100):
        state.remember(Snapshot())
    assert len(state.undo) == states.UNDO_KEPT


def test_what_was_shown_can_be_forgotten() -> None:
    state = Dialogue.load(FULL.dump())
    state.forget_shown()
    assert (state.shown, state.offers) == (None, ())
