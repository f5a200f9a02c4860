"""Ordering again: an earlier order or the usual one as new draft lines, re-priced, with what is said to differ."""

from collections.abc import Callable, Sequence
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

Fill = Callable[[Turn, Repeat, Sequence[Move]], Says]
"""What becomes of the earlier goods and what is said to differ."""


def repeat(turn: Turn, moves: Sequence[Repeat]) -> Says:
    """The last order, the one named, the one of a day, or the usual one; into a draft that holds goods only once asked how."""
    return _repeat(turn, moves[0], fill=_ask_how if turn.lines else _added)


def instead(turn: Turn, _arg: str) -> Says:
    """The earlier goods in the place of what is in the draft; the day and the address stay."""
    return _held(turn, _put_instead)


def beside(turn: Turn, _arg: str) -> Says:
    """The earlier goods on top of what is in the draft."""
    return _held(turn, _added)


def _held(turn: Turn, fill: Fill) -> Says:
    open_now = any(offer.action == "again-instead" for offer in turn.state.offers)
    move, turn.state.again = turn.state.again if open_now else None, None
    return _repeat(turn, move, fill) if move else (say("dialog.choice.gone"),)


def _added(turn: Turn, _move: Repeat, moves: Sequence[Move]) -> Says:
    return edit.work(turn, moves)


def _put_instead(turn: Turn, _move: Repeat, moves: Sequence[Move]) -> Says:
    return edit.work(turn, [*(Remove(target=_of(line.sku)) for line in turn.lines), *moves])


def _ask_how(turn: Turn, move: Repeat, moves: Sequence[Move]) -> Says:
    """Nothing doubles by itself: what is in the draft goes, or the earlier goods are added to it."""
    turn.state.again = move
    count = sum(len(each.items) for each in moves if isinstance(each, Add))
    choices = (
        choice("orders.again_instead", "again-instead"),
        choice("orders.again_beside", "again-beside"),
        choice("orders.again_leave", "leave"),
    )
    return (Say(key="orders.again_how", params={"held": len(turn.lines), "count": count}, choices=choices),)


def _repeat(turn: Turn, move: Repeat, fill: Fill) -> Says:
    if move.usual:
        usual = usual_lines(turn.session)
        if not usual:
            return (say("orders.no_usual"),)
        return (say("orders.usual"), *fill(turn, move, [*_lines(turn, usual), *_differences(move)]))
    if move.day is not None:
        found = orders_on(turn.session, first=move.day)
        if not found:
            return (say("orders.none_that_day", day=move.day),)
        if len(found) > 1:
            choices = tuple(_choice(turn, each) for each in found)
            return (Say(key="orders.which_again", choices=choices),)
        return _again(turn, repeat_of(turn.session, turn.actor, found[0].number), move, fill)
    if move.ref == "last":
        return _last_again(turn, move, fill)
    return _again(turn, repeat_of(turn.session, turn.actor, move.ref), move, fill)


def _last_again(turn: Turn, move: Repeat, fill: Fill) -> Says:
    try:
        found = repeat_of(turn.session, turn.actor)
    except OrderNotFoundError:
        return (say("orders.none_yet"),)
    return _again(turn, found, move, fill)


def _choice(turn: Turn, order: OrderSummary) -> Choice:
    if not turn.private:
        return choice("dialog.plain", "again", order.number, text=order.number)
    total = turn.money(order.total)
    return choice("orders.again_choice", "again", order.number, number=order.number, total=total)


def again(turn: Turn, arg: str) -> Says:
    """This order again, by its button; without a number the last one."""
    return repeat(turn, [Repeat(ref=arg or "last")])


def _again(turn: Turn, found: Again, move: Repeat, fill: Fill) -> Says:
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
    return (head, *fill(turn, move, [*_lines(turn, found.lines), *_differences(move)]))


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
