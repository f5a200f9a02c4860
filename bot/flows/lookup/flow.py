"""Looking things up: a dealer at a glance, an order, what is open."""

from datetime import date

from bot.dialog.api import Says, Turn, choice, quantity, say
from bot.dialog.commands import Values, Verb, staff_flow
from bot.dialog.messages import Param, Say
from bot.dialog.slots import Slot, SlotKind
from core.dealers.queries import at_dealer
from core.orders.queries import OrderSummary, OrderView, open_orders, order_by_reference, orders_on
from core.orders.staff import dealer_overview

ORDER = Slot("order", SlotKind.ORDER)
MOST = 10
"""Orders in one list."""


def dealer(turn: Turn, values: Values) -> Says:
    """Account, overdue, open and last orders of a dealer in the region."""
    seen = dealer_overview(turn.session, dealer=values["dealer"], zone=turn.actor.zone)
    account = seen.account
    lines = [
        say(
            "lookup.account",
            limit=turn.money(account.credit_limit),
            balance=turn.money(account.balance),
            exposure=turn.money(account.exposure),
            available=turn.money(account.available),
        )
    ]
    if account.overdue:
        lines.append(
            say(
                "lookup.overdue",
                amount=turn.money(account.overdue),
                days=account.oldest_overdue_days,
                number=account.oldest_overdue,
            )
        )
    lines += [_summary(turn, order) for order in seen.open_orders[:5]]
    choices = tuple(
        choice("dialog.plain", "order", each.number, text=each.number) for each in seen.open_orders[:3]
    )
    params = {
        "dealer": seen.name,
        "code": seen.code,
        "region": seen.region,
        "level": seen.level or "",
    }
    return (
        Say(
            key="lookup.dealer" if seen.level else "lookup.dealer_plain",
            params=params,
            lines=tuple(lines),
            choices=choices,
        ),
    )


def orders(turn: Turn, values: Values) -> Says:
    """Open orders of the region; all orders of the days that were named; of one dealer, if one was."""
    here = at_dealer(turn.session, values["dealer"]) if "dealer" in values else turn.session
    if "days" in values:
        first, last = map(date.fromisoformat, values["days"].split())
        found = orders_on(here, first=first, last=last, limit=MOST)
    else:
        found = open_orders(here, limit=MOST)
    if not found:
        return (say("lookup.none_then" if "days" in values else "lookup.none_open"),)
    choices = tuple(choice("dialog.plain", "order", each.number, text=each.number) for each in found[:6])
    lines = tuple(_summary(turn, each) for each in found)
    key = "lookup.then" if "days" in values else "lookup.open"
    return (Say(key=key, params={"count": len(found)}, lines=lines, choices=choices),)


def order(turn: Turn, values: Values) -> Says:
    """One order with its lines, state and next step."""
    seen = order_by_reference(turn.session, values["order"])
    return (_order(turn, seen),)


def original(turn: Turn, values: Values) -> Says:
    """What the dealer wrote."""
    seen = order_by_reference(turn.session, values["order"])
    lines = tuple(say("dialog.plain", text=text) for text in seen.texts)
    return (Say(key="lookup.original", params={"number": seen.number}, lines=lines),)


def _summary(turn: Turn, order: OrderSummary) -> Say:
    return say(
        "lookup.line",
        dealer=order.dealer_name,
        number=order.number,
        total=turn.money(order.total),
        state=_state(order),
    )


def _state(order: OrderSummary) -> Say:
    if order.state != "confirmed":
        return say(f"lookup.state_{order.state}")
    return say(f"lookup.delivery_{order.delivery}")


def _order(turn: Turn, seen: OrderView) -> Say:
    lines = [
        say(
            "lookup.order_line",
            product=turn.name(line.sku),
            qty=quantity(line.qty, line.unit),
            total=turn.money(line.total),
        )
        for line in seen.lines
    ]
    if seen.note:
        lines.append(say("lookup.note", text=seen.note))
    lines += [
        say("lookup.shipment", at=shipment.shipped_at, carrier=shipment.carrier, tracking=shipment.tracking)
        for shipment in seen.shipments
    ]
    choices = []
    if seen.state == "confirmed" and seen.delivery in ("none", "partial"):
        choices.append(choice("alerts.ship", "ship", seen.number))
    if seen.state == "pending_review":
        choices.append(choice("lookup.decide", "review", seen.number))
    params: dict[str, Param] = {
        "dealer": seen.dealer_name,
        "number": seen.number,
        "total": turn.money(seen.total),
        "state": _state(seen),
        "payment": say(f"lookup.payment_{seen.payment}"),
        "at": seen.placed_at,
        "day": seen.deliver_on,
        "address": str(seen.ship_to.get("address", "")),
        "name": str(seen.ship_to.get("name", "")),
    }
    key = "lookup.order_with_day" if seen.deliver_on else "lookup.order"
    return Say(key=key, params=params, lines=tuple(lines), choices=tuple(choices))


VERBS = (
    Verb(name="dealer", policy="dealers.read", slots=(Slot("dealer", SlotKind.DEALER),), run=dealer),
    Verb(
        name="orders",
        policy="orders.read",
        slots=(
            Slot("days", SlotKind.DAYS, required=False),
            Slot("dealer", SlotKind.DEALER, required=False),
        ),
        run=orders,
    ),
    Verb(name="seeing", policy="orders.read", slots=(ORDER,), run=order),
    Verb(name="original", policy="orders.read", slots=(ORDER,), run=original),
)

FLOW = staff_flow("lookup", VERBS, order=("seeing", "order"))
