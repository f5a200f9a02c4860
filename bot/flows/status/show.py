"""An order in words: its state, its lines and where they are, its shipments, and what can be done."""

from bot.dialog.api import Says, Turn, capped, choice, quantity, say
from bot.dialog.messages import Say
from core.orders.rules import Lateness
from core.orders.views import OrderLineView, OrderSummary, OrderView, ShipmentView


def order(turn: Turn, seen: OrderView) -> Say:
    """The whole of an order."""
    lines = [_line(turn, line) for line in seen.lines]
    after = [_shipment(shipment) for shipment in seen.shipments[-3:]]
    if seen.deliver_on and seen.delivery != "delivered":
        after.append(say("status.wanted", day=seen.deliver_on))
    if seen.ship_to.get("name"):
        after.append(say("status.to", address=str(seen.ship_to["name"])))
    if seen.state == "pending_review" and seen.review_until:
        after.append(say("status.held", until=seen.review_until))
    if seen.reason:
        after.append(say("status.reason", reason=seen.reason))
    head = summary(turn, seen)
    choices = []
    if any(shipment.received_at is None for shipment in seen.shipments):
        choices.append(choice("status.received_button", "received", seen.number))
    if seen.cancellable:
        choices.append(choice("status.cancel_button", "cancel-ask", seen.number))
    return Say(key=head.key, params=head.params, lines=(*capped(lines), *after), choices=tuple(choices))


def summary(turn: Turn, seen: OrderSummary) -> Say:
    """An order on one line."""
    state = say(f"status.{state_of(seen)}")
    if not turn.private:
        return say("status.summary_bare", number=seen.number, state=state, day=seen.placed_on)
    return say(
        "status.summary", number=seen.number, state=state, total=turn.money(seen.total), day=seen.placed_on
    )


def state_of(seen: OrderSummary) -> str:
    """The one word for where it is."""
    if seen.state in ("cancelled", "pending_review"):
        return seen.state
    return {
        "none": "to_ship",
        "partial": "part_shipped",
        "shipped": "on_the_way",
        "delivered": "delivered",
    }[seen.delivery]


def _line(turn: Turn, line: OrderLineView) -> Say:
    said = say("status.line", product=turn.name(line.sku), qty=quantity(line.qty, line.unit))
    if line.backordered and line.inbound_on:
        rest = quantity(str(line.backordered), line.base_unit)
        return say("status.line_waits_until", line=said, rest=rest, day=line.inbound_on)
    if line.backordered:
        return say("status.line_waits", line=said, rest=quantity(str(line.backordered), line.base_unit))
    if 0 < line.shipped < line.base_qty:
        return say("status.line_part", line=said, shipped=quantity(str(line.shipped), line.base_unit))
    return said


def _shipment(shipment: ShipmentView) -> Say:
    key = "status.shipment_received" if shipment.received_at else "status.shipment"
    way = " ".join(filter(None, (shipment.carrier, shipment.tracking)))
    return say(key, day=shipment.received_at or shipment.shipped_at, way=way)


def lateness(turn: Turn, late: Lateness) -> Says:
    """Why it is not there yet, and what comes next."""
    lines = []
    if late.waiting:
        names = tuple(say("status.name", product=turn.name(sku)) for sku in late.waiting)
        inbound = late.inbound_on
        lines.append(
            say("status.waits_until", products=names, day=inbound)
            if inbound
            else say("status.waits", products=names)
        )
    if late.carrier or late.tracking:
        lines.append(say("status.way", way=" ".join(filter(None, (late.carrier, late.tracking)))))
    if late.days > 0:
        lines.append(say("status.days_late", days=late.days, day=late.deliver_on))
    head = say(f"status.late.{late.code}", number=late.number, since=late.since)
    return (Say(key=head.key, params=head.params, lines=tuple(lines)),)


def original(turn: Turn, seen: OrderView) -> Says:
    """The dealer's own words, and the lines he confirmed."""
    texts = tuple(say("status.said", text=text) for text in seen.texts)
    confirmed = [_confirmed(turn, line) for line in seen.confirmed_draft.get("lines", ())]
    return (
        Say(key="status.original", params={"number": seen.number, "at": seen.placed_at}, lines=capped(texts)),
        Say(key="status.confirmed_lines", lines=capped(confirmed)),
    )


def _confirmed(turn: Turn, line: dict[str, object]) -> Say:
    sku = str(line["sku"])
    entry = turn.index.entries.get(sku)
    qty = quantity(str(line["base_qty"]), entry.product.base_unit if entry else "")
    return say("status.line", product=turn.name(sku), qty=qty)
