"""Ordering again: an earlier order or the usual one as new draft lines, re-priced, with what is said to differ."""

from collections.abc import Sequence
from decimal import Decimal

from bot.dialog.api import Says, Turn, capped, choice, say
from bot.dialog.messages import Choice, Say
from bot.flows.orders import edit
from bot.understand.types import (
    Add,
    Change,
    Item,
    Move,
    Op,
    Remove,
    Repeat,
    Target,
    TargetKind,
)
from core.orders import drafts
from core.orders.errors import OrderNotFoundError
from core.orders.queries import orders_on
from core.orders.repeat import Repeat as Again
from core.orders.repeat import repeat_of, usual_lines
from core.orders.views import OrderSummary


def repeat(turn: Turn, moves: Sequence[Repeat]) -> Says:
    """The last order, the one named, the one of a day, or the usual one."""
    move = moves[0]
    if move.usual:
        usual = usual_lines(turn.session)
        if not usual:
            return (say("orders.no_usual"),)
        return (say("orders.usual"), *edit.work(turn, [*_lines(turn, usual), *_differences(move)]))
    if move.day is not None:
        found = orders_on(turn.session, first=move.day)
        if not found:
            return (say("orders.none_that_day", day=move.day),)
        if len(found) > 1:
            choices = tuple(_choice(turn, each) for each in found)
            return (Say(key="orders.which_again", choices=choices),)
        return _again(turn, repeat_of(turn.session, turn.actor, found[0].number), move)
    if move.ref == "last":
        return _last_again(turn, move)
    return _again(turn, repeat_of(turn.session, turn.actor, move.ref), move)


def _last_again(turn: Turn, move: Repeat) -> Says:
    try:
        found = repeat_of(turn.session, turn.actor)
    except OrderNotFoundError:
        return (say("orders.none_yet"),)
    return _again(turn, found, move)


def _choice(turn: Turn, order: OrderSummary) -> Choice:
    if not turn.private:
        return choice("dialog.plain", "again", order.number, text=order.number)
    total = turn.money(order.total)
    return choice("orders.again_choice", "again", order.number, number=order.number, total=total)


def again(turn: Turn, arg: str) -> Says:
    """This order again, by its button; without a number the last one."""
    if not arg:
        return _last_again(turn, Repeat())
    return _again(turn, repeat_of(turn.session, turn.actor, arg), Repeat())


def _again(turn: Turn, found: Again, move: Repeat) -> Says:
    if not found.lines:
        return (say("orders.all_gone", number=found.number),)
    notes = [say("orders.no_longer", product=turn.name(sku)) for sku in found.gone]
    if turn.private:
        notes += [
            say(
                "orders.price_now",
                product=turn.name(each.sku),
                was=turn.money(each.then_total),
                now=turn.money(each.now_total),
            )
            for each in found.changes
            if each.now_total and each.now_total != each.then_total
        ]
    head = Say(key="orders.again", params={"number": found.number}, lines=capped(notes))
    return (head, *edit.work(turn, [*_lines(turn, found.lines), *_differences(move)]))


def _lines(turn: Turn, lines: Sequence[drafts.DraftLine]) -> list[Move]:
    """Earlier lines as goods to be added; what has left the catalogue was named already."""
    items = tuple(
        Item(
            text=line.sku,
            candidates=(line.sku,),
            qty=Decimal(line.qty),
            unit=line.unit,
            base_qty=line.base_qty,
        )
        for line in lines
        if line.sku in turn.index.entries
    )
    return [Add(items=items)]


def _differences(move: Repeat) -> list[Move]:
    changes: list[Move] = [
        Change(target=_of(*item.candidates, text=item.text), op=Op.SET, qty=item.qty, unit=item.unit)
        if item.candidates
        else Add(items=(item,))
        for item in move.override
    ]
    if move.add:
        changes.append(Add(items=move.add))
    return [*changes, *(Remove(target=_of(sku)) for sku in move.remove)]


def _of(*skus: str, text: str = "") -> Target:
    return Target(kind=TargetKind.SKUS, skus=skus, text=text)
