"""Putting many prices at once, from a file. Prices are only ever added: the newest of a day is the price of that day."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select

from core.db.base import Id
from core.db.rows import json_rows
from core.db.scope import system
from core.db.session import Session
from core.people.actor import Actor
from core.people.policy import require
from core.pricing.errors import BadPriceError
from core.pricing.models import dealer_prices, level_prices
from core.pricing.rules import MAX_PRICE

_wanted = json_rows("priced_ids", product_id=Id)
_ids = select(_wanted.c.product_id)
_level_prices = select(level_prices).where(level_prices.c.product_id.in_(_ids)).order_by(level_prices.c.id)
_own_prices = system(
    select(dealer_prices).where(dealer_prices.c.product_id.in_(_ids)).order_by(dealer_prices.c.id)
)
_new_level_prices = insert(level_prices)
_new_own_prices = system(insert(dealer_prices))


def put_prices(session: Session, actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Add prices where they differ from what stands, in a system session: created | updated | unchanged for each row.

    A row has dealer_id (None: a level's), level ("": everybody's), product_id, unit, factor, price in minor units, and
    valid_from. Raises NotAllowedError, BadPriceError.
    """
    require(actor, "prices.set")
    wanted = {"priced_ids": [{"product_id": product} for product in {row["product_id"] for row in rows}]}
    standing: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for row in session.execute(_level_prices, wanted):
        standing[None, row.level, row.product_id, row.valid_from] = (row.unit, row.factor, row.price)
    for row in session.execute(_own_prices, wanted):
        standing[row.dealer_id, "", row.product_id, row.valid_from] = (row.unit, row.factor, row.price)
    outcomes: list[str] = []
    written = {"set_by": actor.subject, "set_at": session.now}
    new: tuple[list[dict[str, Any]], list[dict[str, Any]]] = [], []
    for given in rows:
        if not 0 < given["price"] <= MAX_PRICE:
            raise BadPriceError(sku=str(given["product_id"]), price=given["price"])
        key = (given["dealer_id"], given["level"], given["product_id"], given["valid_from"])
        value = (given["unit"], given["factor"], given["price"])
        was = standing.get(key)
        outcomes.append("created" if was is None else "unchanged" if was == value else "updated")
        if was != value:
            standing[key] = value
            values = {**given, **written}
            del values["level" if given["dealer_id"] else "dealer_id"]
            new[given["dealer_id"] is not None].append(values)
    if new[0]:
        session.execute(_new_level_prices, new[0])
    if new[1]:
        session.execute(_new_own_prices, new[1])
    return outcomes
