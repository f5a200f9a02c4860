"""Order status: the last, by number or its last digits, by day, the open ones; late, original text, cancel, received."""

from collections.abc import Sequence
from datetime import date

from bot.dialog.api import Flow, Says, Turn, ask_yes_no, choice, say
from bot.dialog.messages import Choice, Say
from bot.flows.status import show
from bot.understand.types import Ask, CancelOrder, Received, Topic
from core.orders.cancel import cancel_order
from core.orders.errors import ReferenceAmbiguousError
from core.orders.queries import (
    last_order,
    open_orders,
    order_by_reference,
    orders_ending,
    orders_on,
    why_late,
)
from core.orders.receive import confirm_receipt
from core.orders.views import OrderSummary, OrderView

ON_THE_WAY = ("shipped", "partial")
NO_ORDERS = "status.no_orders"


def status(turn: Turn, moves: Sequence[Ask]) -> Says:
    """Where orders are."""
    move = moves[0]
    if move.day is not None and not _named(move.refs):
        return _of_days(turn, move.day, move.until)
    if move.open_only:
        return open_ones(turn)
    says = [each for ref in move.refs or ("last",) for each in _one(turn, ref)]
    return says or (say(NO_ORDERS),)


def _of_days(turn: Turn, first: date, last: date | None) -> Says:
    found = orders_on(turn.session, first=first, last=last, limit=8, whole_if_one=True)
    span = {"day": first, "until": last or first}
    head, none = (
        ("status.of_days", "status.none_those_days") if last else ("status.of_day", "status.none_that_day")
    )
    return _several(turn, found, say(head, **span, count=len(found)), "order") or (say(none, **span),)


def open_ones(turn: Turn, _arg: str = "") -> Says:
    """Orders that are not finished, newest first."""
    found = open_orders(turn.session, limit=8, whole_if_one=True)
    return _several(turn, found, say("status.open", count=len(found)), "order") or (say("status.none_open"),)


def one(turn: Turn, number: str) -> Says:
    """A button: this order."""
    return _seen(turn, order_by_reference(turn.session, number))


def _one(turn: Turn, ref: str) -> Says:
    if ref == "last":
        order = _last(turn)
        return _seen(turn, order) if order else ()
    try:
        return _seen(turn, order_by_reference(turn.session, ref))
    except ReferenceAmbiguousError:
        found = orders_ending(turn.session, ref)
        return _several(turn, found, say("status.which", ref=ref, count=len(found)), "order")


def _last(turn: Turn) -> OrderView | None:
    """The order last talked about, else the newest."""
    return last_order(turn.session)


def _seen(turn: Turn, order: OrderView) -> Says:
    turn.state.last_order = order.number
    turn.explain("order-why", order.number)
    return (show.order(turn, order),)


def _several(turn: Turn, found: Sequence[OrderSummary], head: Say, action: str) -> Says:
    if not found:
        return ()
    if len(found) == 1 and isinstance(found[0], OrderView):
        return _seen(turn, found[0])
    if len(found) == 1 and action == "order":
        return one(turn, found[0].number)
    choices = tuple(
        Choice(label=show.summary(turn, each), action=action, arg=each.number) for each in found[:8]
    )
    return (Say(key=head.key, params=head.params, choices=choices),)


def late(turn: Turn, moves: Sequence[Ask]) -> Says:
    """Why an order is not there yet."""
    order = _meant(turn, moves[0].refs)
    if order is None:
        return (say(NO_ORDERS),)
    turn.state.last_order = order.number
    return show.lateness(turn, why_late(turn.session, turn.actor, order.number))


def original(turn: Turn, moves: Sequence[Ask]) -> Says:
    """What was written and what was confirmed."""
    order = _meant(turn, moves[0].refs)
    if order is None:
        return (say(NO_ORDERS),)
    return show.original(turn, order)


def cancel(turn: Turn, moves: Sequence[CancelOrder]) -> Says:
    """Ask once more, naming the order; several open ones are offered."""
    refs = [ref for move in moves for ref in move.refs]
    if not refs:
        found = [each for each in open_orders(turn.session, limit=8) if each.delivery == "none"]
        if len(found) > 1:
            return _several(turn, found, say("status.cancel_which"), "cancel-ask")
    order = _meant(turn, refs)
    return _cancel_sure(turn, order) if order else (say(NO_ORDERS),)


def cancel_ask(turn: Turn, number: str) -> Says:
    """The one that was picked."""
    return _cancel_sure(turn, order_by_reference(turn.session, number))


def _cancel_sure(turn: Turn, order: OrderView) -> Says:
    """Are you sure, or why it can no longer be cancelled. Not in a group: what is decided about money is decided in private."""
    if not turn.private:
        return (say("dialog.group.private"),)
    turn.state.last_order = order.number
    if order.state == "cancelled":
        return (say("status.cancelled_before", number=order.number),)
    if not order.cancellable:
        return (say("orders.not_cancellable", number=order.number),)
    sure = say("status.cancel_sure", number=order.number, total=turn.money(order.total))
    return (ask_yes_no(turn, sure, "cancel-order", order.number),)


def cancel_now(turn: Turn, number: str) -> Says:
    """Cancel; stock and credit are free again."""
    done = cancel_order(turn.session, turn.actor, number=number)
    again = choice("status.again", "again", done.number)
    return (Say(key="status.done_cancelled", params={"number": done.number}, choices=(again,)),)


def received(turn: Turn, moves: Sequence[Received]) -> Says:
    """The goods arrived: of the order named, else of the only one on its way."""
    refs = [ref for move in moves for ref in move.refs]
    if _named(refs):
        return [
            each for ref in refs for each in received_now(turn, order_by_reference(turn.session, ref).number)
        ]
    coming = [each for each in open_orders(turn.session, limit=8) if each.delivery in ON_THE_WAY]
    if not coming:
        return (say("status.nothing_coming"),)
    if len(coming) > 1:
        return _several(turn, coming, say("status.received_which"), "received")
    return received_now(turn, coming[0].number)


def received_now(turn: Turn, number: str) -> Says:
    """A button or word: this order has arrived."""
    done = confirm_receipt(turn.session, turn.actor, number=number)
    turn.state.last_order = done.number
    if done.repeated:
        return (say("status.received_before", number=done.number),)
    return (
        say(
            "status.received" if done.delivery == "delivered" else "status.received_part", number=done.number
        ),
    )


def _named(refs: Sequence[str]) -> bool:
    return any(ref != "last" for ref in refs)


def _meant(turn: Turn, refs: Sequence[str]) -> OrderView | None:
    """The order named, else the one last talked about, else the newest."""
    named = [ref for ref in refs if ref != "last"]
    if named:
        return order_by_reference(turn.session, named[0])
    if turn.state.last_order and "last" not in refs:
        return order_by_reference(turn.session, turn.state.last_order)
    return last_order(turn.session)


FLOW = Flow(
    name="status",
    moves={CancelOrder: cancel, Received: received},
    topics={Topic.STATUS: status, Topic.LATE: late, Topic.ORIGINAL: original},
    choices={
        "order": one,
        "way-status": open_ones,
        "cancel-ask": cancel_ask,
        "cancel-order": cancel_now,
        "received": received_now,
    },
)
