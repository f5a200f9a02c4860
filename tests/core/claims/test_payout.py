"""A claim paid to the rebate balance: as its budget says or the approver decides, once, and every figure the sum of its lines."""

import pytest
from sqlalchemy import bindparam, update

from core.claims.errors import ClaimDecidedError
from core.claims.models import budgets, claims
from core.claims.service import approve_claim, reject_claim
from core.credit.queries import standing
from core.credit.rebate import rebate_balance
from core.credit.service import set_credit_limit
from core.db.scope import system
from core.rebates.queries import balance_lines
from core.rebates.spend import use_rebate
from tests.core.claims.shop import claim, open_claims, plan, wrong
from tests.core.shop import Shop
from tests.databases import Database


@pytest.fixture
def shop(database: Database) -> Shop:
    shop = open_claims(database)
    plan(shop, 100_000, pay_to="rebate")
    return shop


def lines(shop: Shop) -> list[tuple[str, str, int]]:
    return [(line.kind, line.number, line.amount) for line in shop.see("owner D1", balance_lines)]


def test_a_claim_of_such_a_budget_is_paid_to_the_rebate_and_names_itself_there(shop: Shop) -> None:
    number = claim(shop, "buyer D1", 26_000).number
    done = shop.as_("sales", approve_claim, number=number)
    assert (done.pay_to, done.balance) == ("rebate", 26_000)
    assert shop.see("owner D1", rebate_balance) == 26_000
    assert shop.see("owner D1", standing).balance == 0
    assert lines(shop) == [("claim", number, 26_000)]
    assert wrong(shop) == []


def test_the_approver_decides_where_to_and_the_same_again_pays_nothing(shop: Shop) -> None:
    first, second = (claim(shop, "buyer D1", amount).number for amount in (26_000, 14_000))
    shop.as_("sales", approve_claim, number=first, pay_to="account")
    shop.as_("sales", approve_claim, number=second, amount=4_000, reason="half", pay_to="rebate")
    assert shop.as_("sales", approve_claim, number=first, pay_to="account").repeated
    with pytest.raises(ClaimDecidedError):
        shop.as_("sales", approve_claim, number=first, pay_to="rebate")
    assert shop.see("owner D1", standing).balance == 26_000
    assert lines(shop) == [("claim", second, 4_000)]
    assert wrong(shop) == []


def test_a_changed_budget_leaves_the_promise_of_claims_already_submitted(shop: Shop) -> None:
    number = claim(shop, "buyer D1", 26_000).number
    shop.system(lambda session: session.execute(update(budgets).values(pay_to="account")))
    assert shop.as_("sales", approve_claim, number=number).pay_to == "rebate"


def test_a_refused_one_moves_nothing(shop: Shop) -> None:
    number = claim(shop, "buyer D1", 26_000).number
    shop.as_("sales", reject_claim, number=number, reason="no")
    assert lines(shop) == []
    assert wrong(shop) == []


def test_what_was_paid_is_used_on_an_order_like_any_rebate(shop: Shop) -> None:
    shop.product("A", stock=10, price=1000)
    shop.as_("finance", set_credit_limit, credit_limit=10_000, dealer="D1")
    shop.as_("sales", approve_claim, number=claim(shop, "buyer D1", 500).number)
    number = shop.order("owner D1", ("A", 10)).number
    used = shop.as_("owner D1", use_rebate, number=number, amount=400)
    assert used.left == 100
    assert sum(amount for _, _, amount in lines(shop)) == 100
    assert wrong(shop) == []


def test_the_check_names_a_claim_that_was_paid_elsewhere_or_not_at_all(sqlite: Database) -> None:
    shop = open_claims(sqlite)
    plan(shop, 100_000, pay_to="rebate")
    number = shop.as_("sales", approve_claim, number=claim(shop, "buyer D1", 26_000).number).number
    moved = system(update(claims).where(claims.c.number == bindparam("its_number")).values(pay_to="account"))
    shop.system(lambda session: session.execute(moved, {"its_number": number}))
    assert {each.rule for each in wrong(shop)} == {"claims.paid"}
    for statement in (
        "DROP TRIGGER claim_ledger_no_update",
        "UPDATE claim_ledger SET rebate_entry = NULL, account_entry = 99 WHERE kind = 'paid'",
    ):
        shop.system(lambda session, each=statement: session.connection.exec_driver_sql(each))
    assert {each.rule for each in wrong(shop)} == {"claims.paid", "rebates.claims"}
