"""Why it costs what it costs: price times quantity for each line, and where the price comes from."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bot.dialog.api import Says, Turn, capped, quantity, say
from bot.dialog.messages import Param, Say
from bot.understand.types import Ask
from core.orders.queries import last_order, order_by_reference
from core.orders.quote import QuoteLine, quote
from core.orders.views import OrderLineView


def why(turn: Turn, moves: Sequence[Ask]) -> Says:
    """The lines behind the total of the draft, or of the last order where the draft is empty."""
    if not turn.private:
        return (say("dialog.group.private"),)
    wanted = {sku for move in moves for item in move.items for sku in item.candidates}
    lines: Sequence[QuoteLine | OrderLineView] = ()
    if turn.draft is not None and turn.lines:
        lines = quote(turn.session, turn.actor, turn.draft.lines).lines
    elif (order := last_order(turn.session)) is not None:
        lines = order.lines
    return _sum(turn, [line for line in lines if line.sku in wanted] or lines)


def of_order(turn: Turn, number: str) -> Says:
    """The same for the order that was just spoken of."""
    if not turn.private:
        return (say("dialog.group.private"),)
    turn.explain("order-why", number)
    return _sum(turn, order_by_reference(turn.session, number).lines)


def _sum(turn: Turn, chosen: Sequence[QuoteLine | OrderLineView]) -> Says:
    if not chosen:
        return (say("orders.why_nothing"),)
    total = sum(line.total for line in chosen)
    says = [each for line in chosen for each in _line(turn, line)]
    return (Say(key="", lines=capped(says)), say("orders.total", total=turn.money(total)))


def _line(turn: Turn, line: QuoteLine | OrderLineView) -> Says:
    product = turn.name(line.sku)
    if not line.price:
        return (say("orders.problem.no_price", product=product),)
    figures: dict[str, Param] = {
        "product": product,
        "price": turn.money(line.price),
        "total": turn.money(line.total),
    }
    packs = Decimal(line.base_qty) / line.price_factor
    if packs == round(packs, 3):
        arithmetic = say("orders.why_line", **figures, qty=quantity(packs, line.price_unit))
    else:  # price of a pack, by what is in it, times the pieces
        pieces = quantity(str(line.base_qty), line.base_unit)
        arithmetic = say("orders.why_pieces", **figures, factor=line.price_factor, pieces=pieces)
    return (arithmetic, _source(line.price_source))


def _source(source: str) -> Say:
    """A source such as "dealer:2026-01-01", "level:B:2026-01-01" or "all:2026-01-01"."""
    kind, *rest = source.split(":")
    since = date.fromisoformat(rest[-1])
    if kind == "level":
        return say("orders.price_of.level", level=rest[0], since=since)
    return say(f"orders.price_of.{kind}", since=since)
