"""A shop whose dealers claim expenses."""

from datetime import date
from typing import Any

from sqlalchemy import insert

from core.claims.check import check
from core.claims.models import approval_levels, budgets
from core.claims.queries import Evidence
from core.claims.service import Expense, Submitted, submit_claim
from tests.core.shop import Shop, open_shop
from tests.databases import Database

DAY = date(2026, 3, 3)


def open_claims(database: Database, *, budget: int | None = None, **levels: int) -> Shop:
    """Two dealers of the north with one budget, and levels by role."""
    shop = open_shop(database)
    for code in ("D1", "D2"):
        shop.dealer(code)
    if budget is not None:
        plan(shop, budget)
    for role, up_to in (levels or {"sales": 10**12}).items():
        row = {"kind": "claim", "role": role, "up_to": up_to}
        shop.system(lambda session, row=row: session.execute(insert(approval_levels), row))
    return shop


def plan(shop: Shop, amount: int, **columns: Any) -> None:
    row = {"whose": "region:north", "category": "", "first_day": date(2026, 1, 1),
           "last_day": date(2026, 3, 31), "amount": amount, **columns}  # fmt: skip
    shop.system(lambda session: session.execute(insert(budgets), row))


def expense(amount: int = 26_000, *receipts: str, day: date = DAY, category: str = "transport") -> Expense:
    evidence = tuple(Evidence(identity=each, name="r.jpg") for each in receipts)
    return Expense(category=category, amount=amount, day=day, note="", evidence=evidence)


def claim(shop: Shop, who: str, *args: Any, again: bool = True, **more: Any) -> Submitted:
    return shop.as_(who, submit_claim, expense=expense(*args, **more), again=again)


def wrong(shop: Shop) -> list[Any]:
    with shop.database.reader.connect() as connection:
        return [*check(connection), *shop.violations()]
