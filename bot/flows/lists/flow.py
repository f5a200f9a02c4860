"""A list of goods sent as a file: its columns are told by their heads, remembered, or asked for; then it is heard like a pasted one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.dialog.api import Flow, Says, Turn, choice, say
from bot.dialog.messages import Kind, Say
from bot.dialog.state import ListInHand
from bot.store.columns import columns_for, forget_columns, keep_columns
from bot.store.media import Received, ask_for, is_list, received, take_in_hand
from bot.understand.listing import NEEDED, Goods, Heads, goods_of, heads_of
from bot.understand.understand import LIMIT
from core.orders.rules import MAX_LINES

MOST_COLUMNS = 9
"""Columns that are offered when one is asked for."""


def sent(turn: Turn) -> Says | None:
    """A file that is a list by its name is on its way; any other is not for this flow."""
    media = turn.inbound.media
    if media is None or turn.state.with_person or not is_list(media.name):
        return None
    file = ask_for(turn.session, turn.actor.subject, turn.inbound)
    take_in_hand(turn.session, turn.actor.subject, [file])
    return () if turn.inbound.text.strip() else (say("lists.coming"),)


def fetched(turn: Turn) -> Says | None:
    """It is here: read, or refused with the reason. What has no rows is not for this flow."""
    one = _file(turn, turn.inbound.text)
    if one is None:
        return None
    if one.state == "refused":
        return (say(f"lists.file.{one.cause}"),) if is_list(one.name) else None
    if not any(map(any, one.found.get("rows", ()))):
        return (say("lists.empty"), *_unread(one.found)) if is_list(one.name) else None
    claim = turn.state.claim
    if claim is not None and one.id in claim.files:
        turn.state.claim = replace(claim, files=tuple(each for each in claim.files if each != one.id))
    return _read(turn, ListInHand(file=one.id, columns={}), one.found)


def take_column(turn: Turn, arg: str) -> Says:
    """A column was told; with the last one the list is read, and the dealer's next of this kind reads itself."""
    listing = turn.state.listing
    one = _file(turn, listing.file) if listing else None
    if listing is None or one is None:
        return (say("dialog.choice.gone"),)
    key, _, rest = arg.partition(":")
    place, _, of = rest.partition(":")
    if of != listing.file[:8]:  # another list was sent since
        return (say("dialog.choice.gone"),)
    told = replace(listing, columns={**listing.columns, key: int(place)})
    rows = one.found["rows"]
    if all(needed in told.columns for needed in NEEDED) or not _missing(heads_of(rows), told):
        keep_columns(turn.session, heads_of(rows).cells, told.columns)
    return _read(turn, told, one.found)


def wrong_columns(turn: Turn) -> Says | None:
    """The columns of the last list were not these: forget them and ask again."""
    listing = turn.state.listing
    if listing is None or not _wrong().search(turn.inbound.text):
        return None
    one = _file(turn, listing.file)
    if one is None:
        return None
    rows = one.found["rows"]
    forget_columns(turn.session, heads_of(rows).cells)
    return (say("lists.again"), *_read(turn, ListInHand(file=one.id, columns={}, anew=True), one.found))


def _file(turn: Turn, file: str) -> Received | None:
    return next(iter(received(turn.session, turn.actor.subject, (file,))), None)


def _missing(heads: Heads, listing: ListInHand) -> tuple[str, ...]:
    known = listing.columns if listing.anew else {**heads.columns, **listing.columns}
    return tuple(key for key in NEEDED if key not in known and not (key == "name" and "sku" in known))


def _read(turn: Turn, listing: ListInHand, found: Mapping[str, Any]) -> Says:
    rows: Sequence[Sequence[str]] = found["rows"]
    unread = _unread(found)
    turn.state.listing = listing
    if all(len(row) == 1 for row in rows):
        return _heard(turn, "\n".join(row[0] for row in rows), unread)
    heads = heads_of(rows)
    if not listing.columns and not listing.anew:
        listing = replace(listing, columns=columns_for(turn.session, heads.cells))
    missing = _missing(heads, listing)
    if missing:
        return (_ask(turn, rows, heads, missing[0], listing),)
    columns = {**heads.columns, **listing.columns}
    goods = goods_of(rows, heads, columns)
    if not goods.taken:
        return (say("lists.nothing", name=_called(heads, columns.get("qty", 0))),)
    if goods.taken > MAX_LINES:
        return (say("lists.too_many", count=goods.taken, most=MAX_LINES),)
    return _heard(turn, goods.text, (_told(heads, columns, goods), *unread))


def _unread(found: Mapping[str, Any]) -> Says:
    names = tuple(say("lists.sheet", name=name) for name in found.get("unread", ()))
    return (say("lists.unread", names=names),) if names else ()


def _heard(turn: Turn, text: str, says: Says) -> Says:
    """The whole list is to be heard, or nothing of it."""
    if len(text) > LIMIT:
        return (say("lists.too_long"),)
    turn.listed = text
    return says


def _told(heads: Heads, columns: Mapping[str, int], goods: Goods) -> Say:
    blank = (say("lists.blank", count=len(goods.blank)),) if goods.blank else ()
    qty = _called(heads, columns["qty"])
    name = _called(heads, columns["name"] if "name" in columns else columns["sku"])
    return Say(key="lists.read", params={"count": goods.taken, "name": name, "qty": qty}, lines=blank)


def _ask(turn: Turn, rows: Sequence[Sequence[str]], heads: Heads, key: str, listing: ListInHand) -> Say:
    """Which column it is: those that could be, each with its head and the first thing that stands in it."""
    turn.state.listing = listing
    body = rows[0 if heads.place is None else heads.place + 1 :]
    known = {} if listing.anew else heads.columns
    taken = {*listing.columns.values(), *known.values()}
    choices = []
    for place in range(max(map(len, rows))):
        cells = [row[place] for row in body if place < len(row) and row[place]]
        figures = sum(bool(re.match(r"\d", cell)) for cell in cells)
        fits = figures * 2 >= len(cells) if key == "qty" else figures * 2 < len(cells)
        if cells and fits and place not in taken:
            label = {"head": _called(heads, place), "sample": cells[0][:20]}
            choices.append(
                choice("lists.column", "list-column", f"{key}:{place}:{listing.file[:8]}", **label)
            )
    if not choices:
        turn.state.listing = None
        return say(f"lists.no_{key}")
    return Say(key=f"lists.ask_{key}", choices=tuple(choices[:MOST_COLUMNS]))


def _called(heads: Heads, place: int) -> str:
    head = heads.cells[place].strip() if place < len(heads.cells) else ""
    letters = chr(ord("A") + place % 26)
    return head or (chr(ord("A") + place // 26 - 1) if place >= 26 else "") + letters


@cache
def _wrong() -> re.Pattern[str]:
    path = Path(__file__).with_name("columns.yaml")
    return re.compile("|".join(yaml.safe_load(path.read_text(encoding="utf-8"))["wrong"]))


FLOW = Flow(
    name="lists",
    kinds={Kind.FILE: sent, Kind.FETCHED: fetched},
    choices={"list-column": take_column},
    text=wrong_columns,
)
