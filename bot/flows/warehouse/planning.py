"""What an alert about stock offers: ask for more to be bought, write down what is on its way, lower the floor, later."""

from datetime import date
from decimal import Decimal

from bot.dialog.api import Says, Turn, capped, choice, say
from bot.dialog.commands import Values, Verb, begun
from bot.dialog.messages import Say
from bot.dialog.slots import Slot, SlotKind, goods_of
from core.kit.say import Param, Quantity
from core.stock.cover import ask_to_buy, notable_stock, snooze_stock
from core.stock.queries import StockItem, stock_of
from core.stock.service import plan_stock
from notifications.attention import see_alerts_about
from notifications.recipients import staff_of


def _base(turn: Turn, sku: str, qty: int) -> Quantity:
    return Quantity(value=Decimal(qty), unit=turn.product(sku).base_unit)


def _planned(turn: Turn, sku: str) -> StockItem | None:
    return stock_of(turn.session, [sku]).get(sku)


def setting_floor(turn: Turn, values: Values) -> Say:
    """The floor before and after."""
    lines = []
    for line in goods_of(values["goods"]):
        item = _planned(turn, line.sku)
        before = _base(turn, line.sku, item.reorder_point if item else 0)
        after = _base(turn, line.sku, line.base_qty)
        lines.append(say("warehouse.floor_line", product=turn.name(line.sku), before=before, after=after))
    return Say(key="warehouse.setting_floor", lines=tuple(lines))


def set_floor(turn: Turn, values: Values) -> Says:
    """From now on told below this."""
    for line in goods_of(values["goods"]):
        plan_stock(turn.session, turn.actor, sku=line.sku, reorder_point=line.base_qty)
        see_alerts_about(turn.session, turn.actor, f"product:{line.sku}")
    return (say("warehouse.floor_set"),)


def expecting(turn: Turn, values: Values) -> Say:
    """What is on its way, before and after."""
    on = date.fromisoformat(values["day"])
    lines = []
    for line in goods_of(values["goods"]):
        item = _planned(turn, line.sku)
        before = _base(turn, line.sku, item.inbound_qty if item else 0)
        after = _base(turn, line.sku, line.base_qty)
        lines.append(
            say("warehouse.expecting_line", product=turn.name(line.sku), before=before, after=after, on=on)
        )
    return Say(key="warehouse.expecting", lines=tuple(lines))


def expect(turn: Turn, values: Values) -> Says:
    """Written down: alerts and dealers are told of it; what is received is taken off."""
    for line in goods_of(values["goods"]):
        plan_stock(
            turn.session,
            turn.actor,
            sku=line.sku,
            inbound_qty=line.base_qty,
            inbound_on=date.fromisoformat(values["day"]),
        )
        see_alerts_about(turn.session, turn.actor, f"product:{line.sku}")
    return (say("warehouse.expected"),)


def surplus(turn: Turn, _values: Values) -> Says:
    """What there is far too much of, what lasts longest first."""
    found = sorted(
        (item for item in notable_stock(turn.session) if item.high), key=lambda item: -(item.cover or 0)
    )
    if not found:
        return (say("warehouse.none_surplus"),)
    lines = tuple(
        say(
            "warehouse.surplus_line",
            product=turn.name(item.sku),
            available=_base(turn, item.sku, item.available),
            count=item.cover,
        )
        for item in found
    )
    return (Say(key="warehouse.surplus", params={"count": len(found)}, lines=capped(lines)),)


_GOODS = Slot("goods", SlotKind.GOODS)
_FLOOR = Verb(name="floor", policy="stock.plan", slots=(_GOODS,), run=set_floor, preview=setting_floor)
_EXPECT = Verb(
    name="expecting",
    policy="stock.plan",
    slots=(_GOODS, Slot("day", SlotKind.DAY)),
    run=expect,
    preview=expecting,
)
VERBS = (_FLOOR, _EXPECT, Verb(name="surplus", policy="stock.plan", run=surplus))


def lower(turn: Turn, sku: str) -> Says:
    """Asks for the new floor, naming the one there is."""
    begun("warehouse", _FLOOR, turn, sku)
    item = _planned(turn, sku)
    floor = _base(turn, sku, item.reorder_point if item else 0)
    params: dict[str, Param] = {"product": turn.name(sku), "floor": floor}
    none = (choice("warehouse.no_floor", "stock-no-floor", sku),)
    return (Say(key="warehouse.which_floor", params=params, choices=none),)


def no_floor(turn: Turn, sku: str) -> Says:
    """Nobody is to be told of this product any more."""
    turn.state.command = None
    plan_stock(turn.session, turn.actor, sku=sku, reorder_point=0)
    see_alerts_about(turn.session, turn.actor, f"product:{sku}")
    return (say("warehouse.floor_set"),)


def coming(turn: Turn, arg: str) -> Says:
    """Bought: when it comes is asked."""
    sku, _, qty = arg.partition("~")
    return begun("warehouse", _EXPECT, turn, f"{sku} {qty}{turn.product(sku).base_unit}")


def buy(turn: Turn, sku: str) -> Says:
    """The managers are asked to buy what is suggested; who is the only one writes down what he ordered."""
    cover, new = ask_to_buy(turn.session, turn.actor, sku=sku)
    see_alerts_about(turn.session, turn.actor, f"product:{sku}")
    name, qty = turn.name(sku), _base(turn, sku, cover.suggested)
    if not cover.suggested:
        return (say("warehouse.enough", product=name),)
    if all(who.subject == turn.actor.subject for who in staff_of(turn.session, "admin")):
        return coming(turn, f"{sku}~{cover.suggested}")
    return (say("warehouse.wanted" if new else "warehouse.wanted_before", product=name, qty=qty),)


def later(turn: Turn, sku: str) -> Says:
    """Nobody is told of this product for three days."""
    until, new = snooze_stock(turn.session, turn.actor, sku=sku)
    see_alerts_about(turn.session, turn.actor, f"product:{sku}")
    return (say("warehouse.later" if new else "warehouse.later_before", product=turn.name(sku), until=until),)


CHOICES = {
    "stock-buy": buy,
    "stock-floor": lower,
    "stock-no-floor": no_floor,
    "stock-coming": coming,
    "stock-later": later,
}
