"""Each kind of file comes in by its keys, row by row; importing it again changes nothing."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from core.audit.models import audit
from core.credit.models import account_ledger, accounts
from core.dealers.models import addresses, dealers
from core.people.models import members, staff
from core.pricing.models import dealer_prices, level_prices
from core.products.models import assortments, catalogue, products
from core.stock.models import stock_items, stock_ledger
from notifications.outbox.models import facts
from tests.bot.files.shop import DEALERS, PRODUCTS, Shop, done, faults

PUBLIC = Path(__file__).parents[2] / "eval" / "public" / "public_catalog.json"


def test_a_catalogue_brings_products_words_and_prices(shop: Shop) -> None:
    report = shop.load("catalogue", PRODUCTS)
    assert done(report) == ["created", "created"]
    tea = next(row for row in shop.rows(products) if row.sku == "T-1")
    assert tea.units == {"瓶": {"factor": 1, "names": []}, "箱": {"factor": 15, "names": ["ctn"]}}
    [words] = shop.rows(catalogue)
    assert (words.brand, words.unit_synonyms["箱"]) == ("小满", ["件", "case"])
    [price] = shop.rows(level_prices)
    assert (price.level, price.unit, price.factor, price.price) == ("", "箱", 15, 4500)
    assert done(shop.load("catalogue", PRODUCTS)) == ["unchanged", "unchanged"]
    assert len(shop.rows(level_prices)) == 1


def test_the_public_catalogue_comes_in_whole(shop: Shop) -> None:
    assert done(shop.load("catalogue", PUBLIC)) == ["created"] * 25
    assert len(shop.rows(products)) == 25


def test_a_catalogue_of_cells_is_the_same_as_one_of_objects(shop: Shop) -> None:
    text = "货号,品名,英文名,基本单位,默认单位,包装,别名,状态,税率\nT-1,乌龙茶,oolong,瓶,箱,瓶=1; 箱=15|ctn,乌龙、乌龙瓶装,停售,9%\n"
    assert done(shop.load("catalogue", text)) == ["created"]
    [tea] = shop.rows(products)
    assert tea.units["箱"] == {"factor": 15, "names": ["ctn"]}
    assert (tea.aliases, tea.active, tea.tax_rate) == (["乌龙", "乌龙瓶装"], False, 900)


def test_dealers_bring_their_accounts_with_one_opening_entry(shop: Shop) -> None:
    assert done(shop.load("dealers", DEALERS)) == ["created", "created"]
    first = shop.rows(accounts)[0]
    assert (first.credit_limit, first.balance, first.payment_days) == (5_000_000, -120_050, 30)
    [entry] = shop.rows(account_ledger)
    assert (entry.kind, entry.amount) == ("opening", -120_050)
    assert done(shop.load("dealers", DEALERS)) == ["unchanged", "unchanged"]
    assert len(shop.rows(account_ledger)) == 1


def test_a_corrected_opening_balance_moves_the_account_by_the_difference(shop: Shop) -> None:
    shop.load("dealers", DEALERS)
    assert done(shop.load("dealers", DEALERS.replace("-1200.50", "-1000"))) == ["updated", "unchanged"]
    assert [(row.kind, row.amount) for row in shop.rows(account_ledger)] == [
        ("opening", -120_050),
        ("adjustment", 20_050),
    ]
    assert shop.rows(accounts)[0].balance == -100_000
    assert done(shop.load("dealers", DEALERS.replace("-1200.50", "-1000"))) == ["unchanged", "unchanged"]


def test_people_are_known_again_by_telephone_or_name(shop: Shop) -> None:
    shop.begin()
    text = "dealer,name,phone,role\nN1,李老板,138 0013 8000,老板\nN1,小王,,采购\nX9,谁,,buyer\n"
    assert done(shop.load("members", text)) == ["created", "created", "rejected"]
    assert done(shop.load("members", text.replace("小王,,采购", "小王,13900000000,财务"))) == [
        "unchanged",
        "updated",
        "rejected",
    ]
    assert [(row.name, row.phone, row.role, row.state) for row in shop.rows(members)] == [
        ("李老板", "13800138000", "owner", "invited"),
        ("小王", "13900000000", "finance", "invited"),
    ]
    assert done(shop.load("staff", "姓名,角色,负责区域\n陈,管理员,\n王,销售,华东\n")) == [
        "created",
        "created",
    ]
    assert [(row.name, row.role, row.region) for row in shop.rows(staff)] == [
        ("陈", "admin", None),
        ("王", "sales", "华东"),
    ]


def test_two_people_of_one_name_and_two_telephones_are_two(shop: Shop) -> None:
    shop.begin()
    shop.load("members", "dealer,name,phone,role\nN1,张伟,13800000001,buyer\n")
    assert done(shop.load("members", "dealer,name,phone,role\nN1,张伟,13800000002,buyer\n")) == ["created"]


def test_addresses_and_assortments_come_in_by_dealer(shop: Shop) -> None:
    shop.begin()
    text = "dealer,name,receiver,phone,address,default\nN1,老仓,李,13800138000,一路1号,\nN1,新仓,李,13800138000,二路2号,是\n"
    assert done(shop.load("addresses", text)) == ["created", "created"]
    assert [(row.name, row.is_default) for row in shop.rows(addresses)] == [("老仓", False), ("新仓", True)]
    assert done(shop.load("assortments", "dealer,sku\nS1,T-1\nS1,T-9\n")) == ["created", "rejected"]
    assert len(shop.rows(assortments)) == 1
    assert [row.listed_only for row in shop.rows(dealers)] == [False, True]


def test_prices_are_added_where_they_differ(shop: Shop) -> None:
    shop.begin()
    text = "dealer,level,sku,unit,price,from\nN1,,T-1,箱,42,2026-01-01\n,A,T-1,瓶,3.10,2026/1/1\n,,T-2,,40,\nN1,A,T-1,,1,\n,B,T-1,托,1,\n"
    report = shop.load("prices", text)
    assert done(report) == ["created"] * 3 + ["rejected"] * 2
    assert faults(report) == [(5, "level", "dealer_and_level"), (6, "unit", "no_such_unit")]
    assert [(row.price, row.factor, row.valid_from) for row in shop.rows(dealer_prices)] == [
        (4200, 15, date(2026, 1, 1))
    ]
    assert done(shop.load("prices", text))[:3] == ["unchanged"] * 3
    assert done(shop.load("prices", text.replace("42,2026", "41,2026")))[0] == "updated"


def test_stock_is_counted_with_one_ledger_row_a_change(shop: Shop) -> None:
    shop.begin()
    text = "sku,on_hand,reorder_point,inbound_on,inbound_qty\nT-1,300,60,2026-03-20,150\nT-2,0,,,\n"
    assert done(shop.load("stock", text)) == ["created", "created"]
    assert done(shop.load("stock", text)) == ["unchanged", "unchanged"]
    assert done(shop.load("stock", text.replace("T-1,300", "T-1,280"))) == ["updated", "unchanged"]
    assert [(row.kind, row.qty) for row in shop.rows(stock_ledger)] == [("opening", 300), ("adjustment", -20)]
    [first] = [row for row in shop.rows(stock_items) if row.on_hand]
    assert (first.on_hand, first.reorder_point, first.inbound_on, first.inbound_qty) == (
        280,
        60,
        date(2026, 3, 20),
        150,
    )


def test_a_file_leaves_one_audit_row_with_its_hash(shop: Shop) -> None:
    shop.load("dealers", DEALERS)
    rows = [row for row in shop.rows(audit) if row.action == "files.imported"]
    assert [row.object_ref for row in rows] == [hashlib.sha256(DEALERS.encode()).hexdigest()]
    assert rows[0].detail["rows"] == 2


def test_a_dry_run_says_the_same_and_writes_nothing(shop: Shop) -> None:
    dry = shop.load("dealers", DEALERS, dry_run=True)
    assert done(dry) == ["created", "created"]
    for table in (dealers, accounts, account_ledger, audit, facts):
        assert shop.rows(table) == []


def test_good_rows_land_beside_bad_ones(shop: Shop) -> None:
    text = DEALERS + "N2,,华东,A,1,0,0\nN3,城东,华东,A,12.345,0,0\nN1,重复,华东,A,1,0,0\n"
    report = shop.load("dealers", text)
    assert done(report) == ["created", "created", "rejected", "rejected", "rejected"]
    assert faults(report) == [(4, "name", "missing"), (5, "credit_limit", "not_money"), (6, "", "repeated")]
    assert len(shop.rows(dealers)) == 2


def test_a_row_the_database_refuses_takes_no_other_with_it(shop: Shop) -> None:
    shop.begin()
    rows = [
        {"dealer": "N1", "sku": "T-1", "price": "1"},
        {"dealer": "N1", "sku": "T-2", "price": "999999999999"},
    ]
    report = shop.load("prices", rows)
    assert done(report) == ["created", "rejected"]
    assert faults(report) == [(2, "", "prices.bad_price")]


@pytest.mark.slow
def test_many_rows_come_in_quickly_and_report_their_progress(shop: Shop) -> None:
    units = {"瓶": 1, "箱": 12}
    many = [
        {"sku": f"M-{n}", "name_zh": f"货{n}", "base_unit": "瓶", "default_unit": "箱", "units": units}
        for n in range(3000)
    ]
    seen: list[tuple[int, int]] = []
    report = shop.load(
        "catalogue", {"products": many}, progress=lambda so_far, total: seen.append((so_far, total))
    )
    assert report.count("created") == 3000
    assert seen[0] == (0, 3000)
    assert seen[-1] == (3000, 3000)
