"""The account: what may be ordered, what moved it, and a ledger nobody rewrites."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from core.audit.models import audit
from core.credit.errors import BadAmountError
from core.credit.ledger import expose, lock_account
from core.credit.models import account_ledger, accounts
from core.credit.queries import Standing, account_lines, standing
from core.credit.service import set_credit_limit
from core.db.scope import system
from core.kit.errors import NotAllowedError, NotFoundError
from core.orders.models import settlements
from core.orders.payments import adjust_balance, record_payment
from core.stock.models import stock_ledger
from tests.core.shop import Shop, open_shop
from tests.databases import Database


@pytest.fixture
def shop(database: Database) -> Shop:
    shop = open_shop(database)
    shop.dealer("D1", credit_limit=1000, balance=200)
    return shop


@given(st.integers(0, 10**15), st.integers(-(10**15), 10**15), st.integers(0, 10**15))
def test_available_is_limit_plus_balance_less_exposure(limit: int, balance: int, exposure: int) -> None:
    account = Standing(limit, balance, exposure, 0)
    assert account.available + exposure == limit + balance


def test_a_dealer_without_an_account_has_nothing_and_gets_one_when_it_is_needed(shop: Shop) -> None:
    shop.dealer("NEW")
    shop.system(lambda session: session.execute(system(delete(accounts).where(accounts.c.credit_limit == 0))))
    assert shop.see("owner NEW", standing) == Standing(0, 0, 0, 0)
    assert shop.see("owner NEW", lock_account) == Standing(0, 0, 0, 0)
    assert len(shop.rows(select(accounts.c.dealer_id))) == 2


def test_limit_and_days_change_apart_and_the_dealer_hears_of_the_limit(shop: Shop) -> None:
    shop.facts.clear()
    after = shop.as_("finance", set_credit_limit, payment_days=45, dealer="D1")
    assert (after.credit_limit, after.payment_days) == (1000, 45)
    assert shop.told("account.limit_changed") == []
    after = shop.as_("finance", set_credit_limit, credit_limit=500, dealer="D1", reason="风控")
    assert (after.credit_limit, after.payment_days, after.available) == (500, 45, 700)
    by = shop.people["finance"].subject
    assert shop.told("account.limit_changed") == [{"credit_limit": 500, "was": 1000, "by": by}]
    (row,) = shop.rows(select(audit.c.reason, audit.c.detail).where(audit.c.reason == "风控"))
    assert row.detail["credit_limit"] == [1000, 500]


@pytest.mark.parametrize("how", [{"credit_limit": -1}, {"credit_limit": 10**15 + 1}, {"payment_days": -1}])
def test_limits_out_of_bounds_are_refused(shop: Shop, how: dict[str, int]) -> None:
    with pytest.raises(BadAmountError):
        shop.as_("finance", set_credit_limit, dealer="D1", **how)


def test_only_finance_sets_limits_and_only_of_dealers_that_are(shop: Shop) -> None:
    for who in ("owner D1", "sales", "warehouse"):
        with pytest.raises(NotAllowedError):
            shop.as_(who, set_credit_limit, credit_limit=1, dealer="D1")
    with pytest.raises(NotFoundError):
        shop.as_("finance", set_credit_limit, credit_limit=1, dealer="NOBODY")


def test_every_line_of_the_account_shows_the_balance_after_it(shop: Shop) -> None:
    shop.as_("finance", record_payment, amount=300, source="p", dealer="D1")
    shop.later(minutes=1)
    shop.as_("finance", adjust_balance, amount=-50, source="a", reason="手续费", dealer="D1")
    lines = shop.see("owner D1", account_lines)
    assert [(line.kind, line.amount, line.balance) for line in lines] == [
        ("adjustment", -50, 450),
        ("payment", 300, 500),
        ("opening", 200, 200),
    ]
    assert shop.see("owner D1", account_lines, limit=1) == lines[:1]


def test_exposure_never_falls_below_zero(shop: Shop) -> None:
    with pytest.raises(RuntimeError):
        shop.see("owner D1", expose, -1)


@pytest.mark.parametrize(
    "table", [account_ledger, stock_ledger, settlements, audit], ids=lambda table: table.name
)
@pytest.mark.parametrize("change", ["update", "delete"])
def test_ledgers_are_append_only(shop: Shop, table: object, change: str) -> None:
    shop.product("A", stock=12, price=1200)
    shop.as_("finance", set_credit_limit, credit_limit=10**6, dealer="D1")
    number = shop.order("buyer D1", ("A", 1)).number
    shop.as_("finance", record_payment, amount=50, source="p", order_number=number)
    assert shop.rows(select(table))  # type: ignore[call-overload]
    statement = (
        delete(table) if change == "delete" else update(table).values(at=shop.now)  # type: ignore[arg-type]
    )
    with pytest.raises(DBAPIError, match="append-only"):
        shop.system(lambda session: session.execute(system(statement)))
