"""A refusal of core put into words: its code names the text, its fields are the parameters, amounts as money."""

from collections.abc import Sequence
from datetime import date, datetime

from bot.dialog.api import Turn, quantity, say
from bot.dialog.messages import Param, Say
from core.kit.errors import DealerError

# Fields that are minor units, where the refusal is about money at all.
_MONEY = {
    "total", "most_total", "excess", "shown_excess", "available", "balance", "credit_limit", "exposure", "overdue",
    "shown_total", "amount", "price", "left",
}  # fmt: skip
_IN_MONEY = ("orders.", "account.", "prices.", "payments.", "claims.", "rebates.")
_COUNTED = {"asked", "reserved", "returnable", "on_hand", "base_qty", "change"}


def refusal(turn: Turn, error: DealerError) -> Say:
    """The sentence for a refusal."""
    params = {name: _param(turn, error, name, value) for name, value in error.fields.items()}
    return say(error.code, **{name: value for name, value in params.items() if value is not None})


def _param(turn: Turn, error: DealerError, name: str, value: object) -> Param:
    if isinstance(value, int) and not isinstance(value, bool):
        if name in _MONEY or (name in ("most", "above") and error.code.startswith(("account.", "rebates."))):
            return turn.money(value) if error.code.startswith(_IN_MONEY) else value
        if name in _COUNTED:
            return quantity(str(value), _base_unit(turn, str(error.fields.get("sku", ""))))
        return value
    if name == "sku" and isinstance(value, str):
        return turn.name(value)
    if isinstance(value, str | date | datetime):
        return value
    if isinstance(value, Sequence) and all(isinstance(each, str) for each in value):
        return ", ".join(map(str, value))
    return None


def _base_unit(turn: Turn, sku: str) -> str:
    entry = turn.index.entries.get(sku)
    return entry.product.base_unit if entry else ""
