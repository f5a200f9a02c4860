"""Stock received, counted and corrected by staff."""

from dataclasses import replace
from decimal import Decimal

from bot.dialog.api import Says, Turn, quantity, say
from bot.dialog.commands import Values, Verb, source_of, staff_flow
from bot.dialog.messages import Say
from bot.dialog.slots import Slot, SlotKind, goods_of
from bot.flows.warehouse import planning
from core.kit.say import Quantity
from core.orders.supply import StockChanged, adjust_stock, receive_stock
from core.stock.queries import StockItem, low_stock, stock_of

GOODS = Slot("goods", SlotKind.GOODS)


def _base(turn: Turn, sku: str, base_qty: int) -> Quantity:
    return Quantity(value=Decimal(base_qty), unit=turn.product(sku).base_unit)


def receiving(turn: Turn, values: Values) -> Say:
    """What comes in, and the stock before and after."""
    goods = goods_of(values["goods"])
    stock = stock_of(turn.session, [line.sku for line in goods])
    lines = tuple(
        say(
            "warehouse.receiving_line",
            product=turn.name(line.sku),
            qty=quantity(line.qty, line.unit),
            before=_base(turn, line.sku, stock[line.sku].on_hand if line.sku in stock else 0),
            after=_base(
                turn, line.sku, (stock[line.sku].on_hand if line.sku in stock else 0) + line.base_qty
            ),
        )
        for line in goods
    )
    return Say(key="warehouse.receiving", lines=lines)


def receive(turn: Turn, values: Values) -> Says:
    """Into stock; what was owed is kept for those orders first."""
    changed = [
        receive_stock(turn.session, turn.actor, sku=line.sku, base_qty=line.base_qty, source=source_of(turn))
        for line in goods_of(values["goods"])
    ]
    return (Say(key="warehouse.received", lines=tuple(_after(turn, each) for each in changed)),)


def _after(turn: Turn, changed: StockChanged) -> Say:
    item = changed.item
    key = "warehouse.now_filled" if changed.filled else "warehouse.now"
    return say(
        key,
        product=turn.name(item.sku),
        on_hand=_base(turn, item.sku, item.on_hand),
        available=_base(turn, item.sku, item.available),
        count=len(changed.filled),
    )


def counting(turn: Turn, values: Values) -> Say:
    """What was counted against what is on the books."""
    goods = goods_of(values["goods"])
    stock = stock_of(turn.session, [line.sku for line in goods])
    lines = tuple(
        say(
            "warehouse.counting_line",
            product=turn.name(line.sku),
            before=_base(turn, line.sku, stock[line.sku].on_hand if line.sku in stock else 0),
            after=_base(turn, line.sku, line.base_qty),
        )
        for line in goods
    )
    return Say(key="warehouse.counting", params={"reason": values["reason"]}, lines=lines)


def count(turn: Turn, values: Values) -> Says:
    """The books follow the count."""
    changed = [
        adjust_stock(
            turn.session,
            turn.actor,
            sku=line.sku,
            counted=line.base_qty,
            source=source_of(turn),
            reason=values["reason"],
        )
        for line in goods_of(values["goods"])
    ]
    return (Say(key="warehouse.counted", lines=tuple(_after(turn, each) for each in changed)),)


def stock(turn: Turn, values: Values) -> Says:
    """On hand, reserved and available of one product."""
    items = stock_of(turn.session, [values["product"]])
    item = items.get(values["product"])
    if item is None:
        return (say("warehouse.never_stocked", product=turn.name(values["product"])),)
    return (_stock_line(turn, item),)


def low(turn: Turn, _values: Values) -> Says:
    """Everything below its reorder point."""
    items = low_stock(turn.session)
    if not items:
        return (say("warehouse.none_low"),)
    return (
        Say(
            key="warehouse.low",
            params={"count": len(items)},
            lines=tuple(_stock_line(turn, i) for i in items),
        ),
    )


def _stock_line(turn: Turn, item: StockItem) -> Say:
    key = "warehouse.stock_inbound" if item.inbound_qty and item.inbound_on else "warehouse.stock"
    return say(
        key,
        product=turn.name(item.sku),
        on_hand=_base(turn, item.sku, item.on_hand),
        reserved=_base(turn, item.sku, item.reserved),
        available=_base(turn, item.sku, item.available),
        floor=_base(turn, item.sku, item.reorder_point),
        inbound=_base(turn, item.sku, item.inbound_qty),
        on=item.inbound_on,
    )


VERBS = (
    Verb(name="receiving", policy="stock.receive", slots=(GOODS,), run=receive, preview=receiving),
    Verb(
        name="counting",
        policy="stock.adjust",
        slots=(GOODS, Slot("reason", SlotKind.WORDS)),
        run=count,
        preview=counting,
    ),
    Verb(name="stock", policy="stock.read", slots=(Slot("product", SlotKind.PRODUCT),), run=stock),
    Verb(name="low", policy="stock.plan", run=low),
)

_flow = staff_flow("warehouse", (*VERBS, *planning.VERBS))
FLOW = replace(_flow, choices={**_flow.choices, **planning.CHOICES})
