"""Reading the rows, predicting each in its own world, writing the predictions.

Only `id, kind, text, input, turns[].user, context, reference` and `reference_date` of a row are read; what it expects is not.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from time import process_time
from typing import Any

from bot.evaluate.dialogue import predict_dialogue
from bot.evaluate.message import predict_message
from bot.evaluate.world import World, open_world
from bot.understand.dates import scan_dates
from bot.understand.money import scan_money
from bot.understand.normalise import normalise
from bot.understand.numerals import scan_numbers

OPENING = 9  # the clock of a row starts at nine in the morning

Row = dict[str, Any]


def evaluate(
    gold_path: Path, catalogue_path: Path, out_path: Path, *, advance: Callable[[], None] = lambda: None
) -> int:
    """Write a prediction for every row of `gold_path`; how many there were. advance: called after each row.

    Raises OSError or ValueError for files that cannot be read.
    """
    world = open_world(json.loads(catalogue_path.read_text(encoding="utf-8")))
    count = 0
    with world, out_path.open("w", encoding="utf-8") as out:
        for row in _rows(gold_path):
            out.write(json.dumps(predict(world, row), ensure_ascii=False) + "\n")
            count += 1
            advance()
    return count


def predict(world: World, row: Row) -> Row:
    """The prediction for one row, whatever its kind."""
    if "turns" in row:
        users = [str(turn["user"]) for turn in row["turns"]]
        return {"id": row["id"], **predict_dialogue(world, users, _clock(world, row))}
    if "text" in row:
        cart = (row.get("context") or {}).get("cart") or []
        return {"id": row["id"], **predict_message(world, str(row["text"]), cart, _clock(world, row))}
    started = process_time()
    values = _values(row["kind"], normalise(str(row["input"])).text, _clock(world, row))
    return {"id": row["id"], **values, "ms": _ms(started)}


def _values(kind: str, text: str, now: datetime) -> Row:
    if kind == "number":
        return {"values": [float(number.value) for number in scan_numbers(text)]}
    if kind == "money":
        return {"values": [float(amount.value) for amount in scan_money(text)]}
    if kind == "date":
        return {
            "resolved": [
                {"start": when.start.isoformat(), "end": when.end.isoformat()}
                if when.is_range
                else {"date": when.start.isoformat()}
                for when in scan_dates(text, now)
            ]
        }
    raise ValueError(f"unknown kind of row: {kind}")


def _clock(world: World, row: Row) -> datetime:
    """The local time of the row: its reference, or nine in the morning of its reference date."""
    if row.get("reference"):
        return datetime.fromisoformat(row["reference"]).replace(tzinfo=world.zone)
    day = datetime.fromisoformat(row.get("reference_date") or world.reference_date)
    return day.replace(hour=OPENING, tzinfo=world.zone)


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def _ms(started: float) -> float:
    return round((process_time() - started) * 1000, 3)
