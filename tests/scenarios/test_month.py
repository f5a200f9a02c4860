"""Thirty days of ten dealers through the chat: every printed total is the books', every ledger is its balance."""

import random
import re

import pytest
from sqlalchemy import func, select

from bot.invariants import violations
from bot.store.models import inbox, parked
from core.claims.models import claims
from core.credit.models import accounts
from core.credit.rebate_models import rebate_accounts
from core.dealers.models import dealers
from core.orders.models import orders
from core.products.models import products
from core.stock.models import stock_items
from notifications.outbox.models import outbox
from tests.databases import Database
from tests.scenarios.brand import CONTRACT_ENDS, DAYS, PIECES, open_month
from tests.scenarios.month import Month
from tests.scenarios.people import People

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.slow]

HAPPENED = {
    "placed", "ambiguous", "corrected", "changed mind", "cancelled", "said twice", "backordered",
    "review", "approve", "reject", "expired", "shipped", "shipped in part", "received", "returned", "low", "restocked",
    "paid", "claimed", "claim dropped", "claim paid", "claim part paid", "claim rejected",
    "settled early", "closed", "rebate used", "rebate taken back",
}  # fmt: skip
DIGESTS = ("今日库存", "一天没人处理")
"""What repeats as long as it is so."""


def test_a_month_of_trade_adds_up(database: Database) -> None:
    world = open_month(database)
    people = People(world.shop, world.office, world.locales, chance=random.Random(20260303))
    month = Month(people)
    month.play()
    assert people.messages >= 600
    assert people.repeated >= 50
    assert set(people.did) >= HAPPENED
    kept_is_right(month)
    told_once(people)
    contracts_were_told(people)
    assert world.shop.system(lambda session: list(violations(session))) == []


def kept_is_right(month: Month) -> None:
    """What the database holds is what the books say, and every message has its one answer."""
    shop, books = month.people.shop, month.books
    kept = shop.rows(select(dealers.c.code, accounts.c.balance, accounts.c.exposure).join(accounts))
    assert {row.code: row.balance for row in kept} == {code: books.balances[code] for code in books.dealers}
    kept = shop.rows(select(dealers.c.code, rebate_accounts.c.balance).join(rebate_accounts))
    assert {row.code: row.balance for row in kept if row.balance} == +books.rebates
    kept = shop.rows(select(products.c.sku, stock_items.c.on_hand, stock_items.c.reserved).join(stock_items))
    assert {row.sku: row.on_hand for row in kept} == {sku: PIECES * qty for sku, qty in books.on_hand.items()}
    assert {row.sku: row.reserved for row in kept} == {sku: PIECES * books.held(sku) for sku in books.on_hand}
    kept = shop.rows(select(orders.c.number, orders.c.total))
    assert {row.number: row.total for row in kept} == {
        each.number: each.total for each in books.orders.values()
    }
    kept = shop.rows(select(claims.c.number, claims.c.approved))
    assert {row.number: row.approved or 0 for row in kept} == {
        each.number: each.approved or 0 for each in books.claims.values()
    }
    assert shop.rows(select(func.count()).select_from(inbox))[0][0] == month.people.messages
    assert shop.rows(select(func.count()).select_from(parked))[0][0] == 0
    replied = select(func.count()).where(outbox.c.kind == "reply", outbox.c.state != "sent")
    assert shop.rows(replied)[0][0] == 0


def told_once(people: People) -> None:
    """Nobody was pushed the same words twice."""
    again = {key: times for key, times in people.told.items() if times > 1 and not key[1].startswith(DIGESTS)}
    assert again == {}


def contracts_were_told(people: People) -> None:
    """Sales hear of the nearest rung on the first day, then of each rung when it is reached, and of nothing else."""
    heard = {code: set() for code in CONTRACT_ENDS}
    for who, text in people.told:
        found = re.match(r"(?:⚠️ )?合同(?:(\d+)天后|今天)到期：\S+ HT-(D\d+)", text)
        if who == "sales" and found:
            heard[found[2]].add(int(found[1] or 0))
    for code, left in CONTRACT_ENDS.items():
        rungs = {rung for rung in (90, 60, 30, 7, 0) if left - DAYS <= rung <= left}
        assert heard[code] == rungs | ({left} if left <= 90 else set()), code
