"""The check is silent about a lively shop and sees every planted fault."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Table, insert, select, update

from core.credit.models import account_ledger, accounts
from core.db.scope import system
from core.db.session import Session
from core.orders.cancel import cancel_order
from core.orders.check import check
from core.orders.models import order_lines, orders, overrides, returns, settlements, shipments
from core.orders.payments import record_payment
from core.orders.returns import record_return
from core.orders.review import approve_order
from core.orders.ship import ship_order
from core.products.models import products
from core.stock.models import stock_items, stock_ledger
from tests.core.shop import NOW, Shop


@pytest.fixture
def lively(shop: Shop) -> Shop:
    """Orders in every state, with payments, a return, a back-order and an override."""
    sent = shop.order("buyer D1", ("A", 24), ("B", 7)).number
    shop.as_("warehouse", ship_order, number=sent, source="s1", lines={"A": 20, "B": 3})
    shop.as_("warehouse", record_return, number=sent, lines={"A": 5}, reason="", source="r1")
    shop.as_("finance", record_payment, amount=600, source="p1", dealer="D1")
    shop.as_("buyer D1", cancel_order, number=shop.order("buyer D1", ("B", 1)).number)
    shop.order("buyer D1", ("A", 150), shortage="backorder")
    approved = shop.order("buyer D2", ("B", 12), ("A", 60), shortage="backorder", over_credit="review").number
    shop.as_("sales", approve_order, number=approved)
    shop.order("owner D2", ("B", 12), over_credit="review")
    shop.draft("buyer D1", ("A", 1))
    return shop


def test_a_lively_shop_adds_up(lively: Shop) -> None:
    assert lively.violations() == []
    states = {row.state for row in lively.rows(select(orders.c.state))}
    assert states == {"confirmed", "cancelled", "pending_review"}
    assert lively.rows(select(overrides.c.id))


def change(table: Table, **values: Any) -> Callable[[Session], Any]:
    """Spoil the first row of a table that has something in it."""

    def spoil(session: Session) -> None:
        key = next(iter(table.primary_key))
        some = [table.c[name] != 0 for name in values if name in COUNTED]
        first = session.execute(system(select(key).where(*some).order_by(key).limit(1))).scalar_one()
        changes = {
            name: table.c[name] + value if name in COUNTED else value for name, value in values.items()
        }
        session.execute(system(update(table).where(key == first).values(**changes)))

    return spoil


def add(table: Table, **values: Any) -> Callable[[Session], Any]:
    return lambda session: session.execute(system(insert(table)), values)


COUNTED = {"reserved", "on_hand", "balance", "exposure", "total", "shipped_value", "returned_value", "paid",
           "value", "returned", "shipped", "backordered", "excess", "base_qty"}  # fmt: skip

PLANTED: list[tuple[str, Callable[[Session], Any]]] = [
    ("stock.reserved", change(stock_items, reserved=-1)),
    ("stock.on_hand", change(stock_items, on_hand=1)),
    ("stock.shipped", change(order_lines, shipped=-1)),
    ("accounts.balance", change(accounts, balance=1)),
    ("accounts.exposure", change(accounts, exposure=1)),
    ("accounts.shipments", change(shipments, value=1)),
    ("accounts.returns", change(returns, value=1)),
    ("orders.shipped_value", change(orders, shipped_value=-1)),
    ("orders.shipped_lines", change(orders, shipped_value=-1)),
    ("orders.returned_value", change(orders, returned_value=-1)),
    ("orders.returned_lines", change(order_lines, returned=-1)),
    ("orders.paid", change(orders, paid=1)),
    ("orders.total", change(orders, total=1)),
    ("order_lines.total", change(order_lines, total=1)),
    ("order_lines.quantities", change(order_lines, backordered=-1)),
    ("orders.override", change(overrides, excess=-1)),
    ("orders.state", change(orders, cancelled_at=NOW)),
    ("orders.state", change(orders, delivered_at=NOW)),
    ("orders.state", change(orders, review_until=NOW)),
]


def found_after(shop: Shop, spoil: Callable[[Session], Any]) -> set[str]:
    """The rules that break when the fault is planted, which is undone again."""

    class UndoError(Exception):
        pass

    found: set[str] = set()

    def unit(session: Session) -> None:
        spoil(session)
        found.update(violation.rule for violation in check(session.connection))
        raise UndoError

    with pytest.raises(UndoError):
        shop.system(unit)
    return found


def test_every_planted_fault_is_seen(lively: Shop) -> None:
    unseen = [rule for rule, spoil in PLANTED if rule not in found_after(lively, spoil)]
    assert unseen == []
    assert lively.violations() == []


def test_a_credit_spent_beyond_its_amount_is_seen(lively: Shop) -> None:
    def spoil(session: Session) -> None:
        credit = select(account_ledger.c.id).where(account_ledger.c.source == "p1")
        ledger_id = session.execute(system(credit)).scalar_one()
        order = session.execute(
            system(select(orders.c.id, orders.c.dealer_id).order_by(orders.c.id).limit(1))
        ).one()
        add(
            settlements, dealer_id=order.dealer_id, order_id=order.id, ledger_id=ledger_id, amount=900, at=NOW
        )(session)

    rules = found_after(lively, spoil)
    assert {"settlements.credit", "orders.paid"} <= rules


def test_an_order_without_lines_and_an_unledgered_receipt_are_seen(lively: Shop) -> None:
    def spoil(session: Session) -> None:
        row = session.execute(system(select(orders).limit(1))).mappings().one()
        add(orders, **{**row, "id": 999, "number": "X", "total": 0, "shipped_value": 0, "returned_value": 0,
                       "paid": 0})(session)  # fmt: skip
        product = session.execute(select(products.c.id).limit(1)).scalar_one()
        add(stock_ledger, product_id=product, kind="receipt", qty=3, source="x", by="x", at=NOW)(session)

    assert {"orders.lines", "stock.on_hand"} <= found_after(lively, spoil)
