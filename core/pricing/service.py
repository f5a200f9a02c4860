"""Verbs of prices."""

from datetime import date
from typing import Any

from sqlalchemy import bindparam, insert, select

from core.db.scope import scoped
from core.db.session import Session
from core.dealers.queries import at_dealer
from core.kit.errors import NotFoundError
from core.people.actor import Actor
from core.people.policy import require
from core.people.trail import trail
from core.pricing.errors import BadPriceError, NoSuchUnitError
from core.pricing.models import dealer_prices, level_prices
from core.pricing.rules import MAX_PRICE
from core.products.models import products

_product = select(products.c.id, products.c.base_unit, products.c.units).where(
    products.c.sku == bindparam("sku")
)
_add_own = scoped(insert(dealer_prices))
_add_level = insert(level_prices)


def set_price(
    session: Session,
    actor: Actor,
    *,
    sku: str,
    unit: str,
    price: int,
    valid_from: date,
    dealer: str | None = None,
    level: str | None = None,
) -> None:
    """A new price in minor units per `unit`, for one dealer (its code), a level, or everybody (neither).

    Raises NotFoundError, NoSuchUnitError, BadPriceError.
    """
    require(actor, "prices.set")
    if not 0 < price <= MAX_PRICE:
        raise BadPriceError(sku=sku, price=price)
    product = session.execute(_product, {"sku": sku}).one_or_none()
    if product is None:
        raise NotFoundError(kind="product", reference=sku)
    row = {
        "product_id": product.id,
        "unit": unit,
        "factor": _factor(product, sku, unit),
        "price": price,
        "valid_from": valid_from,
        "set_by": actor.subject,
        "set_at": session.now,
    }
    if dealer is None:
        session.execute(_add_level, {**row, "level": level or ""})
    else:
        session = at_dealer(session, dealer)
        session.execute(_add_own, row)
    facts: dict[str, Any] = {
        "unit": unit,
        "price": price,
        "valid_from": valid_from.isoformat(),
        "level": None if dealer else level or "",
    }
    trail(session, actor, "prices.set", sku, **facts)
    session.report("prices.changed", sku=sku, **facts)


def _factor(product: Any, sku: str, unit: str) -> int:
    """Base units in `unit` of the product's own pack table."""
    if unit == product.base_unit:
        return 1
    if unit not in product.units:
        units = list(dict.fromkeys((product.base_unit, *product.units)))
        raise NoSuchUnitError(sku=sku, unit=unit, units=units)
    return int(product.units[unit]["factor"])
