"""Orders open elsewhere come in whole, hold stock and credit, and are the same when they come again."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.files.exporting import export_rows
from core.audit.models import audit
from core.credit.models import accounts
from core.db.scope import SystemScope
from core.db.session import Session
from core.orders.check import check
from core.orders.models import order_lines, orders
from core.orders.ship import ship_order
from core.products.models import products
from core.stock.models import stock_items
from notifications.outbox.models import facts
from tests.bot.files.shop import LOADER, Shop, done, faults

MEMBERS = "dealer,name,phone,role\nN1,李老板,13800138000,owner\nS1,赵,,buyer\n"
ORDERS = """单号,经销商,货号,数量,单位,单价,下单日期,交货日期
SO-1,N1,T-1,10,箱,40,2026-03-01,2026-03-12
SO-2,S1,T-2,7,瓶,3.5,2026-03-02,
SO-1,N1,T-2,2,箱,,2026-03-01,2026-03-12
"""


def begun(shop: Shop) -> Shop:
    shop.begin()
    shop.load("members", MEMBERS)
    shop.load("stock", "sku,on_hand\nT-1,100\nT-2,500\n")
    shop.load("prices", "sku,price,from\nT-2,42,2026-01-01\n")
    return shop


def violations(shop: Shop) -> list[object]:
    return list(shop.database.lane.run(check))


def test_an_open_order_holds_stock_and_credit_as_if_it_had_been_placed_here(shop: Shop) -> None:
    begun(shop)
    assert done(shop.load("open-orders", ORDERS)) == ["created"] * 3
    first, second = shop.rows(orders)
    assert (first.number, first.state, first.total, str(first.placed_on), str(first.deliver_on)) == (
        "SO-1", "confirmed", 48_400, "2026-03-01", "2026-03-12",
    )  # fmt: skip
    assert second.total == 2450
    by_sku = {row.sku: row.id for row in shop.rows(products)}
    lines = [
        (row.product_id, row.base_qty, row.reserved, row.backordered, row.total)
        for row in shop.rows(order_lines)
    ]
    assert lines == [
        (by_sku["T-1"], 150, 100, 50, 40_000),
        (by_sku["T-2"], 30, 30, 0, 8400),
        (by_sku["T-2"], 7, 7, 0, 2450),
    ]
    assert [row.reserved for row in shop.rows(stock_items)] == [100, 37]
    assert {row.exposure for row in shop.rows(accounts)} == {48_400, 2450}
    assert violations(shop) == []
    assert len([row for row in shop.rows(audit) if row.action == "orders.bring"]) == 2
    assert [row for row in shop.rows(facts) if row.kind.startswith("orders.")] == []


def test_the_same_orders_again_change_nothing_and_others_under_their_number_are_refused(shop: Shop) -> None:
    begun(shop)
    shop.load("open-orders", ORDERS)
    assert done(shop.load("open-orders", ORDERS)) == ["unchanged"] * 3
    report = shop.load("open-orders", ORDERS.replace("T-2,7,瓶", "T-2,8,瓶"))
    assert faults(report) == [(3, "number", "order_number_taken")]
    assert len(shop.rows(orders)) == 2
    stolen = shop.load("open-orders", ORDERS.replace("SO-2,S1", "SO-2,N1"))
    assert faults(stolen) == [(3, "number", "order_number_taken")]
    assert violations(shop) == []


def test_what_is_left_of_a_partly_shipped_order_goes_out_and_comes_in_unchanged(shop: Shop) -> None:
    begun(shop)
    shop.load("open-orders", ORDERS)

    def ship(connection: Connection) -> list[dict[str, Any]]:
        session = Session(connection, SystemScope("test"), shop.now)
        clerk = replace(LOADER, side="staff", role="warehouse")
        ship_order(session, clerk, number="SO-1", source="s-1", lines={"T-1": 20})
        return export_rows(session, "open-orders")

    rows = shop.database.lane.run(ship)
    assert [(row["number"], row["sku"], row["qty"], row["unit"], row["price"]) for row in rows] == [
        ("SO-1", "T-1", 130, "瓶", ""),  # 8 箱 and 10 瓶
        ("SO-1", "T-2", 2, "箱", "42.00"),
        ("SO-2", "T-2", 7, "瓶", "3.50"),
    ]
    assert done(shop.load("open-orders", rows)) == ["unchanged"] * 3
    changed = [{**row, "qty": 129} if row["qty"] == 130 else row for row in rows]
    assert done(shop.load("open-orders", changed)) == ["rejected", "rejected", "unchanged"]


def test_one_bad_row_keeps_its_whole_order_out_and_no_other(shop: Shop) -> None:
    begun(shop)
    report = shop.load("open-orders", ORDERS.replace("T-1,10,箱", "T-1,十个,箱"))
    assert faults(report) == [(2, "qty", "not_whole"), (4, "", "with_row")]
    assert [row.number for row in shop.rows(orders)] == ["SO-2"]
    report = shop.load("open-orders", ORDERS.replace("T-1,10,箱", ",10,箱"))
    assert faults(report) == [(2, "sku", "missing"), (4, "", "with_row")]
    report = shop.load("open-orders", ORDERS.replace("SO-1,N1,T-2", "SO-1,S1,T-2"))
    assert [fault for _, _, fault in faults(report)] == ["order_differs"] * 2


def test_an_order_without_a_person_a_product_or_a_price_says_what_to_import_first(small_shop: Shop) -> None:
    small_shop.begin()
    assert [fault for _, _, fault in faults(small_shop.load("open-orders", ORDERS))] == [
        "order_no_member"
    ] * 3
    small_shop.load("members", MEMBERS)
    report = small_shop.load("open-orders", ORDERS)
    assert faults(report) == [(2, "number", "order_no_price"), (4, "number", "order_no_price")]
    report = small_shop.load("open-orders", ORDERS.replace("T-2", "T-9"))
    assert [fault for _, _, fault in faults(report)] == ["unknown_sku"] * 3
    assert small_shop.rows(orders) != []


def test_an_order_of_many_lines_is_not_cut_by_a_batch(
    small_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.files.importing.BATCH", 500)
    begun(small_shop)
    goods = [
        {"sku": f"L-{n}", "name_zh": f"货{n}", "base_unit": "个", "default_unit": "个", "units": {"个": 1}}
        for n in range(700)
    ]
    small_shop.load("catalogue", {"products": goods})
    lines = "".join(f"SO-9,N1,L-{n},1,个,1.00\n" for n in range(700))
    report = small_shop.load("open-orders", "单号,经销商,货号,数量,单位,单价\n" + lines)
    assert report.count("created") == 700
    [order] = small_shop.rows(orders)
    assert order.total == 70_000


def test_further_names_are_added_and_never_taken_away(shop: Shop) -> None:
    shop.begin()
    text = "货号,别名\nT-1,大乌龙\nT-1,乌龙\nT-2,green\nT-9,无\n"
    assert done(shop.load("aliases", text)) == ["created", "unchanged", "created", "rejected"]
    held = {row.sku: (row.aliases, row.aliases_en) for row in shop.rows(products)}
    assert held == {"T-1": (["乌龙", "大乌龙"], []), "T-2": ([], ["green"])}
    assert done(shop.load("aliases", text))[:3] == ["unchanged"] * 3
