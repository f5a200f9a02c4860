"""A dialogue: the real engine, turn by turn, one minute apart, in a world of its own."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from time import process_time
from typing import Any

from sqlalchemy import Connection

from bot.dialog.api import Turn
from bot.dialog.engine import step
from bot.dialog.messages import Inbound, Say
from bot.dialog.state import Dialogue
from bot.evaluate.world import World
from bot.understand.context import ClaimForm
from core.db.scope import DealerScope
from core.db.session import Session
from core.orders.drafts import draft_of
from core.orders.queries import order_by_reference

Row = dict[str, Any]
_MINUTE = timedelta(minutes=1)


def predict_dialogue(world: World, users: Sequence[str], start: datetime) -> Row:
    """The state after every turn."""
    world.refresh()
    saved: dict[str, Any] = {}
    turns, spent = [], 0.0
    for number, text in enumerate(users):
        now = (start + number * _MINUTE).astimezone(UTC)
        with world.engine.begin() as connection:
            row, saved, cost = _turn(world, connection, saved, text, now)
        turns.append(row)
        spent += cost
    return {"turns": turns, "ms": round(spent, 3)}


def _turn(
    world: World, connection: Connection, saved: dict[str, Any], text: str, now: datetime
) -> tuple[Row, dict[str, Any], float]:
    buyer = world.buyer
    assert buyer.dealer_id is not None
    assert buyer.member_id is not None
    session = Session(connection, DealerScope(buyer.dealer_id), now)
    inbound = Inbound(
        channel="eval", account="", message_id=now.isoformat(), sender="1", chat="1", at=now, text=text
    )
    turn = Turn(
        session=session,
        actor=buyer,
        inbound=inbound,
        state=Dialogue.load(saved),
        draft=draft_of(session, member_id=buyer.member_id),
        index=world.index,
    )
    deliver, claim, last = _day(turn), turn.state.claim, turn.state.last_order
    started = process_time()
    says = step(turn)
    spent = (process_time() - started) * 1000
    placed = turn.state.last_order if turn.state.last_order != last and _said(says, "orders.placed") else ""
    state = _state(turn, placed, deliver)
    if claim is not None and _said(says, "claims.handed"):
        state["claim"] = _claim(claim, "submitted")
    intent = turn.said.intent if turn.said else None
    return {"state": state, "intent": intent.value if intent else None}, turn.state.dump(), spent


def _state(turn: Turn, placed: str, deliver: str | None) -> Row:
    lines = None
    if placed:
        order = order_by_reference(turn.session, placed)
        lines = [{"sku": line.sku, "base_qty": line.base_qty} for line in order.lines]
        deliver = order.deliver_on.isoformat() if order.deliver_on else None
    return {
        "cart": [{"sku": line.sku, "base_qty": line.base_qty} for line in turn.lines],
        "pending": [
            {
                "candidates": list(question.candidates),
                "qty": None if question.qty is None else float(question.qty),
                "unit": question.unit,
            }
            for question in turn.state.questions
        ],
        "deliver": deliver if placed else _day(turn),
        "placed": lines,
        "claim": _claim(turn.state.claim, "draft") if turn.state.claim else None,
    }


def _day(turn: Turn) -> str | None:
    return turn.draft.deliver_on.isoformat() if turn.draft and turn.draft.deliver_on else None


def _claim(form: ClaimForm, status: str) -> Row:
    return {
        "amount": None if form.amount is None else float(form.amount),
        "date": form.day.isoformat() if form.day else None,
        "category": form.category,
        "status": status,
    }


def _said(says: Sequence[Say], key: str) -> bool:
    """Whether this was said, at any depth."""
    return any(say.key == key or _said(say.lines, key) for say in says)
