"""Shipping, receipt and returns by staff."""

from bot.dialog.api import Says, Turn, quantity, say
from bot.dialog.commands import Values, Verb, source_of, staff_flow
from bot.dialog.messages import Say
from bot.dialog.slots import Goods, Slot, SlotKind, goods_of
from core.orders.queries import OrderView, open_orders, order_by_reference
from core.orders.receive import confirm_receipt
from core.orders.returns import record_return
from core.orders.ship import ship_order

ORDER = Slot("order", SlotKind.ORDER)


def _to_ship(turn: Turn) -> list[tuple[str, str]]:
    return [
        (each.number, f"{each.dealer_name} {each.number}")
        for each in open_orders(turn.session)
        if each.state == "confirmed" and each.delivery in ("none", "partial")
    ]


SHIPPED = Slot("order", SlotKind.ORDER, offered=_to_ship)


def _goods(turn: Turn, goods: list[Goods]) -> tuple[Say, ...]:
    return tuple(
        say("fulfilment.goods", product=turn.name(line.sku), qty=quantity(line.qty, line.unit))
        for line in goods
    )


def _reserved(turn: Turn, order: OrderView) -> tuple[Say, ...]:
    return tuple(
        say("fulfilment.goods", product=turn.name(line.sku), qty=quantity(str(line.reserved), line.base_unit))
        for line in order.lines
        if line.reserved
    )


def _parcel(values: Values) -> tuple[str, str]:
    carrier, _, tracking = values.get("parcel", "").partition("\t")
    return carrier, tracking


def shipping(turn: Turn, values: Values) -> Say:
    """What will leave, for whom, how."""
    order = order_by_reference(turn.session, values["order"])
    carrier, tracking = _parcel(values)
    goods = _goods(turn, goods_of(values["goods"])) if "goods" in values else _reserved(turn, order)
    way = (
        say("fulfilment.way", carrier=carrier, tracking=tracking)
        if carrier or tracking
        else say("fulfilment.no_way")
    )
    return Say(
        key="fulfilment.shipping",
        params={"dealer": order.dealer_name, "number": order.number},
        lines=(*goods, way),
    )


def ship(turn: Turn, values: Values) -> Says:
    """Ship what is reserved, or the goods named."""
    lines = {line.sku: line.base_qty for line in goods_of(values["goods"])} if "goods" in values else None
    carrier, tracking = _parcel(values)
    shipped = ship_order(
        turn.session,
        turn.actor,
        number=values["order"],
        source=source_of(turn),
        lines=lines,
        carrier=carrier,
        tracking=tracking,
    )
    key = "fulfilment.shipped_part" if shipped.rest else "fulfilment.shipped"
    return (say(key, number=shipped.number, value=turn.money(shipped.value)),)


def deliver(turn: Turn, values: Values) -> Says:
    """The goods have arrived: the dealer said so on the telephone, or the carrier did."""
    receipt = confirm_receipt(turn.session, turn.actor, number=values["order"])
    key = "fulfilment.delivered_before" if receipt.repeated else "fulfilment.delivered"
    return (say(key, number=receipt.number),)


def returning(turn: Turn, values: Values) -> Say:
    """What comes back, and why."""
    order = order_by_reference(turn.session, values["order"])
    return Say(
        key="fulfilment.returning",
        params={"dealer": order.dealer_name, "number": order.number, "reason": values["reason"]},
        lines=_goods(turn, goods_of(values["goods"])),
    )


def take_back(turn: Turn, values: Values) -> Says:
    """Into stock again, and to the dealer's credit."""
    returned = record_return(
        turn.session,
        turn.actor,
        number=values["order"],
        lines={line.sku: line.base_qty for line in goods_of(values["goods"])},
        reason=values["reason"],
        source=source_of(turn),
    )
    return (say("fulfilment.returned", number=returned.number, value=turn.money(returned.value)),)


VERBS = (
    Verb(
        name="shipping",
        policy="orders.ship",
        slots=(
            SHIPPED,
            Slot("goods", SlotKind.GOODS, required=False),
            Slot("parcel", SlotKind.PARCEL, required=False),
        ),
        run=ship,
        preview=shipping,
    ),
    Verb(name="delivered", policy="orders.confirm_receipt", slots=(ORDER,), run=deliver),
    Verb(
        name="returning",
        policy="orders.record_return",
        slots=(ORDER, Slot("goods", SlotKind.GOODS), Slot("reason", SlotKind.WORDS)),
        run=take_back,
        preview=returning,
    ),
)

FLOW = staff_flow("fulfilment", VERBS, ship=("shipping", "order"))
