"""One dealer's session answers as if no other dealer existed, however a statement is written.

The shapes are the 29 of the reliability reference. Each is tried bare (the guard refuses it), and with the mark of a
scoped statement but without its filter, as a forgetful programmer might write it: on PostgreSQL row-level security must
still hold. Seen to fail: without FORCE and with the owner's role, every shape leaks; with a setting for the session
instead of the transaction, the last test does.
"""

from typing import Any

import pytest
from sqlalchemy import (
    bindparam,
    delete,
    event,
    exists,
    func,
    insert,
    lateral,
    literal,
    select,
    text,
    true,
    union,
    union_all,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.schema import metadata
from core.credit.models import accounts
from core.db.row_security import hold
from core.db.scope import MARK, DealerScope, ScopeError, StaffScope, SystemScope, across, scoped, system
from core.db.session import Session
from core.dealers.models import addresses, dealers
from core.orders.models import drafts, order_lines, orders
from core.people.models import members
from tests.core.shop import NOW, Shop, open_shop
from tests.databases import Database

_one = orders.alias("one")
_other = orders.alias("other")
_numbers = select(orders.c.number)
_cte = select(orders.c.id, orders.c.number).cte("kept")
_chain = select(order_lines.c.id, order_lines.c.line_no).cte("chain", recursive=True)
_chain = _chain.union_all(select(_chain.c.id, _chain.c.line_no + 1).where(_chain.c.line_no < 3))
_lines = lateral(select(order_lines.c.sku).where(order_lines.c.order_id == orders.c.id)).alias("lines_of")
_renamed = update(addresses).values(receiver="x")

SHAPES: dict[str, Any] = {
    "whole table": select(orders),
    "columns": _numbers,
    "by id": select(orders.c.number).where(orders.c.id > 0),
    "by list of ids": select(orders.c.number).where(orders.c.id.in_(range(1, 50))),
    "or is null": select(orders.c.number).where((orders.c.id == 0) | orders.c.cancelled_at.is_(None)),
    "alias": select(_one.c.number),
    "inner join": select(orders.c.number, order_lines.c.sku).join_from(orders, order_lines),
    "self join": select(_one.c.number, _other.c.number).select_from(_one.join(_other, _one.c.total == _other.c.total)),
    "outer join": select(addresses.c.name, orders.c.number).select_from(
        addresses.outerjoin(orders, orders.c.dealer_id == addresses.c.dealer_id)
    ),
    "cross join": select(_one.c.id, _other.c.id).select_from(_one.join(_other, true())),
    "scalar subquery": select(select(func.max(orders.c.number)).scalar_subquery()),
    "exists": select(dealers.c.code).where(exists().where(orders.c.dealer_id == dealers.c.id)),
    "in subquery": select(order_lines.c.sku).where(order_lines.c.order_id.in_(select(orders.c.id))),
    "from subquery": select(_numbers.subquery().c.number),
    "cte": select(_cte.c.number),
    "recursive cte": select(_chain.c.id, _chain.c.line_no),
    "union": union(_numbers, select(addresses.c.name)),
    "union all": union_all(_numbers, select(order_lines.c.sku)),
    "count": select(func.count()).select_from(orders),
    "sum by dealer": select(orders.c.dealer_id, func.sum(orders.c.total)).group_by(orders.c.dealer_id),
    "having": select(orders.c.dealer_id).group_by(orders.c.dealer_id).having(func.count() > 0),
    "window": select(orders.c.number, func.row_number().over(order_by=orders.c.id)),
    "distinct": select(orders.c.dealer_id).distinct(),
    "last ones": select(orders.c.number).order_by(orders.c.id.desc()).limit(2),
    "for update": select(orders.c.number).with_for_update(),
    "lateral": select(orders.c.number, _lines.c.sku).select_from(orders.join(_lines, true())),
    "update": _renamed.returning(addresses.c.id),
    "update by list of ids": _renamed.where(addresses.c.id.in_(range(1, 50))).returning(addresses.c.id),
    "delete": delete(addresses).returning(addresses.c.id),
}  # fmt: skip


def trading(database: Database, *codes: str) -> Shop:
    shop = open_shop(database, stock=[("A", 600, 1200), ("B", 600, 700)])
    for code in codes:
        add_dealer(shop, code)
    return shop


def add_dealer(shop: Shop, code: str, **columns: Any) -> int:
    dealer_id = shop.dealer(code, credit_limit=10_000_00, **columns)
    address = {"dealer_id": dealer_id, "name": f"仓{code}", "address": f"地址{code}"}
    shop.system(lambda session: session.execute(system(insert(addresses)), address))
    shop.order(f"buyer {code}", ("A", 12), ("B", 24))
    shop.order(f"buyer {code}", ("B", 12))
    return dealer_id


def forgetful(statement: Any) -> Any:
    """Marked as a dealer's statement, its filter forgotten."""
    return statement.execution_options(**{MARK: "dealer"})


def answers(shop: Shop, who: str) -> dict[str, list[Any]]:
    """What every shape answers somebody; nothing of it stays."""

    def ask(session: Session) -> dict[str, list[Any]]:
        found = {}
        for name, statement in SHAPES.items():
            undone = session.connection.begin_nested()
            rows = session.execute(forgetful(statement))
            found[name] = sorted(str(tuple(row)) for row in rows)
            undone.rollback()
        return found

    return shop.run(shop.scope(who), ask)


def test_the_shapes_are_the_twenty_nine_of_the_reference() -> None:
    assert len(SHAPES) == 29


@pytest.mark.parametrize("shape", SHAPES)
def test_a_statement_without_a_scope_is_refused(sqlite: Database, shape: str) -> None:
    with pytest.raises(ScopeError), sqlite.engine.begin() as connection:
        connection.execute(SHAPES[shape])


def test_sql_text_is_refused(database: Database) -> None:
    with pytest.raises(ScopeError), database.engine.begin() as connection:
        connection.execute(text("SELECT 1 FROM orders"))


def test_a_forgotten_filter_answers_as_if_no_other_dealer_existed(postgresql: Database) -> None:
    shop = trading(postgresql, "N1")
    alone = answers(shop, "owner N1")
    assert all(alone.values())
    add_dealer(shop, "N2")
    assert answers(shop, "owner N1") == alone


def test_what_is_written_for_another_dealer_is_refused(postgresql: Database) -> None:
    shop = trading(postgresql, "N1", "N2")
    theirs = shop.people["owner N2"].dealer_id
    row = {"dealer_id": theirs, "name": "假", "address": "假"}
    for statement in (
        insert(addresses).values(row),
        insert(addresses).values([row, {**row, "name": "二"}]),
        update(addresses).values(dealer_id=theirs),
        insert(addresses).from_select(
            list(row), select(literal(theirs), literal("假"), members.c.name).select_from(members)
        ),
    ):
        with pytest.raises(DBAPIError, match="row-level security"):
            shop.see("owner N1", lambda session, bad: session.connection.execute(
                forgetful(bad), execution_options={"scope_rows": session.scope.rows}), statement)  # fmt: skip


def test_staff_of_a_region_see_its_dealers_only(postgresql: Database) -> None:
    shop = trading(postgresql, "N1")
    add_dealer(shop, "S1", region="south")
    unfiltered = select(orders.c.dealer_id).distinct().execution_options(**{MARK: "across"})
    seen = {
        region: shop.run(StaffScope(region), lambda session: session.execute(unfiltered).scalars().all())
        for region in ("north", "south", "", None)
    }
    assert seen["north"] == [shop.people["owner N1"].dealer_id]
    assert seen["south"] == [shop.people["owner S1"].dealer_id]
    assert seen[""] == []
    assert len(seen[None]) == 2


def test_every_dealers_table_has_forced_security_and_the_application_owns_none(postgresql: Database) -> None:
    wanted = {table.name for table in metadata.sorted_tables if table.info.get("scoped")}
    assert {table.name for table in metadata.sorted_tables if "dealer_id" in table.c} - wanted == UNSCOPED
    with postgresql.engine.begin() as connection:
        rows = connection.exec_driver_sql(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity "
            "AND pg_get_userbyid(relowner) <> current_user"
        )
        assert set(rows.scalars()) == wanted
        role = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        assert connection.exec_driver_sql(role).scalar() is False


UNSCOPED = {"audit", "facts", "invites"}
"""Tables with a dealer as a label, never shown to dealers: no dealer's statement reads them."""


def test_the_setting_ends_with_its_transaction_and_with_its_savepoint(postgresql: Database) -> None:
    """The next unit of work on the same connection sees nothing until it says whose rows it wants."""
    shop = trading(postgresql, "N1")
    current = "SELECT coalesce(current_setting('dealer.scope', true), '')"
    with postgresql.engine.connect() as connection:
        for end in (connection.commit, connection.rollback):
            hold(connection, "*")
            assert connection.exec_driver_sql(current).scalar() == "*"
            end()
            assert connection.exec_driver_sql(current).scalar() == ""
            assert connection.exec_driver_sql("SELECT count(*) FROM orders").scalar() == 0
        hold(connection, "1")
        inner = connection.begin_nested()
        hold(connection, "2")
        inner.rollback()
        hold(connection, "2")
        assert connection.exec_driver_sql(current).scalar() == "2"
    assert shop.violations() == []


def test_another_dealers_id_answers_as_one_that_does_not_exist(database: Database) -> None:
    shop = trading(database, "N1", "N2")
    theirs = shop.rows(select(orders.c.id).where(orders.c.dealer_id == shop.people["owner N2"].dealer_id))[
        0
    ].id
    by_id = scoped(select(orders).where(orders.c.id == bindparam("wanted")))
    for wanted in (theirs, 999_999):
        assert (
            shop.see("owner N1", lambda session, key: session.execute(by_id, {"wanted": key}).all(), wanted)
            == []
        )
    touch = scoped(update(orders).where(orders.c.id == bindparam("wanted")).values(note="x")).returning(
        orders.c.id
    )
    for wanted in (theirs, 999_999):
        assert (
            shop.see("owner N1", lambda session, key: session.execute(touch, {"wanted": key}).all(), wanted)
            == []
        )


def test_a_child_cannot_hang_on_another_dealers_parent(database: Database) -> None:
    """Foreign keys look past row-level security; composite ones compare the dealer."""
    shop = trading(database, "N1", "N2")
    mine, theirs = (shop.people[f"owner {code}"] for code in ("N1", "N2"))
    draft = {
        "member_id": theirs.member_id,
        "place": "p",
        "version": 1,
        "lines": [],
        "texts": [],
        "updated_at": NOW,
    }
    write = scoped(insert(drafts))
    with pytest.raises(IntegrityError):
        shop.run(DealerScope(mine.dealer_id or 0), lambda session: session.execute(write, draft))


@pytest.mark.parametrize(
    "table", [t for t in metadata.sorted_tables if t.info.get("scoped")], ids=lambda t: t.name
)
def test_references_between_dealers_tables_carry_the_dealer(table: Any) -> None:
    for constraint in table.foreign_key_constraints:
        if not constraint.referred_table.info.get("scoped"):
            continue
        assert "dealer_id" in constraint.column_keys, f"{table.name} -> {constraint.referred_table.name}"


def test_scopes_bind_what_a_session_may_run(database: Database) -> None:
    shop = trading(database, "N1", "N2")
    everyone = across(select(accounts.c.dealer_id))
    mine = scoped(select(accounts.c.dealer_id))
    assert len(shop.run(SystemScope("t"), lambda session: session.execute(everyone).all())) == 2
    assert len(shop.see("owner N1", lambda session: session.execute(mine).all())) == 1
    for refused in (everyone, system(select(accounts.c.dealer_id))):
        with pytest.raises(ScopeError):
            shop.see("owner N1", lambda session, bad: session.execute(bad), refused)


def test_a_unit_of_one_dealer_pays_one_round_trip_for_its_scope(postgresql: Database) -> None:
    shop = trading(postgresql, "N1")
    mine = scoped(select(accounts.c.dealer_id))
    asked: list[str] = []

    def count(connection: Any, *_: Any) -> None:
        asked.append(connection.info.get("dealer.scope", ""))

    event.listen(postgresql.engine, "before_cursor_execute", count)
    shop.see("owner N1", lambda session: [session.execute(mine) for _ in range(5)])
    event.remove(postgresql.engine, "before_cursor_execute", count)
    assert asked == [str(shop.people["owner N1"].dealer_id)] * 5
