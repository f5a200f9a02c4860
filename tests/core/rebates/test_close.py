"""Closing a period: killed anywhere, run again, from two places at once; the same lines in the end."""

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from bot.files.rebates import rebates_rows
from core.credit.errors import RebateShortError
from core.credit.queries import standing as account_standing
from core.credit.rebate import rebate_balance
from core.credit.rebate_models import rebate_ledger
from core.db.scope import DealerScope
from core.db.session import Session
from core.orders.models import orders
from core.orders.returns import record_return
from core.orders.ship import ship_order
from core.rebates.check import check
from core.rebates.models import settlements
from core.rebates.queries import balance_lines, standing
from core.rebates.rules import Tier, earned
from core.rebates.settle import close_periods, settle_rebate
from core.rebates.spend import state_opening, use_rebate
from notifications.schedule import fire, job_named
from tests.core.rebates.conftest import BANDS, agree, buy, trade
from tests.core.shop import ZONE, Shop
from tests.databases import Database

CLOSED = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
PLANNED = datetime(2026, 3, 31, 18, 30, tzinfo=UTC)
TIERS = [Tier(above, rate) for above, rate in sorted(BANDS.items())]


class KilledError(Exception):
    """The process is gone."""


def close(shop: Shop) -> bool:
    return fire(
        shop.database.lane,
        job_named("close-rebates"),
        PLANNED,
        process="test",
        clock=lambda: shop.now,
        zone=ZONE,
    )


def lines(shop: Shop) -> list[tuple[Any, ...]]:
    columns = (rebate_ledger.c.dealer_id, rebate_ledger.c.order_id, rebate_ledger.c.amount)
    return [tuple(row) for row in shop.rows(select(*columns).order_by(*columns))]


def violations(shop: Shop) -> list[Any]:
    with shop.database.reader.connect() as connection:
        return check(connection)


def test_a_close_killed_at_any_statement_and_run_again_pays_once(sqlite: Database) -> None:
    shop = trade(sqlite)
    shop.dealer("D2", credit_limit=10**10)
    agree(shop)
    for who in ("owner D1", "owner D2"):
        for pieces in (400, 700):
            buy(shop, pieces, who=who)
    shop.now = CLOSED
    wanted = None
    kills, done = 0, False
    while not done:
        left = [kills]

        def kill(*_: Any, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise KilledError

        event.listen(shop.database.engine, "before_cursor_execute", kill)
        try:
            done = close(shop)
        except KilledError:
            pass
        finally:
            event.remove(shop.database.engine, "before_cursor_execute", kill)
        if not done:
            assert lines(shop) == []  # nothing of a killed run stays
            kills += 1
    wanted = lines(shop)
    assert kills > 15
    assert sum(row[2] for row in wanted) == 2 * 2_200_00
    assert not close(shop)
    shop.system(close_periods)
    assert lines(shop) == wanted
    assert violations(shop) == []


def test_two_settlements_at_once_pay_once(database: Database) -> None:
    shop = trade(database)
    agree(shop)
    buy(shop, 500)
    together(shop, *[lambda: shop.as_("finance", settle_rebate, programme="Q1", dealer="D1")] * 4)
    assert shop.see("owner D1", rebate_balance) == 500_00
    assert len(shop.rows(select(settlements))) == 1


def test_a_balance_used_by_many_at_once_never_goes_below_zero(database: Database) -> None:
    shop = trade(database)
    shop.as_("import", state_opening, amount=100_00, dealer="D1")
    numbers = [shop.order("owner D1", ("A", 1 + each)).number for each in range(6)]
    refused: list[str] = []

    def use(number: str) -> None:
        try:
            shop.as_("owner D1", use_rebate, number=number, amount=30_00)
        except RebateShortError:
            refused.append(number)

    together(shop, *[lambda number=number: use(number) for number in numbers])
    assert len(refused) == 3
    assert shop.see("owner D1", rebate_balance) == 10_00
    assert shop.see("owner D1", account_standing).balance == 90_00
    assert violations(shop) == []
    assert shop.violations() == []


def together(shop: Shop, *acts: Any) -> None:
    """Run in threads of their own, begun at one moment."""
    gate = threading.Barrier(len(acts))
    failed: list[BaseException] = []

    def run(act: Any) -> None:
        gate.wait(10)
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []


steps = st.lists(
    st.one_of(
        st.tuples(st.just("buy"), st.integers(1, 1500)),
        st.tuples(st.just("part"), st.integers(2, 1500)),
        st.tuples(st.just("return"), st.integers(1, 400)),
        st.tuples(st.just("settle"), st.just(0)),
        st.tuples(st.just("use"), st.integers(1, 2000)),
        st.tuples(st.just("days"), st.integers(1, 40)),
    ),
    min_size=1,
    max_size=9,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, kind=st.sampled_from(["whole", "marginal"]))
def test_whatever_happens_the_lines_sum_to_the_balance_and_nothing_is_paid_twice(
    sqlite_factory: Any, steps: list[tuple[str, int]], kind: str
) -> None:
    shop = trade(sqlite_factory())
    agree(shop, kind=kind)
    bought: dict[str, tuple[int, datetime]] = {}
    returned: dict[str, int] = {}
    for what, size in steps:
        newest = next(reversed(bought), "")
        if what in ("buy", "part"):
            number = shop.order("owner D1", ("A", size)).number
            parts = {"A": size // 2} if what == "part" else None
            shop.as_("warehouse", ship_order, number=number, source=f"{number}-1", lines=parts)
            if parts:
                shop.as_("warehouse", ship_order, number=number, source=f"{number}-2")
            bought[number] = (size, shop.now)
        elif what == "return" and newest:
            back = min(size, bought[newest][0] - returned.get(newest, 0))
            if back:
                shop.as_("warehouse", record_return, number=newest, lines={"A": back}, reason="x",
                         source=shop.source())  # fmt: skip
                returned[newest] = returned.get(newest, 0) + back
        elif what == "settle":
            shop.as_("finance", settle_rebate, programme="Q1", dealer="D1")
        elif what == "use" and newest:
            usable = min(size, shop.see("owner D1", rebate_balance), owed(shop, newest))
            if usable:
                shop.as_("owner D1", use_rebate, number=newest, amount=usable)
        elif what == "days":
            shop.now += timedelta(days=size)
    shop.now = max(shop.now, CLOSED) + timedelta(days=1)
    shop.system(close_periods)
    right = earned(kind, TIERS, sum(
        100_00 * (size - returned.get(number, 0)) for number, (size, at) in bought.items()
        if at < datetime(2026, 3, 31, 16, tzinfo=UTC)
    ))  # fmt: skip
    paid = sum(row.amount for row in shop.rows(select(rebate_ledger)) if row.kind == "earned")
    balance = shop.see("owner D1", rebate_balance)
    assert paid == right or (paid > right and balance == 0)  # what was spent cannot be taken back yet
    assert sum(line.amount for line in shop.see("owner D1", balance_lines)) == balance >= 0
    before = lines(shop)
    shop.system(close_periods)
    assert lines(shop) == before
    assert violations(shop) == []
    assert shop.violations() == []


def owed(shop: Shop, number: str) -> int:
    row = shop.rows(select(orders.c.total, orders.c.paid).where(orders.c.number == number))[0]
    return row.total - row.paid


def test_the_order_in_which_goods_were_shipped_changes_nothing(sqlite_factory: Any) -> None:
    standings = []
    for order in ((0, 1, 2), (2, 0, 1), (1, 2, 0)):
        shop = trade(sqlite_factory())
        agree(shop)
        numbers = [shop.order("owner D1", ("A", 300 * (each + 1)), ("B", 7)).number for each in range(3)]
        for each in order:
            shop.as_("warehouse", ship_order, number=numbers[each], source=shop.source())
        shop.as_("finance", settle_rebate, programme="Q1", dealer="D1")
        parts = sorted(row.amount for row in shop.rows(select(rebate_ledger)))
        standings.append((shop.see("owner D1", rebate_balance), parts))
    assert standings[0] == standings[1] == standings[2]


def test_rebates_go_out_with_what_was_earned_and_paid(shop: Shop) -> None:
    agree(shop)
    buy(shop, 2500)
    shop.as_("finance", settle_rebate, programme="Q1", dealer="D1")
    buy(shop, 1000)
    assert shop.system(rebates_rows) == [
        {"dealer": "D1", "programme": "Q1", "period": "2026-01-01/2026-03-31", "balance": "5000.00",
         "accrued": "10500.00", "paid": "5000.00"}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "change", "rule"),
    [
        ("rebate_accounts", "balance = balance + 1", "rebates.balance"),
        ("rebate_ledger", "amount = amount + 1", "rebates.balance"),
        ("rebate_settlements", "due = due - 1", "rebates.due"),
        ("rebate_settlements", "amount = amount + 1", "rebates.settlements"),
        ("account_ledger", "amount = amount + 1", "rebates.used"),
    ],
)
def test_the_check_sees_a_spoilt_book(sqlite: Database, table: str, change: str, rule: str) -> None:
    shop = trade(sqlite)
    agree(shop)
    buy(shop, 100)
    shop.as_("finance", settle_rebate, programme="Q1", dealer="D1")
    number = shop.order("owner D1", ("A", 5)).number
    shop.as_("owner D1", use_rebate, number=number, amount=50_00)
    assert violations(shop) == []

    def spoil(connection: Any) -> None:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_no_update")
        where = " WHERE kind = 'rebate'" if table == "account_ledger" else ""
        connection.exec_driver_sql(f"UPDATE {table} SET {change}{where}")

    shop.database.lane.run(spoil)
    assert rule in {one.rule for one in violations(shop)}


def test_another_dealers_session_sees_nothing_of_it(shop: Shop) -> None:
    shop.dealer("D2")
    agree(shop)
    buy(shop, 100)
    shop.as_("finance", settle_rebate, programme="Q1", dealer="D1")
    other = DealerScope(shop.people["owner D2"].dealer_id or 0)

    def look(session: Session) -> tuple[int, int, int]:
        seen = standing(session, since=shop.now, until=shop.now + timedelta(days=1))
        return seen.balance, seen.progress[0].base, len(balance_lines(session))

    assert shop.run(other, look) == (0, 0, 0)
    assert date(2026, 1, 1) <= shop.now.date()
