"""Exports of what a brand plans and began with, in the columns it is brought in by: further names, budgets, levels,
programmes, opening balances, and orders that are still to be shipped.
"""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import and_, func, or_, select

from core.claims.models import approval_levels, budgets
from core.credit.models import account_ledger
from core.credit.opening import SOURCE
from core.credit.rebate_models import rebate_ledger
from core.db.scope import system
from core.db.session import Session
from core.dealers.models import dealers
from core.kit.money import Money
from core.orders.models import order_lines, orders
from core.products.models import products
from core.rebates.models import programmes, tiers

Row = dict[str, Any]

_names = select(products.c.sku, products.c.aliases, products.c.aliases_en).order_by(products.c.id)
_codes = select(dealers.c.id, dealers.c.code)
_budgets = select(budgets).order_by(budgets.c.id)
_levels = select(approval_levels).order_by(approval_levels.c.kind, approval_levels.c.up_to)
_programmes = select(programmes).order_by(programmes.c.id)
_tiers = (
    select(programmes.c.code, tiers.c.above, tiers.c.rate)
    .join(tiers, tiers.c.programme_id == programmes.c.id)
    .order_by(programmes.c.id, tiers.c.above)
)
_opened = system(
    select(dealers.c.code, func.sum(account_ledger.c.amount).label("amount"))
    .join(account_ledger, account_ledger.c.dealer_id == dealers.c.id)
    .where(or_(account_ledger.c.source == SOURCE, account_ledger.c.source.like(f"{SOURCE}:%")))
    .group_by(dealers.c.id, dealers.c.code)
    .order_by(dealers.c.id)
)
_rebates = system(
    select(dealers.c.code, func.sum(rebate_ledger.c.amount).label("amount"))
    .join(rebate_ledger, rebate_ledger.c.dealer_id == dealers.c.id)
    .where(rebate_ledger.c.kind == "opening")
    .group_by(dealers.c.id, dealers.c.code)
    .order_by(dealers.c.id)
)
_left = order_lines.c.base_qty - order_lines.c.shipped
_open_lines = system(
    select(orders.c.number, dealers.c.code, orders.c.placed_on, orders.c.deliver_on, orders.c.note, products.c.base_unit,
           order_lines.c.sku, order_lines.c.price, order_lines.c.price_unit, order_lines.c.price_factor,
           _left.label("left"))
    .select_from(
        orders.join(dealers, dealers.c.id == orders.c.dealer_id)
        .join(
            order_lines,
            and_(order_lines.c.dealer_id == orders.c.dealer_id, order_lines.c.order_id == orders.c.id),
        )
        .join(products, products.c.id == order_lines.c.product_id)
    )
    .where(orders.c.state == "confirmed", _left > 0)
    .order_by(orders.c.id, order_lines.c.line_no)
)  # fmt: skip


def aliases_rows(session: Session) -> list[Row]:
    """Further names of products, one a row."""
    return [
        {"sku": row.sku, "alias": name}
        for row in session.execute(_names)
        for name in (*row.aliases, *row.aliases_en)
    ]


def budgets_rows(session: Session) -> list[Row]:
    """Budgets, and what is used of each."""
    codes = _dealer_codes(session)
    return [
        {
            **dict(zip(("dealer", "region"), _whose(row.whose, "region:", codes), strict=True)),
            "category": row.category,
            "from": row.first_day.isoformat(),
            "to": row.last_day.isoformat(),
            "amount": _money(row.amount),
            "pay_to": row.pay_to,
            "used": _money(row.used),
        }
        for row in session.execute(_budgets)
    ]


def levels_rows(session: Session) -> list[Row]:
    """The largest amount each role decides."""
    return [
        {"kind": row.kind, "up_to": _money(row.up_to), "role": row.role} for row in session.execute(_levels)
    ]


def programmes_rows(session: Session) -> list[Row]:
    """Rebate programmes without their tiers."""
    codes = _dealer_codes(session)
    return [
        {
            "code": row.code,
            "name": row.name,
            **dict(zip(("dealer", "level"), _whose(row.whose, "level:", codes), strict=True)),
            "kind": row.kind,
            "sku": row.sku,
            "category": row.category,
            "from": row.first_day.isoformat(),
            "to": row.last_day.isoformat(),
        }
        for row in session.execute(_programmes)
    ]


def tiers_rows(session: Session) -> list[Row]:
    """Tiers of programmes."""
    return [
        {"code": row.code, "above": _money(row.above), "percent": f"{row.rate / 1000:g}%"}
        for row in session.execute(_tiers)
    ]


def balances_rows(session: Session) -> list[Row]:
    """What accounts and rebate balances began with; what they are now is in `accounts` and `rebates`."""
    return [
        {"dealer": row.code, "kind": kind, "amount": _money(int(row.amount))}
        for kind, query in (("account", _opened), ("rebate", _rebates))
        for row in session.execute(query)
    ]


def open_orders_rows(session: Session) -> list[Row]:
    """What is still to be shipped of confirmed orders, a line a row; without a price where only a part of a pack is left."""
    return list(_open(session))


def _open(session: Session) -> Iterator[Row]:
    for row in session.execute(_open_lines):
        packs, rest = divmod(row.left, row.price_factor)
        yield {
            "number": row.number,
            "dealer": row.code,
            "sku": row.sku,
            "qty": row.left if rest else packs,
            "unit": row.base_unit if rest else row.price_unit,
            "price": "" if rest else _money(row.price),
            "placed_on": row.placed_on.isoformat(),
            "deliver_on": row.deliver_on.isoformat() if row.deliver_on else "",
            "note": row.note,
        }


PLANS: dict[str, Callable[[Session], list[Row]]] = {
    "aliases": aliases_rows,
    "budgets": budgets_rows,
    "approval-levels": levels_rows,
    "programmes": programmes_rows,
    "programme-tiers": tiers_rows,
    "balances": balances_rows,
    "open-orders": open_orders_rows,
}


def _dealer_codes(session: Session) -> dict[str, str]:
    return {f"dealer:{row.id}": row.code for row in session.execute(_codes)}


def _whose(whose: str, other: str, codes: dict[str, str]) -> tuple[str, str]:
    """A dealer's code, or the name of a group of them; neither for everybody."""
    return codes.get(whose, ""), whose.removeprefix(other) if whose.startswith(other) else ""


def _money(minor: int) -> str:
    return str(Money(minor).amount)
