"""What may be claimed, who decides it, and that every figure is the sum of its parts."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError

from core.claims.errors import (
    ClaimAmountError,
    ClaimDecidedError,
    ClaimNotFoundError,
    FutureExpenseError,
    LevelError,
    OutOfPeriodError,
    OverBudgetError,
    OwnClaimError,
    PartialReasonError,
    ReceiptUsedElsewhereError,
    ReceiptUsedError,
    SameClaimError,
    TooOldError,
)
from core.claims.models import budgets, claim_ledger, claims
from core.claims.queries import claim_by_reference, last_claims, waiting_claims
from core.claims.service import approve_claim, cancel_claim, reject_claim
from core.credit.queries import account_lines, standing
from core.db.scope import system
from core.kit.errors import NotAllowedError
from core.people.models import members, persons
from tests.core.claims.shop import claim, open_claims, plan, wrong
from tests.core.shop import Shop
from tests.databases import Database


@pytest.fixture
def shop(database: Database) -> Shop:
    return open_claims(database, budget=100_000, sales=50_000, finance=200_000)


def used(shop: Shop) -> int:
    return sum(row.used for row in shop.rows(select(budgets.c.used)))


def test_a_claim_holds_its_budget_and_its_payout_is_on_the_account(shop: Shop) -> None:
    made = claim(shop, "buyer D1", 26_000, "file:a", "invoice::1")
    assert (made.left, made.decider) == (74_000, "sales")
    assert used(shop) == 26_000
    done = shop.as_("sales", approve_claim, number=made.number)
    assert (done.state, done.approved, done.balance) == ("paid", 26_000, 26_000)
    assert shop.see("owner D1", standing).balance == 26_000
    assert [line.kind for line in shop.see("owner D1", account_lines)] == ["claim"]
    assert shop.as_("sales", approve_claim, number=made.number).repeated
    assert shop.see("owner D1", standing).balance == 26_000
    assert wrong(shop) == []


def test_a_part_frees_the_rest_of_the_budget_and_needs_a_reason(shop: Shop) -> None:
    number = claim(shop, "buyer D1").number
    with pytest.raises(PartialReasonError):
        shop.as_("sales", approve_claim, number=number, amount=20_000)
    for bad in (0, -1, 26_001):
        with pytest.raises(ClaimAmountError):
            shop.as_("sales", approve_claim, number=number, amount=bad, reason="x")
    shop.as_("sales", approve_claim, number=number, amount=20_000, reason="fuel is not paid")
    assert used(shop) == 20_000
    assert wrong(shop) == []


@pytest.mark.parametrize("end", ["reject", "cancel"])
def test_a_claim_that_ends_unpaid_frees_everything(shop: Shop, end: str) -> None:
    number = claim(shop, "buyer D1", 26_000, "file:a").number
    if end == "reject":
        shop.as_("sales", reject_claim, number=number, reason="wrong title")
    else:
        shop.as_("owner D1", cancel_claim, number=number)
    assert used(shop) == 0
    again = claim(shop, "buyer D2", 26_000, "file:a")
    assert again.left == 74_000
    for verb, who, more in ((approve_claim, "sales", {}), (cancel_claim, "owner D1", {})):
        if end == "cancel" and verb is cancel_claim:
            continue
        with pytest.raises(ClaimDecidedError):
            shop.as_(who, verb, number=number, **more)
    assert wrong(shop) == []


def test_what_speaks_against_a_claim(shop: Shop) -> None:
    with pytest.raises(FutureExpenseError):
        claim(shop, "buyer D1", day=date(2026, 3, 11))
    with pytest.raises(TooOldError):
        claim(shop, "buyer D1", day=date(2025, 11, 30))
    with pytest.raises(OutOfPeriodError):
        claim(shop, "buyer D1", day=date(2025, 12, 31))
    with pytest.raises(OverBudgetError) as over:
        claim(shop, "buyer D1", 100_001)
    assert over.value.fields["left"] == 100_000
    with pytest.raises(ClaimAmountError):
        claim(shop, "buyer D1", 0)
    first = claim(shop, "buyer D1")
    with pytest.raises(SameClaimError) as same:
        claim(shop, "owner D1", again=False)
    assert same.value.fields["number"] == first.number
    assert used(shop) == 26_000


def test_a_receipt_is_used_once_by_anybody_and_another_dealers_claim_is_not_named(shop: Shop) -> None:
    first = claim(shop, "buyer D1", 1000, "file:a", "invoice::9")
    with pytest.raises(ReceiptUsedError) as own:
        claim(shop, "owner D1", 2000, "file:b", "invoice::9")
    assert own.value.fields["number"] == first.number
    with pytest.raises(ReceiptUsedElsewhereError) as other:
        claim(shop, "buyer D2", 2000, "file:a")
    assert first.number not in str(other.value.fields)
    assert used(shop) == 1000
    assert wrong(shop) == []


def test_the_amount_says_who_decides(shop: Shop) -> None:
    small, middle, large = (
        claim(shop, "buyer D1", amount, day=date(2026, 3, day)).number
        for day, amount in enumerate((1000, 60_000, 2000), 1)
    )
    plan(shop, 10**9, category="display")
    huge = claim(shop, "buyer D1", 300_000, category="display").number
    with pytest.raises(NotAllowedError):
        shop.as_("warehouse", approve_claim, number=small)
    with pytest.raises(LevelError) as above:
        shop.as_("sales", approve_claim, number=middle)
    assert above.value.fields["role"] == "finance"
    with pytest.raises(LevelError):
        shop.as_("finance", approve_claim, number=huge)
    with pytest.raises(LevelError):
        shop.as_("sales", reject_claim, number=middle, reason="no")
    shop.as_("finance", approve_claim, number=middle)
    shop.as_("finance", approve_claim, number=large)
    shop.as_("admin", approve_claim, number=huge)
    shop.as_("sales", approve_claim, number=small)
    assert wrong(shop) == []


def test_nobody_decides_a_claim_of_his_own_even_with_two_hats(shop: Shop) -> None:
    number = claim(shop, "buyer D1").number
    member = shop.people["buyer D1"].member_id

    def same_person(session) -> int:
        person = {"name": "x", "locale": "en", "subject": f"m:{member}", "created_at": shop.now}
        key = session.execute(persons.insert().returning(persons.c.id), person).scalar_one()
        session.execute(system(update(members).where(members.c.id == member).values(person_id=key)))
        return key

    key = shop.system(same_person)
    shop.people["sales"] = replace(shop.people["sales"], person_id=key)
    with pytest.raises(OwnClaimError):
        shop.as_("sales", approve_claim, number=number)


def test_another_dealers_claim_does_not_exist(shop: Shop) -> None:
    number = claim(shop, "buyer D1").number
    for verb in (cancel_claim,):
        with pytest.raises(ClaimNotFoundError):
            shop.as_("owner D2", verb, number=number)
    with pytest.raises(ClaimNotFoundError):
        shop.see("owner D2", claim_by_reference, number)
    assert shop.see("owner D2", last_claims) == ()
    shop.hire("south", "sales", "south")
    assert shop.see("south", waiting_claims) == ()
    with pytest.raises(ClaimNotFoundError):
        shop.as_("south", approve_claim, number=number)


def test_the_nearest_budget_counts(shop: Shop) -> None:
    dealer = shop.people["owner D1"].dealer_id
    plan(shop, 5000, category="transport")
    assert claim(shop, "buyer D1", 1000).left == 4000
    plan(shop, 3000, whose=f"dealer:{dealer}")
    assert claim(shop, "buyer D1", 1000).left == 2000
    assert claim(shop, "buyer D2", 1000).left == 3000
    assert wrong(shop) == []


def test_the_ledger_of_claims_refuses_changes(shop: Shop) -> None:
    claim(shop, "buyer D1")
    for change in (system(update(claim_ledger).values(amount=1)), system(claim_ledger.delete())):
        with pytest.raises(DatabaseError, match="append-only"):
            shop.system(lambda session, change=change: session.execute(change))


def test_the_check_sees_what_does_not_add_up(shop: Shop) -> None:
    number = claim(shop, "buyer D1").number
    shop.as_("sales", approve_claim, number=number)
    shop.system(lambda session: session.execute(update(budgets).values(used=1)))
    shop.system(lambda session: session.execute(system(update(claims).values(approved=25_000))))
    assert {each.rule for each in wrong(shop)} == {"budgets.used", "claims.history", "claims.paid"}


def test_an_expense_split_into_small_claims_is_decided_as_one(shop: Shop) -> None:
    first, second = (claim(shop, "buyer D1", amount) for amount in (30_000, 25_000))
    assert (first.decider, second.decider) == ("sales", "finance")
    with pytest.raises(LevelError):
        shop.as_("sales", approve_claim, number=second.number)
    shop.as_("finance", approve_claim, number=first.number)
    shop.as_("finance", approve_claim, number=second.number)
    assert wrong(shop) == []
