"""Races over the public surfaces, on both databases; `make faults` runs 300 rounds of each. Those of stock, credit, decisions,
budgets and receipts stand with their nouns.
"""

import os
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.dialog.messages import Inbound
from bot.store.models import inbox
from bot.turn import handle
from core.credit.queries import standing
from core.credit.service import set_credit_limit
from core.db.scope import SystemScope
from core.orders.models import orders
from core.orders.payments import record_payment
from core.people.invites import issue_invite
from core.people.joining import Identity, claim_invite
from core.people.models import identities
from notifications.outbox.models import outbox
from tests.core.orders.test_races import done, race
from tests.core.shop import IMPORT, open_shop
from tests.databases import Database
from tests.world import World, open_world

ROUNDS = int(os.environ.get("RACE_ROUNDS", "15"))
PARALLEL = 8


@pytest.fixture
def world(database: Database) -> World:
    shop = open_shop(database)
    shop.product("T-1", stock=10**6, price=60_00, name_zh="红茶", base_unit="瓶", default_unit="箱",
                 units={"瓶": {"factor": 1}, "箱": {"factor": 12}, "case": {"factor": 12}})  # fmt: skip
    shop.dealer("D1", credit_limit=10**12)
    made = open_world(database, shop)
    made.bind("buyer D1")
    return made


def test_one_webhook_delivered_eight_times_at_once_is_done_once(world: World) -> None:
    for number in range(1, ROUNDS + 1):
        world.shop.later(days=1)  # the same order twice a day is asked about
        world.says("buyer D1", f"红茶{number % 4 + 1}箱")
        confirm: Inbound = world.inbound("buyer D1", "确认")
        outcomes = race(*[partial(handle, world.office, confirm)] * PARALLEL)
        assert sorted(each.status for each in outcomes) == ["done"] + ["duplicate"] * (PARALLEL - 1)
        assert all(each.says == outcomes[0].says for each in outcomes)
    rows = world.shop.rows
    assert rows(select(func.count()).select_from(orders))[0][0] == ROUNDS
    assert rows(select(func.count()).select_from(inbox))[0][0] == 2 * ROUNDS
    keys = [row.key for row in rows(select(outbox.c.key).where(outbox.c.kind == "reply"))]
    assert len(keys) == len(set(keys))
    assert world.shop.violations() == []


def test_one_invite_claimed_by_eight_lets_one_in(world: World) -> None:
    shop, dealer_id = world.shop, world.shop.people["owner D1"].dealer_id
    for number in range(ROUNDS):
        shop.later(days=1)  # guesses are throttled, and seven of eight look like one
        made = shop.run(
            SystemScope("test", dealer_id),
            lambda session, number=number: issue_invite(session, IMPORT, role="finance", name=f"新{number}"),
        )

        def claim(account: int, token: str = made.token, number: int = number) -> Any:
            who = Identity(
                channel="web", account="web", external_id=f"{number}-{account}", chat=f"{number}-{account}"
            )
            return shop.system(
                lambda session: claim_invite(session, token=token, identity=who, name="", locale="zh-Hans")
            )

        outcomes = race(*(partial(claim, account) for account in range(PARALLEL)))
        assert sorted(each.status for each in outcomes) == ["invalid"] * (PARALLEL - 1) + ["joined"]
    assert shop.rows(select(func.count()).select_from(identities))[0][0] == 1 + ROUNDS


def test_orders_payments_and_a_limit_cut_at_once_never_pass_the_credit(world: World) -> None:
    """Room for one order, a payment makes room for a second, a cut takes it away again: whatever the order, it adds up."""
    shop = world.shop
    for number in range(ROUNDS):
        code = f"R{number}"
        shop.dealer(code, credit_limit=6000)
        wanted = [shop.draft(f"{who} {code}", ("T-1", 12)) for who in ("owner", "buyer")]
        results = race(
            *(partial(shop.confirm, f"{who} {code}", draft, again=True)
              for who, draft in zip(("owner", "buyer"), wanted, strict=True)),
            partial(shop.as_, "finance", record_payment, amount=6000, source=f"bank:{code}", dealer=code),
            partial(shop.as_, "finance", set_credit_limit, credit_limit=0, dealer=code),
        )  # fmt: skip
        now = shop.see(f"owner {code}", standing)
        placed = done(results[:2])
        assert (now.credit_limit, now.balance, now.exposure) == (0, 6000, 6000 * len(placed))
        assert len(placed) in (0, 1, 2)
        seen = shop.rows(select(orders.c.excess).where(orders.c.state == "confirmed"))
        assert all(row.excess == 0 for row in seen)
    assert shop.violations() == []
