"""Exports of what was brought in, in the columns it is brought in by: such a file can be changed and imported again."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from core.credit.models import accounts
from core.db.scope import system
from core.db.session import Session
from core.dealers.models import addresses, dealers
from core.kit.money import Money
from core.people.models import staff
from core.pricing.models import dealer_prices, level_prices
from core.products.models import assortments, products

Row = dict[str, Any]

_products = select(products).order_by(products.c.id)
_dealers = system(
    select(dealers.c.code, dealers.c.name, dealers.c.region, dealers.c.level, accounts.c.credit_limit,
           accounts.c.payment_days)
    .select_from(dealers.outerjoin(accounts, accounts.c.dealer_id == dealers.c.id))
    .order_by(dealers.c.id)
)  # fmt: skip
_addresses = system(
    select(dealers.c.code, addresses)
    .join(dealers, dealers.c.id == addresses.c.dealer_id)
    .order_by(addresses.c.id)
)
_staff = select(staff).where(staff.c.state != "revoked").order_by(staff.c.id)
_dealer_prices = system(
    select(dealers.c.code, products.c.sku, dealer_prices)
    .join(dealers, dealers.c.id == dealer_prices.c.dealer_id)
    .join(products, products.c.id == dealer_prices.c.product_id)
    .order_by(dealer_prices.c.id)
)
_level_prices = (
    select(products.c.sku, level_prices)
    .join(products, products.c.id == level_prices.c.product_id)
    .order_by(level_prices.c.id)
)
_listed = system(
    select(dealers.c.code, products.c.sku)
    .select_from(
        assortments.join(dealers, dealers.c.id == assortments.c.dealer_id).join(
            products, products.c.id == assortments.c.product_id
        )
    )
    .order_by(assortments.c.id)
)
_SAME = ("sku", "name_zh", "name_en", "spec", "size", "category", "base_unit", "default_unit", "units", "aliases",
         "aliases_en", "barcode", "min_qty", "multiple")  # fmt: skip


def catalogue_rows(session: Session) -> list[Row]:
    """Products, as the columns of the catalogue file."""
    return [
        {
            **{name: row[name] for name in _SAME},
            "status": "active" if row["active"] else "discontinued",
            "successor": row["successor"],
            "tax_rate": f"{Money(row['tax_rate']).amount}%",
            "tax_included": row["tax_included"],
        }
        for row in session.execute(_products).mappings()
    ]


def dealers_rows(session: Session) -> list[Row]:
    """Dealers with their terms; what they owe is in `accounts`."""
    return [
        {
            "code": row.code,
            "name": row.name,
            "region": row.region,
            "level": row.level,
            "credit_limit": _money(row.credit_limit or 0),
            "payment_days": row.payment_days or 0,
        }
        for row in session.execute(_dealers)
    ]


def addresses_rows(session: Session) -> list[Row]:
    """Where dealers want their goods."""
    return [
        {
            "dealer": row["code"],
            **{name: row[name] for name in ("name", "receiver", "phone", "address")},
            "default": row["is_default"],
        }
        for row in session.execute(_addresses).mappings()
    ]


def staff_rows(session: Session) -> list[Row]:
    """The brand's people; an empty region is every region."""
    names = ("name", "phone", "role", "region", "state")
    return [{name: row[name] for name in names} for row in session.execute(_staff).mappings()]


def prices_rows(session: Session) -> list[Row]:
    """The price of every day it was set for, the newest of it: everybody's and levels' first, then dealers' own."""
    listed = [
        {"dealer": "", "level": row["level"], **_price(row)}
        for row in session.execute(_level_prices).mappings()
    ]
    own = [
        {"dealer": row["code"], "level": "", **_price(row)}
        for row in session.execute(_dealer_prices).mappings()
    ]
    newest = {tuple(row[name] for name in ("dealer", "level", "sku", "from")): row for row in (*listed, *own)}
    return list(newest.values())


def assortments_rows(session: Session) -> list[Row]:
    """Which products dealers with an assortment may order."""
    return [{"dealer": row.code, "sku": row.sku} for row in session.execute(_listed)]


MASTER: dict[str, Callable[[Session], list[Row]]] = {
    "catalogue": catalogue_rows,
    "dealers": dealers_rows,
    "addresses": addresses_rows,
    "staff": staff_rows,
    "prices": prices_rows,
    "assortments": assortments_rows,
}


def _price(row: Any) -> Row:
    return {
        "sku": row["sku"],
        "unit": row["unit"],
        "price": _money(row["price"]),
        "from": row["valid_from"].isoformat(),
    }


def _money(minor: int) -> str:
    return str(Money(minor).amount)
