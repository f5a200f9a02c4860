"""Every statement of rebates finds its rows by an index, on both databases; reads take few of them."""

from datetime import timedelta

from sqlalchemy import event

from core.orders.cancel import cancel_order
from core.orders.returns import record_return
from core.rebates.queries import Suggestion, balance_lines, standing, suggestions
from core.rebates.settle import close_periods, settle_rebate, settlement_due
from core.rebates.spend import state_opening, use_rebate
from tests.core.orders.test_plans import _postgresql_scans, _sqlite_scans, recorded
from tests.core.rebates.conftest import agree, buy
from tests.core.rebates.test_close import CLOSED
from tests.core.shop import TODAY, Shop

SMALL = ("rebate_programmes", "dealers")
"""A brand has few programmes, and the job that closes them goes through all dealers."""


def everything(shop: Shop) -> None:
    shop.as_("import", state_opening, amount=500_00, dealer="D1")
    number = buy(shop, 20)
    look(shop)
    shop.as_("finance", settle_rebate, programme="Q1", dealer="D1")
    shop.see("finance", settlement_due, programme="Q1", dealer="D1")
    spent = shop.order("owner D1", ("A", 3)).number
    shop.as_("owner D1", use_rebate, number=spent, amount=100_00)
    shop.as_("owner D1", cancel_order, number=spent)
    shop.as_("warehouse", record_return, number=number, lines={"A": 3}, reason="", source="x1")
    shop.see("owner D1", balance_lines)
    shop.now = CLOSED
    shop.system(close_periods)


def look(shop: Shop) -> dict[str, Suggestion]:
    def read(session):
        seen = standing(session, since=shop.now - timedelta(days=30), until=shop.now)
        return suggestions(session, seen.progress, on=TODAY, wanted=["B"])

    return shop.see("owner D1", read)


def test_no_statement_reads_a_whole_table(shop: Shop) -> None:
    agree(shop)
    agree(shop, "D", whose=f"dealer:{shop.people['owner D1'].dealer_id}", kind="marginal")
    with recorded(shop) as seen:
        everything(shop)
    scans = _sqlite_scans if shop.database.name == "sqlite" else _postgresql_scans
    bad = [
        f"{line}\n{statement}"
        for statement, parameters in seen.items()
        if "rebate" in statement
        for line in scans(shop, statement, parameters)
        if not any(table in line for table in SMALL)
    ]
    assert not bad, "\n\n".join(bad)


def test_the_standing_with_its_suggestion_takes_two_statements_however_much_was_bought(shop: Shop) -> None:
    agree(shop)
    for orders in (1, 5):
        for pieces in range(orders):
            buy(shop, 3 + pieces)
        seen: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_: object, seen: list[str] = seen) -> None:
            if statement.startswith(("SELECT", "WITH")) and "set_config" not in statement:
                seen.append(statement)

        event.listen(shop.database.engine, "before_cursor_execute", note)
        found = look(shop)
        event.remove(shop.database.engine, "before_cursor_execute", note)
        assert found["Q1"].sku == "B"
        assert len(seen) == 2
