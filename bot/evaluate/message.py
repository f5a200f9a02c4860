"""A single message: what it was understood as, and what the pure reducer makes of the draft before it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from time import process_time
from typing import Any

from bot.dialog.draft import Edited, edit
from bot.dialog.packs import line_of
from bot.dialog.sheet import Sheet
from bot.evaluate.world import World
from bot.understand.context import Context, DraftLine
from bot.understand.types import (
    Add,
    Answer,
    Ask,
    CancelOrder,
    Change,
    Claim,
    Clear,
    Deliver,
    Intent,
    Item,
    Move,
    Problem,
    Received,
    Remove,
    Repeat,
    Replace,
    Return,
    Stop,
    Topic,
    Understanding,
)
from bot.understand.understand import understand

_EDITS = (Add, Change, Remove, Replace, Clear, Answer)
_UNIT_OPEN = (Problem.UNIT_UNKNOWN, Problem.UNIT_AMBIGUOUS, Problem.NOT_WHOLE)

Row = dict[str, Any]


def predict_message(world: World, text: str, cart: Sequence[Mapping[str, Any]], now: datetime) -> Row:
    """The prediction of one message read against a draft."""
    lines = tuple(_line(world, line) for line in cart)
    started = process_time()
    meant = understand(text, Context(now=now, draft=lines), world.index)
    sheet = _sheet(world, lines, meant.moves)
    spent = (process_time() - started) * 1000
    return {
        "intent": meant.intent.value if meant.intent else None,
        **_structure(meant, sheet),
        "ms": round(spent, 3),
    }


def _line(world: World, line: Mapping[str, Any]) -> DraftLine:
    product = world.index.entries[line["sku"]].product
    unit = str(line.get("unit") or product.default_unit)
    return line_of(product, int(line["base_qty"]), unit)


def _sheet(world: World, lines: tuple[DraftLine, ...], moves: Iterable[Move]) -> Sheet:
    sheet = Sheet(lines=lines)
    for move in moves:
        if isinstance(move, Stop) and move.what == "draft":
            sheet = Sheet()
        elif isinstance(move, _EDITS):
            sheet = edit(sheet, _as_edit(move), lambda sku: world.index.entries[sku].product).sheet
    return sheet


def _as_edit(move: Any) -> Edited:
    edited: Edited = move
    return edited


def _structure(meant: Understanding, sheet: Sheet) -> Row:
    row: Row = {}
    for move in meant.moves:
        match move:
            case Add() | Return():
                row.setdefault("lines", []).extend(item_row(item) for item in move.items)
                _refs(row, getattr(move, "refs", ()))
            case Deliver(day=day) if day is not None:
                row["deliver"] = day.isoformat()
            case Ask():
                _asked(row, move)
            case CancelOrder() | Received():
                _refs(row, move.refs)
                _day(row, getattr(move, "day", None))
            case Repeat():
                _repeat(row, move)
            case Claim():
                row["claim"] = _claim(move)
    if meant.intent is Intent.ORDER_MODIFY:
        row.pop("lines", None)
        row["cart"] = [{"sku": line.sku, "base_qty": line.base_qty} for line in sheet.lines]
    return row


def item_row(item: Item) -> Row:
    """One product mention as a prediction: a line, an open question, or an unknown name."""
    qty = None if item.qty is None else float(item.qty)
    if item.resolved:
        return {"sku": item.candidates[0], "qty": qty, "unit": item.unit, "base_qty": item.base_qty}
    unit = None if item.problem in _UNIT_OPEN else item.unit
    if item.candidates:
        return {"ambiguous": list(item.candidates), "qty": qty, "unit": unit}
    return {"unknown": item.text, "qty": qty, "unit": unit}


def _asked(row: Row, move: Ask) -> None:
    if move.topic in (Topic.STOCK, Topic.PRICE):
        named = [sku for item in move.items for sku in item.candidates]
        row["skus"] = sorted({*row.get("skus", ()), *named})
    _refs(row, move.refs)
    _day(row, move.day)
    if move.open_only:
        row["filter"] = "open"
    if move.topic in (Topic.REBATE, Topic.REBATE_WHY, Topic.TARGET):
        row["period"] = move.period


def _day(row: Row, day: date | None) -> None:
    if day is not None:
        row["order_date"] = day.isoformat()


def _refs(row: Row, refs: Sequence[str]) -> None:
    named = [ref if ref == "last" else ref[-4:] for ref in refs]
    if named:
        row["order_ref"] = named[0] if len(named) == 1 else named


def _repeat(row: Row, move: Repeat) -> None:
    if move.day is not None:
        row["order_date"] = move.day.isoformat()
    else:
        _refs(row, (move.ref,))
    for name, items in (("override", move.override), ("add", move.add)):
        if items:
            row[name] = [item_row(item) for item in items]
    if move.remove:
        row["remove"] = list(move.remove)


def _claim(move: Claim) -> Row:
    claim: Row = {
        "amount": None if move.amount is None else float(move.amount),
        "category": move.category,
        "date": move.day.isoformat() if move.day else None,
    }
    if move.period:
        claim["period"] = move.period
    return claim
