"""Ordering by chat: say what you need, see what it comes to, confirm."""

from bot.dialog.api import Flow
from bot.flows.orders import edit, place, rebate, repeat, why
from bot.understand.types import (
    Add,
    Change,
    Clear,
    Confirm,
    Deliver,
    Note,
    Remove,
    Repeat,
    Replace,
    ShipTo,
    Topic,
    Undo,
    UseRebate,
)

FLOW = Flow(
    name="orders",
    moves={
        Add: edit.work,
        Change: edit.work,
        Remove: edit.work,
        Replace: edit.work,
        Clear: edit.work,
        Deliver: edit.work,
        ShipTo: edit.work,
        Note: edit.work,
        Undo: edit.work,
        Confirm: edit.work,
        Repeat: repeat.repeat,
        UseRebate: rebate.use,
    },
    topics={Topic.DRAFT: place.ask_draft, Topic.WHY: why.why},
    choices={
        "pick": edit.pick,
        "clear": edit.clear,
        "drop": edit.drop,
        "undo": edit.undo,
        "way-order": place.how,
        "confirm": place.confirm,
        "wait": place.wait,
        "reduce": place.reduce,
        "use-rebate": rebate.use_choice,
        "order-why": why.of_order,
        "rebate-on-order": rebate.use_on_order,
        "leave": place.leave,
        "draft": place.open_draft,
        "habit-keep": place.as_said,
        "habit-change": edit.as_usual,
        "ship-to": edit.to_address,
        "again": repeat.again,
        "again-instead": repeat.instead,
        "again-beside": repeat.beside,
    },
)
