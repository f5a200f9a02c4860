"""Real threads on both databases: one decision wins, one budget is spent once, one receipt is used once."""

import os
from functools import partial

from sqlalchemy import select

from core.claims.models import budgets, claim_ledger, claims
from core.claims.service import approve_claim, cancel_claim, reject_claim
from core.credit.queries import standing
from tests.core.claims.shop import claim, open_claims, wrong
from tests.core.orders.test_races import done, race
from tests.databases import Database

ROUNDS = int(os.environ.get("RACE_ROUNDS", "20"))


def test_one_decision_of_a_claim_wins(database: Database) -> None:
    shop = open_claims(database, budget=10**9)
    for number in range(ROUNDS):
        made = claim(shop, "buyer D1", 1000 + number, f"file:{number}").number
        before = shop.see("owner D1", standing).balance
        race(
            partial(shop.as_, "sales", approve_claim, number=made),
            partial(shop.as_, "admin", reject_claim, number=made, reason="no"),
            partial(shop.as_, "finance", approve_claim, number=made, amount=500, reason="half"),
            partial(shop.as_, "owner D1", cancel_claim, number=made),
        )
        [row] = shop.rows(select(claims).where(claims.c.number == made))
        ends = shop.rows(
            select(claim_ledger.c.kind).where(
                claim_ledger.c.claim_id == row.id, claim_ledger.c.kind != "submitted"
            )
        )
        assert [end.kind for end in ends] == [row.state]
        assert shop.see("owner D1", standing).balance == before + row.approved
    assert wrong(shop) == []


def test_the_rest_of_a_budget_is_claimed_once(database: Database) -> None:
    shop = open_claims(database, budget=0)
    for number in range(ROUNDS):
        shop.system(lambda session: session.execute(budgets.update().values(amount=budgets.c.used + 1000)))
        results = race(
            *(partial(claim, shop, who, 700 + number) for who in ("buyer D1", "owner D1", "buyer D2"))
        )
        assert len(done(results)) == (1 if number < 301 else 0), results
    assert wrong(shop) == []


def test_one_receipt_is_used_by_one_claim(database: Database) -> None:
    shop = open_claims(database, budget=10**9)
    for number in range(ROUNDS):
        receipts = (f"file:{number}", f"invoice::{number}")
        results = race(
            *(partial(claim, shop, who, 700, *receipts) for who in ("buyer D1", "owner D1", "buyer D2")),
            partial(claim, shop, "finance D2", 700, *reversed(receipts)),
        )
        assert len(done(results)) == 1, results
    assert wrong(shop) == []
